"""The page of cases, `docs/cases.md`: written from the code, so that its numbers are those of today's model."""

from experiments.command.cases import HEADINGS, case_rows
from experiments.validation.happened import CASES, Case
from experiments.validation.replay import Replayed, found_inside, replay
from experiments.validation.study import Study

SHOWN = ("partner-programme", "directive-revocation")  # with a chart
HEAD = """# Cases

Five things that happened in 2026, beside what the model says could have happened under the policy that is named after each. They were
reported by the press and are **not verified**. The model knows none of them as a date: it knows the levers of the policy and the priors
of the baseline world. Where a lever was set to the reported size the model repeats it, and that is no evidence; where it was not, the
last column says which share of the draws lies below what was reported: close to 0 or 100 % means that the model hardly allows it.

`lockgate cases` prints these tables, and `lockgate cases --out DIR` draws the charts. This page is written by
`python -m tests.full.cases`, and a test fails when it is stale.
"""


def page(study: Study) -> str:
    """The whole page."""
    sections = [section(case, replay(case, study)) for case in CASES.values()]
    foot = f"Model: {study.draws} draws of the baseline world, seed {study.seed}; quantiles over draws. Equal values count half as below.\n"
    return "\n".join([HEAD, *sections, foot])


def section(case: Case, replayed: list[Replayed]) -> str:
    """One case: what happened, the table, and what the policy leaves out."""
    dated = [f"- {case.dated((each.on - case.day_0).days)} (day {(each.on - case.day_0).days}): {each.told}." for each in case.happenings]
    lines = [" | ".join(row) for row in case_rows(replayed)]
    table = [f"| {' | '.join(HEADINGS)} |", f"|{'---|' * 2}{'--:|' * 3}---|--:|", *(f"| {line} |" for line in lines)]
    chart = [f"![{case.title}: what was reported beside the model's draws](cases-{case.name}.png)", ""] if case.name in SHOWN else []
    notes = [f"- {finding}" for finding in case.findings]
    return "\n".join([
        f"## {case.name}: {case.title}", "", *dated, "", f"Sources: {case.source}. In short: {found_inside(replayed)}.", "",
        *table, "", *notes, "", *chart,
    ])  # fmt: skip
