"""The keyed draws of lockgate.sim.model.chance looked at as a random number generator, beside two planted bad ones."""
