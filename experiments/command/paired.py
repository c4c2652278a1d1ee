"""What pairing did, in words: how much more precise it made the differences, and from which day on paired runs differ."""

from collections.abc import Mapping
from typing import Any

from experiments.amount import number, percent
from experiments.command.verdict import Wording, finite
from sim.outcomes import OUTCOMES


def notes(summary: Mapping[str, Any], words: Wording) -> list[str]:
    """What the differences of the table are, and what pairing did. One policy alone has none."""
    if not summary["pairing"]:
        return []
    note = f"Differences are from {summary['reference']} in the same {words.noun}. Better in: share of {words.noun}s"
    return [f"{note}, of which those without a difference count half.", *paired(summary)]


def paired(summary: Mapping[str, Any]) -> list[str]:
    """One sentence for each policy other than the reference."""
    reference = summary["reference"]
    return [
        f"{name}, paired: {gains(summary['policies'][name])}{first_days(health, reference)}." for name, health in summary["pairing"].items()
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
