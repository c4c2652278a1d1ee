"""The parts of an answer: one question each, and how the runs of a study answer it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.answers.answer import Answer
from lockgate.experiments.answers.cases import HARM, Array, compared, refuse_without_harm
from lockgate.experiments.answers.page import Page, Section
from lockgate.experiments.results.pairing import estimates_of
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.comparison import harm_sentence
from lockgate.experiments.text.numbers import count, printable
from lockgate.experiments.text.wording import Wording
from lockgate.sim.errors import InputError

if TYPE_CHECKING:
    from lockgate.experiments.charts.style import Chart

Charts = dict[str, Callable[[], "Chart"]]

FEW, MANY = 3, 10  # cards of worst worlds
ASSUMED = 0.95  # quantile of its prior at which the input of most influence is set
ASSUMED_DRAWS = 100


@dataclass(frozen=True, eq=False)
class Asked:
    """Which results are asked about which policy; a cell is what they have in one world at one point.

    A `brief` answer is one of many on a page: it says of the other policies, and of the worst worlds, only the first.
    """

    results: Results
    policy: str
    brief: bool = False

    @cached_property
    def cell(self) -> Results:
        """The first world, at the point nearest the middle of all that were looked at."""
        results = self.results
        if not results.is_comparison:
            results = results.where(world=results.worlds[0].name, point=middle_point(results))
        return results

    @property
    def where(self) -> str:
        """Which cell that is, in words, where there are others."""
        if self.results.is_comparison:
            return ""
        cell = self.cell
        values = {factor.column: factor.label(cell.selection.values(factor.column)[0]) for factor in cell.study.factors}
        levels = ", ".join(f"{name} {value}" for name, value in values.items())
        return f"In the world {printable(cell.world.name)}{f', at {levels}' if levels else ''}: "

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The policies that are compared with the reference, the one that is asked about first."""
        return (self.policy, *(name for name in self.results.names[1:] if name != self.policy))


def middle_point(results: Results) -> int:
    """The point whose factors are nearest the middle of their ranges, the first of several."""
    if not results.study.points:
        return int(results.selection.points[0])
    columns = [ranked(np.asarray(results.selection.values(name), float)) for name in results.study.points]
    distance = np.sum((np.column_stack(columns) - 0.5) ** 2, axis=1)
    return int(results.selection.points[int(np.argmin(distance))])


def ranked(values: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
    """Values by their place among the different ones, from 0 to 1."""
    different, places = np.unique(values, return_inverse=True)
    return places / max(1, len(different) - 1)


# Whether it helps


def helps(asked: Asked) -> Section:
    """Whether each policy lowers harm: in every world, as the mean over the points of the design in each draw."""
    results, said, content = asked.results, [], {}
    for world in results.worlds:
        means = mean_over_points(results.where(world=world.name))
        found = estimates_of(results.names, {HARM: means})
        words = Wording(results.horizon_days, len(means), results.fixed)
        where = "" if len(results.worlds) == 1 else f"in {printable(world.name)}, "
        for name in asked.others:
            label = results.labels[results.names.index(name)]
            said.append(f"{where}{printable(label)}: {harm_sentence(found[name][HARM], results.labels[0], words)}.")
        content[world.name] = {name: found[name][HARM] for name in asked.others}
    if (points := len(results.selection.points)) > 1:
        said.append(f"Each is the mean over {count(points, 'point')} of the design in the same draw.")
    return Section("Does it lower misuse?", tuple(said), {"harm": content})


def mean_over_points(results: Results) -> Array:
    """Harm in each draw of one world under each policy, (D, P): the mean over points. Draws of which a run is missing are left out."""
    values = results.selection.of(results.source.values((HARM,))[HARM])[:, 0].mean(axis=1)
    kept: Array = values[np.isfinite(values).all(axis=1)]
    return kept


def holds(asked: Asked) -> Section:
    """In which structures of the model the verdict holds."""
    from lockgate.experiments.answers.assumptions.structures import structures

    found = [structures(asked.cell, name) for name in asked.others]
    said = [f"{asked.where}{printable(one.policy)}: {' '.join(one.sentences())}" for one in found]
    return Section("In which structures of the model does that hold?", tuple(said), {"structures": [one.content() for one in found]})


# Over time


def lasts(asked: Asked) -> Section:
    """For how long it helps."""
    from lockgate.experiments.answers.over_time.effect import effects

    found = dict(zip(asked.cell.names[1:], effects(asked.cell), strict=True))
    ordered = [found[name] for name in asked.others]
    return together("For how long does it help?", ordered, drawn("effect", asked, ordered), asked.where)


def together(title: str, found: Sequence[Answer], charts: Charts, where: str = "") -> Section:
    """A section of one or more answers."""
    said = [line for one in found for line in one.sentences()]
    if where and said:
        said[0] = where + said[0]
    return Section(title, tuple(said), {"found": [one.content() for one in found]}, charts)


def drawn(
    name: str, asked: Asked, *found: Any, whole: bool = False, draws: Sequence[int] | None = None, caption: str | None = None
) -> Charts:
    """The chart of this name, of what was found; its caption is that of the cell, of some of its `draws`, or of the `whole` study."""

    def chart() -> "Chart":
        from lockgate.experiments.charts.of_answers import CHARTS  # here, since Matplotlib takes long to load, and reads settings
        from lockgate.experiments.charts.style import caption as of_comparison

        if caption is not None:
            return CHARTS[name](*found, caption=caption)
        cell = asked.cell if draws is None else asked.cell.where(draw=list(draws))
        return CHARTS[name](*found, caption=study_caption(asked.results) if whole else of_comparison(cell))

    return {name: chart}


def study_caption(results: Results) -> str:
    """What a chart of a whole study rests on."""
    from lockgate.experiments.charts.style import caption, named

    if results.is_comparison:
        return caption(results)
    worlds, points = len(results.worlds), len(results.selection.points)
    where = f"{count(worlds, 'world')}, {count(points, 'point')} of the design"
    return f"Study {named(results.study.name)}: {where}, {count(results.draws, 'draw')}, seed {results.seed}, {results.horizon_days} days."


# What it rests on


def drives(asked: Asked) -> Section:
    """What drives the difference under each policy."""
    from lockgate.experiments.answers.drivers.drivers import drivers

    found = drivers(asked.results, asked.policy if asked.brief else None)
    some = any(one.influential for one in found.policies)  # a chart of no input is none
    return together("What drives it?", [found], drawn("drivers", asked, found, whole=True) if some else {})


def turns(asked: Asked) -> Section:
    """Where the policy does harm instead of good."""
    from lockgate.experiments.answers.flips.flip_map import flip_map
    from lockgate.experiments.answers.flips.flips import flips

    found, over = flips(asked.results, asked.policy), flip_map(asked.results, policy=asked.policy)
    return together("Where does it turn into harm?", [found, over], drawn("flip-map", asked, over, whole=True))


def works(asked: Asked) -> Section:
    """Which mechanisms make the effect."""
    from lockgate.experiments.answers.mechanisms.mechanisms import mechanisms

    found = mechanisms(asked.cell, asked.policy)
    charts = drawn("mechanisms", asked, found, draws=found.draws.tolist())
    return together("Through which mechanisms?", [found], charts, asked.where)


def told(asked: Asked) -> Section:
    """A typical run and one that backfired, from the first event that differs."""
    from lockgate.experiments.answers.divergence.divergence import divergence
    from lockgate.experiments.answers.divergence.examples import backfired

    usual, worse = divergence(asked.cell, asked.policy), backfired(asked.cell, asked.policy)
    seed = f"seed {asked.cell.seed}"
    found, charts = [usual], drawn("divergence", asked, usual, caption=seed)
    if worse is not None:
        found.append(divergence(asked.cell, asked.policy, worse.draw))
        charts |= drawn("divergence-backfired", asked, found[1], caption=seed)
    return together("How does it go: a typical draw, and one that backfires", found, charts, asked.where)


# What to choose


def chosen(asked: Asked) -> Section:
    """Which policy to choose: the frontier, the price of a day, regret."""
    from lockgate.experiments.answers.choice.choice import choice

    found = choice(asked.results)
    charts = drawn("choice", asked, found, whole=True)
    return together("What does it cost, and which policy is best at which price?", [found], charts)


def known(asked: Asked) -> Section:
    """What it would be worth to know."""
    from lockgate.experiments.answers.knowing.knowing import worth_of_knowing

    found = worth_of_knowing(asked.results)
    return together("What would it be worth to know more?", [found], drawn("knowing", asked, found, whole=True))


def worst(asked: Asked) -> Section:
    """The worst worlds."""
    from lockgate.experiments.answers.worst.worst import worst_worlds

    found = worst_worlds(asked.results, asked.policy, FEW if asked.brief else MANY)
    return together("What happens in the worst worlds?", [found], drawn("worst", asked, found, whole=True))


def assumed(asked: Asked) -> Section:
    """The four lines: default and changed assumptions, with the policy and without."""
    from lockgate.experiments.answers.assumptions.four_lines import FourLines, four_lines_of

    results = asked.results
    if len(results.worlds) < 2:
        found: FourLines = assumed_otherwise(asked)
    else:
        point = int(asked.cell.selection.points[0])
        before, after = (results.where(world=world.name, point=point) for world in results.worlds[:2])
        found = four_lines_of(before, after, asked.policy)
    some = asked.cell.selection.draws[: found.draws].tolist()
    return together("Does the effect hang on the assumptions?", [found], drawn("four-lines", asked, found, draws=some))


def assumed_otherwise(asked: Asked) -> Any:
    """The four lines of the input with the most influence on the difference, set where its prior leaves 5 % above it; in new runs."""
    from lockgate.experiments.answers.assumptions.four_lines import four_lines
    from lockgate.experiments.answers.drivers.drivers import drivers

    cell, why = asked.cell, "a study of two worlds, or four_lines(..., changes=...), sets assumptions beside others"
    (first,) = drivers(asked.results, asked.policy).policies
    names = [driver.name for driver in first.found if driver.name in cell.world.sampled]
    if not names:
        raise InputError(f"no sampled parameter has an influence that can be told from chance; {why}")
    if cell.plan.kinds:
        raise InputError(f"these runs had agents of other kinds; {why}")
    value = cell.world.sample(names[0], ASSUMED)
    known = cell.world.parameters[names[0]]
    labels = {float(code): label for label, code in known.labels.items()}
    changes = {names[0]: labels.get(float(value), float(f"{value:.3g}") if known.type is float else value)}
    pair = [cell.policies[place] for place in (0, cell.names.index(asked.policy))]
    draws = min(cell.study.draws, ASSUMED_DRAWS)
    return four_lines(pair[1], pair[0], cell.world, changes, draws, cell.seed, cell.horizon_days)


def enough(asked: Asked) -> Section:
    """How many draws would be enough."""
    from lockgate.experiments.answers.precision.precision import precision

    return together("How many draws are enough?", [precision(asked.cell)], {}, asked.where)


PARTS: dict[str, Callable[[Asked], Section]] = {
    "verdict": helps,
    "effect": lasts,
    "structures": holds,
    "drivers": drives,
    "flips": turns,
    "mechanisms": works,
    "divergence": told,
    "choice": chosen,
    "knowing": known,
    "worst": worst,
    "four-lines": assumed,
    "precision": enough,
}


def page(
    results: Results, policy: str | None = None, parts: Sequence[str] | None = None, tell: Callable[[str], None] = lambda said: None
) -> Page:
    """The answers to these questions (default: all) about a policy (default: the second), as far as the runs allow them.

    `tell` is called with what is worked out next. Raises `InputError` where there is nothing to compare, harm was not kept,
    or a name is not known.
    """
    refuse_without_harm(results.study)
    place, _ = compared(results, policy)
    asked, sections, missing = Asked(results, results.names[place], brief=not parts), {}, {}
    for name in parts or PARTS:
        tell(f"{name} ...")
        try:
            sections[name] = PARTS[name](asked)
        except InputError as error:
            missing[name] = f"{error}."
    labels = results.labels
    others = f" (and {count(len(labels) - 2, 'other policy', 'other policies')})" if len(labels) > 2 else ""
    return Page(f"{printable(labels[place])} against {printable(labels[0])}{others}", about(results), sections, missing)


def about(results: Results) -> tuple[str, ...]:
    """Which runs were looked at, and what they are no picture of."""
    words = Wording(results.horizon_days, results.draws, results.fixed)
    lines = [study_line(results, words)]
    if words.preliminary:
        lines.append(f"Preliminary: {count(words.draws, 'draw')}; a verdict needs more.")
    if results.changes:
        lines.append(f"Changed: {'; '.join(results.changes)}.")
    lines.append("No prediction: what follows from the assumptions of these worlds, with how far draws of them can tell.")
    return tuple(lines)


def study_line(results: Results, words: Wording) -> str:
    """The study, its worlds and its draws."""
    worlds = ", ".join(printable(world.name) for world in results.worlds)
    points = f", {count(len(results.selection.points), 'point')} of the design" if len(results.selection.points) > 1 else ""
    where = f"World{'s' if len(results.worlds) > 1 else ''} {worlds}{points}"
    return f"{where}: {count(words.draws, words.noun)}, {words.horizon_days} days each, seed {results.seed}."
