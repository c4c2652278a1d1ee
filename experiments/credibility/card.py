"""The credibility card: one block on every result that says how far it can be trusted, made by the machine."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.credibility.factors import FACTORS, validated, verified
from experiments.credibility.record import recorded
from experiments.credibility.screening import DRAWS_PER_PARAMETER, Influence, influences
from experiments.provenance import lockgate_version
from sim.chance import SCHEME
from sim.parameters import GRADES
from sim.sources import source_hash

if TYPE_CHECKING:
    from experiments.results.results import Results

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
        concerns = "\n".join(
            f"| `{one.name}` | {one.share:.0%} | {one.grade}: {GRADES[one.grade]} |" for one in self.concerns
        )
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


def credibility_card(comparison: "Results") -> Card:
    """The card of a comparison."""
    record, now = recorded(), source_hash()
    older = sorted(check for check, figures in record.items() if figures["model"] != now)
    found = influences(comparison)
    return Card(
        verification=verified(record),
        validation=validated(record),
        made_with=f"with an older model: {', '.join(older)}" if older else f"with this model, {now}",
        basis={
            "draws": f"{comparison.draws:,} {'at central values' if comparison.fixed else 'worlds drawn from their priors'}",
            "seeds": f"{comparison.draws:,} keyed from seed {comparison.seed}, random numbers of scheme {SCHEME}; all in manifest.json",
            "intervals": comparison.summary()["interval"],
            "version": f"lockgate {lockgate_version()}",
        },
        factors=tuple((factor.group, factor.name, factor.level, factor.line(record)) for factor in FACTORS),
        concerns=tuple(found[:SHOWN]),
        screening=screening_words(comparison, found),
    )


def screening_words(comparison: "Results", found: list[Influence]) -> str:
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
