"""How long is long enough: the policy with shorter and longer previews, in the same worlds with the same luck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array
from lockgate.experiments.report.content import Figure, Paragraph, Section, Table
from lockgate.experiments.report.found import Found
from lockgate.experiments.results.ensemble import Ensemble
from lockgate.experiments.results.pairing import estimates_of
from lockgate.experiments.results.verdict import Verdict, pairwise
from lockgate.experiments.text.notes import preliminary
from lockgate.experiments.text.numbers import count, days, listed, printable
from lockgate.experiments.text.wording import finite, percent_span, signed_percent, verdict_cell
from lockgate.scenarios.reads import needed, reads
from lockgate.sim.engine.run import simulate
from lockgate.sim.engine.runs import why_not_compiled
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import LEVERS, Policy

LEVER = "preview_days"
DAYS = (0, 14, 30, 60, 90)
LENGTH_DRAWS = 60  # a verdict needs 50, and each costs four runs
TITLE = "How long is long enough?"
NOTE = (
    "Dots are means over {draws} of the worlds above, whiskers their 95 % intervals, in percent of the mean harm under {reference} in "
    "these worlds. Below 0 there is less harm. Every length runs in the same worlds with the same luck."
)


@dataclass(frozen=True, eq=False)
class Lengths:
    """Harm (US$) with each number of days held, (D, K), and under the reference, (D,), in the first draws; and the days tests take.

    `tests` is the median delay in the draws in which a system is held where nothing but tests holds it; 0 where they hold nothing.
    """

    days: tuple[int, ...]
    harm: Array
    base: Array
    tests: float

    @property
    def verdicts(self) -> list[list[Verdict]]:
        """The verdict on each length (row) against each other one (column)."""
        return pairwise(HARM, self.harm)

    @property
    def estimates(self) -> dict[str, dict[str, Any]]:
        """The difference of each length from the reference, by days."""
        found = estimates_of(["", *map(str, self.days)], {HARM: np.column_stack([self.base, self.harm])})
        return {name: known[HARM]["difference"] for name, known in found.items() if name}

    @property
    def changes(self) -> bool:
        """Whether the length changes anything."""
        return any(found.word != "same" for row in self.verdicts for found in row)

    @property
    def enough(self) -> int:
        """The fewest days from which on no longer hold clearly has less harm."""
        for place, length in enumerate(self.days):
            longer = [row[place] for row in self.verdicts[place + 1 :]]
            if not any(found.is_clear and found.direction == "less" for found in longer):
                return length
        return self.days[-1]

    def sentences(self) -> list[str]:
        """Up to which length more is clearly better, and what tests do by themselves."""
        early = "".join(f"{said} " for said in preliminary(len(self.base)))
        last = self.days[-1]
        if self.enough == last:
            shorter = self.days[-2]
            found = self.verdicts[-1][-2]
            first = f"Of the lengths looked at, {last} days clearly {'has' if last == 1 else 'have'} less harm than {shorter}"
            said = [f"{early}{first}: the model shows no length that is enough." if found.is_clear else f"{early}{first} or fewer."]
        else:
            said = [f"{early}Between {self.enough} and {days(float(last))} the model cannot show that longer is better."]
        worse = [
            self.days[place]
            for place, row in enumerate(self.verdicts)
            if any(found.is_clear and found.direction == "more" for found in row[:place])
        ]
        if worse:
            said.append(f"Clearly more harm than with a shorter hold: at {listed([str(each) for each in worse])} days.")
        if self.tests >= 1.0:
            said.append(f"Tests alone hold a system for about {days(round(self.tests))}: a shorter preview changes nothing.")
        return said


def lengths(found: Found) -> Lengths:
    """Make the runs that this takes. Raises `InputError` where nothing is held for a number of days, or runs differ from before."""
    cell, policy = found.cell, found.policy
    if not reads(policy, LEVER, 0, cell.horizon_days):
        raise InputError(
            f"{found.label} holds no system for a number of days (that needs {needed(LEVER)}), so there is no length to choose"
        )
    own = int(policy.steps()[0].get(LEVER, LEVERS[LEVER].default))
    tried = tuple(sorted({*DAYS, own} if own < cell.horizon_days else DAYS))
    chosen = cell.selection.draws[:LENGTH_DRAWS].tolist()
    ensemble, kinds = cell.where(draw=chosen).ensemble, found.own_kinds
    if why := why_not_compiled(kinds):
        raise InputError(f"runs of these kinds of agents take too long to make more of them: {why}")
    harm = found.harm[: len(chosen)]
    refuse_other_model(ensemble, cell.policies[0], harm[0, 0], cell.horizon_days, kinds)
    rest = [each for each in tried if each != own]
    made = simulate(ensemble.worlds, [held_for(policy, each) for each in rest], ensemble.seeds, cell.horizon_days, kinds=kinds).outcomes
    columns = {each: made[HARM][:, place].astype(float) for place, each in enumerate(rest)} | {own: harm[:, found.place]}
    values = np.column_stack([columns[each] for each in tried])
    good = np.isfinite(values).all(axis=1) & np.isfinite(harm[:, 0])
    delays = made["release_delay_days"][:, rest.index(0)] if own else cell.outcome("release_delay_days")[: len(chosen), found.place]
    delayed = delays[delays > 0.0]
    return Lengths(tried, values[good], harm[good, 0], float(np.median(delayed)) if len(delayed) else 0.0)


def held_for(policy: Policy, length: int) -> Policy:
    """The policy with this preview from day 0 on, and wherever its timeline sets one."""
    timeline = [(day, {**step, LEVER: length} if LEVER in step else step) for day, step in policy.timeline]
    return replace(policy, name=f"{policy.name[:60]} {length}", levers={**policy.levers, LEVER: length}, timeline=timeline)


def refuse_other_model(ensemble: Ensemble, reference: Policy, harm: float, horizon_days: int, kinds: Any) -> None:
    """Raise `InputError` where the first run, made again, has another harm than the results tell of."""
    again = float(simulate(ensemble.worlds[:1], [reference], ensemble.seeds[:1], horizon_days, kinds=kinds).outcomes[HARM][0, 0])
    if np.isfinite(harm) and again != harm:
        raise InputError("another version of the model made these runs; make them again with this one to compare other lengths")


def length_section(found: Found, made: Lengths | None, why: str) -> Section:
    """The section, or why there is none."""
    if made is None:
        return Section("length", TITLE, (Paragraph(why),), skipped=True)
    if not made.changes:
        same = f"None of {listed([str(each) for each in made.days])} days changes anything under {found.label}: "
        held = (
            f"tests hold a system for about {days(round(made.tests))} anyway." if made.tests >= 1.0 else "harm is the same in every draw."
        )
        return Section("length", TITLE, (Paragraph(same + held),), skipped=True)
    more = made.sentences()[1:]
    rest = [Paragraph(" ".join(more))] if more else []
    return Section("length", TITLE, (figure(found, made), *rest, table(found, made)))


def figure(found: Found, made: Lengths) -> Figure:
    """Days held against percent of the reference's harm."""
    rows = [row(name, difference) for name, difference in made.estimates.items()]
    said = made.sentences()
    data = {
        "rows": rows,
        "unit": f"% of harm under {found.reference}",
        "reference": found.reference,
        "above": "more harm",
        "below": "less harm",
        "title": said[0],
        "alt": " ".join([*said, *(f"{row_words(each)}." for each in rows)]),
        "shade": {"to": made.tests, "label": "testing takes this long anyway"} if made.tests >= 1.0 else None,
        "x": "days",
    }
    columns = {name: [each[name] for each in rows] for name in ("label", "mean", "low", "high", "word")}
    note = NOTE.format(draws=count(len(made.base), "draw"), reference=found.reference)
    return Figure("length", "whiskers", data, note, {"days": columns.pop("label"), **columns})


def row(name: str, difference: Mapping[str, Any]) -> dict[str, Any]:
    """A length, with the difference in percent of the reference's mean."""
    share = difference["relative"]
    ends = {end: 100.0 * share[end] if finite(share[end]) else None for end in ("mean", "low", "high")}
    return {"label": name, **ends, "word": difference["verdict"], "direction": difference["direction"]}


def row_words(each: Mapping[str, Any]) -> str:
    """A length in words."""
    size = "not known" if each["mean"] is None else signed_percent({**share_of(each)})
    return f"{days(float(each['label']))}: {size}, {each['word']}"


def share_of(each: Mapping[str, Any]) -> dict[str, float | None]:
    """The ends of a row as shares."""
    return {end: None if each[end] is None else each[end] / 100.0 for end in ("mean", "low", "high")}


def table(found: Found, made: Lengths) -> Table:
    """The same in figures."""
    rows: Sequence[tuple[str, ...]] = [
        (days(float(name)), signed_percent(known["relative"]), percent_span(known["relative"]), verdict_cell(Verdict.of(HARM, known)))
        for name, known in made.estimates.items()
    ]
    caption = f"Harm with each length of the hold, against {printable(found.reference)}"
    return Table(caption, ("days held", "difference", "95 % interval (%)", "verdict"), tuple(rows))
