"""What all tests share: no display, the checkout in child processes, and examples that are the same in every run."""

import os
from pathlib import Path

from hypothesis import settings

os.environ["MPLBACKEND"] = "Agg"
os.environ["PYTHONPATH"] = str(Path(__file__).parents[1])

settings.register_profile("everyday", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=2_000)  # pytest --hypothesis-profile=search looks for new failures
settings.load_profile("everyday")
