"""How an effect develops: for how long it helps, and what becomes of that."""
