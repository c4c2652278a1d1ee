"""Calibration: which worlds that the priors allow agree with what was observed, and a world whose priors are those that do."""
