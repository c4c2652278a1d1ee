"""Where misuse goes instead: harm by the channel that attackers used, and where operations went that a policy kept from a channel."""

from typing import Any

import numpy as np

from lockgate.experiments.answers.divergence.divergence import WORDS
from lockgate.experiments.report.content import Figure, Paragraph, Part, Section
from lockgate.experiments.report.found import Found
from lockgate.experiments.results.displacement import displaced
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.text.numbers import listed, number, percent, printable
from lockgate.experiments.text.story import CHANNELS
from lockgate.sim.model.vocabulary import Channel

TITLE = "Where misuse goes instead"
ORDER = (*(Channel[name.upper()] for name in CHANNELS), Channel.NO_MODEL)
SEEN = 0.0005  # share, from which a tenth of a percent is told
HARM_NOTE = "Means over {draws} worlds, in percent of the mean harm under {reference}; levels, without intervals."
MOVED_NOTE = "All operations of {draws} worlds; each row is the same operations, which used this channel under {reference}."


def instead_section(found: Found) -> Section:
    """The section."""
    parts: list[Part] = []
    kept = [name for name in CHANNELS if found.keeps(f"harm_{name}")]
    if len(kept) == len(CHANNELS) and np.isfinite(found.whole):
        parts += harm_parts(found)
    if isinstance(found.cell.source, InMemory) and found.cell.chosen.all():
        parts += moved_parts(found)
    if not parts:
        why = "These runs kept no harm by channel, or there is no harm to be a share of."
        return Section("instead", TITLE, (Paragraph(why),), skipped=True)
    return Section("instead", TITLE, tuple(parts))


def harm_parts(found: Found) -> list[Part]:
    """Harm through each channel, under the reference and under the policy."""
    places = (0, found.place)
    shares = np.array([[100.0 * float(np.nanmean(found.cell.outcome(f"harm_{name}")[:, place])) / found.whole for name in CHANNELS]
                       for place in places])  # fmt: skip
    names = [found.reference, found.label]
    change = shares[1] - shares[0]
    told = [f"{CHANNELS[name]} {'+' if each > 0.0 else ''}{number(each, 1)}" for name, each in zip(CHANNELS, change, strict=True)]
    lead = f"Mean harm by channel under {found.label}, in points of the harm under {found.reference}: {listed(told)}."
    data: dict[str, Any] = {
        "rows": [{"label": name, "parts": row.tolist()} for name, row in zip(names, shares, strict=True)],
        "keys": list(CHANNELS.values()),
        "unit": f"% of harm under {found.reference}",
        "title": lead,
        "alt": lead,
    }
    columns = {"policy": names, **{name: shares[:, place].tolist() for place, name in enumerate(CHANNELS)}}
    note = HARM_NOTE.format(draws=found.verdict.draws, reference=found.reference)
    return [Figure("channels", "bars", data, note, columns)]


def moved_parts(found: Found) -> list[Part]:
    """Which channels the operations of each channel used under the policy."""
    counts = displaced(found.cell)[found.place]
    used = [channel for channel in ORDER if counts[channel].sum()]
    moved = counts.sum(axis=1) - np.diag(counts)
    if not moved.any():
        return [Paragraph(f"Every operation uses the same channel as under {found.reference}, in every draw.", "note")]
    most = Channel(int(np.argmax(moved)))
    whole = counts[most].sum()
    others = sorted(
        (other for other in ORDER if other != most and counts[most, other] >= SEEN * whole), key=lambda other: -counts[most, other]
    )
    went = [f"{percent(counts[most, other] / whole, 1)} {WORDS[other]}" for other in others]
    lead = printable(f"Of the operations with {WORDS[most]} under {found.reference}, under {found.label} use instead: {listed(went)}.")
    rows = [[100.0 * float(counts[before, after]) / float(counts[before].sum()) for after in ORDER] for before in used]
    data: dict[str, Any] = {
        "rows": [{"label": WORDS[channel], "parts": row} for channel, row in zip(used, rows, strict=True)],
        "keys": [WORDS[channel] for channel in ORDER],
        "unit": "% of the operations of a row",
        "title": lead,
        "alt": lead,
    }
    columns: dict[str, list[Any]] = {
        "reference_channel": [channel.label for channel in used],
        "operations": [int(counts[channel].sum()) for channel in used],
        **{after.label: [int(counts[before, after]) for before in used] for after in ORDER},
    }
    return [Figure("moved", "bars", data, MOVED_NOTE.format(draws=found.cell.draws, reference=found.reference), columns)]
