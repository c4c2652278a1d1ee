"""Factors: what a study varies. A lever of the policies, the date of one of their steps, or a parameter of the worlds."""

from dataclasses import dataclass
from typing import Literal

from sim.outcomes import Outcomes
from sim.parameters import PARAMETERS, Prior
from sim.policy import LEVERS
from sim.row import fields

Value = float | int | bool
Role = Literal["parameter", "lever", "date"]
OUTCOME_NAMES = frozenset(field.name for field in fields(Outcomes))


@dataclass(frozen=True)
class Factor:
    """One thing that differs between the points of a design: listed `levels`, or a range, or a prior, by quantile.

    `name` is that of the parameter or lever; a `date` is the day of the step of a policy's timeline that sets the lever `name`.
    """

    role: Role
    name: str
    levels: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    steps: int = 0
    prior: Prior | None = None

    @property
    def column(self) -> str:
        """Its name among the columns of results, where a lever may not be taken for the outcome of the same name.

        >>> Factor("lever", "preview_days").column, Factor("lever", "dark_days").column, Factor("date", "directive").column
        ('preview_days', 'lever_dark_days', 'directive_day')
        """
        if self.role == "date":
            return f"{self.name}_day"
        return f"lever_{self.name}" if self.name in OUTCOME_NAMES else self.name

    @property
    def type(self) -> type:
        """float, int or bool."""
        return int if self.role == "date" else (PARAMETERS if self.role == "parameter" else LEVERS)[self.name].type

    @property
    def unit(self) -> str:
        """Its unit."""
        return "day" if self.role == "date" else (PARAMETERS if self.role == "parameter" else LEVERS)[self.name].unit

    @property
    def meaning(self) -> str:
        """What it is, in a sentence."""
        if self.role == "date":
            return f"Day on which the policy's timeline sets {self.name}."
        return (PARAMETERS if self.role == "parameter" else LEVERS)[self.name].meaning
