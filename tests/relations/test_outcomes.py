"""Relations 43, 54 and 55: units scale, what no rule reads has no effect, and the log tells what happened."""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.day import BadActor
from lockgate.sim.model.formulas.attack import UNIT, whole
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import Channel, EventKind, Feedback
from tests.relations.lively import LIVELY, WORLD_RANGES, Case, Tables, cases, lived, some_levers, some_worlds, tables_of, within
from tests.relations.sameness import differences

HARM = ("model_enabled_harm", "marginal_harm", "harm_open_weights", "harm_public_service", "harm_leaked_access", "harm_stolen_weights",
        "harm_spies", "harm_crews", "harm_insiders", "harm_covered_lab", "harm_rival_labs",
        "harm_open_weight_labs", "total_loss")  # fmt: skip
IN_DOLLARS = {"constants.expected_loss", "weeks.harm", *(f"outcomes.{name}" for name in HARM)}


def weighted(power: int) -> Callable[[Callable[[str], Any]], None]:
    """The expected loss of an incident times a power of two."""

    def change(table: Callable[[str], Any]) -> None:
        table("constants")["expected_loss"] *= 2.0**power

    return change


def badly_scaled(base: Tables, scaled: Tables, power: int) -> list[str]:
    """What is not the same times a power of two, or not the same at all where it should be."""
    columns = [name.split(".") for name in sorted(IN_DOLLARS)]
    wrong = [f"{table}.{name}" for table, name in columns if (base[table][name] * 2.0**power).tobytes() != scaled[table][name].tobytes()]
    return wrong + differences(base, scaled, IN_DOLLARS)


@given(cases(), st.integers(-30, 30))
def test_43_harm_scales_with_its_weight(case: Case, power: int) -> None:
    """E. The expected loss of an incident times 2^k: every harm, in outcomes and weeks, times 2^k to the bit, and nothing else differs in
    any table, so every incident is the same. The unit is written in the annotations of fields, which no rule reads."""
    assert badly_scaled(lived(case), lived(case, weighted(power)), power) == []


UNREAD = ("test_days", "test_days_cv", "application_days", "approval_refusal_chance", "political_delay_days", "cooperation", "mandate",
          "race_weight", "leak_hazard", "leak_days", "leak_reach", "care_spread", "interest_share", "heed_hold", "partner_exposure",
          "head_start_on", "leaks_on", "infighting_days", "refusal_error", "heed_reciprocity")  # fmt: skip
UNREAD_WITHOUT_FEEDBACK = ("reinvestment", "race_information", "race_scale_months", "race_spread", "enmity", "ban_chance", "ban_days")
RULED = {"case_by_case": False, "framework": False, "lab_programme": False, "coordinated_hold": False}


def effects(case: Case, name: str, values: list[float]) -> dict[str, Any]:
    """Squared change of each outcome in each of some worlds when one parameter takes another value there."""
    worlds = np.repeat(case.table, len(values))
    seeds = [case.seed + n for n in range(len(values))]
    for place, varied in enumerate(("pace", "base_hazard")):  # what a study would vary besides
        factors = [0.5 + uniform(case.seed, Purpose.PRIOR, n, place) for n in range(len(values))]
        worlds[varied] = np.minimum(worlds[varied] * factors, PARAMETERS[varied].bounds[1])
    changed = worlds.copy()
    changed[name] = values
    base, other = (simulate(table, [case.policy], seeds, case.days, threads=1).outcomes[:, 0] for table in (worlds, changed))
    return {field: (base[field].astype(float) - other[field].astype(float)) ** 2 for field in base.dtype.names or ()}


def total_effect(squares: Any, values: Any) -> float:
    """The share of an outcome's variance that goes with one parameter. Source: Jansen (1999), "Analysis of variance designs"."""
    return float(squares.mean() / (2.0 * values.var()))


@given(some_worlds(), some_levers(), st.integers(0, 2**40), st.integers(1, 40), st.sampled_from(UNREAD + UNREAD_WITHOUT_FEEDBACK),
       st.lists(st.floats(0, 1, allow_subnormal=False), min_size=4, max_size=4))  # fmt: skip
def test_54_what_no_rule_reads_has_no_effect(
    world: dict[str, Any], levers: dict[str, Any], seed: int, days: int, name: str, u: list[float]
) -> None:
    """E. A parameter that no rule reads under the policy (tests, approvals, leaks, compliance and holds where nothing is asked or limited;
    the race, reinvestment and bans without feedback; interest where nobody adopts and nobody is ineligible) takes four other values in
    four worlds: every outcome of every run stays, to the bit, so its total effect (Jansen) is exactly 0 on each. The model has no
    parameter that is never read: unread ones depend on policy."""
    without = {**world, "feedback": Feedback.NONE} if name in UNREAD_WITHOUT_FEEDBACK else world
    without = {**without, "adoption_on": False} if name == "interest_share" else without
    eligible = {"allied_eligible": True, "others_eligible": True} if name == "interest_share" else {}
    case = Case(Policy("open", {**levers, **RULED, **eligible}), without, seed, days)
    low, high = WORLD_RANGES[name]
    squares = effects(case, name, [within(PARAMETERS[name].type, low, high, value) for value in u])
    assert [outcome for outcome, changes in squares.items() if changes.any()] == []


def test_a_parameter_that_is_read_has_an_effect() -> None:
    """The planted twin of the test above: a parameter that rules do read, and leaks where there are partners."""
    world = {**LIVELY, "organisations": 12, "bad_actors": 30, "labs": 2, "open_weight_labs": 1}
    case = Case(Policy("open", RULED), world, 7, 40)
    squares = effects(case, "evasion", [0.0, 0.3, 0.6, 1.0])
    assert squares["refusals"].any()
    harm = simulate(np.repeat(case.table, 4), [case.policy], range(4), 40, threads=1).outcomes["model_enabled_harm"][:, 0]
    assert total_effect(squares["model_enabled_harm"], harm) > 0.0
    assert total_effect(effects(case, "leak_hazard", [0.0, 0.3, 0.6, 1.0])["model_enabled_harm"], harm) == 0.0
    partners = case.held(lab_programme=True, launch_partners=9, preview_days=30)
    assert effects(partners, "leak_hazard", [0.0, 0.3, 0.6, 1.0])["leaks"].any()


class Story:
    """Outcomes rebuilt from the event log, the horizon and the world's size: counts, sums and dates of events, nothing else."""

    def __init__(self, table: Any, days: int) -> None:
        world = table[0]
        self.days, self.labs = days, int(world["labs"])
        self.owners = self.labs + int(world["open_weight_labs"])
        actors = int(world["bad_actors"])
        self.spies = int(np.floor(world["spy_share"] * actors + 0.5))
        self.insiders = min(actors - self.spies, int(np.floor(world["insider_share"] * actors + 0.5)))
        self.out: dict[str, float] = dict.fromkeys(REBUILT, 0)
        self.loss, self.wait, self.parity = 0, 0, days
        self.critical: dict[int, int] = {}  # day on which each critical system of a frontier lab was ready
        self.first_out: dict[int, int] = {}
        self.published = set(range(self.labs, self.owners))
        self.public = set(range(self.labs))
        self.stolen: dict[int, tuple[float, int]] = {}
        self.applied: set[int] = set()
        self.dark: dict[int, int] = {}

    def feed(self, day: int, kind: int, who: int, whom: int, system: int, value: float) -> None:
        out = self.out
        if kind in COUNTED:
            out[COUNTED[EventKind(kind)]] += 1
        match kind:
            case EventKind.READY if value >= 0.0:
                self.critical[system] = day
            case EventKind.PUBLIC | EventKind.WEIGHTS:
                self.first_out.setdefault(system, day)
                (self.public if kind == EventKind.PUBLIC else self.published).add(system)
                if kind == EventKind.WEIGHTS and value >= 0.0:
                    self.parity = min(self.parity, day)
            case EventKind.APPLIED:
                self.applied.add(who)
            case EventKind.APPROVED | EventKind.REFUSED_ACCESS | EventKind.WITHDRAWN:
                out["applications"] += who not in self.applied  # let in by a place before it applied
                self.applied.discard(who)
            case EventKind.TEST_BEGUN:
                self.wait += whole(value)
            case EventKind.DIRECTIVE if whom == 0:
                self.dark[system] = day
            case EventKind.RESTORED if whom == 0 and system in self.dark:
                out["dark_days"] += day - self.dark.pop(system)
            case EventKind.THEFT:
                self.stolen[who] = (value, system)
            case EventKind.INCIDENT:
                self.feed_incident(who, system, value)

    def feed_incident(self, who: int, system: int, value: float) -> None:
        out = self.out
        kind = "spies" if who < self.spies else "insiders" if who < self.spies + self.insiders else "crews"
        out[f"incidents_{kind}"] += 1
        channel = Channel.LEAKED_ACCESS
        if system == -1:
            channel = Channel.NO_MODEL
        elif self.stolen.get(who, (0.0, -1))[1] == system:
            channel = Channel.STOLEN_WEIGHTS
        elif system in self.published:
            channel = Channel.OPEN_WEIGHTS
        elif system in self.public:
            channel = Channel.PUBLIC_SERVICE
        out["incidents_" + channel.label.replace("-", "_")] += 1
        self.loss += int(value)
        out["largest_loss"] = max(out["largest_loss"], value)

    def outcomes(self) -> dict[str, float]:
        """What the log comes to at the end of the run."""
        out = self.out
        out["dark_days"] += sum(self.days - day for day in self.dark.values())
        delays = [min(self.first_out.get(system, self.days), self.days) - ready for system, ready in self.critical.items()]
        out["systems_ready"], out["mean_release_delay_days"] = len(delays), sum(delays) / max(1, len(delays))
        out["systems_unreleased"] = sum(system not in self.first_out for system in self.critical)
        if (first := self.owners) in self.critical:  # the covered lab's second system: ready on day 0
            out["release_delay_days"] = min(self.first_out.get(first, self.days), self.days) - self.critical[first]
            out["release_censored"] = first not in self.first_out
            out["unguarded_delay_days"], out["unguarded_censored"] = out["release_delay_days"], out["release_censored"]
        out["applicants_undecided"] = len(self.applied)
        out["test_wait_days"] = self.wait / UNIT / max(1, out["tests"])
        out["realised_loss"], out["billion_incident"], out["open_parity_day"] = self.loss, out["largest_loss"] > 1e9, self.parity
        return out


COUNTED = {
    EventKind.INCIDENT: "incidents", EventKind.BAN: "bans", EventKind.LAB_BAN: "bans", EventKind.LEAK: "leaks", EventKind.THEFT: "thefts",
    EventKind.BYPASS: "bypasses", EventKind.ASKED: "asked", EventKind.COMPLIED: "complied",
    EventKind.TEST_BEGUN: "tests", EventKind.FLAW_FOUND: "flaws_found_by_tests",
    EventKind.APPLIED: "applications", EventKind.APPROVED: "partners_approved", EventKind.REFUSED_ACCESS: "partners_refused",
    EventKind.WITHDRAWN: "applications_withdrawn", EventKind.DIRECTIVE: "directives", EventKind.EXTENDED: "extensions",
    EventKind.ACCESS_ENDED: "access_ended",
}  # fmt: skip
REBUILT = (
    *COUNTED.values(), "realised_loss", "largest_loss", "billion_incident", "test_wait_days", "dark_days", "release_delay_days",
    "release_censored", "unguarded_delay_days", "unguarded_censored", "applicants_undecided",
    "mean_release_delay_days", "systems_ready", "systems_unreleased", "open_parity_day", "incidents_no_model",
    "incidents_open_weights", "incidents_public_service", "incidents_leaked_access", "incidents_stolen_weights", "incidents_spies",
    "incidents_crews", "incidents_insiders",
)  # fmt: skip
NOT_LOGGED = {
    *HARM,  # expectations over operations, which leave no lines
    "operations", "operations_no_model", "operations_open_weights", "operations_public_service", "operations_leaked_access",
    "operations_stolen_weights", "operations_spies", "operations_crews", "operations_insiders", "refusals",
    "usable_lead_months", "lead_over_rivals_months", "customers_lost_share", "capability_months_withheld", "race_risk",  # means of states
    "covered_revenue", "rivals_revenue", "goodwill_spent", "backlog_share",
    "benefit_forgone", "benefit_forgone_critical", "access_forgone", "access_days",
    "exposed_share", "exposed_share_end", "exposed_share_at_parity", "flaws_found", "flaws_patched",
    "directives_for_bypass", "directives_for_incidents", "covered_in_error", "covered_missed", "refusal_wait_days",  # judgements
    "approved_allied", "approved_others", "organisations_ineligible",  # nationalities, sizes and ranks leave no lines
    "wait_critical_days", "wait_less_critical_days", "wait_large_days", "wait_small_days", "wait_domestic_days", "wait_allied_days",
    "wait_others_days",
    "applications_waiting", "longest_queue", "reviews", "review_wait_days",  # beginnings of reviews, and other applicants, leave no lines
}  # fmt: skip


def mistold(tables: Tables, table: Any, days: int) -> list[str]:
    """Outcomes that the log does not lead to, byte for byte."""
    story = Story(table, days)
    for event in tables["events"].tolist():
        story.feed(*event)
    row = tables["outcomes"]
    return [name for name, value in story.outcomes().items() if np.array([value], row[name].dtype).tobytes() != row[name].tobytes()]


@given(cases())
def test_55_the_log_tells_the_outcomes(case: Case) -> None:
    """E. From the event log, the horizon and the world's sizes alone: 38 outcomes that are counts, sums, means or dates of events have the
    same bytes. The other 60, by name in NOT_LOGGED, are expectations, or of operations and states that leave no lines. The
    systems from before day 0 are not in the log either: pace and lag keep them below the critical level."""
    case = case.of_world(
        pace=max(0.2, float(case.table["pace"][0])), open_weight_lag_months=max(0.1, float(case.table["open_weight_lag_months"][0])),
        share_days=-1,
    )
    # With two configurations of a system, one that is dark for some, or loot that is shared, its row does not tell an incident's channel.
    tables = lived(case.held(guarded_after_days=3650, directive_spares_domestic=False, partial_restoration_days=3650))
    assert mistold(tables, case.table, case.days) == []


def test_every_outcome_is_told_or_named() -> None:
    names = set(lived(Case(Policy("any"), {"organisations": 2, "bad_actors": 1}, 0, 1))["outcomes"].dtype.names)
    assert set(REBUILT) | NOT_LOGGED == names
    assert not set(REBUILT) & NOT_LOGGED


class Discreet(BadActor):
    """Leaves no line for an incident now and then."""

    def step(self, world: Any, day: int) -> None:
        before = world.score.events
        BadActor.step(self, world, day)
        if day % 5 == 0 and world.score.events > before and world.events.rows[before].kind == EventKind.INCIDENT:
            world.score.events = before
            del world.events.rows[before:]


def test_planted_faults_in_outcomes_are_noticed() -> None:
    world = {**LIVELY, "organisations": 10, "bad_actors": 40, "labs": 2, "open_weight_labs": 1}
    case = Case(Policy("control", {"lab_programme": True, "launch_partners": 3}), world, 4, 25)
    assert mistold(tables_of(case.model().run()), case.table, 25) == []
    assert "incidents" in mistold(tables_of(case.model(kinds={"bad_actors": Discreet}).run()), case.table, 25)
    base = lived(case)
    assert badly_scaled(base, lived(case, weighted(3)), 3) == []
    assert badly_scaled(base, lived(case, weighted(3)), 2)
    assert badly_scaled(base, lived(case.of_world(severity_mu=13.0)), 0)  # moves the losses drawn, too
    thirds = lived(case, lambda table: table("constants")["expected_loss"].__imul__(3.0))
    assert set(badly_scaled(base, thirds, 1)) <= IN_DOLLARS
    tables = dict(base)
    tables["events"] = tables["events"][tables["events"]["kind"] != EventKind.PUBLIC]
    assert "release_delay_days" in mistold(tables, case.table, 25)
