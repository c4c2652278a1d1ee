"""The eleven credibility factors of NASA-STD-7009, with an honest level for this model, from 0 (no evidence) to 4 (the standard's best).

Levels are the authors' own: nobody has reviewed them. Sentences name figures of the record of long checks where there are any.
Source: NASA-STD-7009A (2016), "Standard for Models and Simulations", appendix on the credibility of results.
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
        f"{figure(record, 'mutation', 'killed_percent')} % of planted faults found by tests"
    )


def validated(record: Record) -> str:
    """The level of validation, in words."""
    return (
        f"compared with {figure(record, 'patterns', 'patterns')} patterns, {figure(record, 'patterns', 'held_out')} of them held out, "
        f"{figure(record, 'patterns', 'missed')} missed; no prediction has been tested"
    )


def foot() -> str:
    """One sentence for the foot of a chart."""
    return f"Credibility: {validated(recorded())} (credibility.md)."


def said(line: str) -> Callable[[Record], str]:
    """A line without figures."""
    return lambda _record: line


DEVELOPMENT, USE = "development", "use"
FACTORS = (
    Factor(DEVELOPMENT, "Data pedigree", 1, said("most parameters are secondary reports or judgement; each has a grade and a source")),
    Factor(DEVELOPMENT, "Verification", 3, verified),
    Factor(DEVELOPMENT, "Validation", 1, validated),
    Factor(DEVELOPMENT, "Development technical review", 0, said("no outside review of the model has been held")),
    Factor(DEVELOPMENT, "Development process", 2, said("versioned and tested on every change; no formal process")),
    Factor(USE, "Input pedigree", 1, said("policies and worlds follow press reports of 2026, which nobody here verified")),
    Factor(USE, "Uncertainty characterisation", 2, said("parameters sampled from priors, paired; structure by switches only")),
    Factor(USE, "Results robustness", 1, said("sampled parameters are screened for influence; no full sensitivity study")),
    Factor(USE, "Use history", 0, said("no decision was taken with it and looked at afterwards")),
    Factor(USE, "Use technical review", 0, said("nobody but its authors has reviewed this use")),
    Factor(USE, "Use process", 2, said("results carry versions, hashes, seeds and the command that makes them again")),
)
