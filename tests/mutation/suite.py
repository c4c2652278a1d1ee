"""The checks of this package in the order in which a mutant of a file meets them."""

import doctest
import importlib
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
GOLDEN = "test_golden"
ABOUT = {  # checks that are about a file and are not named like it
    "test___init__": ("test_day",),
    "test_log": ("test_systems",),
    "test_population": ("test_population", "test_ranking", "test_day", "test_rare_states"),
    "test_formulas": ("test_formulas",),
    "test_chance": ("test_chance",),
}


def plain(check: Callable[[], None]) -> Callable[[], None]:
    """A check in plain Python, where the wrapping products of keyed draws are warned of."""

    def checked() -> None:
        with np.errstate(over="ignore"):
            check()

    checked.__name__, checked.__module__ = check.__name__, check.__module__
    return checked


def checks_of(name: str) -> Iterator[Callable[[], None]]:
    """The checks of one file of this package."""
    module = importlib.import_module(f"{__package__}.{name}")
    for check in vars(module).values():
        if isinstance(check, types.FunctionType) and check.__name__.startswith("test_"):
            yield plain(check)


def doctests_of(path: str) -> Iterator[Callable[[], None]]:
    """The examples in the docstrings of a file of the model."""
    module = importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))

    def examples() -> None:
        failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
        assert failed == 0

    yield plain(examples)


def meaning_checks(path: str) -> Iterator[Callable[[], None]]:
    """The doctests of a file, the checks named like it, and those of the day; all checks where no file is named."""
    if path.startswith("sim/formulas/") or path == "sim/chance.py":
        yield from doctests_of(path)
    own = "test_formulas" if path.startswith("sim/formulas/") else f"test_{path.rsplit('/', maxsplit=1)[-1].removesuffix('.py')}"
    for name in ABOUT.get(own, (own, "test_day", "test_rare_states")) if path else sorted(file.stem for file in HERE.glob("test_*.py")):
        if name != GOLDEN:
            yield from checks_of(name)


def golden_checks(_: str) -> Iterator[Callable[[], None]]:
    """The checks against stored fingerprints."""
    yield from checks_of(GOLDEN)
