"""The outcomes of a run: what it ends with, from its tallies and its last state."""

from typing import Annotated

from sim.formulas.attack import UNIT
from sim.formulas.time import MONTH_DAYS
from sim.row import NEVER, Chance, Count, Day, Days, Dollars, Flag, Months, Row, Share
from sim.rule import rule
from sim.systems import rows_of
from sim.vocabulary import ActorKind, Channel
from sim.world import HOME_GOVERNMENT


class Outcomes(Row):
    """What a run ends with."""

    model_enabled_harm: Annotated[Dollars, "expected loss beyond that with no system"] = 0.0
    marginal_harm: Annotated[Dollars, "expected loss beyond that with open weights alone"] = 0.0
    harm_open_weights: Annotated[Dollars, "model-enabled, through open weights"] = 0.0
    harm_public_service: Annotated[Dollars, "model-enabled, through public services"] = 0.0
    harm_leaked_access: Annotated[Dollars, "model-enabled, through leaked access"] = 0.0
    harm_stolen_weights: Annotated[Dollars, "model-enabled, through stolen weights"] = 0.0
    harm_spies: Annotated[Dollars, "model-enabled, by spies"] = 0.0
    harm_crews: Annotated[Dollars, "model-enabled, by crews"] = 0.0
    harm_insiders: Annotated[Dollars, "model-enabled, by insiders"] = 0.0
    realised_loss: Annotated[Dollars, "of all incidents, as drawn"] = 0.0
    largest_loss: Annotated[Dollars, "of one incident, as drawn"] = 0.0
    billion_incident: Annotated[Flag, "at least one incident cost more than US$ 1 bn"] = False
    operations: Annotated[Count, "of bad actors"] = 0
    operations_no_model: Annotated[Count, "with no system"] = 0
    operations_open_weights: Annotated[Count, "through open weights"] = 0
    operations_public_service: Annotated[Count, "through public services"] = 0
    operations_leaked_access: Annotated[Count, "through leaked access"] = 0
    operations_stolen_weights: Annotated[Count, "through stolen weights"] = 0
    operations_spies: Annotated[Count, "by spies"] = 0
    operations_crews: Annotated[Count, "by crews"] = 0
    operations_insiders: Annotated[Count, "by insiders"] = 0
    refusals: Annotated[Count, "of misuse attempts"] = 0
    bans: Annotated[Count, "of actors"] = 0
    incidents: Annotated[Count, "in all"] = 0
    incidents_no_model: Annotated[Count, "with no system"] = 0
    incidents_open_weights: Annotated[Count, "through open weights"] = 0
    incidents_public_service: Annotated[Count, "through public services"] = 0
    incidents_leaked_access: Annotated[Count, "through leaked access"] = 0
    incidents_stolen_weights: Annotated[Count, "through stolen weights"] = 0
    incidents_spies: Annotated[Count, "by spies"] = 0
    incidents_crews: Annotated[Count, "by crews"] = 0
    incidents_insiders: Annotated[Count, "by insiders"] = 0
    leaks: Annotated[Count, "of partners' access"] = 0
    thefts: Annotated[Count, "of weights"] = 0
    bypasses: Annotated[Count, "of safeguards"] = 0
    release_delay_days: Annotated[Days, "from ready to public, of the system that is ready on day 0"] = 0.0
    release_censored: Annotated[Flag, "that system was not public when the run ended"] = False
    mean_release_delay_days: Annotated[Days, "from ready to public, or to the end of the run, mean over all labs' critical systems"] = 0.0
    systems_ready: Annotated[Count, "critical systems of all labs that became ready"] = 0
    systems_unreleased: Annotated[Count, "of those, not public when the run ended"] = 0
    usable_lead_months: Annotated[Months, "of the covered lab's offer to everyone over open weights, mean over days"] = 0.0
    lead_over_rivals_months: Annotated[Months, "of the covered lab's offer to everyone over the best rival's, mean over days"] = 0.0
    customers_lost_share: Annotated[Share, "of the covered lab's customers at the start, mean over days"] = 0.0
    capability_months_withheld: Annotated[float, "months of capability × months", "ready and not offered to everyone"] = 0.0
    race_risk: Annotated[Chance, "that the lab that wins the race meets disaster by its lack of caution, mean over days"] = 0.0
    asked: Annotated[Count, "systems that the government asked to limit"] = 0
    complied: Annotated[Count, "systems that were limited as asked"] = 0
    tests: Annotated[Count, "begun"] = 0
    test_wait_days: Annotated[Days, "until a test begins, mean"] = 0.0
    flaws_found_by_tests: Annotated[Count, "hidden safeguard flaws"] = 0
    applications: Annotated[Count, "received"] = 0
    partners_approved: Annotated[Count, "organisations given early access"] = 0
    partners_refused: Annotated[Count, "organisations refused"] = 0
    applications_withdrawn: Annotated[Count, "taken back"] = 0
    applications_waiting: Annotated[Count, "still in the queue at the end"] = 0
    reviews: Annotated[Count, "begun, other applicants' included"] = 0
    review_wait_days: Annotated[Days, "until a review begins, mean, other applicants included"] = 0.0
    longest_queue: Annotated[Count, "applications waiting at once"] = 0
    directives: Annotated[Count, "systems taken away"] = 0
    dark_days: Annotated[Days, "of the covered lab's systems, summed"] = 0.0
    exposed_share: Annotated[Share, "of organisations' code, mean over weeks"] = 0.0
    exposed_share_end: Annotated[Share, "of organisations' code, when the run ended"] = 0.0
    open_parity_day: Annotated[Day, "on which open weights reach the critical level; the horizon where they do not"] = 0
    exposed_share_at_parity: Annotated[Share, "of organisations' code on that day"] = 0.0
    flaws_found: Annotated[Count, "in organisations' own code, by defenders"] = 0
    flaws_patched: Annotated[Count, "in organisations' own code"] = 0


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
    write_delays(world)
    write_government(world)
    out, score = world.outcomes, world.score
    out.exposed_share = score.exposed / len(world.weeks)
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
    out.bans, out.leaks, out.thefts, out.bypasses = score.bans, score.leaks, score.thefts, score.bypasses


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
    out.mean_release_delay_days = total / max(1, out.systems_ready)
    out.usable_lead_months = score.lead_over_open / horizon
    out.lead_over_rivals_months = score.lead_over_rivals / horizon
    out.customers_lost_share = score.customers_lost / horizon
    out.race_risk = score.race_risk / horizon
    out.capability_months_withheld = score.withheld / MONTH_DAYS
    out.dark_days = score.dark_days


@rule
def write_government(world):
    """Queues, tests, approvals, directives."""
    out, score, home = world.outcomes, world.score, world.governments[HOME_GOVERNMENT]
    out.asked, out.complied, out.directives = score.asked, score.complied, score.directives
    out.tests, out.flaws_found_by_tests = score.tests, score.flaws_found
    out.test_wait_days = score.test_wait / UNIT / max(1, score.tests)
    out.applications, out.partners_approved, out.partners_refused = home.applied, home.approved, home.refused
    out.applications_withdrawn, out.applications_waiting = home.withdrawn, home.waiting
    out.reviews = home.reviews
    out.review_wait_days = home.review_wait / UNIT / max(1, home.reviews)
    out.longest_queue = score.longest_queue
