"""The story of one draw: how the runs of two policies came to differ in it, and what happened in each, for a timeline."""

from typing import Any

from lockgate.experiments.answers.divergence.divergence import divergence_of
from lockgate.experiments.answers.divergence.traced import Traced
from lockgate.experiments.app.asked import Case
from lockgate.experiments.report.sections.stories import chosen_events
from lockgate.experiments.results.changes import label
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.pairing import Run
from lockgate.experiments.text.story import ending, story
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.engine.runs import why_not_compiled
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.policy import Policy


def tale(case: Case, policy: int, draw: int, kinds: Kinds) -> dict[str, Any]:
    """The story of a draw under the policy at this place, beside the first policy, or of the first alone.

    `runs -> [{policy, events, lines, ending}]`, and `sentences` on how they came to differ. Raises `InputError` where there is no such
    policy, or for kinds of agents that only Mesa can run.
    """
    if policy >= len(case.policies):
        raise InputError(f"policy = {policy} must be 0 to {len(case.policies) - 1}, its place among those compared")
    if why := why_not_compiled(kinds):
        raise InputError(f"a run of these kinds of agents cannot be told, as only Mesa can run them: {why}")
    drawn = draw_worlds(case.world, 1, case.seed, first=draw)
    seed, days, where = int(drawn.seeds[0]), case.horizon_days, f"draw {draw} of world {case.world.name}"
    chosen = [case.policies[0], case.policies[policy]] if policy else [case.policies[0]]
    traced = [Traced.of(Run(drawn.worlds, each, seed, None), days, kinds, label(each, days)) for each in chosen]
    runs = [run_told(each, made, days) for each, made in zip(chosen, traced, strict=True)]
    sentences: list[str] = []
    if len(chosen) > 1:
        both = [Run(drawn.worlds, each, seed, made.outcomes) for each, made in zip(chosen, traced, strict=True)]
        sentences = divergence_of(both[0], both[1], days, where, kinds, (traced[0].policy, traced[1].policy)).sentences()
    return {"draw": draw, "where": where, "days": days, "runs": runs, "sentences": sentences}


def run_told(policy: Policy, made: Traced, days: int) -> dict[str, Any]:
    """One run: its events for a timeline, its story by month, and how it ended."""
    cast, ends = made.cast, {name: OUTCOMES[name].type(value) for name, value in made.outcomes.items()}
    return {
        "policy": policy.name,
        "label": made.policy,
        "events": [event for _, event in sorted(chosen_events(made), key=lambda each: each[0])],
        "lines": [line for line in story(made.events, cast, days) if line],
        "ending": ending(ends, days),
    }
