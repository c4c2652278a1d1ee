"""Checks: one number from a closed form beside the same number from the simulation."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import numpy as np

from lockgate.scenarios.notation import shown
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy

SIGMAS = 4.0  # standard errors, where no other tolerance is stated


@dataclass(frozen=True)
class Check:
    """What a formula says, what was simulated, and how far apart the two may be."""

    name: str
    parameters: Mapping[str, float | int | str]
    formula: float
    simulated: float
    standard_error: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether the two are no further apart than that.

        >>> Check("R0", {}, 1.0, 1.2, 0.1, 0.4).holds, Check("R0", {}, 1.0, float("nan"), 0.1, 0.4).holds
        (True, False)
        """
        return abs(self.simulated - self.formula) <= self.tolerance

    def content(self) -> dict[str, Any]:
        """The check as JSON has it; JSON has no infinity, so a parameter without a limit is the word."""
        plain = {name: str(value) if isinstance(value, float) and math.isinf(value) else value for name, value in self.parameters.items()}
        return {**asdict(self), "parameters": plain, "holds": self.holds}


Value = float | int | str
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """One number, or one of a few words, that a row of a reduction fixes. Whole numbers have a whole default."""

    name: str
    default: Value
    bounds: tuple[float, float]
    meaning: str
    choices: tuple[str, ...] = ()

    def checked(self, value: Any) -> Value:
        """The value in the setting's type, or an InputError that says what is allowed.

        >>> Setting("days", 14, (1, 60), "days").checked(7.0)
        7
        """
        if self.choices:
            if value not in self.choices:
                raise InputError(f"{self.name} = {shown(value)} must be one of {', '.join(self.choices)} ({self.meaning})")
            return str(value)
        low, high = self.bounds
        whole = isinstance(self.default, int)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not low <= value <= high or (whole and value != int(value)):
            kind = "a whole number from" if whole else "a number from"
            raise InputError(f"{self.name} = {shown(value)} must be {kind} {low:g} to {high:g} ({self.meaning})")
        return int(value) if whole else float(value)


@dataclass(frozen=True)
class Reduction:
    """A special case with a closed form.

    `rows` are run by default, each the settings that differ from the defaults; `run` gives the checks of one row. `beside` gives
    checks between rows. `implied` adds settings that follow from those given; `refuse` raises `InputError` for a row without a closed form.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    rows: tuple[Given, ...]
    run: Callable[[Given], list[Check]]
    beside: Callable[[], list[Check]] | None = None
    implied: Callable[[Given], Given] = field(default=lambda given: given)
    refuse: Callable[[Given], None] = field(default=lambda row: None)

    def complete(self, given: Given) -> dict[str, Value]:
        """All settings of a row, those that are not given at their defaults. Raises `InputError` for what cannot be set so."""
        known = {setting.name: setting for setting in self.settings}
        for name in given:
            if name not in known:
                raise InputError(f"{self.name} has no setting {name!r}{nearest(name, known)}; it has {', '.join(known)}")
        values = {name: setting.default for name, setting in known.items()} | dict(self.implied(given))
        return {name: known[name].checked(value) for name, value in values.items()}

    def job(self, given: Given) -> Callable[[], list[Check]]:
        """What runs one row. Settings that cannot be are refused now, not when it runs."""
        row = self.complete(given)
        self.refuse(row)
        return partial(self.run, row)

    def jobs(self) -> list[Callable[[], list[Check]]]:
        """What a default run does: one job a row, and one for what lies between rows."""
        return [*map(self.job, self.rows), *([self.beside] if self.beside else [])]


Array = np.ndarray[Any, np.dtype[Any]]
MOST_RUNS = 20_000  # at once: their parameters and outcomes are kept
MOST_WEEKS = 400_000  # at once: so are their weekly series


def sample(policy: Policy, runs: int, horizon_days: int, names: Sequence[str], first_seed: int = 1, **world: Any) -> dict[str, Array]:
    """These outcomes of so many runs, seeds one after another."""
    at_once = max(1, min(MOST_RUNS, runs, MOST_WEEKS * 7 // horizon_days))
    table = parameter_table(at_once, **world)
    parts = []
    for first in range(first_seed, first_seed + runs, at_once):
        seeds = range(first, min(first + at_once, first_seed + runs))
        outcomes = simulate(table[: len(seeds)], [policy], seeds, horizon_days).outcomes[:, 0]
        parts.append({name: outcomes[name].copy() for name in names})
    return {name: np.concatenate([part[name] for part in parts]) for name in names}


def mean(values: Array) -> tuple[float, float]:
    """Mean of independent values, and its standard error.

    >>> mean(np.array([1.0, 3.0]))
    (2.0, 1.0)
    """
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(len(values)))


def ratio(over: Array, under: Array) -> tuple[float, float]:
    """Sum over sum of paired values, and its standard error (to first order).

    >>> ratio(np.array([2.0, 4.0]), np.array([1.0, 2.0]))
    (2.0, 0.0)
    """
    value = float(over.sum() / under.sum())
    return value, float((over - value * under).std(ddof=1) * math.sqrt(len(over)) / under.sum())
