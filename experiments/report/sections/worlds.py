"""One hundred worlds: a dot for each, from best to worst."""

from typing import Any

import numpy as np

from lockgate.experiments.answers.cases import Array, cases_of
from lockgate.experiments.answers.divergence.examples import by_share
from lockgate.experiments.report.content import Figure, Section
from lockgate.experiments.report.found import Found
from lockgate.experiments.results.compliance import ASKED, COMPLIED
from lockgate.experiments.text.comparison import said_shares
from lockgate.experiments.text.numbers import count, money, percent

MOST = 100
TITLE = "One hundred worlds"
SAID = 2  # inputs that a dot tells
NOTE = (
    "Each mark is one {noun}, from the one in which {policy} does best to the one in which it does worst: {chosen}. Percent are of the "
    "harm under {reference} in the same {noun}. {hollow}"
)
HOLLOW = "Hollow: the labs refused every request in it."


def worlds_section(found: Found) -> Section:
    """The section."""
    chosen = chosen_draws(found)
    noun = found.words.noun
    verdict = found.verdict
    lead = f"Harm is {said_shares(verdict, found.words)}." if verdict.draws > 1 else f"One {noun} alone tells of no other."
    title = TITLE if not found.cell.fixed else "One hundred runs"
    return Section("worlds", title, (figure(found, chosen, lead),))


def differences(found: Found) -> Array:
    """Harm under the policy less that under the reference, in percent of that under the reference in the same draw, (D,).

    Where there is none in a draw, in percent of the mean there; NaN where a run is missing.
    """
    base, harm = found.harm[:, 0], found.harm[:, found.place]
    whole = np.where(base > 0.0, base, found.whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(harm == base, 0.0, 100.0 * (harm - base) / whole)


def chosen_draws(found: Found) -> list[int]:
    """The places of at most a hundred draws, best first: so many of less, same and more as there are in percent, evenly by rank."""
    values = found.harm[:, found.place] - found.harm[:, 0]
    shown = differences(found)
    good = np.flatnonzero(np.isfinite(values) & np.isfinite(shown))
    order = good[np.lexsort((shown[good], np.sign(values[good])))]
    if len(order) <= MOST:
        return [int(place) for place in order]
    sides = [order[np.sign(values[order]) == side] for side in (-1.0, 0.0, 1.0)]
    counts = portions([len(side) for side in sides], MOST)
    picked = [side[evenly(len(side), many)] for side, many in zip(sides, counts, strict=True)]
    return [int(place) for place in np.concatenate(picked)]


def portions(sizes: list[int], whole: int) -> list[int]:
    """Whole numbers in proportion to some sizes, by the largest remainder.

    >>> portions([260, 35, 205], 100)
    [52, 7, 41]
    """
    shares = [whole * size / sum(sizes) for size in sizes]
    found = [int(share) for share in shares]
    rest = sorted(range(len(sizes)), key=lambda place: found[place] - shares[place])
    for place in rest[: whole - sum(found)]:
        found[place] += 1
    return found


def evenly(size: int, many: int) -> Array:
    """So many places of a row of this size, in the middle of equal parts of it.

    >>> evenly(10, 2).tolist()
    [2, 7]
    """
    return np.floor((np.arange(many) + 0.5) * size / max(1, many)).astype(int)


def figure(found: Found, chosen: list[int], lead: str) -> Figure:
    """The dots."""
    shown, refused = differences(found), refusals(found)
    side = np.sign(found.harm[:, found.place] - found.harm[:, 0])
    data: dict[str, Any] = {
        "values": [float(shown[place]) for place in chosen],
        "side": [int(side[place]) for place in chosen],
        "hollow": [bool(refused[place]) for place in chosen],
        "said": [said(found, place) for place in chosen],
        "draws": [int(found.cell.selection.draws[place]) for place in chosen],
        "unit": "%",
        "title": lead,
        "alt": lead,
    }
    total = len(found.harm)
    which = f"{len(chosen)} of {count(total, found.words.noun)}, evenly by rank" if total > len(chosen) else f"all {len(chosen)}"
    note = NOTE.format(
        policy=found.label, reference=found.reference, noun=found.words.noun, chosen=which, hollow=HOLLOW if refused.any() else ""
    ).strip()
    columns = {"draw": data["draws"], "percent": data["values"], "side": data["side"], "refused": data["hollow"], "said": data["said"]}
    return Figure("worlds", "worlds", data, note, columns)


def refusals(found: Found) -> Array:
    """Whether labs complied with no request in a draw that had some, (D,)."""
    if not found.keeps(ASKED, COMPLIED):
        return np.zeros(len(found.harm), bool)
    asked, complied = (found.cell.outcome(name)[:, found.place] for name in (ASKED, COMPLIED))
    return np.asarray((asked > 0) & (complied == 0))


def said(found: Found, place: int) -> str:
    """A world in one line."""
    harm, base = float(found.harm[place, found.place]), float(found.harm[place, 0])
    noun = found.words.noun.capitalize()
    if harm == base:
        size = "the same harm"
    else:
        way = "less" if harm < base else "more"
        share = f"{by_share(abs(harm - base) / base)} " if base > 0.0 else ""
        size = f"{share}{way} harm ({money(abs(harm - base))})"
    parts = [size, *requests(found, place), *inputs(found, place)]
    return f"{noun} {int(found.cell.selection.draws[place])}: {'; '.join(parts)}."


def requests(found: Found, place: int) -> list[str]:
    """What labs did when asked."""
    if not found.keeps(ASKED, COMPLIED):
        return []
    asked, complied = (int(found.cell.outcome(name)[place, found.place]) for name in (ASKED, COMPLIED))
    return [f"labs complied with {complied} of {count(asked, 'request')}"] if asked else ["no lab was asked"]


def inputs(found: Found, place: int) -> list[str]:
    """The inputs of most influence in this world."""
    if found.drivers is None:
        return []
    known = cases_of(found.cell).inputs
    names = [driver.name for driver in found.drivers.policies[0].found if driver.name in known][:SAID]
    parameters = found.cell.world.parameters
    told = []
    for name in names:
        value = float(known[name][place])
        labels = {float(code): label for label, code in parameters[name].labels.items()}
        unit = parameters[name].unit
        number = percent(value) if unit == "share" else f"{value:.3g}{'' if unit in ('ratio', 'choice') else f' {unit}'}"
        told.append(f"{name} {labels.get(value, number)}")
    return told
