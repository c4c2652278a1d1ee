"""What titles say of harm: one sentence for all charts of a comparison, from the verdicts alone, so that no two contradict each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lockgate.experiments.charts.style import shortened
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import ENOUGH, Direction, Verdict, leaders, verdicts
from lockgate.experiments.text.numbers import count, money, numeral

Array = np.ndarray[Any, np.dtype[Any]]

HARM = "model_enabled_harm"
HARM_WORDS = "model-enabled harm"
LISTED = 2  # policies that a title names, rather than counts


@dataclass(frozen=True)
class Claim:
    """A sentence, and the place of the one policy that it speaks of, if it is one."""

    text: str
    about: int | None = None


def harm_claim(comparison: Results) -> Claim:
    """What may be said of the harm of the whole run. Titles of one comparison begin with it."""
    return claim(shortened(comparison.labels), comparison.outcome(HARM), HARM_WORDS)


def claim(names: Sequence[str], harm: Array, what: str) -> Claim:
    """Which of two or more policies has the least harm, (D, P) in US$, as far as the draws tell. The first policy is the reference.

    >>> base = 100.0 + np.arange(60.0) % 7
    >>> claim(["open", "staged"], np.column_stack([base, base * 0.8]), "harm").text
    'staged has clearly less harm than open, by 20 % (US$ 21)'
    >>> claim(["open", "staged"], np.column_stack([base, base]), "harm").text
    'Harm is the same under both policies in every draw'
    >>> claim(["open", "staged"], np.column_stack([base, base * 0.8])[:2], "harm").text
    'Preliminary, 2 draws: staged has clearly less harm than open, by 20 % (US$ 20)'
    """
    against = verdicts(HARM, harm, np.repeat(harm[:, :1], harm.shape[1], axis=1))
    draws = against[-1].draws
    if all(found.word == "same" for found in against):
        both = "both" if len(names) == 2 else f"all {len(names)}"
        return Claim(headed(f"{what} is the same under {both} policies in {'every' if draws > 1 else 'the one'} draw", draws))
    first = leaders(HARM, harm)
    less = [place for place, found in enumerate(against) if found.is_clear and found.direction == "less"]
    if first == [0]:
        return Claim(headed(f"{names[0]} has the least {what}; clearly more: {others(names, against, 'more')}", draws, named=True), 0)
    if len(less) == 1:
        place = less[0]
        least = f"has the least {what}, clearly less than" if first == less and len(names) > 2 else f"has clearly less {what} than"
        text = f"{names[place]} {least} {names[0]}, by {amount(against[place], harm[:, 0])}"
        return Claim(headed(text, draws, named=True), place)
    if less:
        return several(names, harm, against, first, less, what)
    text = f"no policy has clearly less {what} than {names[0]}"
    more, leaning = others(names, against, "more"), leans(names, against)
    return Claim(headed(text + (f"; clearly more: {more}" if more else "") + (f"; leaning to less: {leaning}" if leaning else ""), draws))


def several(names: Sequence[str], harm: Array, against: list[Verdict], first: list[int], less: list[int], what: str) -> Claim:
    """Of two or more policies with clearly less than the reference."""
    draws, best = against[-1].draws, first[0]
    if len(first) == 1:
        text = f"{names[best]} has the least {what}, clearly less than {names[0]}, by {amount(against[best], harm[:, 0])}"
        return Claim(headed(text, draws, named=True), best)
    sizes = sorted(abs(against[place].mean) for place in less)
    low, high = (share_of(size, float(np.nanmean(harm[:, 0]))) for size in (sizes[0], sizes[-1]))
    span = f"by {low}" if low == high else f"by {low.removesuffix(' %')} to {high}"
    who = " and ".join(names[place] for place in less) if len(less) <= LISTED else f"{len(less)} of {len(names) - 1} policies"
    has = f"{who} have clearly less {what} than {names[0]}, {span}"
    return Claim(headed(f"{has}; which has least is unclear", draws, named=len(less) <= LISTED))


def others(names: Sequence[str], against: Sequence[Verdict], direction: Direction) -> str:
    """The policies that clearly go in a direction, or how many."""
    return listed([names[place] for place, found in enumerate(against) if found.is_clear and found.direction == direction], len(names) - 1)


def leans(names: Sequence[str], against: Sequence[Verdict]) -> str:
    """The policies that lean to less, or how many."""
    found = [name for name, found in zip(names, against, strict=True) if found.word == "leaning" and found.direction == "less"]
    return listed(found, len(names) - 1)


def listed(names: Sequence[str], among: int) -> str:
    """Few names as they are, more of them as a number.

    >>> listed(["a", "b"], 4), listed(["a", "b", "c"], 4), listed([], 4)
    ('a, b', '3 of 4 policies', '')
    """
    return ", ".join(names) if len(names) <= LISTED else f"{len(names)} of {among} policies"


def amount(found: Verdict, base: Array) -> str:
    """The size of a mean difference: in percent of the mean under the reference, then in US$."""
    whole = float(np.nanmean(base))
    dollars = money(abs(found.mean))
    return f"{share_of(found.mean, whole)} ({dollars})" if whole > 0.0 else dollars


def share_of(difference: float, whole: float) -> str:
    """The size of a difference in percent, in whole ones from 10 on.

    >>> share_of(-12.6, 100.0), share_of(0.123, 100.0)
    ('13 %', '0.12 %')
    """
    percent = 100.0 * abs(difference) / whole
    return f"{numeral(round(percent)) if percent >= 10 else numeral(float(f'{percent:.2g}'))} %"


def headed(text: str, draws: int, *, named: bool = False) -> str:
    """A title: it says when the draws are too few to rest anything on. One that does not begin with a name begins with a capital.

    >>> headed("no policy differs", 20), headed("no policy differs", 500)
    ('Preliminary, 20 draws: no policy differs', 'No policy differs')
    """
    if draws < ENOUGH:
        return f"Preliminary, {count(draws, 'draw')}: {text}"
    return text if named else text[0].upper() + text[1:]
