"""What a report leaves out, and its three caveats."""

from lockgate.experiments.evidence.card import recorded
from lockgate.experiments.evidence.caveats import caveats
from lockgate.experiments.report.content import Points, Section, Terms
from lockgate.experiments.report.found import Found

TITLE = "What it leaves out"
LEFT_OUT = (
    "One kind of misuse: attacks on organisations' code. Biological and political misuse are outside it.",
    "Benefit is one number that nobody has measured, and a lab's revenue is relative to its start.",
    "Actors follow rules: nobody in it is clever in new ways.",
    "Many parameters are judgement. Direction and size of differences, and what turns them, count for more than levels.",
    "What happens after the last day, and in organisations that are not simulated.",
)


def limits_section(found: Found) -> Section:
    """The section."""
    told = [split(caveat) for caveat in caveats(found.cell, recorded())]
    return Section("limits", TITLE, (Points(LEFT_OUT), Terms(tuple(told))))


def split(caveat: str) -> tuple[str, str]:
    """A caveat's heading and its text.

    >>> split("**It is a sample.** It rests on 20 draws.")
    ('It is a sample', 'It rests on 20 draws.')
    """
    _, heading, text = caveat.split("**", 2)
    return heading.rstrip("."), text.strip()
