"""An input of a study as answers speak of it: its unit, meaning, evidence and prior, and its values in words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lockgate.experiments.answers.cases import Cases, parameter_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import UNITS, number, percent
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import Choice, LogNormal, Parameter, Prior
from lockgate.sim.model.policy import LEVERS

CENTRAL = 0.9  # share of a prior that its box holds
RARE = 0.1  # of a rate, below which one says once in so many days
STEPS = 60  # halvings in which a quantile is found


@dataclass(frozen=True)
class Input:
    """A parameter, lever or date. `prior` and `centre` are those of the first world; a lever's centre is the policy's own value."""

    name: str
    unit: str = ""
    meaning: str = ""
    grade: str = ""
    labels: Mapping[float, str] = field(default_factory=dict)
    prior: Prior | None = None
    centre: float | None = None
    bounds: tuple[float, float] = (-math.inf, math.inf)

    @property
    def logarithmic(self) -> bool:
        """Whether its values are spread over a logarithmic scale, as its prior is."""
        return isinstance(self.prior, LogNormal)

    @property
    def box(self) -> tuple[float, float] | None:
        """The ends of the central 90 % of its prior; None for one without, and for a choice."""
        if self.prior is None or isinstance(self.prior, Choice):
            return None
        low, high = (self.prior.quantile(u) for u in (0.5 - CENTRAL / 2, 0.5 + CENTRAL / 2))
        return max(low, self.bounds[0]), min(high, self.bounds[1])

    def below(self, value: float) -> float | None:
        """The share of its prior below a value; None for one without.

        >>> from lockgate.sim.model.parameters import Uniform
        >>> Input("lag", prior=Uniform(0.0, 4.0)).below(1.0)
        0.25
        """
        if self.prior is None:
            return None
        if isinstance(self.prior, Choice):
            return math.fsum(share for each, share in zip(self.prior.values, self.prior.shares, strict=True) if each < value)
        low, high = 0.0, 1.0
        for _ in range(STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.prior.quantile(middle) < value else (low, middle)
        return high if high < 1.0 else 1.0

    def between(self, low: float, high: float) -> float | None:
        """The share of its prior from one value to another."""
        under, over = self.below(low), self.below(math.nextafter(high, math.inf)) if math.isfinite(high) else 1.0
        return None if under is None or over is None or self.prior is None else over - under

    def of(self, values: Sequence[float]) -> float | None:
        """The share of its prior that has one of these values; None where the prior is no choice."""
        if not isinstance(self.prior, Choice):
            return None
        return math.fsum(share for each, share in zip(self.prior.values, self.prior.shares, strict=True) if each in values)

    def rounded(self, value: float) -> str:
        """A value in two digits, or its label.

        >>> Input("leak_hazard").rounded(0.000327), Input("pace").rounded(1234.0), Input("feedback", labels={0.0: "none"}).rounded(0.0)
        ('0.00033', '1,200', 'none')
        """
        if value in self.labels:
            return self.labels[value]
        if value == 0.0 or not math.isfinite(value):
            return f"{value:g}"
        size = 1 - math.floor(math.log10(abs(value)))
        return number(round(value, size), max(0, size)) if size <= 0 else f"{round(value, size):.10g}"

    def said(self, value: float) -> str:
        """A value with its unit, and what it comes to where that is clearer.

        >>> Input("leak_hazard", "per day").said(0.000327)
        '0.00033 per day (once in 3,100 days)'
        >>> Input("spy_share", "share").said(0.25), Input("leaks_on", "yes or no", labels={1.0: "true"}).said(1.0)
        ('0.25 (25 %)', 'true')
        """
        text = self.rounded(value)
        if self.labels or not self.unit or self.unit == "yes or no":
            return text
        if self.unit in ("share", "chance"):
            return f"{text} ({percent(value, 0 if abs(value) >= 0.1 else 2)})"
        if self.unit == "per day" and 0.0 < value < RARE:
            return f"{text} per day (once in {self.rounded(1.0 / value)} days)"
        unit = UNITS.get(self.unit, (self.unit, 1.0))[0]
        return f"{text} {'' if unit in ('ratio', 'choice') else unit}".rstrip()

    @property
    def words(self) -> str:
        """What it is, to stand within a sentence.

        >>> Input("leak_hazard", meaning="Hazard that a partner's access leaks, per day.").words
        "hazard that a partner's access leaks, per day"
        """
        text = self.meaning.rstrip(".") or self.name
        return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def input_of(results: Results, cases: Cases, name: str, policy: int = 1) -> Input:
    """An input by its name among the cases. Raises `InputError` for one that does not differ between them."""
    if name not in cases.inputs:
        said = (
            f"the inputs that differ are {', '.join(cases.inputs) or 'none'}" if len(cases.inputs) <= 12 else f"{len(cases.inputs)} differ"
        )
        raise InputError(f"input {name!r} does not differ between the cases of this study; {said}{nearest(name, cases.inputs)}")
    parameter = parameter_of(cases, name)
    if parameter is not None:
        return parameter_input(results.worlds[0].parameters[parameter], name, cases)
    factor = cases.factors[name]
    levers = results.study.policies[results.selection.policies[policy]].levers
    centre = float(levers.get(factor.name, LEVERS[factor.name].default)) if factor.role == "lever" else None
    labels = {0.0: "false", 1.0: "true"} if factor.type is bool else {}
    return Input(name, factor.unit, factor.meaning, "", labels, factor.prior, centre)


def parameter_input(known: Parameter, name: str, cases: Cases) -> Input:
    """A parameter as a world has it; where the design varies it over a prior of its own, with that."""
    factor = cases.factors.get(name)
    prior = factor.prior if factor is not None and factor.prior is not None else known.prior
    return Input(name, known.unit, known.meaning, known.grade, cases.labels(name), prior, float(known.default), known.bounds)
