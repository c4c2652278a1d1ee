"""Did it happen like this: the case of 2026 that a policy is named after, beside what the model says could have happened."""

from typing import Any

from lockgate.experiments.evidence.cases import CASES, Case, Replayed, case_rows, found_inside, replay, unit_of
from lockgate.experiments.evidence.sampled_runs import SampledRuns
from lockgate.experiments.report.content import Figure, Paragraph, Part, Points, Section
from lockgate.experiments.report.found import Found, capital
from lockgate.experiments.text.numbers import count
from lockgate.scenarios import list_policies

TITLE = "Did it happen like this?"
DRAWS = 50
NOTE = (
    "Bars hold 90 % of {draws} of the baseline world, seed {seed}; dots are medians, diamonds what was reported. A day that is not reached "
    "counts as the end of the run."
)
UNVERIFIED = "What happened was reported by the press, and verified by nobody here. Sources: {source}."


def matching(name: str) -> list[Case]:
    """The cases whose policy has this name."""
    return [case for case in CASES.values() if case.policy == name]


def replayed_cases(name: str) -> list[tuple[Case, list[Replayed]]]:
    """The cases of a policy with the model's draws, which are made for it."""
    sampled = SampledRuns(draws=DRAWS)
    return [(case, replay(case, sampled)) for case in matching(name)]


def happened_section(found: Found, replayed: list[tuple[Case, list[Replayed]]]) -> Section:
    """The section; without a case that matches it says so."""
    if not replayed:
        known = "is named after nothing that happened" if found.asked.policy in list_policies() else "is none of the built-in policies"
        return Section("happened", TITLE, (Paragraph(f"{found.label} {known}, so there is no case to hold it against."),), skipped=True)
    parts: list[Part] = []
    if found.label != found.asked.policy:
        parts.append(Paragraph(f"The case is that of {found.asked.policy} as it is built in, without what was changed here.", "note"))
    for case, values in replayed:
        parts += case_parts(case, values)
    return Section("happened", TITLE, tuple(parts))


def case_parts(case: Case, replayed: list[Replayed]) -> list[Part]:
    """One case: its title with how much of it the model allows, the chart, the table, and what it misses."""
    lead = f"{case.title}: {found_inside(replayed)}."
    missed = [each for each in replayed if each.reported.value is not None and not each.inside]
    told = [f"Missed: {each.reported.words} (reported: {each.reported.said})." for each in missed]
    return [figure(case, replayed, lead), Points((*told, *case.findings, UNVERIFIED.format(source=case.source)))]


def figure(case: Case, replayed: list[Replayed], lead: str) -> Figure:
    """The case as a chart: bar and median of the model, and what was reported, each quantity on its own scale."""
    texts = case_rows(replayed)
    rows: list[dict[str, Any]] = []
    for each, text in zip(replayed, texts, strict=True):
        low, middle, high = each.quantiles
        rows.append({
            "label": capital(each.reported.words), "unit": unit_of(each.reported), "low": low, "middle": middle, "high": high,
            "reported": each.reported.value, "said": each.reported.said, "texts": list(text[2:5]), "inside": each.inside,
        })  # fmt: skip
    told = " ".join(f"{row['label']}: reported {row['said']}, model {row['texts'][0]} to {row['texts'][2]}." for row in rows)
    data = {"rows": rows, "title": lead, "alt": f"{lead} {told}"}
    columns = {name: [row[name] for row in rows] for name in ("label", "unit", "low", "middle", "high", "reported", "said")}
    return Figure(f"case-{case.name}", "case", data, NOTE.format(draws=count(DRAWS, "draw"), seed=SampledRuns().seed), columns)
