"""Which policy to choose: the frontier, the price of a day, regret."""
