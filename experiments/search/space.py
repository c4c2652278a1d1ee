"""The space of a search: which levers are moved, and how far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lockgate.sim.bounds import digits, is_within, refusal, shown
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.policy import LEVERS, Value

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

DIGITS = 3  # of a number in a policy that is found
BOTH = (False, True)
ORGANISATIONS = "organisations"  # the unit of levers that no world has more of
# As far as a policy may go that somebody could mean: the bounds of a lever are those of what can be simulated.
SPANS: dict[str, tuple[float, float]] = {
    "threshold_months": (-6, 12),
    "mandatory": (0, 1),
    "preview_days": (0, 180),
    "extension_days": (0, 60),
    "launch_partners": (0, 300),
    "wave_partners": (0, 300),
    "wave_days": (14, 180),
    "partners_max": (0, 300),
    "guarded_after_days": (0, 540),
    "guard": (0, 0.95),
    "vetted_places": (0, 300),
    "vetting_refused": (0, 0.9),
    "monitored": (0, 0.9),
    "reviewers": (1, 40),
    "agencies": (0, 6),
    "testers": (1, 20),
    "sign_offs": (0, 3),
    "refusal_needed": (0, 0.9),
    "longest_wait_days": (14, 365),
    "trigger_incidents": (1, 50),
    "dark_days": (7, 90),
    "hold_days": (30, 365),
}
# What a lab decides by itself.
DEFAULT = (
    "public_release", "preview_days", "launch_partners", "wave_partners", "wave_days", "guarded_after_days", "guard", "monitored",
)  # fmt: skip
RESTRICTS = "lab_programme"  # without which these levers do nothing


@dataclass(frozen=True)
class Span:
    """A lever, from `low` to `high`, or one of `levels`."""

    lever: str
    low: float = 0.0
    high: float = 0.0
    levels: tuple[Value, ...] = ()

    @property
    def text(self) -> str:
        """The lever and how far it goes, as the command takes it.

        >>> Span("preview_days", 0, 60).text, Span("approvals", levels=(False, True)).text
        ('preview_days=0:60', 'approvals=false,true')
        """
        values = ",".join(str(level).lower() for level in self.levels)
        return f"{self.lever}={values or f'{digits(self.low)}:{digits(self.high)}'}"

    @property
    def distribution(self) -> "BaseDistribution":
        """The span as Optuna has it."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        if self.levels:
            return CategoricalDistribution(self.levels)
        if LEVERS[self.lever].type is int:
            return IntDistribution(int(self.low), int(self.high))
        return FloatDistribution(self.low, self.high)

    def holds(self, value: Value) -> bool:
        """Whether a value is in the span."""
        return value in self.levels if self.levels else self.low <= value <= self.high

    def rounded(self, value: Value) -> Value:
        """A value that somebody can read, in the span all the same."""
        if self.levels or LEVERS[self.lever].type is not float:
            return value
        near = float(f"{value:.{DIGITS}g}")
        return near if self.holds(near) else value


def space_of(levers: Mapping[str, Any] | Sequence[str] | None, *, organisations: int, restricted: bool) -> tuple[Span, ...]:
    """The spans of levers: named ones over their default spans; or a mapping of each to (low, high) or a list of levels.

    By default those that a lab decides by itself; and whether it restricts at all, unless the base policy does (`restricted`). No default
    span goes beyond the world's number of organisations. Raises `InputError` for what is no lever, or cannot be searched.
    """
    if isinstance(levers, Mapping):
        spans = tuple(span_of(name, given, organisations) for name, given in levers.items())
    else:
        asked = (*(() if restricted else (RESTRICTS,)), *DEFAULT) if levers is None else levers
        spans = tuple(default_span(name, organisations) for name in dict.fromkeys(asked))
    if not spans:
        raise InputError("levers = {} must name at least one lever to be searched, such as preview_days")
    return spans


def known_lever(name: str) -> None:
    """Raise `InputError` where there is no such lever, or it is an order of one day."""
    if name not in LEVERS:
        raise InputError(f"lever {shown(name)}: no lever has this name, `lockgate list` names all{nearest(str(name), LEVERS)}")
    if LEVERS[name].once:
        raise InputError(f"lever {name} cannot be searched: it is an order of one day, which belongs to a timeline")


def default_span(name: str, organisations: int) -> Span:
    """A lever over its default span."""
    known_lever(name)
    if LEVERS[name].type is bool:
        return Span(name, levels=BOTH)
    if name not in SPANS:
        low, high = map(digits, LEVERS[name].bounds)
        raise InputError(f"lever {name} has no default span; give one within {low} to {high}, such as {name}={low}:{high}")
    low_, high_ = SPANS[name]
    return Span(name, low_, min(high_, organisations) if LEVERS[name].unit == ORGANISATIONS else high_)


def span_of(name: str, given: Any, organisations: int) -> Span:
    """A lever over what is given: None for its default span, (low, high), or a list of levels."""
    known_lever(name)
    if given is None:
        return default_span(name, organisations)
    lever = LEVERS[name]
    if isinstance(given, tuple) and len(given) == 2 and lever.type is not bool:
        low, high = given
        for end in given:
            if not is_within(lever, end):
                raise refusal(f"lever {name}", lever, end)
        if not low < high:
            raise InputError(f"lever {name} = {digits(low)}:{digits(high)} must go from a lower to a higher value; to hold it, set it")
        return Span(name, lever.type(low), lever.type(high))
    if not isinstance(given, list | tuple) or len(given) < 2:
        raise InputError(f"lever {name} = {shown(given)} must be LOW:HIGH, as (low, high), or a list of two levels or more")
    return Span(name, levels=checked_levels(name, given))


def checked_levels(name: str, given: Sequence[Any]) -> tuple[Value, ...]:
    """Levels in the lever's own type, each once."""
    lever = LEVERS[name]
    for level in given:
        if not is_within(lever, level):
            raise refusal(f"lever {name}", lever, level)
    levels = tuple(lever.type(level) for level in given)
    if len(set(levels)) < len(levels):
        raise InputError(f"lever {name} = {shown(list(given))} must have each level once")
    return levels
