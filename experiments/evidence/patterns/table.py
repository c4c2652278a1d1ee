"""All patterns: facts with their simulations, and how many were met."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lockgate.experiments.evidence.patterns import attack, defence, frontier, governance
from lockgate.experiments.evidence.patterns.observed import FACTS
from lockgate.experiments.evidence.patterns.pattern import HELD_OUT, MISSES, NO_FIGURE, Estimate, Pattern
from lockgate.experiments.evidence.patterns.study import Study
from lockgate.sim.errors import InputError, nearest

SIMULATED: dict[str, Callable[[Study], Estimate]] = {
    **frontier.SIMULATED, **defence.SIMULATED, **attack.SIMULATED, **governance.SIMULATED,
}  # fmt: skip


def checked(names: Sequence[str]) -> list[str]:
    """These names, or all, in the order of the facts. An InputError names the nearest known name."""
    for name in names:
        if name not in FACTS:
            raise InputError(f"unknown pattern {name!r}; known are {', '.join(FACTS)}{nearest(name, FACTS)}")
    return [name for name in FACTS if not names or name in names]


def patterns(names: Sequence[str] = (), study: Study | None = None, progress: Callable[[int], None] = lambda more: None) -> list[Pattern]:
    """The patterns of these names, or all, in the order of the facts."""
    study = study or Study()
    found = []
    for name in checked(names):
        found.append(Pattern(FACTS[name], SIMULATED[name](study)))
        progress(1)
    return found


def summary(found: Iterable[Pattern]) -> dict[str, Any]:
    """How many facts were compared, held out, and missed; `weak` were met by a range so wide that it says little."""
    compared = [pattern for pattern in found if pattern.verdict != NO_FIGURE]
    held_out = [pattern for pattern in compared if pattern.fact.use == HELD_OUT]

    def names(of: list[Pattern], verdict: str) -> list[str]:
        return [pattern.fact.name for pattern in of if pattern.verdict == verdict]

    return {
        "compared": len(compared),
        "held_out": len(held_out),
        "missed": len(names(compared, MISSES)),
        "held_out_missed": len(names(held_out, MISSES)),
        "weak": [pattern.fact.name for pattern in compared if pattern.weak],
        "verdicts": {pattern.fact.name: pattern.verdict for pattern in found},
    }


def sentence(counts: Any) -> str:
    """The summary in words, of figures computed now or read from the record."""
    return (
        f"compared with {counts['compared']} patterns, {counts['held_out']} of them held out; "
        f"{counts['missed']} missed, {counts['held_out_missed']} of them held out; no prediction has been tested"
    )
