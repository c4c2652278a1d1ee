"""What all tests share: no display, the checkout in child processes, and examples that are the same in every run."""

import os
from pathlib import Path

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])

settings.register_profile("everyday", deadline=None, derandomize=True)
# The long run, by hand: pytest tests/relations --hypothesis-profile=full --hypothesis-seed=N
settings.register_profile("full", deadline=None, max_examples=10_000, database=None)
settings.load_profile("everyday")
