"""Results: what came of a study's runs, with a name for everything, in memory or on disk."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.notebook import page, sentence
from lockgate.experiments.results.censoring import censored_runs
from lockgate.experiments.results.changes import at_point, changes, label
from lockgate.experiments.results.compliance import compliance_of
from lockgate.experiments.results.ensemble import Ensemble, draw_worlds, seeds_of
from lockgate.experiments.results.intervals import level
from lockgate.experiments.results.pairing import pairing, summary
from lockgate.experiments.results.ratios import ACCESS, HARM, break_even_summary, ceiling_summary, share_summary
from lockgate.experiments.results.replay_command import replay_command
from lockgate.experiments.results.scale import has_rate, organisations_of, per_1000_organisations_and_year
from lockgate.experiments.results.selection import Array, Selection, dataset
from lockgate.experiments.results.source import InMemory, Source
from lockgate.experiments.results.verdict import Verdict, leaders
from lockgate.experiments.results.verdict import verdict as verdict_on
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.plan import CEILING_HARM, OK, Stored, SweepPlan, chunk_of
from lockgate.experiments.sweep.runner import Rows
from lockgate.experiments.text.numbers import printable
from lockgate.scenarios import World
from lockgate.sim.engine.kinds import OwnKind
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy
from lockgate.sim.search_path import installed_first

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray as xr

    from lockgate.experiments.answers.answers import Answers
    from lockgate.experiments.charts import Plots

By = str | Sequence[str] | None


@dataclass(frozen=True, eq=False)
class Results:
    """The runs of a study, or those of them that `where` chose: D draws under P policies, in W worlds at N points.

    What `compare` and `open_study` give has the same members. `plan_content` is that of the plan file. `provenance` says of each sweep that
    was begun what its versions and its command were. `complete` is true when all runs are there of the draws that were asked for, or after
    which a stop rule ended the study. `folder` is where they lie; nowhere, for a comparison in memory.
    """

    source: Source
    selection: Selection
    plan_content: Mapping[str, Any]
    provenance: tuple[dict[str, Any], ...] = ()
    complete: bool = True
    folder: Path | None = None

    def __repr__(self) -> str:
        if self.is_comparison:
            return sentence(self) + with_kinds(self.kinds)
        draws, worlds, points, policies = self.selection.shape
        runs = int(np.sum(self.chosen))
        sizes = f"draws {draws}, worlds {worlds}, points {points}, policies {policies}"
        own = with_kinds(self.kinds)
        return f"<study {self.study.name}: {runs:,} runs; {sizes}{'.' if own else ''}{own}>"

    def _repr_html_(self) -> str | None:
        """For notebooks: the table and the charts of one world at one point; otherwise as text."""
        return page(self) if self.is_comparison else None

    @property
    @installed_first
    def plot(self) -> "Plots":
        """Its charts, of one world at one point: `plot.tradeoff()`, `plot.weekly()` and so on."""
        from lockgate.experiments.charts import Plots

        return Plots(self)

    @property
    def answer(self) -> "Answers":
        """What a decision needs from it, one method for each question: `answer.effect()`, `answer.drivers()` and so on."""
        from lockgate.experiments.answers.answers import Answers

        return Answers(self)

    # What it is

    @property
    def is_comparison(self) -> bool:
        """Whether there is one world and one point, as in what `compare` gives."""
        return len(self.selection.worlds) == len(self.selection.points) == 1

    @property
    def study(self) -> Study:
        """What was asked, so that it can be run again; its `draws` are how many were asked for."""
        return self.selection.study

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies, (P,); at a single point with their levers there."""
        points = self.selection.points
        every = self.study.policies_at(int(points[0])) if len(points) == 1 and self.study.factors else self.study.policies
        return tuple(every[place] for place in self.selection.policies)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the policies, (P,)."""
        return tuple(policy.name for policy in self.policies)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What outputs call the policies, (P,): their names, with what was changed of the built-in policy of that name."""
        return tuple(label(policy, self.horizon_days) for policy in self.policies)

    @cached_property
    def changes(self) -> tuple[str, ...]:
        """What was changed of built-in policies and worlds, for captions: such as `preview_days 30, not 14, in staged-preview`."""
        points = self.selection.points
        varied = self.study.parameters_at(int(points[0])) if len(points) == 1 and self.study.factors else {}
        return changes(self.policies, [at_point(world, varied) for world in self.worlds], self.horizon_days)

    @property
    def worlds(self) -> tuple[World, ...]:
        """The worlds, (W,)."""
        return tuple(self.study.worlds[place] for place in self.selection.worlds)

    @property
    def world(self) -> World:
        """The world, where there is one."""
        if len(self.worlds) != 1:
            raise InputError(f"there are {len(self.worlds)} worlds; choose one, such as where(world={self.study.worlds[0].name!r})")
        return self.worlds[0]

    @property
    def draws(self) -> int:
        """D, the number of draws of which some runs are there."""
        return len(self.selection.draws)

    @property
    def seed(self) -> int:
        """The number that all draws follow from."""
        return self.study.seed

    @property
    def seeds(self) -> Array:
        """The seeds of the runs of each draw, (D,)."""
        return seeds_of(self.study.seed, self.selection.draws.tolist())

    @property
    def horizon_days(self) -> int:
        """Days of a run."""
        return self.study.horizon_days

    @property
    def fixed(self) -> bool:
        """Whether draws differ in luck only."""
        return self.study.fixed

    @cached_property
    def ensemble(self) -> Ensemble:
        """The parameters of each draw, a table of D rows, and its seed, (D,), in the one world and at the one point that there are."""
        world, draws, first = self.world, self.selection.draws, 0
        if len(self.selection.points) != 1:
            raise InputError(f"there are {len(self.selection.points)} points; choose one, such as where(point=0)")
        if isinstance(self.source, InMemory):
            drawn = self.source.drawn[self.selection.worlds[0]]
        else:
            first = int(draws.min()) if len(draws) else 0
            drawn = draw_worlds(world, int(draws.max(initial=-1)) + 1 - first, self.study.seed, fixed=self.study.fixed, first=first)
        parameters = drawn.worlds[draws - first]
        for name, value in self.study.parameters_at(int(self.selection.points[0])).items():
            parameters[name] = value
        return Ensemble(parameters, drawn.seeds[draws - first])

    @property
    def columns(self) -> dict[str, list[dict[str, str]]]:
        """`table -> [{name, role, type, unit, meaning}, ...]`."""
        described: dict[str, list[dict[str, str]]] = self.plan_content["columns"]
        return described

    @property
    def plan(self) -> SweepPlan:
        """The plan of its runs, as a folder has it."""
        return SweepPlan(self.study, self.plan_content["chunk"], Stored(dict(self.plan_content), self.study).kinds)

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of agents that stood in place of the model's own: by table, the class, its file where that is known, and a digest."""
        told = next((by["kinds"] for by in reversed(self.provenance) if isinstance(by.get("kinds"), dict)), dict[str, str]())
        return {own.table: printable(told.get(own.table, str(own))) for own in self.plan.kinds}

    def where(self, **wanted: Any) -> "Results":
        """The runs with these values (one, or a list) of `world`, `policy`, `point`, `draw`, columns of factors, or sampled structures."""
        return replace(self, selection=self.selection.where(wanted))

    def split(self, structure: str) -> "dict[str, Results]":
        """The runs of the draws with each value of a switch or a choice that is sampled: `{"none": Results, "full": Results}`."""
        from lockgate.experiments.results.structure import checked_structure, structures_of

        there = self.selection.values(checked_structure(structure, structures_of(self.study)))
        return {label: self.where(**{structure: label}) for label in PARAMETERS[structure].labels if (there == label).any()}

    # Arrays

    def outcome(self, name: str) -> Array:
        """One outcome as floats, (D, P); NaN where a run is not there, or went wrong.

        Where there are several worlds, or several points, each has an axis before that of the policies: (D, W, N, P) at most.
        """
        return self.outcomes((name,))[name]

    def outcomes(self, names: str | Sequence[str] | None = None) -> dict[str, Array]:
        """Several outcomes (default: all), each as `outcome` has it."""
        return {name: shaped(self.selection, values) for name, values in self.source.values(self.outcome_names(names)).items()}

    def difference(self, name: str, reference: str | None = None) -> Array:
        """One outcome less that under the reference policy (default: the study's first) in the same draw, world and point, likewise."""
        values = self.source.values(self.outcome_names(name))[name]
        base = replace(self.selection, policies=np.array([self.selection.policy(reference)]))
        return shaped(self.selection, values) - shaped(base, values)

    def verdict(self, policy: str | None = None, outcome: str = HARM) -> Verdict:
        """What may be said of an outcome under a policy (default: the second) against the first, in one world and at one point."""
        from lockgate.experiments.answers.cases import compared

        if not self.is_comparison:
            raise InputError("a verdict is of one world at one point; choose them first, such as where(world='baseline', point=0)")
        place, base = compared(self, policy)
        values = self.outcome(outcome)
        return verdict_on(outcome, values[:, place], values[:, base])

    def weekly(self, name: str) -> Array:
        """One column of the weekly series, (D, P, T) for T weeks, with axes for worlds and points as `outcome` has them."""
        return shaped(self.selection, self.source.weekly(self.weekly_names([name]))[1][name])

    @property
    def days(self) -> Array:
        """The last day of each week, (T,)."""
        return self.source.weekly(())[0]

    @property
    def displacement(self) -> Array:
        """Operations by the channel that they used under the first policy (rows) and under this one (columns), (D, P, 5, 5)."""
        return self.rows.displacement.reshape(self.draws, len(self.policies), *self.rows.displacement.shape[1:])

    @property
    def rows(self) -> Rows:
        """What the engine left of the runs. Raises `InputError` where that is not in memory, or not all of it is selected."""
        if not isinstance(self.source, InMemory) or not self.chosen.all():
            raise InputError("what the engine left is there for a whole comparison in memory only; run compare(...) again")
        return self.source.rows

    # Estimates

    @installed_first
    def summary(self) -> dict[str, Any]:
        """`policies -> NAME -> OUTCOME -> {mean, low, high, nonzero, difference: {mean, low, high, verdict, less, same, more, ...}}`.

        A difference has a verdict (`results.verdict`), shares of draws with less, the same and more, and `relative`: the difference as a
        share of the reference's mean. `labels` has what each policy is called, `changes` what was changed of built-in policies and worlds,
        `least_harm` the policies that may be called the one with the least harm, and `compliance` what came of requests to labs.
        `ceiling` says what a prohibition that all obey would remove, and what share of that each policy removes, `break_even` what a day
        of access may be worth for it, and `per_1000_organisations_and_year` has money and counts at that scale.
        95 % intervals by the methods that `interval` names. `pairing -> NAME` says on which day paired runs first differ, and in what.
        Raises `InputError` where there are several worlds or points. Worked out once; each call gives a copy.
        """
        return deepcopy(self.summarised)

    @cached_property
    def summarised(self) -> dict[str, Any]:
        """The summary itself, which nobody changes."""
        names, outcomes = self.names, self.outcomes()
        found = summary(self.policies, self.world.name, self.ensemble, outcomes, self.pairing)
        found |= {"labels": dict(zip(names, self.labels, strict=True)), "changes": list(self.changes)}
        found |= {"least_harm": self.least_harm, "compliance": compliance_of(names, outcomes)}
        found["ceiling"] = self.ceiling_summary()
        priced = len(names) > 1 and {HARM, ACCESS} <= set(self.study.outcomes)
        found["break_even"] = break_even_summary(names, self.outcome(HARM), self.outcome(ACCESS)) if priced else {}
        rates = {name: shaped(self.selection, values) for name, values in self.rates(self.rated_names(None)).items()}
        found["per_1000_organisations_and_year"] = {
            policy: {name: level(OUTCOMES[name], values[:, place]) for name, values in rates.items()} for place, policy in enumerate(names)
        }
        return found

    @property
    def least_harm(self) -> list[str]:
        """The policies that may be called the one with the least harm; empty where there is one alone, or runs of one all went wrong."""
        harm = self.outcome(HARM) if HARM in self.study.outcomes and len(self.names) > 1 else np.full((1, 1), np.nan)
        return [self.names[place] for place in leaders(HARM, harm)] if np.isfinite(harm).any(axis=0).all() else []

    def ceiling_summary(self) -> dict[str, Any] | None:
        """Harm under the ceiling, what it removes of the reference's, and the share of that which each policy removes, where it is kept."""
        if not self.study.ceiling or len(self.names) < 2 or HARM not in self.study.outcomes:
            return None
        harm, ceiling = (shaped(self.selection, values) for values in self.source.values((HARM, CEILING_HARM)).values())
        shares = share_summary(self.names, harm, ceiling[:, 0])
        return {**ceiling_summary(harm[:, 0], ceiling[:, 0]), "preventable_share": shares}

    @cached_property
    def pairing(self) -> dict[str, dict[str, Any]]:
        """`NAME ->` on which day the runs of each policy first differ from the reference's, and in what (`experiments.results.pairing`)."""
        weeks = self.source.weekly(self.study.series)[1] if self.study.series else {}
        series = {name: shaped(self.selection, values) for name, values in weeks.items()}
        return pairing(self.policies, self.ensemble, self.outcomes(), series, self.study.horizon_days)

    @installed_first
    def estimates(
        self,
        outcome: str | Sequence[str] | None = None,
        by: By = None,
        over: str = "draw",
        *,
        mean_over: str | None = None,
        weights: Sequence[float] | None = None,
    ) -> "pd.DataFrame":
        """Outcomes (default: all) in each group, with 95 % intervals over draws (`results.intervals`); one row an outcome and group.

        Groups are told apart by the columns `by`: of `world`, `point`, `policy` and factors (default: by all), and of switches and choices
        that are sampled, of which `attrs["few"]` names values that few draws have. Runs that went wrong are left out; `draws` says how many
        are left. Where an outcome that is asked for is a lower bound in draws in which the run ended first, such as the release delay,
        `censored_share` is the share of these draws. Raises `InputError` where an interval would be over anything but draws.

        `mean_over="point"` takes the mean over the points of each group (default: of each world and policy) within each draw first, with
        `weights` of the selected points, (N,), if some count more; draws in which a point is missing are left out.
        """
        from lockgate.experiments.results import design_mean, replicate

        self.check_means(over, mean_over, weights)
        names = self.outcome_names(outcome)
        values = self.source.values(names)
        if mean_over:
            return design_mean.estimate(self.selection, values, by, weights)
        return replicate.estimate(self.selection, values, by, censored_runs(self.study, self.source, names))

    @installed_first
    def differences(
        self,
        outcome: str | Sequence[str] | None = None,
        reference: str | None = None,
        by: By = None,
        over: str = "draw",
        *,
        mean_over: str | None = None,
        weights: Sequence[float] | None = None,
    ) -> "pd.DataFrame":
        """Outcomes less those of the reference policy (default: the first) in the same draw, world and point, as `estimates` has them.

        `less`, `same` and `more` are shares of draws, `verdict`, `direction` and `preliminary` what may be said (`results.verdict`), and
        `relative` is the difference as a share of the reference's mean. `better_share` is the share of draws in which the difference is an
        improvement, one of 0 counting half, `pairing_gain` how many times as many unpaired draws would be as precise. Only draws in which
        both runs went well count. `censored_share` is that of the policy, `reference_censored_share` that of the reference.
        """
        from lockgate.experiments.results import design_mean, replicate

        self.check_means(over, mean_over, weights)
        names = self.outcome_names(outcome)
        values = self.source.values(names)
        if mean_over:
            return design_mean.difference(self.selection, values, by, reference, weights)
        return replicate.difference(self.selection, values, by, reference, censored_runs(self.study, self.source, names))

    def check_means(self, over: str, mean_over: str | None, weights: Sequence[float] | None) -> None:
        """Raise `InputError` where intervals would be over anything but draws, or means within draws over anything but points."""
        from lockgate.experiments.results import design_mean, replicate

        replicate.check_over(self.study, over, self.plan_content["replicate"])
        design_mean.check_mean_over(mean_over, weights, tuple(self.study.points))

    @installed_first
    def preventable_share(self, reference: str | None = None, by: By = None) -> "pd.DataFrame":
        """The harm that each policy removes against the reference, of all that could be removed in the same draws: a ratio of means.

        What could be removed is known by one more run of each draw, in which nobody releases a covered system (`sim.model.policy.CEILING`).
        Raises `InputError` where these runs were not made.
        """
        from lockgate.experiments.results import ratio_frames

        ratio_frames.refuse_without_ceiling(self.selection)
        values = self.source.values((*self.outcome_names(HARM), CEILING_HARM))
        return ratio_frames.preventable_share(self.selection, values, by, reference)

    @installed_first
    def break_even(self, reference: str | None = None, by: By = None) -> "pd.DataFrame":
        """The value of a day of access (US$ per organisation of mean size) at which the harm avoided is as large as the benefit forgone.

        Where a policy avoids harm and costs access, it pays as long as a day is worth less than `price`; where both are negative, as
        long as it is worth more. Where one of them is, it pays never or always. There is no price where access does not clearly differ.
        """
        from lockgate.experiments.results import ratio_frames

        return ratio_frames.break_even(self.selection, self.source.values(self.outcome_names((HARM, ACCESS))), by, reference)

    @installed_first
    def per_1000_organisations_and_year(self, outcome: str | Sequence[str] | None = None, by: By = None) -> "pd.DataFrame":
        """Money and counts (default: all) for 1,000 organisations in a year, as `estimates` has them for those that are simulated."""
        from lockgate.experiments.results import replicate

        return replicate.estimate(self.selection, self.rates(self.rated_names(outcome)), by)

    def rates(self, names: Sequence[str]) -> dict[str, Array]:
        """Outcomes for 1,000 organisations in a year, by number of the run."""
        factor = per_1000_organisations_and_year(organisations_of(self.study, self.source), self.horizon_days)
        return {name: factor * values for name, values in self.source.values(names).items()}

    def mean(self, outcome: str | Sequence[str] | None = None, by: By = None) -> "pd.DataFrame":
        """The mean of outcomes over the runs of each group, whatever they are: to look at, without an interval."""
        from lockgate.experiments.results import replicate

        return replicate.mean(self.selection, self.source.values(self.outcome_names(outcome)), by)

    # Tables

    @installed_first
    def to_arrow(self, table: str = "runs", columns: Sequence[str] | None = None) -> "pa.Table":
        """A table, `runs` or `series`, in the order of the runs."""
        import pyarrow as pa

        if table == "series" and table not in self.columns:
            raise InputError("this study keeps no weekly series; name those that you want in its file (series), and run it again")
        if table not in self.columns:
            raise InputError(f'table "{table}": this study has {" and ".join(self.columns)}{nearest(table, self.columns)}')
        described = [each["name"] for each in self.columns[table]]
        asked = described if columns is None else list(columns)
        for column in asked:
            if column not in described:
                raise InputError(f'column "{column}" is not in the table {table} of this study{nearest(column, described)}')
        read = self.source.table(table, asked if table == "runs" or "run" in asked else ["run", *asked])
        chosen = self.chosen if table == "runs" else self.selection.holds(read["run"].to_numpy())
        return (read if chosen.all() else read.filter(pa.array(chosen))).select(asked).unify_dictionaries()

    @installed_first
    def to_pandas(self, table: str = "runs", columns: Sequence[str] | None = None) -> "pd.DataFrame":
        """The same as a data frame; names are categories. Where runs went wrong, whole numbers are floats, so that they can be NaN."""
        return framed(self.to_arrow(table, columns))

    @installed_first
    def to_xarray(self, outcomes: Sequence[str] | None = None, weekly: Sequence[str] | None = None) -> "xr.Dataset":
        """Outcomes by world, point, policy and draw, and columns of the weekly series as `weekly_NAME` by week too (default: all)."""
        attributes = {
            "title": self.study.summary or self.study.name,
            "replicate": self.plan_content["replicate"],
            "random_numbers": self.plan_content["random_numbers"],
            **{f"{name}_hash": known for name, known in self.plan_content["hashes"].items()},
            **({"kinds": with_kinds(self.kinds).strip()} if self.kinds else {}),
            "lockgate": ", ".join(dict.fromkeys(by["lockgate"] for by in self.provenance if "lockgate" in by)),
        }
        return dataset(self.source, self.selection, self.columns, self.outcome_names(outcomes), self.weekly_names(weekly), attributes)

    @cached_property
    def runs(self) -> "pd.DataFrame":
        """The frame of all columns of the runs."""
        return self.to_pandas()

    @property
    def failed(self) -> "pd.DataFrame":
        """The runs that went wrong: which they are, why, and the command that makes each again."""
        names = [each["name"] for each in self.columns["runs"] if each["role"] in ("key", "factor", "status")]
        rows = self.to_arrow("runs", names)
        frame = framed(rows if self.source.wrong else rows.slice(0, 0))
        return frame[frame["status"] != OK].reset_index(drop=True)

    def replay_command(self, run: int) -> str:
        """The command that makes a run again beside the reference's in the same draw, whether it went well or not; in memory, the call."""
        return replay_command(self, run)

    @property
    def chosen(self) -> Array:
        """Whether each run that is there is selected."""
        return self.selection.holds(self.source.runs)

    # Names

    def outcome_names(self, asked: str | Sequence[str] | None) -> tuple[str, ...]:
        """Outcomes of this study, all unless some are named. Raises `InputError` at an unknown one."""
        names = self.study.outcomes if asked is None else (asked,) if isinstance(asked, str) else tuple(asked)
        for name in names:
            if name not in self.study.outcomes:
                weekly = "; it is in the weekly series, and weeks of one run are not independent" if name in self.study.series else ""
                raise InputError(f'outcome "{name}" is not in this study{weekly}{nearest(name, self.study.outcomes)}')
        return names

    def rated_names(self, asked: str | Sequence[str] | None) -> tuple[str, ...]:
        """Outcomes of this study that have a rate, all unless some are named. Raises `InputError` at one that has none."""
        names = self.outcome_names(asked)
        if asked is not None:
            for name in names:
                if not has_rate(OUTCOMES[name]):
                    raise InputError(f'outcome "{name}" has no rate: it does not grow with organisations and days, as money and counts do')
        return tuple(name for name in names if has_rate(OUTCOMES[name]))

    def weekly_names(self, asked: Sequence[str] | None) -> tuple[str, ...]:
        """Columns of the weekly series, all unless some are named. Raises `InputError` at an unknown one."""
        names = self.study.series if asked is None else tuple(asked)
        for name in names:
            if name not in self.study.series:
                raise InputError(f'"{name}" is not in the weekly series of this study{nearest(name, self.study.series)}')
        return names


def with_kinds(kinds: Mapping[str, str]) -> str:
    """Which kinds of agents stood in place of the model's own, to end a sentence with; nothing where none did.

    >>> with_kinds({"bad_actors": "Careful (mine.py), digest 0123456789ab"})
    ' With bad_actors: Careful (mine.py), digest 0123456789ab.'
    """
    return f" With {'; '.join(f'{table}: {own}' for table, own in kinds.items())}." if kinds else ""


def results_in_memory(study: Study, rows: Rows, drawn: Sequence[Ensemble], kinds: tuple[OwnKind, ...] = ()) -> Results:
    """The results of all runs of a study, whose draws are given, one ensemble a world."""
    plan = SweepPlan(study, chunk_of(study), kinds)
    everything = Selection(study, *map(np.arange, (len(study.worlds), study.point_count, len(study.policies), study.draws)))
    made = ({"kinds": {own.table: str(own) for own in kinds}},) if kinds else ()
    return Results(InMemory(plan, rows, drawn), everything, plan.content, made)


def shaped(selection: Selection, values: Array) -> Array:
    """What of values by number of the run, (R, ...), is selected: (D, P, ...), with axes for several worlds and points in between."""
    blocks = selection.of(values)
    return np.squeeze(blocks, axis=tuple(axis for axis in (1, 2) if blocks.shape[axis] == 1))


def framed(table: "pa.Table") -> "pd.DataFrame":
    """A table as a data frame. A column of yes and no that lacks some values stays one."""
    import pyarrow as pa

    frame: pd.DataFrame = table.to_pandas()
    for field in table.schema:
        if pa.types.is_boolean(field.type) and frame[field.name].dtype == object:
            frame[field.name] = frame[field.name].astype("boolean")
    return frame
