"""The three caveats of a result, in plain words, and what they mean for this very one."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from lockgate.experiments.evidence.facts import FACTS, HELD_OUT
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH, Verdict, verdicts
from lockgate.experiments.text.numbers import count, listed, money, of_draws, percent, printable

HARM = "model_enabled_harm"
DAYS_A_YEAR = 365.25


def caveats(comparison: Results, record: Mapping[str, Mapping[str, Any]]) -> tuple[str, str, str]:
    """That it predicts nothing, how sure its differences are, and how small what was simulated is."""
    return no_prediction(comparison, record), how_sure(comparison), how_small(comparison)


def no_prediction(comparison: Results, record: Mapping[str, Mapping[str, Any]]) -> str:
    """What the model is not, and which of the facts that were held out it missed."""
    patterns = record.get("patterns", {})
    found = patterns.get("verdicts", {})
    missed = [lowered(fact.meaning) for fact in FACTS.values() if fact.use == HELD_OUT and found.get(fact.name) == "misses"]
    told = f"it misses {len(missed)} of {patterns['held_out']} ({'; '.join(missed)})" if missed else "it misses none of those recorded"
    harm = money(float(np.nanmean(comparison.outcome(HARM)[:, 0])))
    return (
        f"**It is no prediction.** No prediction of this model has been tested. Of the observed facts that were held out, {told}. "
        f"So nobody should expect the {harm} of harm that models enable here under {name_of(comparison, 0)}; what may be used is the "
        f"direction and the size of differences, and what turns them."
    )


def lowered(text: str) -> str:
    """A sentence within another."""
    return text[:1].lower() + text[1:]


def name_of(comparison: Results, place: int) -> str:
    """What a policy is called, on one line."""
    return printable(comparison.labels[place])


def how_sure(comparison: Results) -> str:
    """What the draws can tell: the verdicts on model-enabled harm, and who has the least."""
    few = f", and a verdict needs {ENOUGH}, so that all of this is preliminary" if comparison.draws < ENOUGH else ""
    drawn = f"**It is a sample.** It rests on {count(comparison.draws, 'draw')}{few}."
    if len(comparison.names) < 2:
        return f"{drawn} There is one policy, and nothing that it is compared with."
    harm = comparison.outcome(HARM)
    found = verdicts(HARM, harm[:, 1:], np.repeat(harm[:, :1], harm.shape[1] - 1, axis=1))
    told = [f"{name_of(comparison, place)} {said(verdict)}" for place, verdict in enumerate(found, 1)]
    least = [name_of(comparison, comparison.names.index(name)) for name in comparison.least_harm]
    ranked = f"{least[0]} has the least" if len(least) == 1 else f"which of {listed(least)} has the least cannot be told"
    beside = " What the priors leave out is in no interval."
    return f"{drawn} Beside {name_of(comparison, 0)}, in model-enabled harm: {'; '.join(told)}. Of all, {ranked}.{beside}"


def said(verdict: Verdict) -> str:
    """A verdict, with how many draws are against it."""
    if verdict.word == "same":
        return "has as much in every draw"
    if verdict.is_clear:
        against = verdict.more if verdict.direction == "less" else verdict.less
        return f"has clearly {verdict.direction} on average, and in {of_draws(against)} of draws the opposite"
    if verdict.word == "leaning":
        return f"leans to {verdict.direction}, with no clear difference on average"
    return "has no clear difference"


def how_small(comparison: Results) -> str:
    """What was simulated, what was changed, and what is outside it."""
    organisations = comparison.ensemble.worlds["organisations"]
    low, high = int(organisations.min()), int(organisations.max())
    size = count(low, "organisation") if low == high else f"{low:,} to {high:,} organisations"
    days = comparison.horizon_days
    changed = f" Changed for this result: {printable('; '.join(comparison.changes))}." if comparison.changes else ""
    later = comparison.outcome("release_censored").mean(axis=0) if "release_censored" in comparison.study.outcomes else np.zeros(0)
    late = [f"{name_of(comparison, place)} ({percent(float(share))} of draws)" for place, share in enumerate(later) if share > 0.0]
    first = "The system of day 0 was not public when the run ended"
    open_ended = f" {first} under {listed(late)}: what follows its release is not counted." if late else ""
    return (
        f"**It is a small world for a short time.** {size} and {count(days, 'day')} ({days / DAYS_A_YEAR:.1f} years) were simulated, with "
        f"one kind of misuse: attacks on organisations' code. Dollars are for these alone. What happens later, and any other harm or "
        f"benefit, is outside it.{open_ended}{changed}"
    )
