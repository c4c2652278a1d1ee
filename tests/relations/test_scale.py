"""Relations 44 to 50: numbers, copies, time steps, queues and dates, each against what theory says, with planted faults."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Feedback, ServiceTimes
from tests.generated import policies
from tests.relations.luck import seeds, surprising_dispersion, surprising_mean, unlike_counts
from tests.relations.runs import DAYS, SEEDS, Run, run, still_worlds, with_held

# Nothing is ever found or patched, nobody learns, every crew has the same skill: all operations have one and the same chance.
STATIONARY = {
    "feedback": Feedback.NONE, "labs": 1, "open_weight_labs": 0, "organisations": 5, "pace": 0.0, "search_days": 1e5,
    "search_doubling_months": 1e9, "spy_share": 0.0, "insider_share": 0.0, "crew_skill": 1.0, "skill_spread": 0.0, "crew_gap_days": 1.0,
    "base_hazard": 0.01, "uplift": 1.0, "cadence_days": 730, "flaw_chance": 0.0,
}  # fmt: skip
OPEN = Policy("open-release")


def outcomes(worlds: dict[str, Any], policy: Policy, runs: Any, days: int) -> Any:
    """Outcomes of one policy in one world under many seeds."""
    return simulate(parameter_table(len(runs), **worlds), [policy], runs, days).outcomes[:, 0]


# 44 and 48: counts of incidents


def crowd_faults(crowd: int, hazard: float, runs: int = 150, days: int = 50) -> list[str]:
    """What is wrong with the incidents of k x 40 actors at 1/k of the hazard each, where those of 40 have mean 40 x days x p."""
    found = outcomes({**STATIONARY, "bad_actors": 40 * crowd, "base_hazard": hazard / crowd}, OPEN, seeds(runs, crowd), days)["incidents"]
    expected = 40 * crowd * days * -np.expm1(-0.02 / crowd)
    return [fault for fault in (surprising_mean(found, expected), surprising_dispersion(found, 1.0)) if fault]


@pytest.mark.parametrize("crowd", [1, 2, 10])
def test_44_more_actors_at_less_hazard(crowd: int) -> None:
    """S: k times as many crews at 1/k of the hazard: the mean of incidents is that of the formula, which tends to one limit, and
    variance over mean is 1 (operations are a Poisson process, so counts are Poisson for every k)."""
    assert not crowd_faults(crowd, 0.02)


def test_44_catches_a_hazard_that_was_not_divided_enough() -> None:
    assert crowd_faults(10, 0.022)


def binomial_faults(hazard: float, claimed: float, runs: int = 400) -> list[str]:
    """What is wrong with incidents as binomial in operations, and with the day of the first as geometric, for a claimed hazard."""
    actors, days, chance = 20, 40, -np.expm1(-claimed)
    worlds = {**STATIONARY, "bad_actors": actors, "base_hazard": hazard}
    found = outcomes(worlds, OPEN, seeds(runs, 20), days)
    surplus = (found["incidents"] - chance * found["operations"]) / np.sqrt(chance * (1.0 - chance) * found["operations"])
    first = [first_day(run(worlds, OPEN, int(seed), days), days) for seed in seeds(runs, 21)]
    edges = [0, 1, 2, 3, 5, 8, 12, days + 1]
    none_before = np.exp(-actors * chance * np.array([*edges[:-1], np.inf]))
    expected = -runs * np.diff(none_before)
    faults = [surprising_mean(surplus, 0.0), surprising_mean(surplus**2, 1.0), unlike_counts(np.histogram(first, edges)[0], expected)]
    return [fault for fault in faults if fault]


def first_day(tables: Run, days: int) -> int:
    """The day of the first incident; the number of days where there is none."""
    return int(min(tables["events"]["day"][tables["events"]["kind"] == EventKind.INCIDENT], default=days))


def test_48_incidents_are_binomial_and_the_first_is_geometric() -> None:
    """S: nothing reacts and nothing changes: incidents are binomial in the operations with chance 1 - exp(-hazard) (standardised mean 0,
    variance 1), and the day of the first is geometric, with chance 1 - exp(-actors x chance) a day."""
    assert not binomial_faults(0.01, 0.01)


def test_48_catches_a_hazard_that_is_a_fifth_off() -> None:
    assert binomial_faults(0.012, 0.01)


# 45 and 49: queues

QUEUE = {**STATIONARY, "bad_actors": 0, "organisations": 1, "interest_share": 0.0, "approval_refusal_chance": 0.0}


def waits(arrivals: float, reviewers: int, days_of_work: float, cv: float | None, runs: Any) -> Any:
    """Mean wait of other applicants for reviewers in each run of 3,650 days."""
    times = {"service_times": ServiceTimes.EXPONENTIAL} if cv is None else {"service_times": ServiceTimes.LOGNORMAL, "approval_days_cv": cv}
    world = {**QUEUE, **times, "background_applications_per_day": arrivals, "approval_days": days_of_work}
    return outcomes(world, Policy("queue", {"reviewers": reviewers}), runs, 3650)["review_wait_days"]


def scale_faults(scale: int, reviewers: int) -> str:
    """Names a mean wait that rose when arrivals were multiplied by `scale` and reviewers are so many, two before."""
    before, after = waits(1.0, 2, 1.6, 1.0, seeds(30, 30)), waits(1.0 * scale, reviewers, 1.6, 1.0, seeds(30, 30 + scale))
    return surprising_mean(np.maximum(after - before, 0.0), 0.0) if np.mean(after) > np.mean(before) else ""


@pytest.mark.parametrize("scale", [2, 4])
def test_45_larger_queues_wait_no_longer(scale: int) -> None:
    """S: reviewers, first come first served, arrivals and reviewers both times k: the mean wait does not rise."""
    assert not scale_faults(scale, 2 * scale)


def test_45_catches_a_reviewer_too_few() -> None:
    assert scale_faults(2, 3)


def erlang_wait(arrivals: float, servers: int, days_of_work: float) -> float:
    """Mean wait in M/M/c by Erlang's C formula."""
    load, blocked = arrivals * days_of_work, 1.0
    for server in range(1, servers + 1):
        blocked = load * blocked / (server + load * blocked)
    waiting = servers * blocked / (servers - load * (1.0 - blocked))
    return waiting * days_of_work / (servers - load)


@pytest.mark.parametrize(("servers", "cv"), [(1, None), (3, None), (1, 0.5), (1, 1.5)])
def test_49_mean_wait(servers: int, cv: float | None) -> None:
    """S: Poisson arrivals and one queue, in continuous time (not the discrete Geo/Geo/c): the mean wait is that of M/M/c with exponential
    work, and of M/G/1 (Pollaczek and Khinchine) with lognormal work. The empty start lowers it by less than 1 %."""
    load = 0.7
    expected = erlang_wait(2.0, servers, load * servers / 2.0)
    if cv is not None:
        expected *= (1.0 + cv * cv) / 2.0
    assert not surprising_mean(waits(2.0, servers, load * servers / 2.0, cv, seeds(60, 40 + servers)), expected, allowed=0.01 * expected)


def test_49_catches_work_that_is_a_twentieth_longer() -> None:
    found = waits(2.0, 1, 1.05 * 0.35, None, seeds(60, 41))
    assert surprising_mean(found, erlang_wait(2.0, 1, 0.35), allowed=0.01 * erlang_wait(2.0, 1, 0.35))


def little_faults(tests: Any, waiting: Any, days: int) -> list[str]:
    """Where the weekly counts of waiting tests are not those of their own times, and the area under the queue is not that of waits."""
    arrivals, starts = tests["arrival"], np.minimum(tests["start"], days)
    ends = np.minimum(np.arange(1, len(waiting) + 1) * 7, days) - 1
    counted = [int(((arrivals <= day) & (tests["start"] > day) & (tests["system"] >= 0)).sum()) for day in ends]
    found = [f"week {week}" for week in np.flatnonzero(counted != waiting)]
    given = tests["system"] >= 0
    moments = np.unique([*arrivals[given], *starts[given]])
    area = sum(
        width * ((arrivals[given] <= moment) & (starts[given] > moment)).sum()
        for moment, width in zip(moments, np.diff(moments), strict=False)
    )
    return found + ([] if abs(area - (starts - arrivals)[given].sum()) <= 1e-6 * (1.0 + area) else ["area"])


@given(
    still_worlds(cooperation=1.0),
    policies().map(lambda policy: with_held(policy, case_by_case=True, threshold_months=-60.0, testers=1)),
    SEEDS,
    DAYS,
)
def test_49_littles_law(world: dict[str, Any], policy: Policy, seed: int, days: int) -> None:
    """E: Little's law as an identity: the area under the agencies' queue is the sum of the waits so far, and the queue that the model
    counts each week is the one that the tests' own arrivals and starts give."""
    tables = run(world, policy, seed, days)
    assert not little_faults(tables["tests"], tables["weeks"]["tests_waiting"], days)


def test_49_catches_a_test_that_starts_too_soon() -> None:
    policy = Policy("queue", {"case_by_case": True, "threshold_months": -60.0, "testers": 1, "sign_offs": 3})
    tables = run({**QUEUE, "labs": 5, "cooperation": 1.0, "cadence_days": 5, "test_days": 40.0}, policy, 1, 60)
    assert not little_faults(tables["tests"], tables["weeks"]["tests_waiting"], 60)
    tables["tests"]["start"] = np.minimum(tables["tests"]["start"], tables["tests"]["arrival"] + 14.0)
    assert little_faults(tables["tests"], tables["weeks"]["tests_waiting"], 60)


# 46: copies

CREWS = {**STATIONARY, "skill_spread": 0.5, "crew_skill": 0.5}


def copy_faults(actors: int) -> list[str]:
    """What is wrong with incidents of so many actors as the sum of two independent runs with 60 actors each."""
    small = {**CREWS, "bad_actors": 60, "base_hazard": 0.05}
    two = outcomes(small, OPEN, seeds(500, 60), 40)["incidents"] + outcomes(small, OPEN, seeds(500, 61), 40)["incidents"]
    one = outcomes({**small, "bad_actors": actors}, OPEN, seeds(500, 62), 40)["incidents"]
    faults = [surprising_mean(one - two.astype(float), 0.0), surprising_dispersion(one, float(np.var(two, ddof=1) / np.mean(two)))]
    return [fault for fault in faults if fault]


def test_46_twice_the_actors_are_two_runs() -> None:
    """S: where nothing couples actors (nothing reacts, exposure does not change), twice the actors have the mean and the variance of the
    sum of two independent runs."""
    assert not copy_faults(120)


def test_46_catches_a_tenth_too_many() -> None:
    assert copy_faults(132)


def copied(seed: int, *, spoiled: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """Outcomes of a run, and of one whose second half of actors copies the keys of the first (all but one's, where spoiled)."""
    world = {**CREWS, "bad_actors": 15, "uplift": 2.0, "labs": 2, "open_weight_labs": 1, "base_hazard": 0.3, "search_days": 30.0}
    single = ReleaseModel(OPEN, world, seed=seed, horizon_days=20)
    double = ReleaseModel(OPEN, {**world, "bad_actors": 30}, seed=seed, horizon_days=20)
    for row, actor in enumerate(double.world.bad_actors[15 : 29 if spoiled else 30]):
        like = single.world.bad_actors[row]
        actor.stem, actor.skill, actor.next_at = like.stem, like.skill, like.next_at
    return single.run().outcomes, double.run().outcomes


ADDED_UP = ("operations", "incidents", "refusals", "model_enabled_harm", "realised_loss", "operations_open_weights", "incidents_crews")


def test_46_copied_keys_double_exactly() -> None:
    """E: the same with copied keys, on the Mesa driver, whose actors can be given others' keys: all totals are exactly twice those of one
    run, in a world that searches, patches and refuses."""
    for seed in range(5):
        single, double = copied(seed)
        assert [double[name] for name in ADDED_UP] == [2 * single[name] for name in ADDED_UP]


def test_46_catches_one_actor_with_its_own_keys() -> None:
    single, double = copied(1, spoiled=True)
    assert [double[name] for name in ADDED_UP] != [2 * single[name] for name in ADDED_UP]
