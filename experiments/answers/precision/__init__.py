"""How many draws are enough: forecasts, and looking while they are made."""
