"""How credible a result is, said with every result: what was verified, how it compares with what was observed, and what is weak."""
