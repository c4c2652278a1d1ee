"""The eleven credibility factors of NASA-STD-7009, with an honest level for this model, from 0 (insufficient evidence) to 4.

Levels are the authors' own: nobody has reviewed them, and the standard wants them neither averaged nor added.
Source: NASA-STD-7009B (2024), "Standard for Models and Simulations", appendix E.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from experiments.credibility.record import recorded

Record = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Factor:
    """One factor: its group in the standard, its level 0 to 4, and one line on why."""

    group: str
    name: str
    level: int
    line: Callable[[Record], str]


def figure(record: Record, check: str, name: str) -> str:
    """A figure of a long check, or words that say there is none."""
    value = record.get(check, {}).get(name, "(not recorded)")
    return value if isinstance(value, str) else f"{value:,}"


def verified(record: Record) -> str:
    """What was verified, in figures."""
    return (
        f"{figure(record, 'reductions', 'held')} of {figure(record, 'reductions', 'rows')} rows of closed forms met, "
        f"{figure(record, 'relations', 'held')} of {figure(record, 'relations', 'relations')} relations held over generated scenarios, "
        f"{figure(record, 'mutation', 'killed')} of {figure(record, 'mutation', 'mutants')} planted faults noticed"
    )


def validated(record: Record) -> str:
    """The level of validation, in words."""
    return (
        f"compared with {figure(record, 'patterns', 'compared')} patterns, {figure(record, 'patterns', 'held_out')} of them held out; "
        f"{figure(record, 'patterns', 'missed')} missed, {figure(record, 'patterns', 'held_out_missed')} of them held out; "
        f"no prediction has been tested"
    )


def foot() -> str:
    """One sentence for the foot of a chart."""
    return f"Credibility: {validated(recorded())} (credibility.md)."


def said(line: str) -> Callable[[Record], str]:
    """A line without figures."""
    return lambda _record: line


DEVELOPMENT, USE = "development", "use"
FACTORS = (
    Factor(DEVELOPMENT, "Data pedigree", 1, said("every parameter has a grade and a source; most are judgement or secondary reports")),
    Factor(DEVELOPMENT, "Verification", 2, verified),
    Factor(DEVELOPMENT, "Validation", 1, validated),
    Factor(DEVELOPMENT, "Technical review of the development", 0, said("nobody but its authors has reviewed the model")),
    Factor(DEVELOPMENT, "Process of the development", 2, said("versioned and tested on every change; no process is audited")),
    Factor(USE, "Use assessment", 1, said("intended use and limits are written down; there is no earlier use to compare with")),
    Factor(USE, "Input pedigree", 1, said("policies and worlds follow press reports of 2026, which nobody here verified")),
    Factor(USE, "Uncertainty characterization", 2, said("parameters and luck are sampled and paired; structure varies by switches only")),
    Factor(USE, "Results robustness", 1, said("sampled parameters are screened for influence; no full sensitivity study")),
    Factor(USE, "Technical review of the use", 0, said("nobody has reviewed this use")),
    Factor(USE, "Process of the use", 2, said("results carry versions, hashes, seeds and the command that makes them again")),
)
