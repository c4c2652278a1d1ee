"""How rules are written, marked, compiled and kept. Nothing here knows the model."""
