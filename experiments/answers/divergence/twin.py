"""A run of a study beside its twin: the run under the reference in the same draw, world and point, both made again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lockgate.experiments.answers.divergence.divergence import Divergence, divergence_of
from lockgate.experiments.results.pairing import Run
from lockgate.experiments.sweep.folder import StudyFolder
from lockgate.experiments.sweep.plan import SweepPlan
from lockgate.experiments.sweep.replay import Replayed, replayed
from lockgate.experiments.text.numbers import brief
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES, Outcome
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.vocabulary import Channel

CHANNELS = tuple(f"{what}_{channel.name.lower()}" for what in ("harm", "operations") for channel in Channel)


@dataclass(frozen=True)
class Twin:
    """Two runs of one draw, by their numbers, and how they came to differ; in `divergence` are all outcomes of both."""

    run: int
    reference_run: int
    divergence: Divergence

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """The outcomes that matter most and differ: name, value under the reference, under the policy, and the difference."""
        for name, (before, after) in self.divergence.outcomes.items():
            known = OUTCOMES[name]
            if before != after and (known.headline or known.tabled or is_in_all(known) or name in CHANNELS):
                unit = {"share": " (%)", "US$": " (US$)"}.get(known.unit, "")
                sign = "+" if after > before else "-"
                values = (brief(before, known.unit), brief(after, known.unit), sign + brief(abs(after - before), known.unit))
                yield (f"{name.replace('_', ' ')}{unit}", *values)

    def sentences(self) -> list[str]:
        """How the runs came to differ."""
        return self.divergence.sentences()

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        return {"run": self.run, "reference_run": self.reference_run, **self.divergence.content()}


def is_in_all(known: Outcome) -> bool:
    """Whether an outcome is a count that is no part of another: those have the part in their name.

    >>> [is_in_all(OUTCOMES[name]) for name in ("leaks", "incidents_crews", "dark_days")]
    [True, False, False]
    """
    return known.unit == "count" and "_" not in known.name


def reference_run(plan: SweepPlan, run: int) -> int:
    """The run of the reference in the same draw, world and point. Raises `InputError` for a run of the reference itself."""
    at, policies = plan.index(run), [policy.name for policy in plan.study.policies]
    if at.policy:
        return run - at.policy
    do = f"name a run of another policy, such as --run {run + 1}" if len(policies) > 1 else "the study has no policy beside it"
    raise InputError(f"--run {run} --twin: it is a run of {policies[0]}, which is the reference itself; {do}")


def twin(plan: SweepPlan, folder: StudyFolder, run: int, kinds: Kinds = None) -> Twin:
    """A run and its twin, both made again and compared with their rows.

    Raises `InputError` where one of them is not there, went wrong, or is not what its row says, and where the run is the reference's.
    """
    numbers = (reference_run(plan, run), run)
    one, two = (good(number, replayed(plan, folder, number, kinds)) for number in numbers)
    found = divergence_of(run_of(one), run_of(two), two.horizon_days, place(plan, run), kinds)
    return Twin(run, numbers[0], found)


def good(run: int, made: Replayed) -> Replayed:
    """A run that was made again, unless it went wrong or is not what its row says."""
    if made.wrong:
        raise InputError(f"run {run} went wrong, so that there is nothing to set beside its twin; replay it without --twin")
    if made.differs:
        raise InputError(f"run {run} differs from its row in {', '.join(made.differs)}: something else made this folder")
    return made


def run_of(made: Replayed) -> Run:
    """What makes a run that was made again, and its outcomes."""
    table = parameter_table(1, **made.world.central())
    return Run(table, made.policy, made.seed, {name: float(value) for name, value in made.outcomes.items()})


def place(plan: SweepPlan, run: int) -> str:
    """The draw, world and point of a run, in words."""
    at = plan.index(run)
    where = f"draw {at.draw} of world {plan.study.worlds[at.world].name}"
    return f"{where} at point {at.point}" if plan.study.point_count > 1 else where
