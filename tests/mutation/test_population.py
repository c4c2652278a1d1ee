"""The morning of day 0: every thing that a run begins with, from the draws that are its own."""

import math
from typing import Any

from sim.access import survey_lab_systems
from sim.chance import Purpose, draw, exponential, grow, key, lognormal, positive_stable, stem, uniform
from sim.formulas.attack import expected_loss
from sim.formulas.race import customer_pull, safety_effort
from sim.formulas.safeguards import detection_chance
from sim.formulas.time import chance_within, mean_kept
from sim.row import NEVER, NOBODY
from sim.start.population import guide_to_targets, settle_constants
from sim.vocabulary import ActorKind, Feedback, RaceInformation, Stage
from tests.mutation.worlds import near, put, raised, state, world_of

MONTH = 365.25 / 12.0
FIRST = 1 << 40


def u(seed: int, purpose: Purpose, who: int, count: int = 0) -> float:
    """The draw of an agent at the start."""
    return uniform(seed, purpose, who, count)


def test_constants_follow_from_the_parameters() -> None:
    for share, spies, insiders in ((0.25, 2, 2), (0.29, 2, 2), (0.3, 2, 2), (0.33, 3, 3), (0.6, 5, 3), (0.0, 0, 0), (1.0, 8, 0)):
        world = world_of(bad_actors=8)
        world.params.spy_share = world.params.insider_share = share  # also what no table may hold
        settle_constants(world)
        assert (world.constants.spies, world.constants.insiders) == (spies, insiders), share
    world = world_of(
        {"agencies": 3, "testers": 4},
        days=120,
        organisations=10,
        pool_share=0.35,
        severity_mu=3.0,
        severity_sigma=1.5,
        severity_cap=70.0,
        new_code_per_day=0.2,
        discount_per_year=0.3,
        labs=3,
        open_weight_labs=2,
    )
    constants = world.constants
    assert constants.expected_loss == expected_loss(3.0, 1.5, 70.0)
    assert near(constants.new_code_chance, 1.0 - math.exp(-0.2))
    assert near(constants.discount_per_day, 0.3 / 365.25)
    assert (constants.maintainers, constants.owners, constants.testers_per_agency) == (4, 5, 4)
    assert constants.tests_per_agency * 3 == len(world.tests)
    assert constants.feedback
    assert world_of(organisations=10, pool_share=0.34).constants.maintainers == 3
    assert not world_of(feedback=Feedback.NONE).constants.feedback
    nobody = world_of({"agencies": 0})
    settle_constants(nobody)
    assert (nobody.constants.tests_per_agency, nobody.constants.testers_per_agency) == (0, 0)
    one = world_of({"agencies": 1, "testers": 2})
    assert one.constants.testers_per_agency == 2
    assert one.constants.tests_per_agency == len(one.tests)


def test_rows_know_what_they_are() -> None:
    world = world_of(labs=2, open_weight_labs=2)
    for row, system in enumerate(world.systems):
        owner = row % 4
        assert (system.index, system.owner, system.open_lab, system.number) == (row, owner % 2, owner >= 2, row // 4)
    for table in (world.governments, world.labs, world.open_weight_labs, world.partners, world.bad_actors):
        assert [row.index for row in table] == list(range(len(table)))


def test_other_applicants_begin_with_a_gap() -> None:
    world = world_of(seed=3, background_applications_per_day=0.25)
    assert world.governments[0].background_at == exponential(u(3, Purpose.BACKGROUND_GAP, 0)) / 0.25
    assert world.governments[1].background_at == NEVER
    assert world_of(background_applications_per_day=0.0).governments[0].background_at == NEVER
    assert world_of(background_applications_per_day=0.75, seed=3).governments[0].background_at < 99


def test_labs_begin_at_their_gaps() -> None:
    params = {
        "labs": 4,
        "security_level": 3.0,
        "security_spread": 0.75,
        "rival_gap_min_months": 0.5,
        "rival_gap_max_months": 2.5,
        "cadence_days": 40,
        "pace": 1.5,
        "safeguard_most": 0.9,
        "race_information": RaceInformation.PRIVATE,
        "race_spread": 2.0,
        "race_scale_months": 4.0,
        "enmity": 0.7,
    }
    for seed, leads in ((1, True), (2, True), (1, False)):
        world = world_of(seed=seed, covered_leads=leads, **params)
        for row, lab in enumerate(world.labs):
            assert near(lab.security_level, 3.0 + 0.75 * (2.0 * u(seed, Purpose.SECURITY, row) - 1.0))
            gap = 0.5 + 2.0 * u(seed, Purpose.CAPABILITY_GAP, row)
            assert near(lab.capability, 0.0 if row == 0 and leads else -gap)
            since = 40 if row == 0 else 40 - int(u(seed, Purpose.PHASE, row) * 40)
            assert lab.next_trained_day == (40 if row == 0 else 40 - since)
            assert (lab.covered, lab.first_system, lab.systems) == (row == 0, row, 2 if row == 0 else 1)
            older = world.systems[row]
            assert near(older.capability, lab.capability - 1.5 * since / MONTH)
            assert (older.built, older.safeguard, older.stage, older.ready_day, older.public_day) == (0.9, 0.9, Stage.PUBLIC, -1, -1)
            assert not older.flaw
            assert lab.offer == older.capability
            assert lab.trained == (lab.capability if row == 0 else older.capability)
            assert near(lab.effort, safety_effort(RaceInformation.PRIVATE, 0.0, 2.0 + lab.capability / 4.0, 2.0, 0.7, 4))
    race = world_of(labs=2, race_information=RaceInformation.PUBLIC, enmity=1.5, race_scale_months=2.0, seed=1)
    assert near(race.labs[0].effort, min(1.0, (race.labs[0].capability - race.labs[1].capability) / 2.0 / 1.5))
    assert race.labs[1].effort == 0.0


def test_the_first_covered_system_is_ready_on_day_0() -> None:
    flaws = set()
    for seed in range(20):
        world = world_of(
            seed=seed, safeguard_least=0.4, safeguard_most=0.8, flaw_chance=0.75, own_testing_days=10, detection_half_life_days=5.0
        )
        lab, system = world.labs[0], world.systems[3]
        assert 0.0 < lab.effort <= 1.0
        flawed = u(seed, Purpose.FLAW, 0, 1) < 0.75 * (1.0 - detection_chance(lab.effort * 10, 5.0))
        flaws.add(flawed)
        assert system.flaw == flawed
        assert system.capability == lab.capability
        assert near(system.built, 0.4 + 0.4 * lab.effort)
        assert (system.safeguard, system.stage, system.ready_day, system.public_day) == (system.built, Stage.TESTING, 0, NEVER)
    assert flaws == {False, True}


def test_open_weight_labs_begin_with_stripped_weights_at_their_lag() -> None:
    for stripping, safeguard in ((True, 0.1), (False, 0.4)):
        world = world_of(
            seed=5,
            open_weight_labs=3,
            open_weight_lag_months=6.0,
            open_spread_months=2.0,
            open_cadence_days=50,
            open_safeguard=0.4,
            residual_refusal=0.1,
            stripping_on=stripping,
        )
        for row, lab in enumerate(world.open_weight_labs):
            further = 2.0 * u(5, Purpose.OPEN_LAG, row) if row > 0 else 0.0
            assert near(lab.further_lag, further)
            assert near(lab.capability, -6.0 - further)
            assert lab.next_trained_day == int(u(5, Purpose.OPEN_PHASE, row) * 50)
            assert (lab.first_system, lab.systems) == (2 + row, 1)
            system = world.systems[2 + row]
            values = {
                "capability": lab.capability,
                "stripped": stripping,
                "built": 0.4,
                "safeguard": safeguard,
                "stage": Stage.OPEN_WEIGHTS,
            }
            values |= {"ready_day": -1, "public_day": -1, "weights_day": -1}
            assert {name: state(system)[name] for name in values} == values
    assert world_of(open_safeguard=0.05, residual_refusal=0.1).systems[2].safeguard == 0.05


def test_organisations_differ() -> None:
    for shape in (0.5, 1.0):
        world = world_of(
            seed=6,
            organisations=30,
            size_spread=0.8,
            care_spread=0.6,
            leak_hazard=0.02,
            interest_share=0.5,
            never_patch_share=0.3,
            patch_shape=shape,
            patch_tau_days=12.0,
        )
        sizes = [lognormal(1.0, math.sqrt(math.expm1(0.64)), u(6, Purpose.SIZE, row), u(6, Purpose.SIZE_ANGLE, row)) for row in range(30)]
        below = 0.0
        never = set()
        for row, partner in enumerate(world.partners):
            assert near(partner.size, sizes[row] / sum(sizes))
            assert near(world.size_below[row], below)
            below += partner.size
            assert partner.stem == stem(6, row)
            carelessness = lognormal(1.0, 0.6, u(6, Purpose.CARE, row), u(6, Purpose.CARE_ANGLE, row))
            assert partner.leak_chance == chance_within(0.02 * carelessness)
            assert partner.interested == (u(6, Purpose.INTEREST, row) < 0.5)
            patches = u(6, Purpose.NEVER_PATCH, row) >= 0.3
            never.add(patches)
            rate = positive_stable(shape, u(6, Purpose.PATCH_ANGLE, row), u(6, Purpose.PATCH_SCALE, row)) / 12.0 if patches else 0.0
            assert near(partner.patch_rate, rate)
            assert near(partner.patch_kept, math.exp(-rate))
            assert near(partner.patch_mean, mean_kept(rate))
        assert near(below, 1.0)
        assert never == {False, True}
        steps = len(world.size_guide)
        assert steps >= 30
        for step, row in enumerate(world.size_guide):
            assert world.size_below[row] <= step / steps < [*world.size_below, 1.0][row + 1], "the guide is laid over these sizes"
        seekers = [row for row in range(30) if u(6, Purpose.INTEREST, row) < 0.5]
        assert 0 < len(seekers) < 30
        assert world.constants.seekers == len(seekers)
        assert world.seekers == [*seekers, *[0] * (30 - len(seekers))], "those that want access, in the order of their rows"
    fast = world_of(organisations=30, patch_shape=0.05, patch_tau_days=0.01, never_patch_share=0.0)
    assert max(partner.patch_rate for partner in fast.partners) == 1e6


def test_all_seek_access_or_nobody_does() -> None:
    everyone = world_of(organisations=5, interest_share=1.0)
    assert (everyone.constants.seekers, everyone.seekers) == (5, [0, 1, 2, 3, 4])
    nobody = world_of(organisations=5, interest_share=0.0)
    assert (nobody.constants.seekers, nobody.seekers) == (0, [0] * 5)


def test_the_guide_leads_to_the_last_organisation_that_begins_below() -> None:
    world = world_of(organisations=6)
    world.size_below[:] = [0.0, 0.0, 1.0 / 6.0, 0.6, 0.65, 0.9]
    world.size_guide[:] = [9] * 6
    guide_to_targets(world)
    assert world.size_guide == [1, 2, 2, 2, 4, 4]


def test_bad_actors_by_kind() -> None:
    params = {
        "bad_actors": 12,
        "organisations": 5,
        "spy_share": 0.25,
        "insider_share": 0.25,
        "spy_skill": 0.9,
        "insider_skill": 0.3,
        "crew_skill": 0.5,
        "skill_spread": 0.8,
        "spy_gap_days": 40.0,
        "insider_gap_days": 20.0,
        "crew_gap_days": 10.0,
        "theft_gap_days": 70.0,
    }
    for changes in ({}, {"theft_on": False}, {"insiders_on": False}):
        world = world_of(seed=9, **{**params, **changes})
        for row, actor in enumerate(world.bad_actors):
            kind = ActorKind.SPY if row < 3 else ActorKind.INSIDER if row < 6 else ActorKind.CREW
            mean, gap = {ActorKind.SPY: (0.9, 40.0), ActorKind.INSIDER: (0.3, 20.0), ActorKind.CREW: (0.5, 10.0)}[kind]
            assert (actor.kind, actor.gap_days) == (kind, gap)
            assert actor.stem == stem(9, row)
            assert near(actor.skill, min(1.0, mean * (1.0 + 0.8 * (2.0 * draw(grow(actor.stem, 0), Purpose.SKILL) - 1.0))))
            assert actor.home == (int(draw(key(9, row, 0), Purpose.HOME) * 5) if kind == ActorKind.INSIDER else NOBODY)
            idle = kind == ActorKind.INSIDER and changes == {"insiders_on": False}
            assert actor.next_at == (NEVER if idle else gap * exponential(u(9, Purpose.GAP, row, FIRST)))
            steals = kind == ActorKind.SPY and changes != {"theft_on": False}
            assert actor.theft_at == (70.0 * exponential(u(9, Purpose.THEFT_GAP, row, FIRST)) if steals else NEVER)
    assert max(actor.skill for actor in world_of(bad_actors=40, crew_skill=1.0, skill_spread=1.0).bad_actors) == 1.0


def test_customers_stay_while_offers_do() -> None:
    for labs, open_labs, shares in ((3, 2, (0.4, 0.2, 0.2, 0.1, 0.1)), (1, 2, (0.8, 0.1, 0.1)), (2, 0, (0.4, 0.6)), (1, 0, (1.0,))):
        world = world_of(
            labs=labs,
            open_weight_labs=open_labs,
            covered_customer_share=0.4,
            open_customer_share=0.2,
            horizon_doubling_months=3.0,
            choice_elasticity=0.75,
        )
        owners: list[Any] = [*world.labs, *world.open_weight_labs]
        for owner, share in zip(owners, shares, strict=True):
            assert near(owner.customers, share)
            assert owner.customers_at_start == owner.customers
            assert near(owner.brand, math.log(share) - customer_pull(owner.offer, 3.0, 0.75))
    empty = world_of(open_customer_share=0.0)
    lab = empty.open_weight_labs[0]
    assert lab.customers == 0.0
    assert near(lab.brand, math.log(1e-12) - customer_pull(lab.offer, 4.7, 1.0))


def test_the_first_morning_has_been_surveyed() -> None:
    world = world_of(labs=2)
    assert world.today.public_system >= 0
    assert world.today.open_system == 2
    assert world.today.search > 0.0
    before = world.today.public_system
    survey_lab_systems(world)
    assert world.today.public_system == before
    assert sorted(world.by_rank) == list(range(4))
    assert raised(world.score) == {"parity_day": NEVER}
    assert put(world.labs[0], offer=1.0).offer == 1.0
