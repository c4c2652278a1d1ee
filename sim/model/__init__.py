"""The model: what a modeller reads."""
