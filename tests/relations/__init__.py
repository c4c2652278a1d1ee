"""Relations that must hold between runs, as properties of generated scenarios.

Numbers in the tests' names are those of the table in `docs/credibility.md`. Everyday runs try a few hundred fixed cases each;
`pytest tests/relations --hypothesis-profile=long --hypothesis-seed=N` tries ten thousand fresh ones.
"""
