"""The checks of this package, and of mechanisms, in the order in which a mutant of a file meets them."""

import doctest
import importlib
import inspect
import types
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeGuard

import numpy as np

from lockgate.sim.errors import InputError

GOLDEN = "test_golden"
FIRST: dict[str, tuple[str, ...]] = {  # tests of mechanisms that find most of these files' mutants, and so come before all others
    "bans": ("test_services",),
    "benefit": ("test_benefit",),
    "configurations": ("test_configurations",),
    "coverage": ("test_measured_capability", "test_measured_refusal"),
    "culture": ("test_culture",),
    "directives": ("test_directives",),
    "goodwill": ("test_goodwill",),
    "leaks": ("test_leak_groups",),
    "loot": ("test_shared_loot",),
    "monitoring": ("test_insider_access",),
    "nationality": ("test_nationality",),
    "previews": ("test_previews", "test_measured_refusal"),
    "waits": ("test_nationality",),
}
SLOW = {  # a second or more in plain Python each
    "test_the_share_that_is_served_is_the_closed_form",
    "test_of_two_equal_services_one_is_nearly_enough",
    "test_quarrels_are_exponential",
    "test_the_group_differs_from_leak_to_leak_and_from_partner_to_partner",
    "test_a_prohibited_system_is_misjudged_once_though_the_prohibition_is_lifted",
    "test_faster_finding_hurts_slow_installers_and_helps_fast_ones",
    "test_what_a_rival_does_leaves_the_luck_with_a_lab_alone",
    "test_no_lab_goes_below_the_least_effort_under_any_rule_of_the_race",
    "test_shares_are_those_stated",
}
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


def without_compiled_runs(check: Callable[[], None]) -> Callable[[], None]:
    """A check as far as it gets without the compiler: what is about compiled runs is for the tests themselves."""

    def checked() -> None:
        try:
            check()
        except InputError as error:
            if "compiler is turned off" not in str(error):
                raise

    checked.__name__, checked.__module__ = check.__name__, check.__module__
    return checked


def mechanism_checks(names: Iterable[str]) -> Iterator[Callable[[], None]]:
    """The tests of mechanisms, by file, that need no fixture and no compiled run."""
    for name in names:
        for check in vars(importlib.import_module(f"tests.mechanisms.{name}")).values():
            if is_plain_test(check) and check.__name__ not in SLOW:
                yield plain(without_compiled_runs(check))


def is_plain_test(found: object) -> TypeGuard[types.FunctionType]:
    """Whether this is a test that takes no arguments."""
    is_test = isinstance(found, types.FunctionType) and found.__name__.startswith("test_") and not hasattr(found, "hypothesis")
    return is_test and not inspect.signature(found).parameters


def checks_of(name: str) -> Iterator[Callable[[], None]]:
    """The checks of one file of this package."""
    module = importlib.import_module(f"{__package__}.{name}")
    for check in vars(module).values():
        if is_plain_test(check):
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
    first = FIRST.get(Path(path).stem, ())
    yield from mechanism_checks(first)
    for name in tests_in("mutation"):
        if name != GOLDEN and (not path or path.startswith(ONLY_ABOUT.get(name, ""))):
            yield from checks_of(name)
    yield from mechanism_checks(name for name in tests_in("mechanisms") if name not in first)


def tests_in(folder: str) -> list[str]:
    """The files of tests in a folder."""
    return sorted(file.stem for file in (Path(__file__).parents[1] / folder).glob("test_*.py"))


def golden_checks(_: str) -> Iterator[Callable[[], None]]:
    """The checks against stored fingerprints."""
    yield from checks_of(GOLDEN)
