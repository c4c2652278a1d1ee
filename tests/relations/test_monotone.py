"""Relations 34 to 41, run by run with nothing reacting: one setting is moved, the same operations happen, and fewer or more succeed.

Where a relation holds only under a condition, the condition stands in the docstring, and `test_exceptions.py` has a run that breaks it.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Channel, RaceRule
from tests.generated import policies
from tests.relations.couplings import (
    approvals_lost,
    channel_left,
    delayed_reviews,
    delayed_tests,
    exposure_raised,
    harm_units,
    hosted_incidents_lost,
    incidents_lost,
    open_incidents_lost,
    releases_sooner,
    weights_behind,
)
from tests.relations.runs import DAYS, RESTRICTED, SEEDS, incidents, lost, run, still_worlds, with_added, with_held

FACTORS = st.floats(1.05, 10.0)
# Defenders search as fast with any system, and as eagerly in a programme as outside it.
NO_SEARCH_GAIN = {"search_doubling_months": 1e9, "covered_search_step": 1.0, **without(["adoption"])}
# Nobody learns from a fix what to attack, and insiders of partners have what everybody has.
NO_GAIN_OF_ATTACKERS = without(["n-day exploitation", "insiders as users"])
SAME_NATIONALITIES = {"allied_eligible": st.booleans(), "others_eligible": st.booleans()}
# Every public service refuses alike: no flaws, and where nothing reacts the race leaves every lab its full effort.
ONE_SAFEGUARD = {"flaw_chance": 0.0, "leaks_on": False, "race_rule": int(RaceRule.WINNER)}
STRIPPED_AT_ONCE = {"strip_days": 0, "open_spread_months": 0.0}


def held(**choices: Any) -> Any:
    """Generated policies in which some levers are the same from day 0 on: fixed ones, and drawn ones."""
    drawn = st.fixed_dictionaries({n: v if isinstance(v, st.SearchStrategy) else st.just(v) for n, v in choices.items()})
    return st.builds(lambda policy, levers: with_held(policy, **levers), policies(), drawn)


@given(
    still_worlds(),
    held(**RESTRICTED, **SAME_NATIONALITIES, by_criticality=False, directive=False, vetted_places=0, launch_partners=st.integers(0, 5)),
    st.integers(0, 4),
    st.integers(1, 3),
    SEEDS,
    DAYS,
)
def test_34_more_reviewers(world: dict[str, Any], policy: Policy, reviewers: int, more: int, seed: int, days: int) -> None:
    """E*: first come first served, no binding cap, no waves, the same nationalities for good, an offer that never lapses: with more
    reviewers every review begins no later, the queue is no longer in any week, and whoever is approved is approved no later."""
    few, many = (run(world, with_held(policy, reviewers=count), seed, days) for count in (reviewers, reviewers + more))
    assert not delayed_reviews(few, many)


@given(still_worlds(), policies(), st.integers(0, 3), st.integers(1, 3), SEEDS, DAYS)
def test_34_more_testers(world: dict[str, Any], policy: Policy, testers: int, more: int, seed: int, days: int) -> None:
    """E*: with more testers in each agency, the same number on all days, every test of the same submission begins no later."""
    few, many = (run(world, with_held(policy, testers=count), seed, days) for count in (testers, testers + more))
    assert not delayed_tests(few, many)


@given(still_worlds(flaw_chance=0.0), policies(), st.integers(0, 3), st.integers(1, 3), SEEDS, DAYS)
def test_34_more_testers_release_no_later(world: dict[str, Any], policy: Policy, testers: int, more: int, seed: int, days: int) -> None:
    """E*: where no system hides a flaw, with more testers every system is public no later."""
    few, many = (run(world, with_held(policy, testers=count), seed, days) for count in (testers, testers + more))
    assert not releases_sooner(many, few)


@given(still_worlds(), policies(), st.sampled_from(["base_hazard", "uplift", "uplift_cap"]), FACTORS, SEEDS, DAYS)
def test_35_higher_success(world: dict[str, Any], policy: Policy, name: str, factor: float, seed: int, days: int) -> None:
    """E*: a higher base hazard, uplift or cap of uplift under any policy: operation by operation the same channel, and all
    incidents stay."""
    low = {"uplift": 2.0, "uplift_cap": 20.0, **world}
    high = {**low, name: min(low[name] * factor, 10.0)} if name != "uplift_cap" else {**low, name: low[name] * factor}
    less, more = run(low, policy, seed, days), run(high, policy, seed, days)
    assert not incidents_lost(less, more)
    assert (less["operations"] == more["operations"]).all()


@given(
    still_worlds(),
    policies(),
    st.fixed_dictionaries(
        {
            name: st.floats(0.1, 0.99)
            for name in ("safeguard_least", "safeguard_most", "open_safeguard", "residual_refusal", "bypassed_share")
        }
    ),
    SEEDS,
    DAYS,
)
def test_35_weaker_safeguards(world: dict[str, Any], policy: Policy, factors: dict[str, float], seed: int, days: int) -> None:
    """E*: every safeguard weaker, under any policy and any chance to fall back: no operation ends with a worse
    system, all incidents stay."""
    strong = {**SAFEGUARDS, **world}
    weak = {**strong, **{name: strong[name] * factor for name, factor in factors.items()}}
    assert not incidents_lost(run(strong, policy, seed, days), run(weak, policy, seed, days))


@given(still_worlds(spy_share=0.0, insider_share=0.0), policies(), st.integers(1, 5), SEEDS, DAYS)
def test_36_one_more_crew(world: dict[str, Any], policy: Policy, more: int, seed: int, days: int) -> None:
    """E*: further crews, added as the last rows so that every other actor stays who it was: all incidents stay, and all new ones are
    theirs. Kinds are shares of the number of actors, so with spies or insiders a further actor may turn another one's kind."""
    less, crowd = run(world, policy, seed, days), run({**world, "bad_actors": world["bad_actors"] + more}, policy, seed, days)
    assert not incidents_lost(less, crowd)
    assert all(key[1] >= world["bad_actors"] for key in lost(incidents(crowd), incidents(less)))


@given(still_worlds(), policies(), st.integers(1, 40), SEEDS, DAYS)
def test_37_longer_preview_releases(world: dict[str, Any], policy: Policy, more: int, seed: int, days: int) -> None:
    """E*: a preview that is longer by k days, in every phase of any policy: no system of any lab is public sooner, so no release
    delay is shorter."""
    soon, late = run(world, policy, seed, days), run(world, with_added(policy, "preview_days", more), seed, days)
    assert not releases_sooner(soon, late)
    assert late["outcomes"]["mean_release_delay_days"][0] >= soon["outcomes"]["mean_release_delay_days"][0]


@given(still_worlds(**ONE_SAFEGUARD), held(directive=False), st.integers(1, 40), SEEDS, DAYS)
def test_37_longer_preview_operations(world: dict[str, Any], policy: Policy, more: int, seed: int, days: int) -> None:
    """E*: with one safeguard for all services, no leaks, and no directive: every operation that uses a public service under the
    longer preview uses one under the shorter."""
    soon, late = run(world, policy, seed, days), run(world, with_added(policy, "preview_days", more), seed, days)
    assert not channel_left(late, soon, Channel.PUBLIC_SERVICE)


@given(
    still_worlds(**ONE_SAFEGUARD, **NO_SEARCH_GAIN, **NO_GAIN_OF_ATTACKERS, theft_on=False),
    held(directive=False, publish_weights=False),
    st.integers(1, 40),
    SEEDS,
    DAYS,
)
def test_37_longer_preview_incidents(world: dict[str, Any], policy: Policy, more: int, seed: int, days: int) -> None:
    """E*: if besides defenders search no faster with better systems, fixes disclose nothing and insiders gain nothing by partners'
    access: incidents through public services up to each day are among those under the shorter preview; where a refused actor always
    falls back, so are all incidents."""
    soon, late = run(world, policy, seed, days), run(world, with_added(policy, "preview_days", more), seed, days)
    assert not hosted_incidents_lost(late, soon)
    if world.get("fallback_chance", 1.0) == 1.0:
        assert not incidents_lost(late, soon)


@given(
    still_worlds(new_code_per_day=0.0, **NO_GAIN_OF_ATTACKERS),
    policies(),
    st.sampled_from(["patch_tau_days", "never_patch_share", "pool_patch_days"]),
    FACTORS,
    SEEDS,
    DAYS,
)
def test_38_faster_patching(world: dict[str, Any], policy: Policy, name: str, factor: float, seed: int, days: int) -> None:
    """E*: without new code, and where fixes disclose nothing, under any policy: faster patching, of organisations or of the common pool, or
    fewer that never patch: no organisation is more exposed on any day, and incidents are among those before."""
    slow = {"patch_tau_days": 19.6, "never_patch_share": 0.09, "pool_patch_days": 60.0, **world}
    least = 0.0 if name == "never_patch_share" else 0.01
    before, after = run(slow, policy, seed, days), run({**slow, name: max(slow[name] / factor, least)}, policy, seed, days)
    assert not exposure_raised(before, after)
    assert not incidents_lost(after, before)


@given(
    still_worlds(new_code_per_day=0.0, leaks_on=False, **NO_GAIN_OF_ATTACKERS),
    held(approvals=False, launch_partners=st.integers(1, 6), wave_partners=st.integers(0, 3), wave_days=st.integers(1, 30)),
    st.integers(0, 20),
    st.integers(0, 5),
    st.integers(0, 29),
    SEEDS,
    DAYS,
)
def test_38_earlier_access(world: dict[str, Any], policy: Policy, more: int, wave: int, sooner: int, seed: int, days: int) -> None:
    """E*: without new code and leaks, and where neither fixes nor partners' access serve attackers: more partners at launch, larger waves
    or earlier ones: nobody loses access, no organisation is more exposed on any day, and incidents are among those before."""
    grown = with_added(with_added(policy, "launch_partners", more), "wave_partners", wave)
    grown = with_held(grown, wave_days=max(1, grown.levers["wave_days"] - sooner))
    few, many = run(world, policy, seed, days), run(world, grown, seed, days)
    assert not approvals_lost(few, many)
    assert not exposure_raised(few, many)
    assert not incidents_lost(many, few)


@given(still_worlds(), held(coordinated_hold=False, prohibited=False, publish_weights=False), st.floats(0.0, 0.95), SEEDS, DAYS)
def test_39_shorter_lag(world: dict[str, Any], policy: Policy, share: float, seed: int, days: int) -> None:
    """E*: where no government holds weights back: with a shorter lag the best published weights are as capable or more on every day."""
    far = {"open_weight_lag_months": 4.0, **world}
    near = {**far, "open_weight_lag_months": far["open_weight_lag_months"] * share}
    behind = weights_behind(run(far, policy, seed, days), run(near, policy, seed, days), days)
    assert not behind


@given(
    still_worlds(strip_days=0, **NO_SEARCH_GAIN),
    held(coordinated_hold=False, prohibited=False, publish_weights=False),
    st.floats(0.0, 0.95), SEEDS, DAYS,
)
def test_39_shorter_lag_incidents(world: dict[str, Any], policy: Policy, share: float, seed: int, days: int) -> None:
    """E*: if besides weights are stripped at once (all refuse alike) and defenders search no faster with better systems: operations and
    incidents through open weights stay; where a refused actor always falls back, all incidents stay."""
    far = {"open_weight_lag_months": 4.0, **world}
    near = {**far, "open_weight_lag_months": far["open_weight_lag_months"] * share}
    slow, fast = run(far, policy, seed, days), run(near, policy, seed, days)
    assert not channel_left(slow, fast, Channel.OPEN_WEIGHTS)
    assert not open_incidents_lost(slow, fast)
    if world.get("fallback_chance", 1.0) == 1.0:
        assert not incidents_lost(slow, fast)


@given(
    still_worlds(strip_days=0, fallback_chance=1.0, **ONE_SAFEGUARD, **NO_SEARCH_GAIN, **NO_GAIN_OF_ATTACKERS),
    held(coordinated_hold=False, prohibited=False, publish_weights=False, directive=False),
    st.floats(0.0, 0.95),
    SEEDS,
    DAYS,
)
def test_39_benefit_of_restriction(world: dict[str, Any], policy: Policy, share: float, seed: int, days: int) -> None:
    """E*: benefit = model-enabled harm under open release less that under the policy, in whole units of chance; under the conditions above,
    with one safeguard for all services and no leaks, and where neither fixes nor partners' access serve attackers, it is not negative and
    no larger with a shorter lag (to one unit an operation)."""
    far = {"open_weight_lag_months": 4.0, **world}
    benefit = {}
    for lag in (far["open_weight_lag_months"], far["open_weight_lag_months"] * share):
        pair = [run({**far, "open_weight_lag_months": lag}, rules, seed, days) for rules in (Policy("open-release"), policy)]
        benefit[lag] = harm_units(pair[0]) - harm_units(pair[1])
        assert benefit[lag] >= -len(pair[0]["operations"])
    assert benefit[far["open_weight_lag_months"] * share] <= benefit[far["open_weight_lag_months"]] + 2 * len(pair[0]["operations"])


@given(still_worlds(), held(partners_max=1000, vetted_places=0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), SEEDS, DAYS)
def test_40_more_refusals_of_applications(world: dict[str, Any], policy: Policy, one: float, two: float, seed: int, days: int) -> None:
    """E*: under any policy whose cap on approvals does not bind: the higher the chance that an application is refused, the smaller the
    set of organisations with access on every day."""
    mild, strict = ({**world, "approval_refusal_chance": chance} for chance in sorted((one, two)))
    assert not approvals_lost(run(strict, policy, seed, days), run(mild, policy, seed, days))


@given(
    still_worlds(),
    held(**RESTRICTED, **SAME_NATIONALITIES, by_criticality=False, directive=False, vetted_places=0, launch_partners=st.integers(0, 3)),
    st.integers(0, 10),
    st.integers(1, 10),
    st.booleans(),
    SEEDS,
    DAYS,
)
def test_40_lower_cap(world: dict[str, Any], policy: Policy, cap: int, more: int, alone: bool, seed: int, days: int) -> None:
    """E*: first come first served, no waves, the same nationalities for good, an offer that never lapses, and one reviewer or no other
    applicants: the lower the cap on approvals, the smaller the set of organisations with access on every day."""
    place = {**world, "background_applications_per_day": 0.0} if alone else world
    rules = policy if alone else with_held(policy, reviewers=1)
    small, large = (run(place, with_held(rules, partners_max=most), seed, days) for most in (cap, cap + more))
    assert not approvals_lost(small, large)


SAFEGUARDS = {"safeguard_least": 0.5, "safeguard_most": 0.956, "open_safeguard": 0.3, "residual_refusal": 0.06, "bypassed_share": 0.3}


@given(
    still_worlds(), policies(), st.fixed_dictionaries({name: st.floats(0.0, 1.0) for name in SAFEGUARDS}), st.floats(0.0, 1.0), SEEDS, DAYS
)
def test_41_more_refusals_of_misuse(
    world: dict[str, Any], policy: Policy, shares: dict[str, float], evaded: float, seed: int, days: int
) -> None:
    """E*: every refusal chance higher and evasion lower, under any policy: incidents are among those before."""
    before = {**SAFEGUARDS, "evasion": 0.6, **world}
    after = {**before, **{name: before[name] + share * (1.0 - before[name]) for name, share in shares.items()}}
    after["evasion"] *= evaded
    assert not incidents_lost(run(after, policy, seed, days), run(before, policy, seed, days))


@given(still_worlds(fix_gain=0.0), held(agencies=0), FACTORS, SEEDS, DAYS)
def test_41_better_own_tests(world: dict[str, Any], policy: Policy, factor: float, seed: int, days: int) -> None:
    """E*: labs' own tests that find more flaws (shorter half-life), where no agency tests and a fix adds nothing:
    incidents are among those before."""
    poor = {"detection_half_life_days": 60.0, **world}
    good = {**poor, "detection_half_life_days": max(0.1, poor["detection_half_life_days"] / factor)}
    assert not incidents_lost(run(good, policy, seed, days), run(poor, policy, seed, days))


@given(
    still_worlds(),
    policies(),
    st.fixed_dictionaries({"attribution_chance": st.floats(0.0, 1.0), "ban_chance": st.floats(0.0, 1.0)}),
    SEEDS,
    DAYS,
)
def test_41_attribution(world: dict[str, Any], policy: Policy, chances: dict[str, float], seed: int, days: int) -> None:
    """E*: attribution and bans act through reactions alone, so with nothing reacting they change no operation and no incident."""
    one, other = run(world, policy, seed, days), run({**world, **chances}, policy, seed, days)
    assert incidents_lost(one, other) == incidents_lost(other, one) == []
    assert (one["operations"] == other["operations"]).all()
