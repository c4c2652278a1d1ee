"""How much a test does: little every day, more in the full run (`pytest -m ''`)."""

from typing import Any, TypeVar

import pytest

Size = TypeVar("Size")
full_run = False  # set by conftest.py before a test file is imported


def size(everyday: Size, full: Size) -> Size:
    """The everyday size of a test, or its size in the full run."""
    return full if full_run else everyday


def in_full(*cases: Any) -> list[Any]:
    """Cases of a parametrised test that are tried in the full run alone."""
    return [pytest.param(case, marks=pytest.mark.full) for case in cases]


def few(count: int, rows: list[tuple[Any, ...]]) -> list[Any]:
    """Rows of a parametrised test with several arguments: so many every day, all in the full run."""
    return [pytest.param(*row, marks=() if place < count else pytest.mark.full) for place, row in enumerate(rows)]
