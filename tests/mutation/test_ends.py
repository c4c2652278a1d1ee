"""With what a run begins, on the morning of day 0, and what it ends with, on its last evening."""

import math

from lockgate.sim.model.chance import Purpose, exponential, lognormal, normal, positive_stable, uniform
from lockgate.sim.model.day import DAY
from lockgate.sim.model.formulas.attack import UNIT, expected_loss
from lockgate.sim.model.formulas.race import customer_pull
from lockgate.sim.model.formulas.safeguards import detection_chance
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.outcomes import OUTCOMES, write_outcomes
from lockgate.sim.model.vocabulary import ActorKind, Stage
from lockgate.sim.rules.row import NEVER, NOBODY, fields
from tests.mutation.worlds import near, put, world_of


def test_how_many_spies_and_insiders_there_are() -> None:
    for share, spies, insiders in ((0.25, 2, 2), (0.29, 2, 2), (0.33, 3, 3), (0.45, 4, 4), (0.0, 0, 0)):
        constants = world_of(bad_actors=8, spy_share=share, insider_share=share).constants
        assert (constants.spies, constants.insiders) == (spies, insiders), share
    constants = world_of(bad_actors=3, spy_share=0.5, insider_share=0.5).constants
    assert (constants.spies, constants.insiders) == (2, 1), "insiders are no more than are left"


def test_the_first_covered_system_is_ready_on_day_0() -> None:
    flaws = set()
    for seed in range(20):
        for days in (10, 0):
            params = {"safeguard_least": 0.4, "safeguard_most": 0.8, "own_testing_days": days, "detection_half_life_days": 5.0}
            world = world_of(seed=seed, flaw_chance=0.75, **params)
            lab, system = world.labs[0], world.systems[3]
            missed = 0.75 * (1.0 - detection_chance(lab.effort * days, 5.0))
            assert system.flaw == (uniform(seed, Purpose.FLAW, 0, 1) < missed)
            assert near(system.built, 0.4 + 0.4 * lab.effort)
            assert (system.capability, system.safeguard, system.ready_day) == (lab.capability, system.built, 0)
            flaws.add((days, system.flaw))
    assert len(flaws) == 4


def test_how_fast_organisations_patch() -> None:
    world = world_of(seed=6, organisations=30, never_patch_share=0.3, patch_shape=0.5, patch_tau_days=12.0)
    for row, partner in enumerate(world.partners):
        never = uniform(6, Purpose.NEVER_PATCH, row, 0) < 0.3
        speed = positive_stable(0.5, uniform(6, Purpose.PATCH_ANGLE, row, 0), uniform(6, Purpose.PATCH_SCALE, row, 0))
        assert near(partner.patch_rate, 0.0 if never else speed / 12.0)
    fast = world_of(organisations=30, patch_shape=0.05, patch_tau_days=0.01, never_patch_share=0.0)
    assert max(partner.patch_rate for partner in fast.partners) == 1e6


def test_customers_stay_while_offers_do() -> None:
    for labs, open_labs, shares in ((3, 2, (0.4, 0.2, 0.2, 0.1, 0.1)), (1, 2, (0.8, 0.1, 0.1)), (2, 0, (0.4, 0.6)), (1, 0, (1.0,))):
        given = {"covered_customer_share": 0.4, "open_customer_share": 0.2, "horizon_doubling_months": 3.0, "choice_elasticity": 0.75}
        world = world_of(labs=labs, open_weight_labs=open_labs, **given)
        for owner, share in zip([*world.labs, *world.open_weight_labs], shares, strict=True):
            assert near(owner.customers, share)
            assert owner.customers_at_start == owner.customers
            assert near(owner.brand, math.log(share) - customer_pull(owner.offer, 3.0, 0.75))
    lab = world_of(open_customer_share=0.0, horizon_doubling_months=4.7).open_weight_labs[0]
    assert lab.customers == 0.0
    assert near(lab.brand, math.log(1e-12) - customer_pull(lab.offer, 4.7, 1.0))


def test_means_at_the_end_are_over_what_there_was() -> None:
    for count in (0, 1, 4):
        world = world_of(days=30, labs=1, open_weight_labs=0)
        put(world.labs[0], systems=1 + count)
        put(world.systems[0], capability=1.0, ready_day=-1, public_day=-1)  # of before day 0: it did not become ready
        for number in range(count):
            put(world.systems[world.constants.owners * (number + 1)], capability=1.0, ready_day=2, public_day=5)
        put(world.score, tests=count, test_wait=int(6.0 * UNIT))
        put(world.governments[0], reviews=count, review_wait=int(8.0 * UNIT))
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.systems_ready, out.mean_release_delay_days) == (count, 3.0 if count else 0.0)
        assert (out.test_wait_days, out.review_wait_days) == (6.0 / max(1, count), 8.0 / max(1, count))
        assert out.usable_lead_months == out.lead_over_rivals_months == 36.0 / 30, "over nobody the lead is three years"


def test_nothing_done_is_no_harm_and_a_billion_is_more_than_one() -> None:
    for loss, counts in ((0.0, False), (1e9, False), (math.nextafter(1e9, 2e9), True)):
        world = world_of(days=30, bad_actors=0)
        put(world.score, largest_loss=loss)
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.model_enabled_harm, out.marginal_harm, out.operations, out.billion_incident) == (0.0, 0.0, 0, counts)


def test_what_counts_as_a_release() -> None:
    for ready, public, capability, delay, ready_systems, unreleased in (
        (0, 0, 1.0, 0.0, 1, 0),
        (3, 9, 0.0, 6.0, 1, 0),
        (3, NEVER, 1.0, 27.0, 1, 1),
        (29, 29, 1.0, 0.0, 1, 0),
        (30, NEVER, 1.0, 0.0, 0, 0),
        (-1, 4, 1.0, 0.0, 0, 0),
        (3, 9, -0.1, 0.0, 0, 0),
    ):
        world = world_of(days=30, labs=1, open_weight_labs=0)
        put(world.systems[0], capability=-5.0)
        put(world.systems[1], capability=capability, ready_day=ready, public_day=public, stage=int(Stage.PUBLIC))
        DAY["dusk"](world, 29)
        out = world.outcomes
        assert (out.release_delay_days, out.systems_ready, out.systems_unreleased) == (delay, ready_systems, unreleased), (ready, public)
        assert out.release_censored == (unreleased == 1)


def test_who_labs_are_on_day_0() -> None:
    levels = {"security_level": 3.0, "security_spread": 0.5, "rival_gap_min_months": 1.0, "rival_gap_max_months": 4.0}
    for leads in (True, False):
        world = world_of(seed=5, labs=3, covered_leads=leads, pace=2.0, cadence_days=60, **levels)
        for row, lab in enumerate(world.labs):
            security, gap, phase = (uniform(5, each, row, 0) for each in (Purpose.SECURITY, Purpose.CAPABILITY_GAP, Purpose.PHASE))
            assert near(lab.security_level, 3.0 + 0.5 * (2.0 * security - 1.0))
            assert lab.covered == (row == 0)
            assert near(lab.capability, 0.0 if row == 0 and leads else -(1.0 + 3.0 * gap))
            since = 60 if row == 0 else 60 - int(phase * 60)
            assert lab.next_trained_day == (60 if row == 0 else 60 - since)
            assert near(world.systems[row].capability, lab.capability - 2.0 * since / MONTH_DAYS)
        later = [uniform(5, Purpose.OPEN_PHASE, row, 0) for row in range(1)]
        assert [lab.next_trained_day for lab in world.open_weight_labs] == [int(u * world.params.open_cadence_days) for u in later]
    world = world_of(
        seed=5, open_weight_labs=3, open_weight_lag_months=4.0, open_spread_months=2.0, open_safeguard=0.3, residual_refusal=0.1
    )
    for row, lab in enumerate(world.open_weight_labs):
        further = 2.0 * uniform(5, Purpose.OPEN_LAG, row, 0) if row else 0.0
        assert near(lab.capability, -4.0 - further)
        system = world.systems[lab.first_system]
        assert (system.stripped, system.built, system.safeguard, system.stage) == (True, 0.3, 0.1, Stage.OPEN_WEIGHTS)
        days = (system.ready_day, system.public_day, system.unguarded_day, system.weights_day)
        assert (system.capability, lab.systems, days) == (lab.capability, 1, (-1, -1, -1, -1))


def test_who_organisations_are_on_day_0() -> None:
    shares = {"interest_share": 0.6, "domestic_share": 0.4, "allied_share": 0.5, "never_patch_share": 0.0}
    world = world_of(seed=7, organisations=30, size_spread=0.8, care_spread=0.7, leak_hazard=0.01, **shares)
    sizes = []
    for row, partner in enumerate(world.partners):
        u = {purpose: uniform(7, purpose, row, 0) for purpose in Purpose}
        sizes.append(math.exp(0.8 * normal(u[Purpose.SIZE], u[Purpose.SIZE_ANGLE])))
        careless = lognormal(1.0, 0.7, u[Purpose.CARE], u[Purpose.CARE_ANGLE])
        assert near(partner.leak_chance, -math.expm1(-0.01 * careless))
        assert partner.interested == (u[Purpose.INTEREST] < 0.6)
        assert partner.nationality == int(u[Purpose.NATIONALITY] > 0.4) + int(u[Purpose.NATIONALITY] > 0.7)
    for row, partner in enumerate(world.partners):
        assert near(partner.size, sizes[row] / sum(sizes))
        assert near(world.size_below[row], sum(sizes[:row]) / sum(sizes))
        assert near(partner.criticality, partner.size * uniform(7, Purpose.CRITICALITY, row, 0))
    assert world.constants.domestic == sum(partner.nationality == 0 for partner in world.partners)
    order = sorted(range(30), key=lambda row: -world.partners[row].criticality)
    assert list(world.by_rank) == order, "the most critical first"
    wanting = [row for row in order if world.partners[row].interested]
    assert [world.partners[row].rank for row in order] == [
        wanting.index(row) if row in wanting else 30 + place for place, row in enumerate(order)
    ]


def test_who_bad_actors_are_on_day_0() -> None:
    gaps = {"spy_gap_days": 20.0, "insider_gap_days": 12.0, "crew_gap_days": 8.0, "theft_gap_days": 50.0}
    skills = {"spy_skill": 0.8, "insider_skill": 0.3, "crew_skill": 0.5, "skill_spread": 0.6}
    shares = {"bad_actors": 20, "spy_share": 0.2, "insider_share": 0.3, "share_days": 5, "states": 3, "leak_group": 0.25}
    for theft_on, insiders_on in ((True, True), (False, False)):
        world = world_of(seed=9, organisations=7, **gaps, **skills, **shares, theft_on=theft_on, insiders_on=insiders_on)
        for row, actor in enumerate(world.bad_actors):
            u = {purpose: uniform(9, purpose, row, 0) for purpose in Purpose}
            spy, insider = row < 4, 4 <= row < 10
            kind, name = (ActorKind.SPY, "spy") if spy else (ActorKind.INSIDER, "insider") if insider else (ActorKind.CREW, "crew")
            assert (actor.kind, actor.gap_days) == (kind, gaps[f"{name}_gap_days"])
            skill = skills[f"{name}_skill"] * (1.0 + 0.6 * (2.0 * u[Purpose.SKILL] - 1.0))
            assert near(actor.skill, min(1.0, skill))
            first = actor.gap_days * exponential(uniform(9, Purpose.GAP, row, 1 << 40))
            assert near(actor.next_at, NEVER if insider and not insiders_on else first)
            theft = 50.0 * exponential(uniform(9, Purpose.THEFT_GAP, row, 1 << 40))
            assert near(actor.theft_at, theft if spy and theft_on else NEVER)
            assert actor.state == (int(u[Purpose.STATE] * 3) if spy else NOBODY)
            assert actor.home == (int(u[Purpose.HOME] * 7) if insider else NOBODY)
            assert actor.group == (int(u[Purpose.GROUP] * 4) if kind == ActorKind.CREW else NOBODY)


def test_what_follows_from_the_parameters_alone() -> None:
    world = world_of({"agencies": 3, "testers": 2}, labs=2, open_weight_labs=3, discount_per_year=0.3, severity_mu=1.0, severity_sigma=0.5)
    constants = world.constants
    assert near(constants.discount_per_day, 0.3 / 365.25)
    assert near(constants.expected_loss, expected_loss(1.0, 0.5, world.params.severity_cap))
    assert (constants.owners, constants.feedback) == (5, True)
    assert (constants.tests_per_agency * 3, constants.testers_per_agency) == (len(world.tests), 2)
    for day in (0, 8):
        DAY["dawn"](world, day)
        assert near(world.today.discount, math.exp(-0.3 * (day + 0.5) / 365.25)), "a day counts at noon"
    owned = [(system.index, system.open_lab, system.owner, system.number) for system in world.systems]
    assert owned == [(row, row % 5 >= 2, row % 5 - 2 if row % 5 >= 2 else row % 5, row // 5) for row in range(len(world.systems))]


ITSELF = (
    "operations bans leaks access_days access_ended thefts bypasses largest_loss access_forgone asked complied tests longest_queue "
    "directives directives_for_bypass directives_for_incidents covered_in_error extensions dark_days"
)
RENAMED = {"missed": "covered_missed", "refusal_wait": "refusal_wait_days", "flaws_found": "flaws_found_by_tests"}
BY_DAY = {"lead_over_open": "usable_lead_months", "lead_over_rivals": "lead_over_rivals_months", "customers_lost": "customers_lost_share"}
BY_DAY |= {name: name for name in ("covered_revenue", "rivals_revenue", "goodwill_spent", "race_risk")}
HOME = {"applied": "applications", "approved": "partners_approved", "refused": "partners_refused", "withdrawn": "applications_withdrawn"}
HOME |= {"waiting": "applications_waiting"} | {name: name for name in ("reviews", "approved_allied", "approved_others")}
CHANNELS = ("no_model", "open_weights", "public_service", "leaked_access", "stolen_weights")
KIND_NAMES = {"spies": ActorKind.SPY, "crews": ActorKind.CREW, "insiders": ActorKind.INSIDER}


def test_every_outcome_is_what_its_tally_says() -> None:
    world = world_of(days=10, benefit=3.0, flaws_per_organisation=200.0)
    score, home, out = world.score, world.governments[0], world.outcomes
    for number, field in enumerate(fields(type(score)), 101):
        setattr(score, field.name, number)
    for number, name in enumerate(HOME, 11):
        setattr(home, name, number)
    put(world.constants, expected_loss=5.0 * UNIT)
    put(home, review_wait=int(6.0 * UNIT))
    put(score, test_wait=int(8.0 * UNIT))
    for number, tally in enumerate([*world.channels, *world.kinds]):
        put(tally, operations=10 + number, refusals=30 + number, incidents=50 + number, enabled=70 + number * number, loss=90 + number)
    for row, system in enumerate(world.systems):
        system.enabled = 3**row
    for row, partner in enumerate(world.partners):
        put(partner, found=0.5 + row, fixed=0.25 + row)
    put(world.weeks[-1], exposed_share=0.7)
    write_outcomes(world)
    found = {name: getattr(out, name) for name in OUTCOMES}
    expected = {name: getattr(score, name) for name in ITSELF.split()}
    expected |= {name: getattr(score, tally) for tally, name in RENAMED.items()}
    expected |= {name: getattr(score, tally) / 10 for tally, name in BY_DAY.items()}
    expected |= {name: getattr(home, own) for own, name in HOME.items()}
    for row, name in enumerate(CHANNELS):
        expected |= {f"{what}_{name}": getattr(world.channels[row], what) for what in ("operations", "incidents")}
        expected |= {f"harm_{name}": 5.0 * world.channels[row].enabled} if row else {}
    for name, kind in KIND_NAMES.items():
        expected |= {f"{what}_{name}": getattr(world.kinds[kind], what) for what in ("operations", "incidents")}
        expected[f"harm_{name}"] = 5.0 * world.kinds[kind].enabled
    owners = ("covered_lab", "rival_labs", "open_weight_labs")
    expected |= {f"harm_{name}": 5.0 * sum(3**row for row in range(place, len(world.systems), 3)) for place, name in enumerate(owners)}
    expected |= {
        "model_enabled_harm": 5.0 * (70 + 71 + 74 + 79 + 86), "marginal_harm": 5.0 * score.marginal, "total_loss": 5.0 * score.expected,
        "refusals": 160, "incidents": 260, "realised_loss": 460, "benefit_forgone": 3.0 * score.access_forgone,
        "benefit_forgone_critical": 3.0 * score.access_forgone_critical, "capability_months_withheld": score.withheld / MONTH_DAYS,
        "test_wait_days": 8.0 / score.tests, "review_wait_days": 6.0 / home.reviews, "exposed_share": score.exposed / 2,
        "backlog_share": score.backlog / 2, "exposed_share_end": 0.7, "open_parity_day": 10,
        "exposed_share_at_parity": score.exposed_at_parity, "flaws_found": 1600, "flaws_patched": 1400,
    }  # fmt: skip
    for name, value in expected.items():
        assert near(found[name], value), name
    put(score, parity_day=NEVER)
    write_outcomes(world)
    assert (out.open_parity_day, out.exposed_share_at_parity) == (10, 0.7), "where parity never comes the end stands for it"


def test_the_delay_of_the_first_system_with_and_without_a_guard() -> None:
    for public, unguarded, delays, censored in (
        (4, 7, (3, 6), (False, False)),
        (4, NEVER, (3, 9), (False, True)),
        (NEVER, NEVER, (9, 9), (True, True)),
    ):
        world = world_of(days=10)
        put(world.systems[3], ready_day=1, public_day=public, unguarded_day=unguarded, capability=0.5)
        write_outcomes(world)
        out = world.outcomes
        assert (out.release_delay_days, out.unguarded_delay_days) == delays
        assert (out.release_censored, out.unguarded_censored) == censored


def test_a_week_s_harm_and_queues_are_its_own() -> None:
    world = world_of({"agencies": 2, "testers": 1}, days=30, bad_actors=0)
    for day, enabled, harm in ((6, 3, 3.0), (13, 5, 2.0)):
        put(world.channels[2], enabled=enabled * UNIT, incidents=enabled)
        for agency in world.agencies:
            put(agency, submitted=enabled, started=1)
        put(world.governments[0], waiting=4, approved=2)
        put(world.today, leaks=3)
        DAY["dusk"](world, day)
        week = world.weeks[day // 7]
        assert (week.day, week.incidents, week.tests_waiting, week.waiting, week.partners, week.leaks) == (
            day,
            enabled,
            2 * enabled - 2,
            4,
            2,
            3,
        )
        assert near(week.harm, harm * world.constants.expected_loss)
