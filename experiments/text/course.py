"""The effect over time in words: when a policy helps, what becomes of it, and what is left at the end."""

import math
from typing import TYPE_CHECKING

from lockgate.experiments.text.numbers import decimals_apart, money, number, of_draws

if TYPE_CHECKING:
    from lockgate.experiments.answers.over_time.effect import Effect
    from lockgate.experiments.answers.over_time.turns import Crossing, Spell
    from lockgate.experiments.results.verdict import Verdict

WEEK, MONTH = 7, 30.4  # days
LONG = 70  # days, from which a time is told in months


def lasting(length: float) -> str:
    """About how long so many days are.

    >>> lasting(7), lasting(21), lasting(365)
    ('about 1 week', 'about 3 weeks', 'about 12 months')
    """
    size, noun = (MONTH, "month") if length >= LONG else (WEEK, "week")
    many = max(1, round(length / size))
    return f"about {many} {noun}{'s' if many > 1 else ''}"


def by_day(effect: "Effect", day: float) -> str:
    """How much less or more harm there is by a day, in words that its verdict allows."""
    found = effect.at(day)
    if found.is_clear:
        size, ends = size_told(effect, found)
        return f"{size}{f' {ends}' if ends else ''} {found.direction} harm"
    if found.word == "same":
        return "the same harm in all draws"
    shares = f"{of_draws(found.less)} of worlds less, {of_draws(found.same)} same, {of_draws(found.more)} more"
    return f"no clear difference ({f'leaning {found.direction}: ' if found.word == 'leaning' else ''}{shares})"


def size_told(effect: "Effect", found: "Verdict") -> tuple[str, str]:
    """The size of a clear difference and its interval, if it has one, without the sign.

    Both are in percent of the mean harm under the reference to the end; in US$ where there is none.
    """
    mean, *ends = (abs(found.mean), *sorted(abs(end) for end in (found.low, found.high) if math.isfinite(end)))
    if not math.isfinite(effect.per_share):
        return money(mean), f"[{', '.join(money(end) for end in ends)}]" if ends else ""
    share, *shares = (100.0 * effect.per_share * each for each in (mean, *ends))
    low, high = (shares[0], shares[-1]) if shares else (share, share)
    decimals = decimals_apart(low, high, 1)
    return f"{number(share, decimals)} %", f"[{', '.join(number(each, decimals) for each in shares)}]" if shares else ""


def said_course(effect: "Effect") -> str:
    """When weekly harm is lower and when it is higher."""
    if not effect.spells:
        return "has no week of clearly lower or higher harm"
    first, *later = effect.spells
    begun = effect.at(first.last)
    so_far = f"by day {first.last}: {by_day(effect, first.last)}" if begun.is_clear and first.last < effect.days[-1] else ""
    if not later:
        return f"clearly {verb(first)} {span(effect, first)}" + (f"; {so_far}" if so_far else "")
    others = ", ".join(f"{verb(spell)} from day {spell.first - WEEK} to day {spell.last}" for spell in later)
    return f"clearly {verb(first)} first, {span(effect, first)}{f' ({so_far})' if so_far else ''}, and then {others}"


def verb(spell: "Spell") -> str:
    """What a policy does in a spell."""
    return "helps" if spell.direction == "less" else "harms"


def span(effect: "Effect", spell: "Spell") -> str:
    """When a spell is."""
    begins = max(0, spell.first - WEEK)
    if to_the_end(effect, spell):
        return f"from day {begins} to the end"
    return f"for {lasting(spell.last - begins)}{f' from day {begins} on' if begins else ''}"


def to_the_end(effect: "Effect", spell: "Spell") -> bool:
    """Whether a spell holds the last whole week."""
    return bool(spell.last >= effect.days[-1] - WEEK)


def said_turns(effect: "Effect") -> list[str]:
    """What becomes of a saving and of a loss, the earlier one first."""
    told = [(noun, side, turn) for noun, side, turn in (("saving", "less", effect.less), ("loss", "more", effect.more)) if turn]
    return [said_turn(effect, *each) for each in sorted(told, key=lambda each: each[2].largest)]


def said_turn(effect: "Effect", noun: str, side: str, turn: "Crossing") -> str:
    """When a saving (or a loss) is largest, used up, and over."""
    if turn.used_up is None:
        last = effect.spells[-1] if effect.spells else None
        if last and last.direction == side and to_the_end(effect, last):
            return f"The {noun} still grows at the end."
        return f"The {noun} lasts to the end; nine tenths of its largest mean are there by day {turn.most}."
    said = f"The {noun} is largest by day {turn.largest} and no longer clear from day {turn.used_up} on"
    if turn.break_even is None:
        return f"{said}; its mean is not back at 0 by the end."
    latest = f"day {turn.latest}" if turn.latest is not None else f"later than day {effect.days[-1]}"
    gone = "lost again" if side == "less" else "made good"
    return f"{said}; as much is {gone} by day {turn.break_even} (95 % interval: day {turn.used_up} to {latest})."


def said_end(effect: "Effect") -> str:
    """What there is at the end, and what percentages and brackets are."""
    end = effect.days[-1]
    what = f"Percentages are of the mean harm under {effect.reference} to then, brackets hold 95 % intervals of the mean."
    return f"By day {end}: {by_day(effect, end)}. {what}"
