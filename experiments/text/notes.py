"""What is said above a comparison's table and below it: what was run, compliance, what can be prevented at all, and what pairing gained."""

from collections.abc import Mapping
from typing import Any

from lockgate.experiments.results.verdict import ENOUGH, LEANING
from lockgate.experiments.text.numbers import count, money, number, percent
from lockgate.experiments.text.wording import LEVEL, RATE, Wording, finite, label_in, percent_span, said_percent
from lockgate.sim.model.outcomes import OUTCOMES


def heading(world: str, words: Wording, seed: int) -> str:
    """The world, and how it was drawn."""
    drawn = f"{count(words.draws, words.noun)}{' at central values' if words.fixed else ' drawn from its priors'}"
    return f"World {world}: {drawn}, {words.horizon_days} days each, seed {seed}."


def preliminary(draws: int) -> list[str]:
    """That there are too few draws to rest anything on; nothing where they are enough.

    >>> preliminary(20), preliminary(50)
    (['Preliminary: 20 draws; a verdict needs 50.'], [])
    """
    return [f"Preliminary: {count(draws, 'draw')}; a verdict needs {ENOUGH}."] if draws < ENOUGH else []


def headings(summary: Mapping[str, Any], words: Wording, seed: int) -> list[str]:
    """What stands above the table: whether it is preliminary, the world, and what was changed."""
    changed = [f"Changed: {'; '.join(summary['changes'])}."] if summary.get("changes") else []
    return [*preliminary(words.draws), heading(summary["world"], words, seed), *changed]


def notes(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """What the differences of the table are, what came of requests, and what pairing did. One policy alone has no differences."""
    rates = [f"{RATE.capitalize()}: for 1,000 organisations, as of a whole year."] if "per_1000_organisations_and_year" in summary else []
    asked = said_compliance(summary, words)
    if not summary["pairing"]:
        return [*rates, *asked]
    reference = label_in(summary, summary["reference"])
    note = f"Differences are from {reference} in the same {words.noun}; relative: in percent of the mean there"
    shares = f"Less / same / more: share of {words.noun}s in which there is less, as much and more than there"
    clear, lean = (
        "clear where the 95 % interval of the mean difference excludes 0",
        f"leaning where {percent(LEANING)} of the {words.noun}s",
    )
    differences = f"{note}. {shares}. Verdict: {clear}, {lean} that differ are on one side."
    return [differences, *rates, *said_ceiling(summary), *asked, *paired(summary)]


def said_compliance(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """One sentence for each policy under which labs were asked: in how many draws, and what they did."""
    told = []
    for name, found in summary.get("compliance", {}).items():
        if found["share"]:
            where = f"in {words.share(found['share'])} labs were asked to limit {number(found['requests'], 1)} systems on average"
            did = f"they complied with {percent(found['complied'])} of requests"
            each = f"with all of them in {percent(found['all'])} of these {words.noun}s, with none in {percent(found['none'])}"
            told.append(f"{label_in(summary, name)}, compliance: {where}; {did}, {each}.")
    return told


def said_ceiling(summary: Mapping[str, Any]) -> list[str]:
    """What can be prevented at all; nothing where there is no ceiling."""
    ceiling = summary.get("ceiling")
    if not ceiling:
        return []
    removed, share = ceiling["removed"]["mean"], ceiling["removed_share"]
    spread = f" ({LEVEL} {percent_span(share)} %)" if finite(share["low"]) else ""
    reference = label_in(summary, summary["reference"])
    part = f", {said_percent(share['mean'])} of the harm under {reference}{spread}" if finite(share["mean"]) else ""
    what = "harm removed, of what would be removed if nobody anywhere ever released a covered system"
    return [f"Preventable: {what}: {money(removed)}{part}."]


def paired(summary: Mapping[str, Any]) -> list[str]:
    """One sentence for each policy other than the reference."""
    reference = label_in(summary, summary["reference"])
    return [
        f"{label_in(summary, name)}, paired: {gains(summary['policies'][name])}{first_days(health, reference)}."
        for name, health in summary["pairing"].items()
    ]


def gains(outcomes: Mapping[str, Mapping[str, Any]]) -> str:
    """How many times as many unpaired draws would be as precise; outcomes whose differences are all equal are left out."""
    found = {known.word: outcomes[name]["difference"]["pairing_gain"] for name, known in OUTCOMES.items() if known.tabled}
    said = ", ".join(f"{number(gain, 0 if gain >= 10 else 1)} ({word})" for word, gain in found.items() if finite(gain))
    return f"as precise as {said} times as many unpaired draws; " if said else ""


def first_days(health: Mapping[str, Any], reference: str) -> str:
    """From which day on the runs differ from the reference's, and in what."""
    if health["broken"]:
        return f"BROKEN, as runs differ from those of {reference} before any policy acts, or cannot be repeated: do not use the differences"
    if health["by"] is None:
        return f"its runs never differ from those of {reference} in the first {health['draws']} draws"
    earliest, middle = health["first_day_earliest"], health["first_day_median"]
    day = f"day {earliest}" if earliest == middle else f"day {earliest} at the earliest, {middle} in the median,"
    never = f", and never in {percent(health['never_share'])} of them" if health["never_share"] else ""
    return f"its runs differ from those of {reference} from {day} on ({health['by']}){never}"
