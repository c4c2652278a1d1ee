"""What all tests share: no display, the checkout in child processes, their sizes, and examples that are the same in every run."""

import os

import pytest
from hypothesis import settings

from tests import sizes

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile("everyday", deadline=None, derandomize=True, max_examples=15)
settings.register_profile("full", deadline=None, derandomize=True, max_examples=100)
# Fresh examples, by hand: pytest tests/relations --hypothesis-profile=long --hypothesis-seed=N
settings.register_profile("long", deadline=None, max_examples=int(os.environ.get("LOCKGATE_TEST_CASES", "10000")), database=None)


def pytest_configure(config: pytest.Config) -> None:
    """Small sizes where the marker expression leaves the full run's tests out, and large ones where it does not."""
    sizes.full_run = "not full" not in config.option.markexpr
    settings.load_profile(config.getoption("--hypothesis-profile") or sizes.size("everyday", "full"))
