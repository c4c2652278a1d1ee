"""Factors: what a study varies. A lever of the policies, the date of one of their steps, or a parameter of the worlds."""

from dataclasses import dataclass, replace
from typing import Literal

from scenarios.schema import Known, labels
from scenarios.world import NARROWEST
from sim.bounds import digits, span
from sim.parameters import PARAMETERS, Parameter, Prior
from sim.policy import DAY, LEVERS

Value = float | int | bool
Role = Literal["parameter", "lever", "date"]


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
    def known(self) -> Known:
        """The lever or parameter itself; for a date, what is said of days."""
        if self.role == "date":
            return DAY
        return PARAMETERS[self.name] if self.role == "parameter" else LEVERS[self.name]

    @property
    def column(self) -> str:
        """Its name among the columns of results, where a lever may not be taken for the outcome of the same name.

        >>> Factor("lever", "preview_days").column, Factor("lever", "dark_days").column, Factor("date", "directive").column
        ('preview_days', 'lever_dark_days', 'directive_day')
        """
        from sim.outcomes import OUTCOMES  # loads the compiler

        if self.role == "date":
            return f"{self.name}_day"
        return f"lever_{self.name}" if self.role == "lever" and self.name in OUTCOMES else self.name

    @property
    def type(self) -> type:
        """float, int or bool."""
        return self.known.type

    @property
    def unit(self) -> str:
        """Its unit."""
        return self.known.unit

    @property
    def meaning(self) -> str:
        """What it is, in a sentence."""
        return f"Day on which the policy's timeline sets {self.name}." if self.role == "date" else self.known.meaning

    def cast(self, value: float) -> Value:
        """A number in the factor's own type; whole numbers are rounded."""
        return round(value) if self.type is int else self.type(value)

    def at(self, u: float) -> Value:
        """The value at u (0 to 1): of n levels the floor(u n)-th, of a range that share of the way, of a prior its quantile.

        >>> [Factor("lever", "preview_days", levels=(0, 14, 60)).at(u) for u in (0.0, 0.33, 0.34, 1.0)]
        [0, 0, 14, 60]
        >>> Factor("lever", "reviewers", low=1, high=20).at(0.5), Factor("parameter", "pace", low=1, high=2).at(0.25)
        (10, 1.25)
        """
        if self.levels:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        if self.prior is not None:
            return replace(PARAMETERS[self.name], prior=self.prior).sample(min(max(u, NARROWEST), 1.0 - NARROWEST))
        low, high = self.ends
        return self.cast(min(low + u * (high - low), high))

    def listed(self) -> tuple[Value, ...]:
        """All its levels, in a design that lists them: those given, or `steps` of them, evenly spaced from low to high.

        >>> Factor("lever", "preview_days", low=0, high=60, steps=4).listed()
        (0, 20, 40, 60)
        """
        return self.levels or tuple(self.at(step / (self.steps - 1)) for step in range(self.steps))

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest value of levels or a range."""
        if self.levels:
            return min(self.levels), max(self.levels)
        if self.low is None or self.high is None:
            raise ValueError(f"{self.name} has neither levels nor a range")
        return self.low, self.high

    def label(self, value: Value) -> str:
        """One of its values, as a file says it.

        >>> Factor("parameter", "feedback").label(1), Factor("lever", "approvals").label(True), Factor("parameter", "pace").label(0.5)
        ('full', 'true', '0.5')
        """
        if isinstance(self.known, Parameter) and self.known.choices:
            return next(label for label, choice in labels(self.known).items() if choice == value)
        return str(value).lower() if self.type is bool else digits(value)

    def __str__(self) -> str:
        """What it varies over, in short."""
        if self.levels:
            return ", ".join(map(self.label, self.levels))
        if self.prior is not None:
            return f"prior: {self.prior}"
        return span(*self.ends) + (f" in {self.steps} steps" if self.steps else "")
