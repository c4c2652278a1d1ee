"""The outcomes of a run: what it ends with, from its tallies and its last state.

An outcome is written here alone: its annotation says all that is known of it, `write_outcomes` works it out, and whatever reads outcomes
asks `OUTCOMES`.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from lockgate.sim.model.formulas.attack import UNIT
from lockgate.sim.model.formulas.time import MONTH_DAYS
from lockgate.sim.model.systems import rows_of
from lockgate.sim.model.vocabulary import ActorKind, Channel, Nationality
from lockgate.sim.model.waits import count_ineligible, count_undecided, wait_by_criticality, wait_by_nationality, wait_by_size
from lockgate.sim.model.world import HOME_GOVERNMENT
from lockgate.sim.rules.row import NEVER, Chance, Count, Day, Days, Dollars, Field, Flag, Months, Ratio, Row, Share, fields
from lockgate.sim.rules.rule import rule

Better = Literal["low", "high", "neither"]


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What the annotation of an outcome, or of a column of the weekly series, says beyond unit and meaning. All of it may be left out."""

    better: Better = "neither"
    heavy_tail: bool = False  # its mean rests on values that few draws hold
    censored_by: str = ""  # the outcome that is not 0 where the run ended first, so that this one is a lower bound
    headline: bool = False  # it has a panel in the charts
    tabled: bool = False  # it has a column in the table of a comparison
    per_organisation: bool = True  # of money and counts: there is more of it with more organisations and days
    whole: str = ""  # of a share: of what
    word: str = ""  # in a list, such as "lead"; by default the short name
    short: str = ""  # at the head of a column, such as "usable lead"; by default the field's name
    long: str = ""  # on an axis, such as "usable lead over open weights"; by default the short name


LOW, HIGH = Traits(better="low"), Traits(better="high")
WAIT = Traits(better="low", censored_by="applicants_undecided")
# The same of what is the same however many organisations there are.
SYSTEMS, SYSTEMS_LOW, SYSTEMS_HIGH = (
    Traits(per_organisation=False), Traits(better="low", per_organisation=False), Traits(better="high", per_organisation=False),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Outcome(Traits, Field):
    """An outcome, or a column of the weekly series: its field, and its traits. Names are filled in where the annotation gives none."""

    @property
    def help(self) -> str:
        """A sentence that says what it is.

        >>> OUTCOMES["incidents_spies"].help
        'Incidents spies: by spies.'
        """
        return f"{self.name.replace('_', ' ').capitalize()}: {self.meaning}."


def outcomes_of(kind: type) -> dict[str, Outcome]:
    """The fields of a row class, by name, with their traits.

    >>> class Gate(Row):
    ...     width_days: Annotated[Days, "from open to shut", Traits(better="low", short="width")] = 2.0
    >>> gate = outcomes_of(Gate)["width_days"]
    >>> gate.better, gate.short, gate.long, gate.help
    ('low', 'width', 'width', 'Width days: from open to shut.')
    """
    return {field.name: outcome_of(field) for field in fields(kind)}


def outcome_of(field: Field) -> Outcome:
    """A field with its traits."""
    said: dict[str, Any] = {}
    for note in field.notes:
        said |= vars(note)
    said["short"] = said.get("short") or field.name.replace("_", " ")
    said["long"], said["word"] = (said.get(name) or said["short"] for name in ("long", "word"))
    return Outcome(**vars(field), **said)


class Outcomes(Row):
    """What a run ends with."""

    model_enabled_harm: Annotated[
        Dollars,
        "expected loss beyond that with no system",
        Traits(better="low", headline=True, tabled=True, word="harm", short="model-enabled harm"),
    ] = 0.0
    marginal_harm: Annotated[Dollars, "expected loss beyond that with open weights alone", LOW] = 0.0
    total_loss: Annotated[Dollars, "expected loss of all operations, with a system or without", LOW] = 0.0
    harm_open_weights: Annotated[Dollars, "model-enabled, through open weights", LOW] = 0.0
    harm_public_service: Annotated[Dollars, "model-enabled, through public services", LOW] = 0.0
    harm_leaked_access: Annotated[Dollars, "model-enabled, through partners' access, leaked or misused from inside", LOW] = 0.0
    harm_stolen_weights: Annotated[Dollars, "model-enabled, through stolen weights", LOW] = 0.0
    harm_spies: Annotated[Dollars, "model-enabled, by spies", LOW] = 0.0
    harm_crews: Annotated[Dollars, "model-enabled, by crews", LOW] = 0.0
    harm_insiders: Annotated[Dollars, "model-enabled, by insiders", LOW] = 0.0
    harm_covered_lab: Annotated[Dollars, "model-enabled, through systems of the covered lab", LOW] = 0.0
    harm_rival_labs: Annotated[Dollars, "model-enabled, through systems of the other frontier labs", LOW] = 0.0
    harm_open_weight_labs: Annotated[Dollars, "model-enabled, through systems of open-weight labs", LOW] = 0.0
    realised_loss: Annotated[Dollars, "of all incidents, as drawn", Traits(better="low", heavy_tail=True)] = 0.0
    largest_loss: Annotated[Dollars, "of one incident, as drawn", Traits(better="low", heavy_tail=True, per_organisation=False)] = 0.0
    billion_incident: Annotated[Flag, "at least one incident cost more than US$ 1 bn", LOW] = False
    operations: Annotated[Count, "of bad actors", LOW] = 0
    operations_no_model: Annotated[Count, "with no system", LOW] = 0
    operations_open_weights: Annotated[Count, "through open weights", LOW] = 0
    operations_public_service: Annotated[Count, "through public services", LOW] = 0
    operations_leaked_access: Annotated[Count, "through leaked access", LOW] = 0
    operations_stolen_weights: Annotated[Count, "through stolen weights", LOW] = 0
    operations_spies: Annotated[Count, "by spies", LOW] = 0
    operations_crews: Annotated[Count, "by crews", LOW] = 0
    operations_insiders: Annotated[Count, "by insiders", LOW] = 0
    refusals: Annotated[Count, "of misuse attempts", HIGH] = 0
    bans: Annotated[Count, "of actors", HIGH] = 0
    incidents: Annotated[Count, "in all", Traits(better="low", headline=True)] = 0
    incidents_no_model: Annotated[Count, "with no system", LOW] = 0
    incidents_open_weights: Annotated[Count, "through open weights", LOW] = 0
    incidents_public_service: Annotated[Count, "through public services", LOW] = 0
    incidents_leaked_access: Annotated[Count, "through leaked access", LOW] = 0
    incidents_stolen_weights: Annotated[Count, "through stolen weights", LOW] = 0
    incidents_spies: Annotated[Count, "by spies", LOW] = 0
    incidents_crews: Annotated[Count, "by crews", LOW] = 0
    incidents_insiders: Annotated[Count, "by insiders", LOW] = 0
    leaks: Annotated[Count, "of partners' access", LOW] = 0
    access_days: Annotated[Count, "days on which an organisation had early access, summed"] = 0
    access_ended: Annotated[Count, "times that monitoring saw a misuse of restricted access and ended it"] = 0
    thefts: Annotated[Count, "of weights", SYSTEMS_LOW] = 0
    bypasses: Annotated[Count, "of safeguards", SYSTEMS_LOW] = 0
    release_delay_days: Annotated[
        Days,
        "from ready to public, guarded or not, of the system that is ready on day 0",
        Traits(better="low", censored_by="release_censored", headline=True, tabled=True, word="delay", short="release delay"),
    ] = 0.0
    release_censored: Annotated[Flag, "that system was not public when the run ended", LOW] = False
    unguarded_delay_days: Annotated[
        Days, "from ready to public without a guard, of the same system", Traits(better="low", censored_by="unguarded_censored")
    ] = 0.0
    unguarded_censored: Annotated[Flag, "that system was not public without a guard when the run ended", LOW] = False
    mean_release_delay_days: Annotated[
        Days,
        "from ready to public, or to the end of the run, mean over all labs' critical systems",
        Traits(better="low", censored_by="systems_unreleased"),
    ] = 0.0
    systems_ready: Annotated[Count, "critical systems of all labs that became ready", SYSTEMS] = 0
    systems_unreleased: Annotated[Count, "of those, not public when the run ended", SYSTEMS_LOW] = 0
    usable_lead_months: Annotated[
        Months,
        "of the covered lab's offer to everyone over open weights, mean over days",
        Traits(better="high", headline=True, tabled=True, word="lead", short="usable lead", long="usable lead over open weights"),
    ] = 0.0
    lead_over_rivals_months: Annotated[Months, "of the covered lab's offer to everyone over the best rival's, mean over days", HIGH] = 0.0
    customers_lost_share: Annotated[
        Share,
        "of the covered lab's customers at the start, mean over days",
        Traits(better="low", headline=True, tabled=True, whole="its own", word="customers", short="customers lost"),
    ] = 0.0
    covered_revenue: Annotated[Ratio, "of the covered lab, relative to the start, mean over days", HIGH] = 0.0
    rivals_revenue: Annotated[Ratio, "of all other frontier labs, relative to the start, mean over days", HIGH] = 0.0
    capability_months_withheld: Annotated[float, "months of capability × months", "ready and not offered to everyone", LOW] = 0.0
    benefit_forgone: Annotated[
        Dollars, "value to organisations of the best system that was ready, less that of the best they could use", LOW
    ] = 0.0
    benefit_forgone_critical: Annotated[Dollars, "the same, of the most critical organisations, which maintain the common pool", LOW] = 0.0
    access_forgone: Annotated[
        float, "organisation-days", "the same, as days of an organisation of mean size without a system of critical capability", LOW
    ] = 0.0
    race_risk: Annotated[
        Chance, "that the lab that wins the race meets disaster by its lack of caution, in the race's equilibrium, mean over days", LOW
    ] = 0.0
    goodwill_spent: Annotated[float, "logits", "of cooperation, that unannounced limits cost, mean over labs and days", LOW] = 0.0
    asked: Annotated[Count, "systems that the government asked to limit", SYSTEMS] = 0
    complied: Annotated[Count, "systems that were limited as asked", SYSTEMS_HIGH] = 0
    tests: Annotated[Count, "begun", SYSTEMS] = 0
    test_wait_days: Annotated[Days, "until a test begins, mean", LOW] = 0.0
    flaws_found_by_tests: Annotated[Count, "hidden safeguard flaws", SYSTEMS_HIGH] = 0
    applications: Annotated[Count, "received"] = 0
    partners_approved: Annotated[Count, "organisations given early access", HIGH] = 0
    partners_refused: Annotated[Count, "organisations refused", LOW] = 0
    applications_withdrawn: Annotated[Count, "taken back", LOW] = 0
    applications_waiting: Annotated[Count, "still in the queue at the end", LOW] = 0
    approved_allied: Annotated[Count, "allied organisations given early access", HIGH] = 0
    approved_others: Annotated[Count, "organisations of other countries given early access", HIGH] = 0
    organisations_ineligible: Annotated[Count, "want early access, and may not have it by their nationality, at the end", LOW] = 0
    applicants_undecided: Annotated[Count, "organisations whose application was neither decided nor taken back at the end", LOW] = 0
    wait_critical_days: Annotated[Days, "until a decision, mean over applicants among the most critical tenth", WAIT] = 0.0
    wait_less_critical_days: Annotated[Days, "until a decision, mean over all other applicants", WAIT] = 0.0
    wait_large_days: Annotated[Days, "until a decision, mean over applicants above the mean size", WAIT] = 0.0
    wait_small_days: Annotated[Days, "until a decision, mean over all other applicants", WAIT] = 0.0
    wait_domestic_days: Annotated[Days, "until a decision, mean over domestic applicants", WAIT] = 0.0
    wait_allied_days: Annotated[Days, "until a decision, mean over allied applicants", WAIT] = 0.0
    wait_others_days: Annotated[Days, "until a decision, mean over applicants of other countries", WAIT] = 0.0
    reviews: Annotated[Count, "begun, other applicants' included"] = 0
    review_wait_days: Annotated[Days, "until a review begins, mean, other applicants included", LOW] = 0.0
    longest_queue: Annotated[Count, "applications waiting at once", SYSTEMS_LOW] = 0
    directives: Annotated[Count, "systems taken away", SYSTEMS_LOW] = 0
    directives_for_bypass: Annotated[Count, "of those, for a bypass of the safeguard", SYSTEMS_LOW] = 0
    directives_for_incidents: Annotated[Count, "of those, for attributed incidents", SYSTEMS_LOW] = 0
    covered_in_error: Annotated[Count, "systems that were seen as covered and were below the threshold", SYSTEMS_LOW] = 0
    covered_missed: Annotated[Count, "systems at or above the threshold that were not seen to be", SYSTEMS_LOW] = 0
    extensions: Annotated[Count, "of previews, after a bypass, a leak or attributed incidents in them", SYSTEMS_LOW] = 0
    refusal_wait_days: Annotated[Days, "that systems waited for a stronger safeguard alone, summed", SYSTEMS_LOW] = 0.0
    dark_days: Annotated[Days, "of the covered lab's systems, summed", LOW] = 0.0
    exposed_share: Annotated[Share, "of organisations' code, mean over weeks", LOW] = 0.0
    exposed_share_end: Annotated[Share, "of organisations' code, when the run ended", LOW] = 0.0
    backlog_share: Annotated[Share, "of organisations' own flaws, known and not fixed, mean over weeks", LOW] = 0.0
    open_parity_day: Annotated[Day, "on which open weights reach the critical level; the horizon where they do not", HIGH] = 0
    exposed_share_at_parity: Annotated[Share, "of organisations' code on that day", LOW] = 0.0
    flaws_found: Annotated[Count, "in organisations' own code, by defenders", HIGH] = 0
    flaws_patched: Annotated[Count, "in organisations' own code", HIGH] = 0


OUTCOMES = outcomes_of(Outcomes)
HEADLINES = tuple(name for name, outcome in OUTCOMES.items() if outcome.headline)


@rule
def enabled_by_systems(world):
    """Expected successes so far beyond those with no system, in units of 2**-32."""
    return sum_enabled(world.channels, 0, len(world.channels))


@rule
def sum_enabled(tallies, first, last):
    """Sum over rows of tallies."""
    total = 0
    for row in range(first, last):
        total += tallies[row].enabled
    return total


@rule
def write_outcomes(world):
    """The outcomes of the run, from its tallies and its last state."""
    write_misuse(world)
    write_harm_by_lab(world)
    write_delays(world)
    write_government(world)
    write_access(world)
    out, score = world.outcomes, world.score
    out.exposed_share = score.exposed / len(world.weeks)
    out.backlog_share = score.backlog / len(world.weeks)
    out.exposed_share_end = world.weeks[len(world.weeks) - 1].exposed_share
    out.open_parity_day = min(score.parity_day, world.horizon)
    out.exposed_share_at_parity = out.exposed_share_end if score.parity_day == NEVER else score.exposed_at_parity
    found, fixed = 0.0, 0.0
    for row in range(len(world.partners)):
        found += world.partners[row].found
        fixed += world.partners[row].fixed
    out.flaws_found = int(found * world.params.flaws_per_organisation)
    out.flaws_patched = int(fixed * world.params.flaws_per_organisation)


@rule
def write_misuse(world):
    """Operations, incidents, and expected harm: by channel and by kind of actor."""
    out, score, channels, kinds = world.outcomes, world.score, world.channels, world.kinds
    per_unit = world.constants.expected_loss / UNIT
    out.model_enabled_harm = per_unit * enabled_by_systems(world)
    out.marginal_harm = per_unit * score.marginal
    out.total_loss = per_unit * score.expected
    out.harm_open_weights = per_unit * channels[int(Channel.OPEN_WEIGHTS)].enabled
    out.harm_public_service = per_unit * channels[int(Channel.PUBLIC_SERVICE)].enabled
    out.harm_leaked_access = per_unit * channels[int(Channel.LEAKED_ACCESS)].enabled
    out.harm_stolen_weights = per_unit * channels[int(Channel.STOLEN_WEIGHTS)].enabled
    out.harm_spies = per_unit * kinds[int(ActorKind.SPY)].enabled
    out.harm_crews = per_unit * kinds[int(ActorKind.CREW)].enabled
    out.harm_insiders = per_unit * kinds[int(ActorKind.INSIDER)].enabled
    loss = 0
    for row in range(len(channels)):
        loss += channels[row].loss
        out.refusals += channels[row].refusals
        out.incidents += channels[row].incidents
    out.realised_loss = float(loss)
    out.largest_loss = score.largest_loss
    out.billion_incident = score.largest_loss > 1e9
    out.operations = score.operations
    out.operations_no_model = channels[int(Channel.NO_MODEL)].operations
    out.operations_open_weights = channels[int(Channel.OPEN_WEIGHTS)].operations
    out.operations_public_service = channels[int(Channel.PUBLIC_SERVICE)].operations
    out.operations_leaked_access = channels[int(Channel.LEAKED_ACCESS)].operations
    out.operations_stolen_weights = channels[int(Channel.STOLEN_WEIGHTS)].operations
    out.incidents_no_model = channels[int(Channel.NO_MODEL)].incidents
    out.incidents_open_weights = channels[int(Channel.OPEN_WEIGHTS)].incidents
    out.incidents_public_service = channels[int(Channel.PUBLIC_SERVICE)].incidents
    out.incidents_leaked_access = channels[int(Channel.LEAKED_ACCESS)].incidents
    out.incidents_stolen_weights = channels[int(Channel.STOLEN_WEIGHTS)].incidents
    out.operations_spies = kinds[int(ActorKind.SPY)].operations
    out.operations_crews = kinds[int(ActorKind.CREW)].operations
    out.operations_insiders = kinds[int(ActorKind.INSIDER)].operations
    out.incidents_spies = kinds[int(ActorKind.SPY)].incidents
    out.incidents_crews = kinds[int(ActorKind.CREW)].incidents
    out.incidents_insiders = kinds[int(ActorKind.INSIDER)].incidents
    out.access_ended = score.access_ended
    out.bans, out.leaks, out.thefts, out.bypasses = score.bans, score.leaks, score.thefts, score.bypasses
    out.access_days = score.access_days


@rule
def write_harm_by_lab(world):
    """Model-enabled harm by the owner of the system used, whichever channel led to it."""
    covered, rivals, opened = 0, 0, 0
    for row in range(len(world.systems)):
        system = world.systems[row]
        if system.open_lab:
            opened += system.enabled
        elif world.labs[system.owner].covered:
            covered += system.enabled
        else:
            rivals += system.enabled
    out, per_unit = world.outcomes, world.constants.expected_loss / UNIT
    out.harm_covered_lab, out.harm_rival_labs, out.harm_open_weight_labs = per_unit * covered, per_unit * rivals, per_unit * opened


@rule
def write_delays(world):
    """Release delay, leads, customers, and what was withheld."""
    out, score, horizon = world.outcomes, world.score, world.horizon
    total = 0
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.capability < 0.0 or not 0 <= system.ready_day < horizon:
                continue
            delay = min(system.public_day, horizon) - system.ready_day
            total += delay
            out.systems_ready += 1
            out.systems_unreleased += 1 if system.public_day == NEVER else 0
            if lab.index == 0 and system.number == 1:
                out.release_delay_days = float(delay)
                out.release_censored = system.public_day == NEVER
                out.unguarded_delay_days = float(min(system.unguarded_day, horizon) - system.ready_day)
                out.unguarded_censored = system.unguarded_day == NEVER
    out.mean_release_delay_days = total / max(1, out.systems_ready)
    out.usable_lead_months = score.lead_over_open / horizon
    out.lead_over_rivals_months = score.lead_over_rivals / horizon
    out.customers_lost_share = score.customers_lost / horizon
    out.covered_revenue = score.covered_revenue / horizon
    out.rivals_revenue = score.rivals_revenue / horizon
    out.goodwill_spent = score.goodwill_spent / horizon
    out.race_risk = score.race_risk / horizon
    out.access_forgone = score.access_forgone
    out.benefit_forgone = world.params.benefit * score.access_forgone
    out.benefit_forgone_critical = world.params.benefit * score.access_forgone_critical
    out.capability_months_withheld = score.withheld / MONTH_DAYS
    out.dark_days = score.dark_days


@rule
def write_government(world):
    """Queues, tests, approvals, directives."""
    out, score, home = world.outcomes, world.score, world.governments[HOME_GOVERNMENT]
    out.asked, out.complied, out.directives = score.asked, score.complied, score.directives
    out.directives_for_bypass, out.directives_for_incidents = score.directives_for_bypass, score.directives_for_incidents
    out.covered_in_error, out.covered_missed = score.covered_in_error, score.missed
    out.extensions, out.refusal_wait_days = score.extensions, float(score.refusal_wait)
    out.tests, out.flaws_found_by_tests = score.tests, score.flaws_found
    out.test_wait_days = score.test_wait / UNIT / max(1, score.tests)
    out.applications, out.partners_approved, out.partners_refused = home.applied, home.approved, home.refused
    out.applications_withdrawn, out.applications_waiting = home.withdrawn, home.waiting
    out.reviews = home.reviews
    out.review_wait_days = home.review_wait / UNIT / max(1, home.reviews)
    out.longest_queue = score.longest_queue


@rule
def write_access(world):
    """Who was given early access, and who waited for it how long."""
    out, home = world.outcomes, world.governments[HOME_GOVERNMENT]
    out.approved_allied, out.approved_others = home.approved_allied, home.approved_others
    out.organisations_ineligible, out.applicants_undecided = count_ineligible(world), count_undecided(world)
    out.wait_critical_days, out.wait_less_critical_days = wait_by_criticality(world, True), wait_by_criticality(world, False)
    out.wait_large_days, out.wait_small_days = wait_by_size(world, True), wait_by_size(world, False)
    out.wait_domestic_days = wait_by_nationality(world, int(Nationality.DOMESTIC))
    out.wait_allied_days = wait_by_nationality(world, int(Nationality.ALLIED))
    out.wait_others_days = wait_by_nationality(world, int(Nationality.OTHER))
