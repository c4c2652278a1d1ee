"""What is measured: tallies kept during a run, weekly rows, and the outcomes of a run."""

from typing import Annotated

from sim.formulas.attack import UNIT
from sim.formulas.time import MONTH_DAYS
from sim.row import NEVER, Count, Day, Days, Dollars, Flag, Months, Ratio, Row, Share, Whole
from sim.rule import rule
from sim.systems import rows_of
from sim.vocabulary import ActorKind, Channel, Stage
from sim.world import HOME_GOVERNMENT

LEAD_CAP_MONTHS = 36.0  # a lead over nobody, or by nobody, is said to be this long


class Score(Row):
    """Tallies of a run that no agent owns."""

    events: Annotated[Count, "lines of the event log, whether or not it has room"] = 0
    operations: Annotated[Count, "of bad actors"] = 0
    marginal: Annotated[Whole, "successes beyond what open weights alone would have enabled, expected"] = 0
    bans: Annotated[Count, "of actors"] = 0
    largest_loss: Annotated[Dollars, "of one incident"] = 0.0
    leaks: Annotated[Count, "of partners' access"] = 0
    thefts: Annotated[Count, "of weights"] = 0
    bypasses: Annotated[Count, "of safeguards, found by the public"] = 0
    asked: Annotated[Count, "systems that the government asked to limit"] = 0
    complied: Annotated[Count, "systems that were limited as asked"] = 0
    tests: Annotated[Count, "begun"] = 0
    test_wait: Annotated[Whole, "days that tests waited, summed"] = 0
    flaws_found: Annotated[Count, "by tests"] = 0
    directives: Annotated[Count, "systems taken away"] = 0
    dark_days: Annotated[Days, "of the covered lab's systems, summed"] = 0.0
    longest_queue: Annotated[Count, "applications waiting at once"] = 0
    lead_over_open: Annotated[Months, "summed over days"] = 0.0
    lead_over_rivals: Annotated[Months, "summed over days"] = 0.0
    withheld: Annotated[Months, "of the covered lab's capability not offered to everyone, summed over days"] = 0.0
    customers_lost: Annotated[Share, "of the covered lab's customers, summed over days"] = 0.0
    exposed: Annotated[Share, "mean over organisations, summed over weeks"] = 0.0
    enabled_before: Annotated[Whole, "successes enabled until last week, expected"] = 0
    parity_day: Annotated[Day, "on which open weights reach the critical level"] = NEVER
    exposed_at_parity: Annotated[Share, "mean over organisations, on that day"] = 0.0


class Tally(Row):
    """Operations of one channel, or of one kind of actor."""

    operations: Annotated[Count, "that used it"] = 0
    refusals: Annotated[Count, "by it"] = 0
    incidents: Annotated[Count, "through it"] = 0
    enabled: Annotated[Whole, "successes beyond those with no system, expected"] = 0
    loss: Annotated[Count, "US$, realised"] = 0


class Week(Row):
    """One row a week, as the week ends."""

    day: Annotated[Day, "on which the week ends"] = 0
    harm: Annotated[Dollars, "enabled by systems this week, expected"] = 0.0
    incidents: Annotated[Count, "so far"] = 0
    exposed_share: Annotated[Share, "of organisations' code, mean"] = 1.0
    usable_lead_months: Annotated[Months, "of the covered lab's offer to everyone over open weights"] = 0.0
    covered_offer_months: Annotated[Months, "that the covered lab offers to everyone"] = 0.0
    covered_ready_months: Annotated[Months, "that the covered lab has ready"] = 0.0
    open_months: Annotated[Months, "of the best open weights"] = 0.0
    public_months: Annotated[Months, "of the best public service"] = 0.0
    customers_share: Annotated[Share, "of the covered lab"] = 0.0
    waiting: Annotated[Count, "applications in the queue"] = 0
    tests_waiting: Annotated[Count, "systems in the agencies' queues, summed"] = 0
    partners: Annotated[Count, "approved organisations"] = 0
    leaks: Annotated[Count, "partners whose access leaks"] = 0


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
    capability_months_withheld: Annotated[Ratio, "months of capability times months of time"] = 0.0
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
def dusk(world, day):
    """Measure the day; on the last day of a week, write a row of the weekly series; on the last day, the outcomes."""
    score, today, covered = world.score, world.today, world.labs[0]
    open_months = max(today.open_capability, covered.offer - LEAD_CAP_MONTHS)
    rival = today_best_rival(world)
    score.lead_over_open += covered.offer - open_months
    score.lead_over_rivals += covered.offer - max(rival, covered.offer - LEAD_CAP_MONTHS)
    score.withheld += max(0.0, covered.ready - covered.offer)
    score.customers_lost += 1.0 - covered.customers / covered.customers_at_start
    score.longest_queue = max(score.longest_queue, world.governments[HOME_GOVERNMENT].waiting)
    for row in rows_of(covered, world):
        if world.systems[row].stage == Stage.DARK:
            score.dark_days += 1.0
    if score.parity_day == NEVER and today.open_capability >= 0.0:
        score.parity_day = day
        score.exposed_at_parity = exposed_share(world)
    if day % 7 == 6 or day == world.horizon - 1:
        close_week(world, day, covered.offer - open_months)
    if day == world.horizon - 1:
        write_outcomes(world)


@rule
def today_best_rival(world):
    """Capability of the best system that another lab offers to everyone."""
    best = -1e9
    for row in range(1, len(world.labs)):
        best = max(best, world.labs[row].offer)
    return best


@rule
def exposed_share(world):
    """Exposed share of organisations' code, common pool included, mean over organisations."""
    total = 0.0
    for row in range(len(world.partners)):
        total += world.partners[row].exposed
    common = world.params.common_share
    return (1.0 - common) * total / len(world.partners) + common * world.pool.exposed


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
def close_week(world, day, lead):
    """One row of the weekly series."""
    week = world.weeks[day // 7]
    score, today, covered, home = world.score, world.today, world.labs[0], world.governments[HOME_GOVERNMENT]
    enabled = enabled_by_systems(world)
    week.day = day
    week.harm = world.constants.expected_loss * ((enabled - score.enabled_before) / UNIT)
    score.enabled_before = enabled
    for channel in range(len(world.channels)):
        week.incidents += world.channels[channel].incidents
    week.exposed_share = exposed_share(world)
    score.exposed += week.exposed_share
    week.usable_lead_months = lead
    week.covered_offer_months = covered.offer
    week.covered_ready_months = covered.ready
    week.open_months = today.open_capability
    week.public_months = today.public_capability
    week.customers_share = covered.customers
    week.waiting = home.waiting
    for number in range(len(world.agencies)):
        week.tests_waiting += world.agencies[number].submitted - world.agencies[number].started
    week.partners = home.approved
    week.leaks = today.leaks


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
            if system.capability < 0.0 or system.ready_day >= horizon:
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
