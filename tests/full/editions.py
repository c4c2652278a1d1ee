"""What the second edition of the model changed, and all policies in all worlds: `python -m tests.full.editions [NAME...] [--draws N]`.

Names are those of the parts below; each is a table between markers in a page of `docs`, made anew from runs.
"""

import argparse
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

from lockgate.experiments.evidence.decomposition import Row, decomposition, waterfall
from lockgate.experiments.evidence.expectations import LINES, SIGNS, Expectation
from lockgate.experiments.evidence.policies_in_worlds import (
    best_everywhere,
    cells,
    levers_without_effect,
    parameters_without_effect,
)
from lockgate.experiments.evidence.sampled_runs import SEED, Edition, Estimate, SampledRuns
from lockgate.experiments.text.numbers import brief
from lockgate.scenarios import list_policies, list_worlds, load_policy
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.rules.sources import source_hash
from tests.full.page import table
from tests.test_first_edition import FOLDER, first_edition

DOCS = Path(__file__).parents[2] / "docs"
FIRST = Edition("first edition", first_edition, lambda name: load_policy(FOLDER / "policies" / f"{name}.toml"))
DRAWS = 200
WANTED = ("model_enabled_harm", "total_loss", "preventable_share", "mean_release_delay_days", "benefit_forgone", "covered_revenue",
          "rivals_revenue", "customers_lost_share")  # fmt: skip
SHOWN = tuple(name for name in WANTED if name in OUTCOMES)
PROGRAMMES = ("harm of open release, US$ million", "one lab, %", "share of worlds better", "all labs, %", "share of worlds better")


def older_values() -> dict[str, object]:
    """Parameters as the first edition had them, or at which what it had not does nothing."""
    return tomllib.loads((FOLDER / "values.toml").read_text(encoding="utf-8"))


def shown(found: Estimate, by: float = 1.0) -> str:
    """An estimate with its interval.

    >>> shown(Estimate(1.234, 1.0, 2.0)), shown(Estimate(3.0, -float("inf"), float("inf"))), shown(Estimate(0.0, 0.0, 0.0))
    ('1.23 [1, 2]', '3 (few draws differ)', '0')
    """
    if found.low == found.high:
        return f"{found.value / by:.3g}"
    if found.high == float("inf"):
        return f"{found.value / by:.3g} (few draws differ)"
    return f"{found.value / by:.3g} [{found.low / by:.3g}, {found.high / by:.3g}]"


def programme_table(what: str, rows: list[Row]) -> str:
    """Open release and the two programmes, row by row."""
    changes = [(row.alone, row.alone_better, row.all_labs, row.all_labs_better) for row in rows]
    return table((what, *PROGRAMMES), [(row.name, shown(row.harm, 1e6), *map(shown, of)) for row, of in zip(rows, changes, strict=True)])


def decomposed(draws: int) -> str:
    """The headline with each mechanism taken out alone."""
    return programme_table("model", list(decomposition(SampledRuns(draws))))


def from_first_to_second(draws: int) -> str:
    """The way from the first edition to the second."""
    return programme_table("mechanisms so far", list(waterfall(SampledRuns(draws), older_values())))


def expected(line: Expectation) -> str:
    """The range of an expectation."""
    if line.high == float("inf") or line.low == -float("inf"):
        return f"at least {line.low:g}" if line.high == float("inf") else f"at most {line.high:g}"
    return f"{line.low:g} to {line.high:g}"


def expectation_table(lines: tuple[Expectation, ...], draws: int) -> str:
    """Each line in both editions."""
    editions = (SampledRuns(draws, edition=FIRST), SampledRuns(draws))
    rows = []
    for line in lines:
        before, after = (line.measure(edition) for edition in editions)
        said = f"`{line.name}`: {line.measured}, {line.unit}"
        rows.append((said, expected(line), line.why, shown(before), shown(after), line.verdict(after)))
    return table(("measured", "expected", "because", "first edition", "second edition", "verdict"), rows)


def grid(draws: int) -> str:
    """A table for each outcome, policies by worlds, and what is best everywhere or acts on nothing."""
    made = {(cell.policy, cell.world): cell for cell in cells(SHOWN, draws, SEED)}
    parts = []
    for name in SHOWN:
        outcome = OUTCOMES[name]
        rows = [(policy, *(told(made[policy, world].found[name], outcome.unit) for world in list_worlds())) for policy in list_policies()]
        sense = {"low": "less is better", "high": "more is better", "neither": "neither is better"}[outcome.better]
        parts.append(f"**{outcome.short}** ({outcome.meaning}; {sense}), {outcome.unit}\n\n{table(('policy', *list_worlds()), rows)}")
    best = best_everywhere(list(made.values()))
    idle, unused = parameters_without_effect(), [f"{lever} of {policy}" for policy, lever in levers_without_effect()]
    parts.append(f"At least as good as every other policy, in every world and outcome: {', '.join(best) or 'none'}.")
    parts.append(f"Parameters that change no outcome of any policy in any world: {', '.join(idle) or 'none'}.")
    parts.append(f"Levers that change no outcome of the policy that sets them: {', '.join(unused) or 'none'}.")
    return "\n\n".join(parts)


def told(found: Estimate, unit: str) -> str:
    """An estimate in the unit of its outcome."""
    if found.low == found.high or found.high == float("inf"):
        return brief(found.value, unit)
    return f"{brief(found.value, unit)} [{brief(found.low, unit)}, {brief(found.high, unit)}]"


PARTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "decomposition": ("credibility.md", decomposed),
    "expectations": ("second-edition.md", lambda draws: expectation_table(LINES, draws)),
    "signs": ("second-edition.md", lambda draws: expectation_table(SIGNS, draws)),
    "waterfall": ("second-edition.md", from_first_to_second),
    "policies": ("policies-in-worlds.md", grid),
}


def block(name: str) -> re.Pattern[str]:
    """Where a part stands in its page."""
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def written(name: str) -> str:
    """A part as its page has it."""
    page = DOCS / PARTS[name][0]
    found = block(name).search(page.read_text(encoding="utf-8"))
    assert found, f"{page} needs a block <!-- {name} --> ... <!-- end -->"
    return found[2]


def renew(name: str, draws: int) -> None:
    """Make a part anew and write it into its page."""
    file, make = PARTS[name]
    page = DOCS / file
    made = f"Model {source_hash()}, {draws} draws, seed {SEED}; in brackets 95 % intervals.\n\n{make(draws)}\n"
    renewed, count = block(name).subn(lambda match: f"{match[1]}{made}{match[3]}", page.read_text(encoding="utf-8"))
    assert count == 1, f"{page} needs one block <!-- {name} --> ... <!-- end -->"
    page.write_text(renewed, encoding="utf-8")


def main() -> None:
    """Renew the parts named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--draws", type=int, default=DRAWS)
    given = parser.parse_args()
    for name in given.names or PARTS:
        renew(name, given.draws)
        print(f"{name}: {DOCS / PARTS[name][0]}", flush=True)


if __name__ == "__main__":
    main()
