"""How two paired runs part: the first event that differs, and typical and backfiring draws."""
