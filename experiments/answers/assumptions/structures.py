"""In which structures of the model a verdict holds: the same verdict again, in the draws with each value of a sampled switch or choice."""

from dataclasses import dataclass
from typing import Any

from lockgate.experiments.answers.cases import HARM, compared
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.structure import few, labels_of, structures_of
from lockgate.experiments.results.verdict import Verdict, verdict
from lockgate.experiments.text.numbers import count
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS


@dataclass(frozen=True)
class InStructure:
    """The verdict in the draws in which a structure has a value."""

    structure: str
    label: str
    verdict: Verdict

    @property
    def too_few(self) -> bool:
        """Whether there are too few draws to rest anything on."""
        return bool(few(self.structure, self.label, self.verdict.draws))

    @property
    def text(self) -> str:
        """The structure, its value, and what the verdict is there.

        >>> from lockgate.experiments.results.verdict import decided
        >>> InStructure("feedback", "none", decided("incidents", 1.0, 0.5, 1.5, 90, 0, 90)).text
        'feedback none (clear, more)'
        """
        direction = f", {self.verdict.direction}" if self.verdict.direction != "same" else ""
        return f"{self.structure} {self.label} ({self.verdict.name}{direction})"


@dataclass(frozen=True)
class Structures:
    """The verdict on a policy in all draws, and in those with each value of each sampled structure."""

    policy: str
    overall: Verdict
    parts: tuple[InStructure, ...]

    @property
    def known(self) -> tuple[InStructure, ...]:
        """The parts that have draws enough."""
        return tuple(part for part in self.parts if not part.too_few)

    @property
    def otherwise(self) -> tuple[InStructure, ...]:
        """The parts with draws enough in which the direction is not clear, or another one."""
        return tuple(part for part in self.known if not part.verdict.is_clear or part.verdict.direction != self.overall.direction)

    def sentences(self) -> list[str]:
        """Where it holds, and where not."""
        if not self.parts:
            return ["No structure of the model differs between these draws: in which it holds was not looked at."]
        if not self.known:
            return [f"In which structures it holds cannot be told: each of {count(len(self.parts), 'value')} had too few draws."]
        names = len({part.structure for part in self.known})
        of = f"{count(len(self.known), 'value')} of {count(names, 'sampled structure')}"
        left_out = len(self.parts) - len(self.known)
        too_few = [f"{count(left_out, 'value')} of structures had too few draws to tell."] if left_out else []
        if not self.overall.is_clear:
            clear = [part for part in self.known if part.verdict.is_clear]
            where = f"only with {', '.join(part.text for part in clear)}" if clear else "in none"
            return [f"Of {of} it is clear {where}.", *too_few]
        if not self.otherwise:
            return [f"It holds, clearly, in all {of}.", *too_few]
        return [
            f"It holds in {len(self.known) - len(self.otherwise)} of {of}; not with {', '.join(p.text for p in self.otherwise)}.",
            *too_few,
        ]

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        parts = [{"structure": part.structure, "value": part.label, **part.verdict.content()} for part in self.parts]
        return {"policy": self.policy, "overall": self.overall.content(), "structures": parts}


def structures(results: Results, policy: str | None = None, outcome: str = HARM) -> Structures:
    """In which structures the verdict on a policy (default: the second) against the reference holds.

    Raises `InputError` where there are several worlds or points.
    """
    if not results.is_comparison:
        raise InputError("structures are looked at in one world at one point; choose them first, such as where(world='baseline', point=0)")
    place, base = compared(results, policy)
    values = results.outcome(outcome)
    world = int(results.selection.worlds[0])
    parts = []
    for name in structures_of(results.study):
        there = labels_of(results.study, name, results.selection.draws.tolist())[:, world]
        for label in PARAMETERS[name].labels:
            chosen = values[there == label]
            if len(chosen):
                parts.append(InStructure(name, label, verdict(outcome, chosen[:, place], chosen[:, base])))
    return Structures(results.names[place], verdict(outcome, values[:, place], values[:, base]), tuple(parts))
