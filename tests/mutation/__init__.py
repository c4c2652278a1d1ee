"""Checks of each rule and formula by itself, in plain Python: what it does in small worlds made by hand."""
