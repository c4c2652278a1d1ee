"""Reductions: special cases of the model for which mathematics has an answer, and the settings that a reader may vary."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from experiments.verification.check import Check
from scenarios.notation import shown
from sim.errors import InputError, nearest

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
