"""The credibility card of a result, and the record of the long checks that it names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.results.results import Results, with_kinds
from lockgate.sim.model.chance import SCHEME
from lockgate.sim.model.parameters import GRADES
from lockgate.sim.rules.sources import source_hash

Array = np.ndarray[Any, np.dtype[Any]]
WEAKNESS = {"A": 1, "B": 2, "C": 3, "D": 4, "E": 5, "S": 5}  # of evidence, by grade; which structure holds is judgement at best
STANDARD_ERRORS = 3  # that a coefficient must be from 0, with dozens of parameters screened at once
DRAWS_PER_PARAMETER = 4  # below that, only the very largest could be told from chance
OUTCOME = "model_enabled_harm"


@dataclass(frozen=True)
class Influence:
    """One sampled parameter: its evidence grade, and the share of the variance of ranks that it explains alone."""

    name: str
    grade: str
    share: float

    @property
    def concern(self) -> float:
        """Influence times weakness of the evidence."""
        return self.share * WEAKNESS[self.grade]


def rank_shares(inputs: Array, output: Array) -> Array:
    """Share of the variance of an output's ranks that each input explains: squared standardised rank regression coefficients.

    `inputs` (D, K) and `output` (D,), D well above K. What cannot be told from chance is 0.
    Source: Saltelli et al. (2008), "Global Sensitivity Analysis: The Primer", chapter 1.

    >>> x = np.arange(60.0).reshape(30, 2) % 7
    >>> rank_shares(x, x[:, 0]).round(3).tolist()
    [1.0, 0.0]
    """
    draws, parameters = inputs.shape
    ranks = np.column_stack([rankdata(column) for column in inputs.T])
    ranks = (ranks - ranks.mean(axis=0)) / np.maximum(ranks.std(axis=0), 1e-12)
    target = rankdata(output) - (draws + 1) / 2
    if not target.any():
        return np.zeros(parameters)
    target /= target.std()
    coefficients = np.linalg.lstsq(ranks, target, rcond=None)[0]
    unexplained = np.mean((target - ranks @ coefficients) ** 2)
    chance = STANDARD_ERRORS**2 * unexplained / max(1, draws - parameters - 1)
    return np.asarray(np.where(coefficients**2 > max(chance, 1e-12), coefficients**2, 0.0))


def influences(comparison: Results) -> list[Influence]:
    """Sampled parameters with an influence, the one of most concern first: influence on any policy's difference in harm, times weakness.

    Empty where nothing is sampled or where draws are too few. One policy alone is screened by its harm.
    """
    sampled = () if comparison.fixed else comparison.world.sampled
    if not sampled or comparison.draws < DRAWS_PER_PARAMETER * len(sampled):
        return []
    inputs = np.column_stack([comparison.ensemble.worlds[name].astype(float) for name in sampled])
    outputs = comparison.difference(OUTCOME)[:, 1:] if len(comparison.names) > 1 else comparison.outcome(OUTCOME)
    shares = np.max([rank_shares(inputs, output) for output in outputs.T], axis=0)
    grades = [comparison.world.parameters[name].grade for name in sampled]
    found = [Influence(name, grade, float(share)) for name, grade, share in zip(sampled, grades, shares, strict=True) if share > 0]
    return sorted(found, key=lambda influence: (-influence.concern, influence.name))


RECORD = Path(__file__).with_name("record.json")


def recorded() -> dict[str, dict[str, Any]]:
    """The figures of each long check, by its name.

    With each is what it looked at: the hash of the model's sources (`model`), or the scheme of random numbers alone (`scheme`).

    >>> all("model" in figures or "scheme" in figures for figures in recorded().values())
    True
    """
    return json.loads(RECORD.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def record(check: str, figures: Mapping[str, Any]) -> None:
    """Keep the figures of one long check in the place of older ones. Figures that say what they looked at keep it."""
    known = recorded() | {check: {**({} if "scheme" in figures else {"model": source_hash()}), **figures}}
    RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


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


SHOWN = 5


@dataclass(frozen=True)
class Card:
    """What the card says, ready to be written as a page (`text`) or as plain content (`content`)."""

    verification: str
    validation: str
    made_with: str
    basis: dict[str, str]
    factors: tuple[tuple[str, str, int, str], ...]
    concerns: tuple[Influence, ...]
    screening: str

    def content(self) -> dict[str, Any]:
        """The card as plain content."""
        return {
            "verification": self.verification,
            "validation": self.validation,
            "made_with": self.made_with,
            **self.basis,
            "factors": [dict(zip(("group", "name", "level", "why"), factor, strict=True)) for factor in self.factors],
            "screening": self.screening,
            "of_most_concern": [{"name": one.name, "grade": one.grade, "influence": round(one.share, 4)} for one in self.concerns],
        }

    def text(self) -> str:
        """The card as a page."""
        levels = "\n".join(f"| {group} | {name} | {level} | {line} |" for group, name, level, line in self.factors)
        basis = "\n".join(f"- **{name.capitalize()}**: {value}" for name, value in self.basis.items())
        concerns = "\n".join(f"| `{one.name}` | {one.share:.0%} | {one.grade}: {GRADES[one.grade]} |" for one in self.concerns)
        table = f"\n| parameter | influence | evidence |\n|---|---|---|\n{concerns}\n" if concerns else ""
        return f"""# Credibility card

- **Verified**: {self.verification} ({self.made_with}).
- **Validated**: {self.validation}.
{basis}

## What would change the answer
{self.screening}
{table}
## The eleven factors of NASA-STD-7009
Levels run from 0 (insufficient evidence) to 4. They are the authors' own, and are neither to be averaged nor added.

| group | factor | level | why |
|---|---|---|---|
{levels}
"""


def credibility_card(comparison: Results) -> Card:
    """The card of a comparison."""
    record, now = recorded(), source_hash()
    current = {"model": now, "scheme": SCHEME}
    older = sorted(check for check, figures in record.items() if any(figures.get(of, current[of]) != current[of] for of in current))
    found = influences(comparison)
    return Card(
        verification=verified(record),
        validation=validated(record),
        made_with=f"with an older model: {', '.join(older)}" if older else f"with this model, {now}",
        basis={
            **changed(comparison),
            "draws": f"{comparison.draws:,} {'at central values' if comparison.fixed else 'worlds drawn from their priors'}",
            "seeds": f"{comparison.draws:,} keyed from seed {comparison.seed}, random numbers of scheme {SCHEME}; all in manifest.json",
            "intervals": comparison.summary()["interval"],
            "version": f"lockgate {lockgate_version()}",
        },
        factors=tuple((factor.group, factor.name, factor.level, factor.line(record)) for factor in FACTORS),
        concerns=tuple(found[:SHOWN]),
        screening=screening_words(comparison, found),
    )


def changed(comparison: Results) -> dict[str, str]:
    """What is to be said of kinds of agents that are not the model's own."""
    own = with_kinds(comparison.kinds).strip()
    return {"behaviour": f"changed. {own} What was verified and validated is the model's own"} if own else {}


def screening_words(comparison: Results, found: list[Influence]) -> str:
    """What was screened, and how."""
    sampled = 0 if comparison.fixed else len(comparison.world.sampled)
    if not sampled:
        return "All parameters were held at their central values: what they would change was not looked at."
    needed = DRAWS_PER_PARAMETER * sampled
    if comparison.draws < needed:
        return f"Not screened: {comparison.draws:,} draws are too few for {sampled} sampled parameters; {needed:,} are enough."
    if not found:
        return f"None of {sampled} sampled parameters has an influence on model-enabled harm that can be told from chance."
    what = "differences in model-enabled harm" if len(comparison.names) > 1 else "model-enabled harm"
    return (
        f"{len(found)} of {sampled} sampled parameters have an influence that can be told from chance; below stand those with the largest "
        f"influence times weakest evidence. Influence is the share of the variance of the ranks of {what} that a parameter explains alone."
    )
