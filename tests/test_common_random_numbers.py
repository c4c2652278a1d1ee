"""Paired runs: two policies differ only where, and only from when, the policy made them differ."""

import math
from typing import Any

import pytest

from experiments.comparison import compare
from experiments.sweep.columns import OUTCOMES
from scenarios import load_policy, load_world, with_parameters
from sim.chance import Purpose, draw, grow, key, stem, uniform
from sim.model import ReleaseModel
from sim.policy import Policy
from sim.row import fields
from sim.vocabulary import EventKind

SMALL = {"organisations": 20, "bad_actors": 60, "base_hazard": 0.1, "leak_hazard": 0.01}
TINY = with_parameters(load_world("baseline"), SMALL)


def state(model: ReleaseModel) -> list[str]:
    """Everything that agents and systems are, as text."""
    tables = ("systems", "labs", "governments", "open_weight_labs", "partners", "bad_actors")
    return [repr([getattr(row, field.name) for field in fields(type(row))]) for table in tables for row in getattr(model.world, table)]


@pytest.mark.parametrize("day", [1, 12, 40])
def test_policies_are_alike_until_the_day_on_which_they_differ(day: int) -> None:
    base = load_policy("staged-preview")
    later = Policy("later", base.levers, [(day, {"directive": True, "preview_days": 70, "partners_max": 3})])
    models = [ReleaseModel(policy, SMALL, seed=4, horizon_days=60) for policy in (base, later)]
    for _ in range(day):
        for model in models:
            model.step()
        assert state(models[0]) == state(models[1])
    for _ in range(60 - day):
        for model in models:
            model.step()
    assert state(models[0]) != state(models[1])


def test_the_same_policy_under_two_names_differs_by_exactly_nothing() -> None:
    base = load_policy("staged-preview")
    comparison = compare([base, Policy("again", base.levers, base.timeline)], TINY, draws=5, horizon_days=90)
    for name in OUTCOMES:
        assert not comparison.difference(name).any(), name
    difference = comparison.summary()["policies"]["again"]["model_enabled_harm"]["difference"]
    assert (difference["mean"], difference["nonzero"]["share"], difference["better_share"]) == (0.0, 0.0, 0.5)
    assert math.isnan(difference["low"])  # five draws without a difference do not say that there are none
    assert math.isnan(difference["pairing_gain"])
    never = {"draws": 5, "first_day_median": None, "first_day_earliest": None, "by": None, "never_share": 1.0}
    assert comparison.summary()["pairing"]["again"] == {**never, "broken": False, "identical_share": 1.0}


def test_a_trigger_that_is_never_met_changes_nothing() -> None:
    never = {"revocation": True, "trigger_incidents": 1_000_000}
    world = {**SMALL, "flaw_chance": 0.0}
    runs = [ReleaseModel(Policy("any", levers), world, seed=2, horizon_days=90).run() for levers in ({}, never)]
    assert runs[0].outcomes == runs[1].outcomes
    assert state(runs[0]) == state(runs[1])


def test_operations_are_the_same_under_every_policy() -> None:
    comparison = compare(["open-release", "withhold", "partner-programme"], TINY, draws=4, horizon_days=120)
    operations = comparison.outcome("operations")
    assert (operations == operations[:, :1]).all()
    assert (comparison.displacement.sum(axis=(2, 3)) == operations).all()
    unlike = comparison.displacement[:, 1:]
    assert (unlike.sum(axis=3) == unlike[:, :1].sum(axis=3)).all()  # rows: channels under the reference


def test_only_reactions_make_policies_diverge_in_patching_without_feedback() -> None:
    """With nothing reacting, an actor-side change leaves every organisation untouched."""
    quiet = {**SMALL, "feedback": 0}
    calm, busy = (ReleaseModel(None, {**quiet, "base_hazard": hazard}, seed=2, horizon_days=80).run() for hazard in (0.0, 0.5))
    changed = {field.name for field in fields(type(calm.world.partners[0])) if field.name != "incidents"}
    for one, other in zip(calm.world.partners, busy.world.partners, strict=True):
        assert all(getattr(one, name) == getattr(other, name) for name in changed)
    assert sum(event.kind == EventKind.INCIDENT for event in busy.events) > 0


def test_draws_do_not_depend_on_how_many_there_are_or_what_else_is_sampled() -> None:
    few, more = compare(["open-release"], TINY, draws=3, horizon_days=20), compare(["open-release"], TINY, draws=6, horizon_days=20)
    assert (few.rows.outcomes == more.rows.outcomes[:3]).all()
    fixed = with_parameters(TINY, {"pace": 1.0})
    again = compare(["open-release"], fixed, draws=3, horizon_days=20)
    assert (again.ensemble.worlds["uplift"] == few.ensemble.worlds["uplift"]).all()


def test_known_answers() -> None:
    """The scheme is part of every result: these numbers change only with its version."""
    assert uniform(1, Purpose.LUCK, 2, 3) == draw(grow(stem(1, 2), 3), Purpose.LUCK) == draw(key(1, 2, 3), Purpose.LUCK)
    assert [round(uniform(s, Purpose.TARGET, 0, 0), 12) for s in range(3)] == KNOWN


def test_neighbouring_keys_share_nothing() -> None:
    """Ranks of draws under neighbouring seeds, agents, counts and purposes are uncorrelated: |r| < 4 / sqrt(n)."""
    n = 4000
    chains: dict[str, list[tuple[float, float]]] = {
        "seed": [(uniform(s, Purpose.LUCK, 5, 7), uniform(s + 1, Purpose.LUCK, 5, 7)) for s in range(n)],
        "who": [(uniform(3, Purpose.LUCK, a, 7), uniform(3, Purpose.LUCK, a + 1, 7)) for a in range(n)],
        "count": [(uniform(3, Purpose.LUCK, 5, c), uniform(3, Purpose.LUCK, 5, c + 1)) for c in range(n)],
        "purpose": [(uniform(3, Purpose.LUCK, 5, c), uniform(3, Purpose.TARGET, 5, c)) for c in range(n)],
    }
    for axis, pairs in chains.items():
        assert abs(correlation(pairs)) < 4 / n**0.5, axis


def correlation(pairs: list[tuple[float, float]]) -> Any:
    """Pearson correlation of uniform numbers, whose mean is 1/2 and variance 1/12."""
    return 12 * sum((a - 0.5) * (b - 0.5) for a, b in pairs) / len(pairs)


KNOWN = [0.481130989238, 0.668043979401, 0.92199748669]
