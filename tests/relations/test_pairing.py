"""Relations 11 to 16: common random numbers, so that two runs differ only where something made them differ."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.results.compare import compare
from lockgate.scenarios import load_world, with_parameters
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.bad_actor import plan_operation
from lockgate.sim.model.chance import Purpose, draw, grow, key, stem, uniform
from lockgate.sim.model.day import BadActor
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind, Feedback
from tests.relations.lively import Case, Tables, cases, lived, some_levers, some_policies, some_worlds, tables_of
from tests.relations.luck import ERRORS, adjacent_z, examples
from tests.relations.sameness import differences, of_kind

CONTROL = Case(Policy("control", {"lab_programme": True, "launch_partners": 5}), {"organisations": 8, "bad_actors": 30, "labs": 3,
               "crew_gap_days": 3.0, "base_hazard": 0.2, "cadence_days": 9, "bypass_hazard": 0.1}, 5, 20)  # fmt: skip
ROOM = {"agencies", "testers", "reviewers", "tests", "constants.tests_per_agency", "constants.testers_per_agency"}


def by_agency(tables: Tables) -> Tables:
    """A run's tests and desks cut by agency, as many agencies as are in use, so that room kept for later days does not count."""
    agencies, tests = tables["agencies"], tables["tests"]
    used = agencies[agencies["submitted"] > 0]
    cut: Tables = {"agencies in use": used}
    for number in range(len(used)):
        first = number * (len(tests) // len(agencies))
        cut[f"tests of {number}"] = tests[first : first + int(used["submitted"][number])]
    return cut


def differ_before(left: Case, right: Case, day: int) -> list[str]:
    """In what two runs differ before a day: in any table on the evening before it, or in the records of those days in the whole run."""
    evenings = [lived(case.until(day)) for case in (left, right)]
    found = differences(*evenings, ROOM) + differences(*[by_agency(run) for run in evenings])
    whole = [lived(case) for case in (left, right)]
    records = [{"events": run["events"][run["events"]["day"] < day], "weeks": run["weeks"][: day // 7],
                "operations": run["operations"][: len(evenings[0]["operations"])]} for run in whole]  # fmt: skip
    return found + differences(*records)


@given(cases(2, 45), st.integers(1, 44), some_levers(once=True, most=8))
def test_11_policies_are_alike_until_the_day_they_part(case: Case, day: int, changes: dict[str, Any]) -> None:
    """E. Two policies that part on day w: every table on the evening before w is the same, and so are the log, the closed weeks and the
    operations of those days in the whole runs. Room for agencies, testers and reviewers that only come later is not compared."""
    day = 1 + (day - 1) % (case.days - 1)
    parted = Policy("parted", case.policy.levers, [*case.policy.timeline, (day, changes)])
    assert differ_before(case, case.under(parted), day) == []


@given(cases(), st.integers(0, 40))
def test_12_a_trigger_that_is_never_met_is_none(case: Case, day: int) -> None:
    """E. Revocation that waits for a million incidents, where no safeguard hides a flaw, equals no revocation; and a directive for systems
    120 months beyond the critical level equals none. All tables."""
    calm = case.of_world(flaw_chance=0.0).held(trigger_incidents=1_000_000)
    assert differences(lived(calm.held(revocation=True)), lived(calm.held(revocation=False))) == []
    high = case.held(threshold_months=120.0, relative_threshold=False, directive=False, revocation=True)
    steps = [*high.policy.timeline, (day + 1, {"directive": True})]
    without = Policy("none", high.policy.levers, [*high.policy.timeline, (day + 1, {"directive": False})])
    ordered = lived(high.under(Policy("ordered", high.policy.levers, steps)))
    assert differences(ordered, lived(high.under(without))) == []
    assert ordered["score"]["directives"][0] == 0


@given(cases())
def test_13_one_policy_under_two_names_differs_by_nothing(case: Case) -> None:
    """E. The same policy under another name and summary: outcomes and weeks have the same bytes, every paired difference is 0, and every
    operation uses the same channel under both."""
    again = Policy("again", case.policy.levers, case.policy.timeline, "Said otherwise.")
    results = simulate(np.repeat(case.table, 2), [case.policy, again], [case.seed, case.seed + 1], case.days, threads=1)
    for rows in (results.outcomes, results.weeks):
        assert differences({"rows": rows[:, 0]}, {"rows": rows[:, 1]}) == []
        for name in rows.dtype.names or ():
            assert not (rows[name][:, 1].astype(float) - rows[name][:, 0].astype(float)).any(), name
    assert not (results.displacement[:, 1] * (1 - np.eye(5, dtype=int))).any()


OF_RIVALS = (
    EventKind.TRAINED,
    EventKind.READY,
    EventKind.COMPLIED,
    EventKind.DECLINED,
    EventKind.PUBLIC,
    EventKind.BYPASS,
    EventKind.FIXED,
)
SHARED = {"customers", "pull", "aim", "copied_aim", "revenue", "attributed_recently", "enabled"}  # competed for, or done to them


def rivals_only(tables: Tables) -> Tables:
    """What belongs to the covered lab's rivals and to nobody else."""
    labs, systems, owners = len(tables["labs"]), tables["systems"], int(tables["constants"]["owners"][0])
    theirs = systems[(systems["index"] % owners >= 1) & (systems["index"] % owners < labs)]
    events = tables["events"]
    events = events[(events["system"] % owners >= 1) & (events["system"] % owners < labs)]
    follow = systems[systems["index"] % owners >= labs]
    kept = {"labs": tables["labs"][1:], "systems": theirs, "events": of_kind(events, *OF_RIVALS), "followers": follow,
            "open_weight_labs": tables["open_weight_labs"]}  # fmt: skip
    return {f"{name}.{field}": rows[field] for name, rows in kept.items() for field in rows.dtype.names if field not in SHARED}


@given(cases(), st.sampled_from([{"lab_programme": True}, {"publish_weights": True}, {"directive": True}]), st.integers(1, 30))
def test_14_what_touches_one_lab_leaves_the_others_alone(case: Case, levers: dict[str, Any], day: int) -> None:
    """E* (feedback none, no programme of all labs, no threshold that follows open weights). A programme of the covered lab's own,
    publication of its weights, or a directive to it: capability, effort, training, systems, safeguards, compliance and releases of all
    other labs and of open-weight labs stay, to the bit. Customers and attacks are what labs share, and testers with a queue too, so
    queues are off and customers and attributed incidents not compared."""
    case = case.of_world(feedback=Feedback.NONE, queues_on=False, labs=max(2, case.world["labs"]))
    alone = {"programme_all": False, "relative_threshold": False}
    neither = case.held(lab_programme=False, publish_weights=False, directive=False, **alone)
    touched = neither.under(Policy("touched", {**neither.policy.levers, **({} if "directive" in levers else levers)},
                                   [*neither.policy.timeline, *([(day, levers)] if "directive" in levers else [])]))  # fmt: skip
    assert differences(rivals_only(lived(neither)), rivals_only(lived(touched))) == []


FATE = {
    "bad_actors": ("next_at", "theft_at", "operations", "thefts_tried", "stem", "kind", "home", "group", "state", "skill", "gap_days"),
    "partners": ("size", "criticality", "rank", "leak_chance", "interested", "patch_rate", "maintainer", "stem"),
    "kinds": ("operations",),
    "labs": ("security_level", "customers_at_start"),
    "open_weight_labs": ("further_lag",),
}


def fate(tables: Tables) -> Tables:
    """What only the keys of draws decide: who everybody is, and when actors act; how often they did, not only meant to."""
    return {f"{name}.{field}": tables[name][field] for name, columns in FATE.items() for field in columns}


@given(cases(), some_policies(), st.lists(st.tuples(st.sampled_from(list(Purpose)), st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_15_a_draw_does_not_depend_on_other_draws(case: Case, other: Policy, others: list[tuple[Purpose, int, int]]) -> None:
    """E. A draw is the same number alone, after any other draws, and from a stem hashed once; and in a run: another policy, another
    evasion, ban and attribution make other draws, and still everybody is who they were and every operation and theft is tried at the
    same moment."""
    alone = uniform(case.seed, Purpose.LUCK, case.days, 7)
    chances = grow(stem(case.seed, case.days), 7)
    for purpose, who, count in others:
        uniform(case.seed, purpose, who, count)
        draw(chances, purpose)
    assert alone == draw(chances, Purpose.LUCK) == draw(key(case.seed, case.days, 7), Purpose.LUCK)
    more = case.under(other).of_world(evasion=0.1, ban_chance=1.0, attribution_chance=1.0, fallback_chance=0.5, flaw_chance=1.0)
    for days in (case.days, 1 + case.days // 2):
        assert differences(fate(lived(case.until(days))), fate(lived(more.until(days)))) == []


def of_runs(case: Case, seed: int, runs: int) -> list[Any]:
    """Harm and incidents of runs with consecutive seeds, and of consecutive draws of a comparison."""
    outcomes = simulate(np.repeat(case.table, runs), [case.policy], range(seed, seed + runs), case.days, threads=1).outcomes[:, 0]
    world = with_parameters(load_world("baseline"), {name: case.world[name] for name in ("organisations", "bad_actors", "labs")})
    drawn = compare([case.policy], world, draws=runs, seed=seed % 2**31, horizon_days=case.days, threads=1).rows.outcomes
    return [outcomes["model_enabled_harm"], outcomes["incidents"], drawn["incidents"], drawn["model_enabled_harm"]]


STILL = {"uplift": 1.0, "never_patch_share": 1.0, "pool_share": 0.0, "feedback": Feedback.NONE, "base_hazard": 1.0, "spy_share": 0.0,
         "insider_share": 0.0, "crew_gap_days": 4.0, "crew_skill": 1.0, "skill_spread": 0.0, "labs": 1, "open_weight_labs": 0,
         "size_spread": 0.0}  # fmt: skip


def of_actors_and_days(tables: Tables, days: int) -> list[Any]:
    """Operations and incidents of consecutive actors, and incidents of consecutive days, where nothing in the world changes."""
    actors, events = tables["bad_actors"], of_kind(tables["events"], EventKind.INCIDENT)
    return [actors["operations"], actors["incidents"], np.bincount(events["day"], minlength=days)]


def most_alike(series: list[Any]) -> float:
    """The largest of the correlations of neighbours, in standard errors."""
    return max(abs(adjacent_z(values)) for values in series)


@examples(2, 50)
@given(some_worlds(), some_policies(), st.integers(0, 2**31))
def test_16_neighbours_are_uncorrelated(world: dict[str, Any], policy: Policy, seed: int) -> None:
    """S. Rank correlation of neighbours below 4.89 standard errors (a chance of 1e-6): harm and incidents of 400 consecutive seeds and of
    400 consecutive draws of a comparison; operations and incidents of 400 consecutive actors, and incidents of 300 consecutive days, in
    a world in which nothing changes. One case is 801 runs: 2 cases everyday, 50 in the long run."""
    assert most_alike(of_runs(Case(policy, {**world, "bad_actors": 20}, seed, 15), seed, 400)) < ERRORS
    still = Case(Policy("open"), {**STILL, "bad_actors": 400, "organisations": 10}, seed, 300)
    assert most_alike(of_actors_and_days(lived(still.of_world(crew_gap_days=20.0)), 300)) < ERRORS


def packed(seed: int) -> Any:
    """A generator that packs seed and actor into one word: each actor shares its draws with the next one of the seed before."""

    def change(table: Any) -> None:
        actors = table("bad_actors")
        for row in range(len(actors)):
            actors["stem"][row] = stem(0, seed + row)
            actors["next_at"][row] = 4.0 * -np.log(uniform(0, Purpose.GAP, seed + row, 1 << 40))

    return change


def pairs_share(table: Any) -> None:
    """A truncated chain: every two actors share all draws."""
    actors = table("bad_actors")
    for name in ("stem", "next_at"):
        actors[name][1::2] = actors[name][::2]


class Sticky(BadActor):
    """Goes on on the next day when it acted today, every other time: draws by day that depend on the day before."""

    def step(self, world: Any, day: int) -> None:
        before = self.operations
        BadActor.step(self, world, day)
        if self.operations > before and self.operations % 8:
            self.next_at = day + 1.5


def test_bad_generators_are_noticed() -> None:
    """The planted twins of the test above: packed keys, a truncated chain, days that follow one another."""
    still = Case(Policy("open"), {**STILL, "bad_actors": 20, "organisations": 10}, 0, 15)
    runs = [lived(Case(still.policy, still.world, seed, 15), packed(seed)) for seed in range(400)]
    assert abs(adjacent_z([run["outcomes"]["operations"][0] for run in runs])) > ERRORS
    crowd = still.of_world(bad_actors=400, crew_gap_days=20.0).until(100)
    assert most_alike(of_actors_and_days(lived(crowd), 100)) < ERRORS
    assert most_alike(of_actors_and_days(lived(crowd, pairs_share), 100)) > ERRORS
    few = still.of_world(bad_actors=10, crew_gap_days=30.0).until(300)
    assert abs(adjacent_z(of_actors_and_days(tables_of(few.model().run()), 300)[2])) < ERRORS
    assert abs(adjacent_z(of_actors_and_days(tables_of(few.model(kinds={"bad_actors": Sticky}).run()), 300)[2])) > ERRORS


COUNTER = {"drawn": 0}


class StreamSharer(BadActor):
    """Draws its gaps from one stream that all share, so that any other draw shifts them."""

    def step(self, world: Any, day: int) -> None:
        before, refusals = self.operations, sum(tally.refusals for tally in world.channels)
        BadActor.step(self, world, day)
        COUNTER["drawn"] += self.operations - before + sum(tally.refusals for tally in world.channels) - refusals
        if self.operations > before:
            self.next_at = day + 1 - 3.0 * np.log(uniform(world.seed, Purpose.GAP, 0, COUNTER["drawn"]))


class Timid(BadActor):
    """Drops what it planned while it is banned."""

    def step(self, world: Any, day: int) -> None:
        while day < self.banned_until and self.next_at < day + 1:
            plan_operation(self, world, world.agenda[0])
        BadActor.step(self, world, day)


def by_mesa(case: Case, kind: type) -> Tables:
    COUNTER["drawn"] = 0
    return tables_of(case.model(kinds={"bad_actors": kind}).run())


class Prophet(BadActor):
    """Acts by what the policy will do later."""

    def step(self, world: Any, day: int) -> None:
        BadActor.step(self, world, day)
        self.skill = min(1.0, self.skill * (1.0 + 1e-3 * len(world.phases)))


def test_planted_faults_in_pairing_are_noticed() -> None:
    looser = CONTROL.of_world(evasion=0.0)
    assert differences(fate(by_mesa(CONTROL, BadActor)), fate(by_mesa(looser, BadActor))) == []
    assert differences(fate(by_mesa(CONTROL, StreamSharer)), fate(by_mesa(looser, StreamSharer)))
    assert differences(fate(by_mesa(CONTROL, Timid)), fate(by_mesa(looser, Timid))) == ["kinds.operations"]
    parted = CONTROL.under(Policy("parted", CONTROL.policy.levers, [(12, {"directive": True})]))
    assert differ_before(CONTROL, parted, 12) == []
    assert differ_before(CONTROL, parted, 14)  # two days late
    pair = [tables_of(case.until(12).model(kinds={"bad_actors": Prophet}).run()) for case in (CONTROL, parted)]
    assert differences(*pair, ROOM)
    reacting = CONTROL.of_world(feedback=Feedback.FULL, reinvestment=1.0).until(40)
    restricted = reacting.held(lab_programme=False)
    assert differences(rivals_only(lived(reacting)), rivals_only(lived(restricted)))


def test_pairs_part_in_the_end() -> None:
    """What must be alike before a day is not alike for want of anything that could differ."""
    parted = CONTROL.under(Policy("parted", CONTROL.policy.levers, [(5, {"directive": True})]))
    assert differences(lived(CONTROL), lived(parted))
