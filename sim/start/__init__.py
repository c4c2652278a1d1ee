"""How a run begins: room for its tables, and populations built from keyed draws."""
