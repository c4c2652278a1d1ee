"""Relations 28 to 33: what is counted twice agrees, and everything that happens has a cause.

A horizon is generated with each case, and a longer run begins like a shorter one: what holds at the end of every run holds on every day.
"""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lockgate.sim.model.day import BadActor, Government, OpenWeightLab, Partner
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.model.tables import ROWS
from lockgate.sim.model.vocabulary import ActorKind, Approval, EventKind, Nationality, Stage
from lockgate.sim.rules.row import NEVER, fields
from tests.relations.lively import LIVELY, PLANS, Case, Tables, cases, lived, tables_of
from tests.relations.sameness import of_kind

SLACK = 1e-9


def count(events: Any, kind: int) -> int:
    """Lines of the event log of one kind."""
    return int((events["kind"] == kind).sum())


def unbalanced(tables: Tables, day: int) -> list[str]:
    """Accounts of applications and tests that do not balance on an evening: by the government, by organisation or agency, by the log."""
    home, events = tables["governments"][0], tables["events"]
    by_row = np.bincount(tables["partners"]["approval"], minlength=len(Approval))
    states = {"waiting": Approval.WAITING, "in_review": Approval.IN_REVIEW, "approved": Approval.APPROVED, "refused": Approval.REFUSED}
    found = [name for name, state in states.items() if home[name] != by_row[state]]
    found += ["applied"] if home["applied"] != home["withdrawn"] + sum(home[name] for name in states) else []
    logged = {"approved": EventKind.APPROVED, "refused": EventKind.REFUSED_ACCESS, "withdrawn": EventKind.WITHDRAWN}
    found += [f"{name} in the log" for name, kind in logged.items() if home[name] != count(events, kind)]
    started = np.bincount(of_kind(events, EventKind.TEST_BEGUN)["who"], minlength=8)
    passed = np.bincount(of_kind(events, EventKind.TEST_PASSED)["who"], minlength=8)
    room = len(tables["tests"]) // max(1, len(tables["agencies"]))
    for number, agency in enumerate(tables["agencies"]):
        tests = tables["tests"][number * room : (number + 1) * room]
        given = tests[tests["system"] >= 0]
        queued = given["start"] == float(NEVER)
        working = ~queued & (given["finish"] > day)
        fixing = ~queued & ~working & ~given["passed"]
        total = queued.sum() + working.sum() + fixing.sum() + given["passed"].sum()
        counts = (len(given), int((~queued).sum()), int(given["passed"].sum()))
        if total != agency["submitted"] or counts != (agency["submitted"], started[number], passed[number]):
            found.append(f"tests of agency {number}")
    return found


@given(cases())
def test_28_applications_and_tests_balance(case: Case) -> None:
    """E. Received = waiting + in review + approved + refused + withdrawn, by the government's tallies, by counting organisations and by the
    log; submitted = queued + in test + ended with a flaw not yet fixed + passed at every agency, by its tallies, its tests and the log.
    No test is rejected or withdrawn in the model: a flaw found is fixed, and the test then passes."""
    assert unbalanced(lived(case), case.days - 1) == []


def most_at_once(starts: Any, ends: Any) -> int:
    """The largest number of intervals that overlap; one that ends when another begins does not."""
    moves = sorted([(t, 1) for t in starts] + [(t, -1) for t in ends])
    return max(np.cumsum([step for _, step in moves]).tolist(), default=0)


def unfair(tables: Tables, testers: int, reviewers: int, by_criticality: bool) -> list[str]:
    """Testers or reviewers who work on more than one case, and cases that were overtaken within their class."""
    found = []
    room = len(tables["tests"]) // max(1, len(tables["agencies"]))
    for number in range(len(tables["agencies"])):
        tests = tables["tests"][number * room : (number + 1) * room]
        given = tests[tests["system"] >= 0]
        begun = given[given["start"] != float(NEVER)]
        busy = begun[begun["finish"] > begun["start"]]
        found += [f"agency {number} overbooked"] if most_at_once(busy["start"], busy["finish"]) > testers else []
        ordered = (
            (np.diff(given["arrival"]) >= 0).all() and (np.diff(begun["start"]) >= 0).all() and (given["start"][: len(begun)] < NEVER).all()
        )
        found += [] if ordered and (begun["start"] >= begun["arrival"]).all() else [f"agency {number} overtaken"]
    partners = tables["partners"]
    reviewed = partners[
        (partners["review_finish"] > 0) & np.isin(partners["approval"], (Approval.IN_REVIEW, Approval.APPROVED, Approval.REFUSED))
    ]
    reviewed = reviewed[reviewed["review_start"] >= reviewed["applied_at"]]
    busy = reviewed[reviewed["review_finish"] > reviewed["review_start"]]
    found += ["reviewers overbooked"] if most_at_once(busy["review_start"], busy["review_finish"]) > reviewers else []
    for one in reviewed:
        behind = one["rank"] < reviewed["rank"] if by_criticality else one["applied_at"] < reviewed["applied_at"]
        there = reviewed["applied_at"] <= reviewed["review_start"] if not by_criticality else one["applied_at"] <= reviewed["review_start"]
        if (behind & there & (reviewed["review_start"] < one["review_start"])).any():
            found.append(f"organisation {one['index']} overtaken")
    return found


@given(cases(), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_29_nobody_is_overbooked_or_overtaken(case: Case, testers: int, reviewers: int, by_criticality: bool) -> None:
    """E. At no moment does an agency work on more systems, or the government on more organisations, than it has testers or reviewers; tests
    begin in the order of submission; reviews begin in the order of application or, by criticality, never while a more critical
    organisation has applied. Other applicants leave no times in the tables and are not compared."""
    levers = {"testers": testers, "reviewers": reviewers, "by_criticality": by_criticality}
    steady = case.held(**levers).of_world(queues_on=True)
    assert unfair(lived(steady), **levers) == []


# Shares that can leave 0 to 1 by what they mean: sums over days, found and fixed with new code, a share lost that can be a gain.
BEYOND = {
    "partners.found", "partners.fixed", "score.customers_lost", "score.race_risk", "score.exposed", "score.backlog",
    "outcomes.customers_lost_share",
}  # fmt: skip


def unlikely(tables: Tables) -> list[str]:
    """Numbers that are not finite, and chances and shares outside 0 to 1."""
    found = []
    for name, kind in ROWS.items():
        for field in fields(kind):
            column = tables[name][field.name]
            if field.type is float and not np.isfinite(column).all():
                found.append(f"{name}.{field.name} is not finite")
            bounded = field.unit in ("chance", "share") and f"{name}.{field.name}" not in BEYOND
            if bounded and ((column < -SLACK) | (column > 1.0 + SLACK)).any():
                found.append(f"{name}.{field.name} from {column.min()} to {column.max()}")
    return found


def sums_apart(tables: Tables) -> list[str]:
    """Totals that are not the sum over channels, kinds, actors, organisations, systems, days or lines of the log."""
    out, events, channels, kinds = tables["outcomes"][0], tables["events"], tables["channels"], tables["kinds"]
    incidents = of_kind(events, EventKind.INCIDENT)
    by_day, by_system = np.bincount(incidents["day"]).sum(), np.bincount(incidents["system"] + 1).sum()
    totals: dict[str, list[int]] = {
        "incidents": [out["incidents"], channels["incidents"].sum(), kinds["incidents"].sum(), tables["bad_actors"]["incidents"].sum(),
                      tables["partners"]["incidents"].sum(), len(incidents), by_day, by_system, tables["weeks"]["incidents"][-1]],
        "loss": [out["realised_loss"], channels["loss"].sum(), kinds["loss"].sum(), sum(int(value) for value in incidents["value"])],
        "operations": [out["operations"], channels["operations"].sum(), kinds["operations"].sum(), len(tables["operations"]),
                       tables["bad_actors"]["operations"].sum()],
        "enabled": [channels["enabled"].sum(), kinds["enabled"].sum(), tables["systems"]["enabled"].sum()],
        "refusals": [out["refusals"], channels["refusals"].sum()],
        "thefts": [out["thefts"], count(events, EventKind.THEFT)],
        "leaks": [out["leaks"], tables["partners"]["leaks"].sum(), count(events, EventKind.LEAK)],
        "bans": [out["bans"], count(events, EventKind.BAN) + count(events, EventKind.LAB_BAN)],
        "bypasses": [out["bypasses"], count(events, EventKind.BYPASS)],
        "directives": [out["directives"], count(events, EventKind.DIRECTIVE)],
        "largest loss": [out["largest_loss"], incidents["value"].max(initial=0.0)],
        "lines": [len(events), tables["score"]["events"][0]],
    }  # fmt: skip
    found = [name for name, ways in totals.items() if len({int(way) for way in ways}) > 1]
    by_channel = np.bincount(tables["operations"], minlength=len(channels)).tolist()
    found += ["operations by channel"] if by_channel != channels["operations"].tolist() else []
    harm = tables["weeks"]["harm"]
    found += ["harm by week"] if not np.isclose(harm.sum(), out["model_enabled_harm"], rtol=1e-9, atol=1e-6) else []
    falls = (np.diff(tables["weeks"]["incidents"]) < 0).any() or (harm < 0).any() or (np.diff(events["day"]) < 0).any()
    return found + (["a series falls"] if falls else [])


@given(cases())
def test_30_totals_are_sums(case: Case) -> None:
    """E. Incidents, losses, operations, enabled successes, refusals, thefts, leaks, bans: the total equals the sum over channels, kinds,
    actors, organisations, systems, days and lines of the log, in whole numbers; weekly harm adds up to 1e-9; cumulative series never
    fall; every number in every table is finite and every field in `chance` or `share` lies in 0 to 1 but for six that are named."""
    tables = lived(case)
    assert sums_apart(tables) == []
    assert unlikely(tables) == []


class Replay:
    """Who could use what, from the log alone: it is fed line by line, and says what has no cause."""

    def __init__(self, tables: Tables, policy: Policy) -> None:
        labs, owners, actors = len(tables["labs"]), int(tables["constants"]["owners"][0]), tables["bad_actors"]
        self.public, self.open = set(range(labs)), set(range(labs, owners))
        self.ready, self.limited, self.dark, self.asked = set(self.public), set[int](), set[int](), set[int]()
        self.guarded, self.partly, self.waiting, self.approved = set[int](), set[int](), set[int](), set[int]()
        self.states = actors["state"].tolist()
        self.insiders_of = {row: int(actors["home"][row]) for row in np.flatnonzero(actors["kind"] == ActorKind.INSIDER).tolist()}
        self.domestic = set(np.flatnonzero(tables["partners"]["nationality"] == Nationality.DOMESTIC).tolist())
        self.policy = policy
        self.stolen, self.shared = dict[int, set[int]](), dict[int, set[int]]()
        self.leaks: dict[int, float] = {}
        self.without_cause: list[str] = []

    def need(self, cause: bool, line: str) -> None:
        if not cause:
            self.without_cause.append(line)

    def feed(self, day: int, kind: int, who: int, whom: int, system: int, value: float) -> None:
        line = f"{EventKind(kind).label} on day {day}: {who}, {whom}, {system}"
        match kind:
            case EventKind.READY:
                self.ready.add(system)
            case EventKind.ASKED:
                self.need(system in self.ready, line)
                self.asked.add(system)
            case EventKind.COMPLIED | EventKind.DECLINED | EventKind.PROGRAMME:
                self.need(system in (self.ready if kind == EventKind.PROGRAMME else self.asked), line)
                self.limited |= {system} if kind != EventKind.DECLINED else set()
            case EventKind.TEST_BEGUN | EventKind.TEST_PASSED | EventKind.FLAW_FOUND:
                self.need(system in self.limited, line)
            case EventKind.PUBLIC:
                self.need(system in self.ready and system not in self.dark, line)
                self.public.add(system)
            case EventKind.GUARDED:
                self.need(system in self.limited - self.dark, line)
                self.guarded.add(system)
            case EventKind.WEIGHTS:
                self.open.add(system)
            case EventKind.STRIPPED:
                self.need(system in self.open, line)
            case EventKind.BYPASS:
                self.need(system in (self.public | self.limited) - self.dark, line)
            case EventKind.DIRECTIVE:
                self.need(system in self.public | self.limited, line)
                self.dark.add(system)
                self.partly |= {system} if lever_on(self.policy, "directive_spares_domestic", day) else set()
            case EventKind.RESTORED:
                self.need(system in self.dark, line)
                self.dark.discard(system)
                self.partly.discard(system)
            case EventKind.PARTLY_RESTORED:
                self.need(system in self.dark, line)
                self.partly.add(system)
            case _:
                self.feed_people(day, kind, who, system, value, line)

    def feed_people(self, day: int, kind: int, who: int, system: int, value: float, line: str) -> None:
        match kind:
            case EventKind.APPLIED:
                self.need(self.offered(system) and who not in self.waiting | self.approved, line)
                self.waiting.add(who)
            case EventKind.APPROVED:
                self.need(who not in self.approved and bool(self.limited), line)
                self.waiting.discard(who)
                self.approved.add(who)
            case EventKind.WITHDRAWN | EventKind.REFUSED_ACCESS:
                self.need(who in self.waiting, line)
                self.waiting.discard(who)
            case EventKind.LEAK:
                self.need(who in self.users(system), line)
                self.leaks[who] = max(self.leaks.get(who, 0.0), day + value)
            case EventKind.THEFT:
                self.stolen.setdefault(who, set()).add(system)
            case EventKind.LOOT:
                thieves = [spy for spy, loot in self.stolen.items() if system in loot]
                self.need(any(self.states[spy] == who for spy in thieves), line)
                self.shared.setdefault(who, set()).add(system)
            case EventKind.INCIDENT:
                leaked = self.offered(system) and any(day < until for until in self.leaks.values())
                served = system in (self.public | self.guarded) - self.dark
                stolen = system in self.stolen.get(who, set()) | self.shared.get(self.states[who], set())
                inside = self.insiders_of.get(who) in self.users(system)
                self.need(system == -1 or served or system in self.open or stolen or leaked or inside, line)
            case EventKind.BAN | EventKind.LAB_BAN:
                self.need(system in (self.public | self.guarded) - self.dark, line)

    def offered(self, system: int) -> bool:
        """Partners can use it, or domestic organisations alone."""
        return system in (self.limited - self.public - self.dark | self.partly) - self.open

    def users(self, system: int) -> set[int]:
        """The organisations that can use it while others cannot."""
        return (self.approved | (self.domestic if system in self.partly else set())) if self.offered(system) else set()


def lever_on(policy: Policy, name: str, day: int) -> Any:
    """What a policy sets a lever to on a day."""
    value = policy.levers.get(name, LEVERS[name].default)
    for first, changes in sorted(policy.timeline, key=lambda step: step[0]):
        value = changes.get(name, value) if first <= day else value
    return value


def without_cause(tables: Tables, policy: Policy) -> list[str]:
    """Lines of the log that nothing before them explains."""
    replay = Replay(tables, policy)
    for event in tables["events"].tolist():
        replay.feed(*event)
    return replay.without_cause


@given(cases())
def test_31_everything_has_a_cause(case: Case) -> None:
    """E. By the log alone: the system of every incident was on that day a public service, published, stolen by that actor, shared by its
    state of which a spy stole it, or offered to organisations of which one leaked or was the home of that insider; every leak is of an
    approved organisation, or of a domestic one to which alone a system is back; every approval follows a programme, every refusal and
    withdrawal an application; every release is of a system that is ready, every test of one that was limited, every directive of one in
    use, every bypass of one that the public or partners had."""
    assert without_cause(lived(case), case.policy) == []


def fixed_before_found(tables: Tables) -> list[str]:
    """Organisations that fixed more than they found, or whose shares do not add up."""
    p = tables["partners"]
    apart = (
        (p["fixed"] > p["found"] + SLACK)
        | (p["patched"] > p["fixed"] + SLACK)
        | (abs(p["latent"] + p["known"] + p["patched"] - 1.0) > SLACK)
    )
    return [f"organisation {row}" for row in np.flatnonzero(apart).tolist()]


@given(cases(), st.integers(1, 3))
def test_32_what_is_patched_is_not_exploited(case: Case, every: int) -> None:
    """E, on shares of flaws, for the model has no single flaws: an organisation has fixed no more than it found and its shares sum to 1;
    one with nothing latent or known (every n-th, patched on the morning of day 0, no common pool, no new code) has exposure 0 and
    suffers no incident; elsewhere, without new code, what is latent never grows and what is patched never shrinks."""
    assert fixed_before_found(lived(case)) == []

    def patched(table: Any) -> None:
        for name, share in (("latent", 0.0), ("known", 0.0), ("patched", 1.0)):
            table("partners")[name][::every] = share

    clean = case.of_world(common_share=0.0, new_code_per_day=0.0)
    later, earlier = lived(clean, patched), lived(clean.until(max(1, case.days // 2)), patched)
    assert not later["partners"]["exposed"][::every].any()
    assert not later["partners"]["incidents"][::every].any()
    before, after = earlier["partners"], later["partners"]
    assert (after["latent"] <= before["latent"] + SLACK).all()
    assert (after["patched"] >= before["patched"] - SLACK).all()


def ahead(tables: Tables, lag_months: float, own_pace: bool) -> list[str]:
    """Open weights that are ahead of what they follow, on the last evening and in every line of the log."""
    labs, owners, systems = tables["open_weight_labs"], int(tables["constants"]["owners"][0]), tables["systems"]
    first, frontier = len(tables["labs"]), float(systems["capability"][: len(tables["labs"])].max())
    behind = lag_months + labs["further_lag"]
    found = []
    for day, kind, who, _, system, value in tables["events"].tolist():
        if kind == EventKind.READY:
            frontier = max(frontier, value)
        elif kind == EventKind.WEIGHTS and system % owners >= first:
            reached = frontier if own_pace else frontier - behind[who]
            found += [f"weights on day {day}"] if value > max(reached, -behind[who]) + SLACK else []
    limit = np.maximum(frontier if own_pace else frontier - behind, -behind)
    found += ["research"] if (labs["capability"] > limit + SLACK).any() else []
    published = systems["capability"][systems["stage"] == Stage.OPEN_WEIGHTS]
    return found + (["channel"] if tables["today"]["open_capability"][0] > published.max(initial=-1e9) else [])


@given(cases(), st.booleans())
def test_33_open_weights_do_not_overtake_what_they_follow(case: Case, own_pace: bool) -> None:
    """E. Day by day in the log and on the last evening: an open-weight lab without a pace of its own is at least its lag behind the best
    system that is ready (or where it started); with one, never ahead of that system. The dated shock is no follower and left out."""
    case = case.of_world(open_shock_day=-1, **({} if own_pace else {"open_own_pace": 0.0}))
    assert ahead(lived(case), float(case.table["open_weight_lag_months"][0]), own_pace) == []


def test_premises_of_accounts_happen() -> None:
    """Of 300 generated runs a fair share has what the accounts are about."""
    premises = "incident theft leak ban directive test-begun refused-access withdrawn weights queue stolen leaked"
    seen = dict.fromkeys(premises.split(), 0)
    for seed in range(300):
        tables = lived(
            Case(
                Policy("plan", PLANS[seed % len(PLANS)]),
                {**LIVELY, "organisations": 12, "open_weight_labs": 2, "labs": 1 + seed % 4, "bad_actors": 5 + seed % 36},
                seed,
                20 + seed % 25,
            )
        )
        kinds = {EventKind(kind).label for kind in tables["events"]["kind"].tolist()}
        kinds |= {"queue"} if tables["weeks"]["waiting"].any() or tables["weeks"]["tests_waiting"].any() else set()
        kinds |= {name for name, channel in (("stolen", 4), ("leaked", 3)) if tables["channels"]["incidents"][channel]}
        for name in seen:
            seen[name] += name in kinds
    assert all(runs >= 15 for runs in seen.values()), seen


CONTROL = Case(Policy("control", {"case_by_case": True, "approvals": True, "launch_partners": 2, "agencies": 2, "testers": 1}),
               {"organisations": 10, "bad_actors": 40, "labs": 3, "crew_gap_days": 2.0, "base_hazard": 0.3, "pace": 4.0, "cadence_days": 5,
                "own_testing_days": 1, "rival_gap_max_months": 1.0, "application_days": 0.5, "approval_days": 1.0, "cooperation": 1.0,
                "open_weight_lag_months": 1.0, "open_cadence_days": 5}, 3, 25)  # fmt: skip


class Smuggler(Partner):
    """Gets access that nobody gave."""

    def step(self, world: Any, day: int) -> None:
        if day == 0 and self.index == 9:
            self.approval = int(Approval.APPROVED)
        Partner.step(self, world, day)


class Magician(BadActor):
    """Takes weights that it leaves no trace of having taken."""

    def step(self, world: Any, day: int) -> None:
        self.stolen_system, self.stolen_capability = world.labs[0].first_system + world.constants.owners, 50.0
        BadActor.step(self, world, day)


class Hasty(Government):
    """Begins the newest test first."""

    def step(self, world: Any, day: int) -> None:
        Government.step(self, world, day)
        for test in world.tests[1:]:
            if test.system >= 0 and test.start > day:
                test.start, test.finish = test.arrival, test.arrival + 3.0


class Careless(Partner):
    """Fixes what it has not found."""

    def step(self, world: Any, day: int) -> None:
        Partner.step(self, world, day)
        self.fixed += 0.1  # more than a backlog hides


class Overtaker(OpenWeightLab):
    def step(self, world: Any, day: int) -> None:
        self.capability += 0.2
        OpenWeightLab.step(self, world, day)


class Forgetful(BadActor):
    """Does not count every incident as its own."""

    def step(self, world: Any, day: int) -> None:
        BadActor.step(self, world, day)
        self.incidents = min(self.incidents, 1)


def test_planted_faults_in_accounts_are_noticed() -> None:
    def mesa(**kinds: type) -> Tables:
        return tables_of(CONTROL.model(kinds=kinds).run())

    honest = mesa()
    testers = {"testers": 1, "reviewers": 5, "by_criticality": False}
    assert unbalanced(honest, 24) + unfair(honest, **testers) + sums_apart(honest) + unlikely(honest) == []
    assert without_cause(honest, CONTROL.policy) == []
    assert fixed_before_found(honest) + ahead(honest, 1.0, True) == []
    assert "approved" in unbalanced(mesa(partners=Smuggler), 24)
    assert unfair(mesa(governments=Hasty), **testers)
    assert "incidents" in sums_apart(mesa(bad_actors=Forgetful))
    assert any(line.startswith("incident") for line in without_cause(mesa(bad_actors=Magician), CONTROL.policy))
    assert fixed_before_found(mesa(partners=Careless))
    assert ahead(mesa(open_weight_labs=Overtaker), 1.0, True)
    honest["systems"]["safeguard"][0] = 1.5
    assert unlikely(honest)
