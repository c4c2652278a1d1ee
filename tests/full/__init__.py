"""Long checks, run by hand: `python -m tests.full.NAME`. Each prints its figures and keeps them in the record of credibility."""
