"""The keyed draws of sim.chance looked at as a random number generator, beside two planted bad ones."""
