"""The first screen: question, answer, verdict, misuse, costs, what would turn it, effect over time, and what it is not."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from lockgate.experiments.answers.over_time.effect import Effect, known
from lockgate.experiments.browser.sentences import SENTENCES
from lockgate.experiments.evidence.card import recorded
from lockgate.experiments.report.content import Answer, Figure
from lockgate.experiments.report.found import Found, capital
from lockgate.experiments.results.verdict import ENOUGH
from lockgate.experiments.text.comparison import CHANGES, harm_sentence, money_span, said_change, said_price, said_release
from lockgate.experiments.text.course import by_day, lasting, said_course
from lockgate.experiments.text.numbers import count, days, money, percent, printable, share_number
from lockgate.experiments.text.question import question
from lockgate.experiments.text.wording import HARM, LEVEL, finite, percent_span, signed_percent, verdict_cell

EFFECT_NOTE = (
    "Above 0 there is less harm than under {reference}. The line is the median world, the bands hold the middle 50 % and 90 % of worlds. "
    "Dots with bars are something else: the mean over worlds and its 95 % interval, as in brackets."
)


def first_screen(found: Found) -> Answer:
    """What a reader meets first."""
    verdict, (size, interval) = found.verdict, size_of(found)
    shares = zip((verdict.less, verdict.same, verdict.more), ("less", "same", "more"), strict=True)
    figure = effect_figure(found.effect, found) if found.effect else None
    return Answer(
        question=question(found.policy, found.cell.policies[0], found.reference),
        subject=f"{found.label} against {found.reference}",
        answer=answer_sentence(found),
        verdict=verdict,
        word=verdict_cell(verdict),
        size=size,
        interval=interval,
        misuse=tuple(f"{share_number(share)} {side}" for share, side in shares) if verdict.draws else (),
        costs=tuple(costs(found)),
        turns=tuple(turns(found)),
        figure=figure,
        why_none=found.missing.get("effect", ""),
        honesty=tuple(honesty(found)),
    )


def answer_sentence(found: Found) -> str:
    """The answer in one sentence: over time where the weekly harm was kept, else at the end."""
    effect, verdict = found.effect, found.verdict
    if effect is None:
        return capital(f"{harm_sentence(found.estimates[found.asked.policy][HARM], found.reference, found.words)}.")
    early = f"Preliminary, under {ENOUGH} draws: " if verdict.preliminary else ""
    end = int(effect.days[-1])
    if effect.is_same:
        return f"{early}The same harm from misuse as under {found.reference}, on every day and in all draws."
    when = f"by day {end} ({lasting(end)})"
    return f"{early}{capital(said_course(effect))}; {when}: {by_day(effect, end)}."


def size_of(found: Found) -> tuple[str, str]:
    """The mean difference in harm, and its interval: in percent of the reference's mean, where that is known, else in US$."""
    difference = found.estimates[found.asked.policy][HARM]["difference"]
    relative = difference.get("relative") or {}
    if finite(relative.get("mean")):
        return f"{signed_percent(relative)} harm on average", f"{LEVEL} {percent_span(relative)} %" if finite(relative.get("low")) else ""
    spread = money_span(difference, signed=True) if finite(difference["low"]) else ""
    return f"{'+' if difference['mean'] > 0.0 else ''}{money(difference['mean'])} of harm on average", spread


# What it costs


def costs(found: Found) -> Iterator[str]:
    """Delay where it is obeyed, refusals, lead, customers, and from which value of a day of access on it is not worth it."""
    name, outcomes = found.asked.policy, found.estimates[found.asked.policy]
    if found.keeps("release_delay_days", "release_censored"):
        yield said_delay(found, found.place)
    asked = found.compliance.get(name, {})
    if asked.get("share"):
        yield f"labs refuse {percent(1.0 - asked['complied'])} of requests"
    for outcome in CHANGES:
        if found.keeps(outcome):
            yield said_change(outcomes, outcome)
    if price := said_price(found.break_even.get(name, {}), found.verdict):
        yield price.removeprefix("; ")


def said_delay(found: Found, place: int) -> str:
    """The median delay in the draws in which the system of day 0 is delayed at all, and how many these are."""
    delays, late = (found.cell.outcome(name)[:, place] for name in ("release_delay_days", "release_censored"))
    there = np.isfinite(delays)
    held = there & ((delays > 0.0) | (late > 0.0))
    if not held.any() or late[there].all():
        return said_release(found.estimates[found.cell.names[place]], found.words)
    median = float(np.median(known(delays[held], late[held])))
    length = days(median) if np.isfinite(median) else f"more than {days(float(found.cell.horizon_days))}"
    share = float(held.sum() / there.sum())
    where = f"where it is obeyed, in {share_number(share)} % of {found.words.noun}s" if share < 1.0 else f"in every {found.words.noun}"
    return f"median delay of {length} {where}"


# What would turn it


def turns(found: Found) -> Iterator[str]:
    """Where the policy would do harm, and what its sign hangs on, as far as the draws tell."""
    if found.flips is None:
        yield f"Not looked at: {found.missing['flips']}"
        return
    yield printable(found.flips.sentences()[0])
    if found.flip_map is not None and found.flip_map.flips:
        yield printable(found.flip_map.headline)


# Effect over time


def effect_figure(effect: Effect, found: Found) -> Figure:
    """Misuse saved so far, by day: the spread over worlds, and the mean apart."""
    factor, unit = (-100.0 * effect.per_share, f"% of harm under {found.reference}") if effect.per_share > 0.0 else (-1.0, "US$")
    columns = {"day": [0, *effect.days.tolist()]}
    saved = {"mean": effect.part("mean"), "low": effect.part("high"), "high": effect.part("low")}
    saved |= dict(zip(("q05", "q25", "q50", "q75", "q95"), effect.quantiles[::-1], strict=True))
    columns |= {name: [0.0, *(factor * values).tolist()] for name, values in saved.items()}
    data = {
        "days": columns["day"],
        **{name: values for name, values in columns.items() if name != "day"},
        "unit": unit,
        "reference": found.reference,
        "above": "less harm",
        "below": "more harm",
        "marks": list(marks(effect, found)),
        "ghost": None,
        "title": printable(effect.sentences()[0]),
        "alt": printable(" ".join(effect.sentences())),
    }
    whole = f" 100 %: {money(1.0 / effect.per_share)}, the mean to day {effect.days[-1]}." if effect.per_share > 0.0 else ""
    return Figure("effect", "effect", data, EFFECT_NOTE.format(reference=found.reference) + whole, columns)


def marks(effect: Effect, found: Found) -> Iterator[dict[str, Any]]:
    """Days to look at: when the system is public, where the mean saving is gone, and where open weights reach the critical level."""
    if effect.hold_ends:
        yield {"day": effect.hold_ends, "label": SENTENCES["mark_public"]}
    if effect.less is not None and effect.less.break_even is not None:
        yield {"day": effect.less.break_even, "label": "mean saving gone"}
    if "open_parity_day" in found.cell.study.outcomes:
        parity = found.cell.outcome("open_parity_day")[:, 0]
        middle = float(np.nanmedian(parity))
        if 0.0 < middle < found.cell.horizon_days:
            yield {"day": middle, "label": SENTENCES["mark_parity"]}


# What it is not


def honesty(found: Found) -> Iterator[str]:
    """Not a prediction; how many organisations; which facts were missed; what was changed; and which cell of a study this is."""
    patterns = recorded().get("patterns", {})
    organisations = found.cell.ensemble.worlds["organisations"]
    low, high = int(organisations.min()), int(organisations.max())
    yield "Not a prediction"
    yield f"{count(low, 'simulated organisation') if low == high else f'{low:,} to {high:,} simulated organisations'}"
    if "held_out" in patterns:
        yield f"{patterns['held_out_missed']} of {patterns['held_out']} held-out facts missed"
    yield f"changed: {printable('; '.join(found.cell.changes))}" if found.cell.changes else "nothing changed"
    yield f"world {printable(found.cell.world.name)}, {count(found.words.draws, found.words.noun)}, {found.cell.horizon_days} days"
    if found.asked.where:
        yield printable(found.asked.where.removesuffix(": "))
