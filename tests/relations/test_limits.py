"""Relations 17 to 27: what must come out when a quantity is nothing, everything, or for ever."""

from collections.abc import Callable, Mapping
from math import ceil, inf
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lockgate.sim.model.day import BadActor, Government, OpenWeightLab
from lockgate.sim.model.parameters import without
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import ActorKind, Approval, Channel, EventKind, Feedback, Stage
from lockgate.sim.rules.row import NEVER
from tests.relations.lively import Case, Tables, cases, lived, some_levers, some_policies, tables_of
from tests.relations.sameness import differences, of_kind, ordered

MISUSE = ("model_enabled_harm", "marginal_harm", "harm_", "realised_loss", "largest_loss", "billion_incident", "operations", "incidents",
          "refusals", "bans", "thefts")  # fmt: skip


def of_misuse(tables: Tables) -> dict[str, float]:
    """The outcomes of misuse that are not 0."""
    row = tables["outcomes"][0]
    return {name: row[name].item() for name in row.dtype.names if name.startswith(MISUSE) and row[name]}


@given(cases())
def test_17_no_bad_actors_no_misuse(case: Case) -> None:
    """E. Without bad actors every outcome of misuse is 0, and no incident, theft or ban is in the log."""
    tables = lived(case.of_world(bad_actors=0))
    assert of_misuse(tables) == {}
    assert len(of_kind(tables["events"], EventKind.INCIDENT, EventKind.THEFT, EventKind.BAN)) == 0


SURE = {"spy_skill": 1.0, "crew_skill": 1.0, "insider_skill": 1.0, "skill_spread": 0.0, "never_patch_share": 1.0, "pool_share": 0.0}


def successes(tables: Tables) -> list[tuple[int, int]]:
    """Operations and incidents, by channel and by kind of actor."""
    rows = np.concatenate([tables["channels"], tables["kinds"]])
    return list(zip(rows["operations"].tolist(), rows["incidents"].tolist(), strict=True))


@given(cases())
def test_18_success_is_never_or_always(case: Case) -> None:
    """E. With a base hazard of 0 no operation succeeds, whatever the system, and no harm is enabled; with one of a million, full skill and
    nobody who patches, the chance is 1 to the last bit and every operation through every channel by every kind succeeds."""
    never = lived(case.of_world(base_hazard=0.0))
    assert not any(incidents for _, incidents in successes(never))
    assert never["outcomes"]["model_enabled_harm"][0] == 0.0
    always = successes(lived(case.of_world(**SURE).with_limits(base_hazard=1e6)))
    assert all(operations == incidents for operations, incidents in always)


CODE = ("latent", "known", "patched", "exposed", "found", "fixed")


def incident_set(tables: Tables) -> Any:
    """Who broke into whom on which day at what loss."""
    return sorted(of_kind(tables["events"], EventKind.INCIDENT)[["day", "who", "whom", "value"]].tolist())


@given(cases(), some_policies())
def test_19_without_uplift_release_cannot_matter(case: Case, other: Policy) -> None:
    """E. Where a system helps neither side (uplift 1; better systems do not search better: a doubling in infinitely many months, no
    step, and early access makes nobody search more), any two policies have the same incidents, day, actor, target and loss, and the
    same code bases; nothing is enabled under either."""
    still = case.of_world(uplift=1.0, **without(["capability step", "adoption"])).with_limits(search_doubling_months=inf)
    runs = [lived(still), lived(still.under(other))]
    assert incident_set(runs[0]) == incident_set(runs[1])
    for name in CODE:
        assert runs[0]["partners"][name].tobytes() == runs[1]["partners"][name].tobytes()
    assert all(run["outcomes"]["model_enabled_harm"][0] == 0.0 == run["outcomes"]["marginal_harm"][0] for run in runs)


def withdrawn(table: Callable[[str], Any]) -> None:
    """The older systems that labs serve before day 0 are served no more."""
    systems = table("systems")
    systems["stage"][systems["stage"] == Stage.PUBLIC] = Stage.HELD


SHUT = {"guarded_after_days": 3650, "case_by_case": True, "public_release": False, "publish_weights": False, "lab_programme": False,
        "threshold_months": -60.0, "asks_all": True, "directive": False}  # fmt: skip
SEALED = {"cooperation": 1.0, "theft_on": False, "leaks_on": False, "insider_access_on": False, "open_weight_labs": 0}


@given(cases())
def test_20_without_access_no_system_helps_a_bad_actor(case: Case) -> None:
    """E. Labs comply and keep or limit every system, the older ones are withdrawn, no weights are open, leaks, thefts and insiders' access
    are off, and nothing is guarded for everyone: every operation is without a system, no incident names one, and
    nothing is enabled. Partners may have access: no bad actor does."""
    tables = lived(case.held(**SHUT).of_world(**SEALED), withdrawn)
    row = tables["outcomes"][0]
    assert row["operations_no_model"] == row["operations"]
    assert row["model_enabled_harm"] == 0.0 == row["marginal_harm"]
    assert (of_kind(tables["events"], EventKind.INCIDENT)["system"] == -1).all()


GOVERNED = (EventKind.ASKED, EventKind.COMPLIED, EventKind.DECLINED, EventKind.TEST_BEGUN, EventKind.TEST_PASSED, EventKind.FRAMEWORK,
            EventKind.WAVE, EventKind.PROGRAMME, EventKind.GOODWILL)  # fmt: skip
PAPERWORK = {
    "governments", "tests", "agencies", "testers", "reviewers", "operations", "today.places", "today.last_rank", "today.phase",
    "today.asks", "today.mandatory", "systems.regime", "systems.offered_day", "systems.sign_offs",
    "score.events", "score.asked", "score.complied",
    "score.tests", "score.test_wait", "outcomes.asked", "outcomes.complied", "outcomes.tests", "outcomes.reviews",
    "outcomes.review_wait_days", "outcomes.test_wait_days", "constants.tests_per_agency", "constants.testers_per_agency",
    "weeks.tests_waiting", "labs.goodwill_spent", "score.goodwill_spent", "outcomes.goodwill_spent",
    "score.missed", "outcomes.covered_missed", "score.covered_in_error", "outcomes.covered_in_error",
}  # fmt: skip
AT_ONCE = {"public_release": True, "preview_days": 0, "sign_offs": 0, "revocation": False, "trigger_incidents": 1_000_000,
           "refusal_needed": 0.0}  # fmt: skip


def without_paperwork(tables: Tables) -> Tables:
    """A run without what a government writes down, and with the lines of a day in an order of their own."""
    events = tables["events"]
    return tables | {"events": ordered(events[~np.isin(events["kind"], GOVERNED)])}


@given(cases(), st.booleans(), some_levers())
def test_21_a_stage_of_no_days_is_open_release_and_one_for_ever_is_none(case: Case, own: bool, changes: dict[str, Any]) -> None:
    """E. A preview of 0 days, by the lab's own programme or on the government's word with instant tests, equals open release in every
    table but the government's paperwork; asking costs no goodwill here. A preview of 3,650 days that nothing lengthens equals no public
    release, in all tables."""
    by = {"lab_programme": own, "case_by_case": not own, "framework": False, "publish_weights": False}
    case = case.steady().of_world(test_days=0.0, goodwill_cost=0.0, overrun_cost=0.0)
    opened = case.held(**{**AT_ONCE, "lab_programme": False, "case_by_case": False, "framework": False, "publish_weights": False})
    staged = case.held(**{**AT_ONCE, **by})
    assert differences(without_paperwork(lived(opened)), without_paperwork(lived(staged)), PAPERWORK) == []
    limited = case.held(**{**changes, "preview_days": 3650, "extension_days": 0})
    assert differences(lived(limited), lived(limited.held(public_release=False))) == []


def defence(tables: Tables) -> Tables:
    """What defenders and customers have of a release, and the progress of labs."""
    kept = {
        "partners": CODE,
        "pool": CODE[:4],
        "labs": ("capability", "effort", "customers", "pull", "best", "ready", "trained"),
        "open_weight_labs": ("capability", "customers", "pull", "offer"),
        "weeks": ("exposed_share", "customers_share", "open_months"),
    }
    return {f"{name}.{field}": tables[name][field] for name, fields in kept.items() for field in fields}


@given(cases(), st.booleans())
def test_22_restricted_with_everybody_approved_is_open_for_defenders(case: Case, own: bool) -> None:
    """E* (feedback none). A restricted release with a place for every organisation on day 0 equals open release in all that approval gives:
    search, code bases, the common pool, offers and customers, to the bit. Misuse is not equal, and should not be: bad actors are not
    approved, so a public service still differs from a restricted one for them. Adoption is off: a programme makes its members search
    more."""
    case = case.steady().of_world(feedback=Feedback.NONE, interest_share=1.0, head_start_on=True, **without(["adoption"]))
    opened = dict.fromkeys(("lab_programme", "case_by_case", "framework", "publish_weights", "coordinated_hold", "prohibited"), False)
    opened |= {"allied_eligible": True, "others_eligible": True, "guarded_after_days": 3650}
    limited = {**opened, "lab_programme": own, "case_by_case": not own, "launch_partners": 1000, "public_release": False}
    assert differences(defence(lived(case.held(**opened))), defence(lived(case.held(**limited)))) == []


def access_grown(tables: Tables, places: int) -> list[str]:
    """Organisations that were let in although they had no place at the start."""
    events, ranks = tables["events"], tables["partners"]["rank"]
    let_in = set(of_kind(events, EventKind.APPROVED)["who"].tolist())
    let_in |= set(np.flatnonzero(tables["partners"]["approval"] == Approval.APPROVED).tolist())
    return [f"organisation {row}" for row in sorted(let_in) if ranks[row] >= places]


IN_THE_DARK = (EventKind.INCIDENT, EventKind.LEAK, EventKind.APPROVED, EventKind.APPLIED, EventKind.PUBLIC, EventKind.BYPASS)


def used_while_dark(events: Any) -> list[str]:
    """Uses of systems between the directive that took them away and their return."""
    dark: set[int] = set()
    found = []
    for day, kind, _, _, system, _ in events.tolist():
        if kind == EventKind.DIRECTIVE:
            dark.add(system)
        elif kind in (EventKind.RESTORED, EventKind.PARTLY_RESTORED):
            dark.discard(system)
        elif kind in IN_THE_DARK and system in dark:
            found.append(f"{EventKind(kind).label} of system {system} on day {day}")
    return found


@given(cases())
def test_23_refused_or_revoked_is_without_access(case: Case) -> None:
    """E. Where every application is refused and no nationality is left out, nobody but the partners of the launch, by rank, is ever
    approved. From the day of a directive
    on, that day included, no incident, leak, approval, bypass or release names the system until it is back (thefts off: a stolen copy
    stays in use; no domestic organisation is spared, or has it back sooner)."""
    places = 3
    all_eligible = {"allied_eligible": True, "others_eligible": True}
    refused = case.held(launch_partners=places, wave_partners=0, **all_eligible).of_world(approval_refusal_chance=1.0)
    assert access_grown(lived(refused), places) == []
    for_all = case.held(directive_spares_domestic=False, partial_restoration_days=3650)
    assert used_while_dark(lived(for_all.of_world(theft_on=False))["events"]) == []


AMPLE = {"testers": 60, "agencies": 3, "case_by_case": True, "longest_wait_days": 3650}


def waits(tables: Tables, days: float) -> list[str]:
    """Tests that waited or took another time than so many days, and queues that formed."""
    tests = tables["tests"][tables["tests"]["system"] >= 0]
    late = [
        f"test of system {test['system']}"
        for test in tests
        if not (test["start"] == test["arrival"] and test["finish"] == test["arrival"] + days)
    ]
    queues = [f"week {place}" for place in np.flatnonzero(tables["weeks"]["tests_waiting"]).tolist()]
    passed = of_kind(tables["events"], EventKind.TEST_PASSED)
    arrival = {(number, test["system"]): test["arrival"] for number in range(3) for test in tests}
    slow = [f"pass on day {e['day']}" for e in passed if e["day"] != ceil(arrival[e["who"], e["system"]] + days)]
    return late + queues + slow + (["mean wait"] if tables["outcomes"]["test_wait_days"][0] else [])


@given(cases(), st.floats(0, 40))
def test_24_enough_testers_let_nobody_wait(case: Case, days: float) -> None:
    """E. Sixty testers for each of three agencies and tests of exactly d days: every test begins on submission, ends d days later and is
    settled on the first morning after, no queue is ever seen (no hidden flaws, whose repair would delay the pass)."""
    case = (
        case.steady()
        .held(**AMPLE)
        .of_world(test_days=days, test_days_cv=0.0, service_times=0, staffing=1.0, flaw_chance=0.0, cooperation=1.0)
    )
    assert waits(lived(case), days) == []


NO_CAPACITY = {"agencies": 2, "sign_offs": 1, "longest_wait_days": 3650, "case_by_case": True, "lab_programme": False,
               "publish_weights": False, "threshold_months": -60.0, "asks_all": True}  # fmt: skip


def released(tables: Tables) -> list[str]:
    """Releases, tests begun, and weeks in which a queue fell."""
    found = [f"released on day {day}" for day in of_kind(tables["events"], EventKind.PUBLIC, EventKind.WEIGHTS)["day"].tolist()]
    found += [f"test begun on day {day}" for day in of_kind(tables["events"], EventKind.TEST_BEGUN)["day"].tolist()]
    waiting = tables["weeks"]["tests_waiting"]
    return found + [f"queue fell in week {week}" for week in np.flatnonzero(np.diff(waiting) < 0).tolist()]


@given(cases(), st.booleans())
def test_25_no_capacity_no_release(case: Case, no_testers: bool) -> None:
    """E. No testers, or testers without working time, where sign-off is required and every lab complies: no system is released, no test
    begins, and the agencies' queues never fall."""
    case = case.steady().held(**NO_CAPACITY, testers=0 if no_testers else 2)
    case = case.of_world(cooperation=1.0, open_weight_labs=0, staffing=1.0 if no_testers else 0.0)
    assert released(lived(case)) == []


SUBSTITUTE = {"open_weight_lag_months": 0.0, "open_spread_months": 0.0, "open_cadence_days": 1, "feedback": Feedback.NONE,
              "adoption_on": False}  # fmt: skip


@given(cases(1, 30), some_policies(), st.booleans())
def test_26_open_weights_never_come_or_come_at_once(case: Case, other: Policy, nobody: bool) -> None:
    """E. An infinite lag, or no open-weight lab, and a lab that does not publish: no operation and no incident is through open weights. E*
    (feedback none). A lag of 0 with a release every day: any two policies, publication and holds aside, have the same open-weight
    channel in all its tallies: operations, refusals, incidents, enabled harm and loss; nobody who searches earlier than others."""
    never = case.held(publish_weights=False).of_world(open_shock_day=-1, **({"open_weight_labs": 0} if nobody else {}))
    tally = lived(never if nobody else never.with_limits(open_weight_lag_months=inf))["channels"][Channel.OPEN_WEIGHTS]
    assert tally["operations"] == tally["incidents"] == 0
    at_once = case.of_world(**SUBSTITUTE, open_weight_labs=max(1, case.world["open_weight_labs"]))
    apart = {"publish_weights": False, "coordinated_hold": False, "prohibited": False}
    runs = [lived(one.held(**apart)) for one in (at_once, at_once.under(other))]
    assert runs[0]["channels"][Channel.OPEN_WEIGHTS].tobytes() == runs[1]["channels"][Channel.OPEN_WEIGHTS].tobytes()


def still(kind: int) -> Callable[[Callable[[str], Any]], None]:
    """Actors of one kind never act."""

    def change(table: Callable[[str], Any]) -> None:
        actors = table("bad_actors")
        mine = actors["kind"] == kind
        actors["next_at"][mine] = actors["theft_at"][mine] = float(NEVER)

    return change


def others_moved(base: Tables, off: Tables, kind: int) -> list[str]:
    """What of the others changed when one kind of actor was switched off, and what is left of that kind."""
    found = [f"{name} of {ActorKind(kind).label}" for name in off["kinds"].dtype.names if off["kinds"][kind][name]]
    found += [ActorKind(k).label for k in range(3) if k != kind and off["kinds"][k].tobytes() != base["kinds"][k].tobytes()]
    others = base["bad_actors"]["kind"] != kind
    found += differences({"actors": base["bad_actors"][others]}, {"actors": off["bad_actors"][others]})
    return found


SWITCHES: Mapping[str, Channel] = {"theft_on": Channel.STOLEN_WEIGHTS, "leaks_on": Channel.LEAKED_ACCESS}


@given(cases(), st.sampled_from(list(ActorKind)))
def test_27_each_source_can_be_switched_off_alone(case: Case, kind: ActorKind) -> None:
    """E. Security at its maximum, or thefts off: nobody steals, and the two runs differ in nothing but the spies' vain attempts. Leaks off:
    nothing leaks and, insiders' own access off, no operation is through leaked access. E* (feedback none). Each kind of actor
    switched off: its tally is 0, and the others' tallies and rows stay to the bit; insiders by their switch, the others by sleep."""
    secure = lived(case.of_world(theft_on=True, security_level=5.0, security_spread=0.0))
    off = lived(case.of_world(theft_on=False, security_level=5.0, security_spread=0.0))
    assert secure["score"]["thefts"][0] == secure["channels"]["operations"][Channel.STOLEN_WEIGHTS] == 0
    assert differences(secure, off, {"bad_actors.theft_at", "bad_actors.thefts_tried"}) == []
    sealed = lived(case.of_world(leaks_on=False, insider_access_on=False))
    assert sealed["score"]["leaks"][0] == sealed["channels"]["operations"][Channel.LEAKED_ACCESS] == 0
    direct = case.of_world(feedback=Feedback.NONE, insiders_on=True)
    insiders = kind == ActorKind.INSIDER
    quiet = lived(direct.of_world(insiders_on=False)) if insiders else lived(direct, still(kind))
    assert others_moved(lived(direct), quiet, kind) == []


CONTROL = Case(Policy("control", {"case_by_case": True, "approvals": True, "launch_partners": 2, "revocation": True, "dark_days": 9,
               "trigger_incidents": 1, "preview_days": 4, "testers": 1, "sign_offs": 1}),
               {"organisations": 10, "bad_actors": 60, "labs": 3, "crew_gap_days": 2.0, "base_hazard": 0.3, "bypass_hazard": 0.1,
                "pace": 4.0, "cadence_days": 5, "own_testing_days": 1, "rival_gap_max_months": 1.0, "application_days": 0.5,
                "approval_days": 1.0, "cooperation": 1.0, "security_level": 1.0, "theft_chance_sl3": 0.5, "theft_gap_days": 10.0,
                "spy_share": 0.2, "test_days": 4.0, "revocation_chance": 1.0}, 3, 40)  # fmt: skip


def test_premises_of_limits_happen() -> None:
    """The limits are not held by runs in which nothing could break them: without the limit, the control has what the limit forbids."""
    base = lived(CONTROL)
    assert {"model_enabled_harm", "operations_stolen_weights", "incidents_open_weights", "bans", "thefts"} <= set(of_misuse(base))
    assert len(of_kind(base["events"], EventKind.DIRECTIVE)) > 3
    assert access_grown(base, 2)
    assert waits(lived(CONTROL.of_world(test_days_cv=0.0)), 4.0)
    assert released(base)
    rows = [lived(CONTROL.held(case_by_case=on))["channels"][Channel.OPEN_WEIGHTS] for on in (True, False)]
    assert rows[0].tobytes() != rows[1].tobytes()
    pair = [incident_set(lived(case)) for case in (CONTROL, CONTROL.held(case_by_case=False))]
    assert pair[0] != pair[1]


class Stubborn(BadActor):
    """Breaks in once without a chance to."""

    def step(self, world: Any, day: int) -> None:
        if day == 5 and self.index == 0:
            world.channels[0].incidents += 1
        BadActor.step(self, world, day)


class Blind(Government):
    """Lets systems that were taken away be used on."""

    def step(self, world: Any, day: int) -> None:
        Government.step(self, world, day)
        for system in world.systems:
            if system.stage == Stage.DARK:
                system.stage = int(Stage.PUBLIC)


class Generous(Government):
    """Tests that wait are passed without a tester."""

    def step(self, world: Any, day: int) -> None:
        Government.step(self, world, day)
        if self.index == 0 and day % 10 == 9:
            for agency in world.agencies:
                agency.started = agency.submitted


class Impatient(OpenWeightLab):
    """Publishes by what the government of the labs does."""

    def step(self, world: Any, day: int) -> None:
        OpenWeightLab.step(self, world, day)
        if world.today.asks:
            self.capability += 0.1


def test_planted_faults_in_limits_are_noticed() -> None:
    def mesa(case: Case, **kinds: type) -> Tables:
        return tables_of(case.model(kinds=kinds).run())

    short = CONTROL.until(25)
    assert any(incidents for _, incidents in successes(mesa(short.of_world(base_hazard=0.0), bad_actors=Stubborn)))
    assert used_while_dark(mesa(short.of_world(theft_on=False), governments=Blind)["events"])
    idle = short.held(**NO_CAPACITY, testers=0, revocation=False).of_world(open_weight_labs=0)
    assert released(mesa(idle)) == []
    assert released(mesa(idle, governments=Generous))
    at_once = short.of_world(**SUBSTITUTE, open_weight_labs=1)
    pair = [mesa(at_once.held(case_by_case=on), open_weight_labs=Impatient)["channels"][Channel.OPEN_WEIGHTS] for on in (True, False)]
    assert pair[0].tobytes() != pair[1].tobytes()
    direct = short.of_world(feedback=Feedback.NONE)
    assert others_moved(lived(direct), lived(direct, still(ActorKind.CREW)), ActorKind.SPY)
    flawed = short.of_world(flaw_chance=1.0, bypass_hazard=1.0, own_testing_days=0, test_days=0.0, goodwill_cost=0.0)
    opened = without_paperwork(lived(flawed.held(**AT_ONCE, case_by_case=False)))
    assert differences(opened, without_paperwork(lived(flawed.held(**AT_ONCE, case_by_case=True))), PAPERWORK) == []
    assert differences(opened, without_paperwork(lived(flawed.held(**{**AT_ONCE, "preview_days": 1}, case_by_case=True))), PAPERWORK)
