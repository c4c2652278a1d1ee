"""The checks of this package in the order in which a mutant of a file meets them."""

import doctest
import importlib
import types
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

GOLDEN = "test_golden"
ONLY_ABOUT: dict[str, str | tuple[str, ...]] = {  # checks that nothing but these files can fail
    "test_agenda": ("sim/engine/agenda", "sim/model/bad_actor"),
    "test_chance": "sim/model/chance",
    "test_formulas": "sim/model/formulas/",
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
    module = importlib.import_module("lockgate." + path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))

    def examples() -> None:
        failed, _ = doctest.testmod(module, optionflags=doctest.NORMALIZE_WHITESPACE)
        assert failed == 0

    yield plain(examples)


def meaning_checks(path: str) -> Iterator[Callable[[], None]]:
    """The checks of behaviour that a mutant of this file can fail, of a formula also its examples; all checks where no file is named."""
    if path.startswith(("sim/model/formulas/", "sim/model/chance")):
        yield from doctests_of(path)
    for name in sorted(file.stem for file in Path(__file__).parent.glob("test_*.py")):
        if name != GOLDEN and (not path or path.startswith(ONLY_ABOUT.get(name, ""))):
            yield from checks_of(name)


def golden_checks(_: str) -> Iterator[Callable[[], None]]:
    """The checks against stored fingerprints."""
    yield from checks_of(GOLDEN)
