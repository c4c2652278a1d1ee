"""The credibility card of a result, and the record of the long checks that it names."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lockgate.experiments.answers.cases import cases_of, outcome_of
from lockgate.experiments.answers.drivers.driver import Driver
from lockgate.experiments.answers.drivers.driver_words import listed
from lockgate.experiments.answers.drivers.index import shares
from lockgate.experiments.answers.drivers.screening import grade_of, screened
from lockgate.experiments.evidence.caveats import caveats
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.results.results import Results, with_kinds
from lockgate.experiments.results.verdict import ENOUGH
from lockgate.sim.model.chance import SCHEME
from lockgate.sim.model.parameters import GRADES
from lockgate.sim.rules.sources import source_hash

OUTCOME = "model_enabled_harm"


def influences(comparison: Results) -> dict[str, list[Driver]]:
    """For each policy but the reference, the inputs with an influence on its difference in harm, the one of most concern first.

    One policy alone is screened by its harm. Empty where nothing is sampled, or where draws are too few.
    """
    cases = cases_of(comparison)
    if not cases.inputs or comparison.draws < ENOUGH:
        return {}
    harm = outcome_of(comparison, OUTCOME)
    names, outputs = (comparison.names[1:], harm[:, 1:] - harm[:, :1]) if len(comparison.names) > 1 else (comparison.names, harm)
    each = zip(names, screened(cases, outputs, listed=True), strict=True)
    return {policy: by_concern([Driver(name, grade_of(cases, name), alone) for name, alone in found.items()]) for policy, found in each}


def by_concern(found: list[Driver]) -> list[Driver]:
    """Those with an influence: influence times weakness of the evidence decides their order."""
    return sorted((driver for driver in found if driver.influence > 0.0), key=lambda driver: (-driver.concern, driver.name))


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
    concerns: Mapping[str, list[Driver]]
    screening: str
    caveats: tuple[str, ...] = ()

    def content(self) -> dict[str, Any]:
        """The card as plain content."""
        return {
            "caveats": list(self.caveats),
            "verification": self.verification,
            "validation": self.validation,
            "made_with": self.made_with,
            **self.basis,
            "factors": [dict(zip(("group", "name", "level", "why"), factor, strict=True)) for factor in self.factors],
            "screening": self.screening,
            "of_most_concern": {
                policy: [{"name": one.name, "grade": one.grade, "influence": round(one.influence, 4)} for one in found]
                for policy, found in self.concerns.items()
            },
        }

    def text(self) -> str:
        """The card as a page."""
        levels = "\n".join(f"| {group} | {name} | {level} | {line} |" for group, name, level, line in self.factors)
        basis = "\n".join(f"- **{name.capitalize()}**: {value}" for name, value in self.basis.items())
        concerns = "\n".join(
            f"| `{policy}` | `{one.name}` | {shares(one.alone)} | {one.grade}: {GRADES[one.grade]} |"
            for policy, found in self.concerns.items()
            for one in found
        )
        table = f"\n| policy | parameter | influence [95 %] | evidence |\n|---|---|--:|---|\n{concerns}\n" if concerns else ""
        caveats = "\n".join(f"{place}. {caveat}" for place, caveat in enumerate(self.caveats, 1))
        return f"""# How far to trust this result

{caveats}

## What would change the answer
{self.screening}
{table}
## Annex: credibility card

- **Verified**: {self.verification} ({self.made_with}).
- **Validated**: {self.validation}.
{basis}

### The eleven factors of NASA-STD-7009
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
        concerns={policy: drivers[:SHOWN] for policy, drivers in found.items()},
        screening=screening_words(comparison, found),
        caveats=caveats(comparison, record),
    )


def changed(comparison: Results) -> dict[str, str]:
    """What is to be said of kinds of agents that are not the model's own."""
    own = with_kinds(comparison.kinds).strip()
    return {"behaviour": f"changed. {own} What was verified and validated is the model's own"} if own else {}


def screening_words(comparison: Results, found: Mapping[str, list[Driver]]) -> str:
    """What was screened, and how."""
    sampled = 0 if comparison.fixed else len(comparison.world.sampled)
    if not sampled:
        return "All parameters were held at their central values: what they would change was not looked at."
    if comparison.draws < ENOUGH:
        return f"Not screened: {comparison.draws:,} draws are too few to tell influence from chance; {ENOUGH} are enough."
    paired = len(comparison.names) > 1
    what = f"difference in model-enabled harm from {comparison.names[0]}" if paired else "model-enabled harm"
    none = [f"`{policy}`" for policy, drivers in found.items() if not drivers]
    if len(none) == len(found):
        return f"None of {sampled} sampled parameters has an influence on the {what} that can be told from chance."
    without = f" For {listed(none)} none can." if none else ""
    return (
        f"For each policy, those of {sampled} sampled parameters whose influence on its {what} can be told from chance, {SHOWN} at most, "
        f"with the largest influence times weakest evidence on top.{without} Influence is the share of the variance that a parameter "
        "explains alone."
    )
