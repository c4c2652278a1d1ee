"""What is measured each day: tallies kept during a run, and weekly rows."""

from typing import Annotated

from lockgate.sim.model.benefit import forgo_access
from lockgate.sim.model.formulas.attack import UNIT
from lockgate.sim.model.outcomes import Traits, enabled_by_systems, outcomes_of, write_outcomes
from lockgate.sim.model.systems import rows_of
from lockgate.sim.model.vocabulary import Stage
from lockgate.sim.model.world import HOME_GOVERNMENT
from lockgate.sim.rules.row import NEVER, NOTHING, Chance, Count, Day, Days, Dollars, Months, Ratio, Row, Share, Whole, WholeDollars
from lockgate.sim.rules.rule import rule

LEAD_CAP_MONTHS = 36.0  # a lead over nobody, or by nobody, is said to be this long


class Score(Row):
    """Tallies of a run that no agent owns."""

    events: Annotated[Count, "lines of the event log, whether or not it has room"] = 0
    operations: Annotated[Count, "of bad actors"] = 0
    marginal: Annotated[Whole, "successes beyond what open weights alone would have enabled, expected"] = 0
    expected: Annotated[Whole, "successes, with a system or without, expected"] = 0
    bans: Annotated[Count, "of actors"] = 0
    largest_loss: Annotated[Dollars, "of one incident"] = 0.0
    attributed: Annotated[Count, "incidents attributed to a system"] = 0
    leaks: Annotated[Count, "of partners' access"] = 0
    access_days: Annotated[Count, "days on which an organisation had early access, summed"] = 0
    access_ended: Annotated[Count, "times that monitoring saw a misuse of restricted access and ended it"] = 0
    thefts: Annotated[Count, "of weights"] = 0
    bypasses: Annotated[Count, "of safeguards, found by the public"] = 0
    asked: Annotated[Count, "systems that the government asked to limit"] = 0
    complied: Annotated[Count, "systems that were limited as asked"] = 0
    tests: Annotated[Count, "begun"] = 0
    test_wait: Annotated[Whole, "days that tests waited, summed"] = 0
    flaws_found: Annotated[Count, "by tests"] = 0
    directives: Annotated[Count, "systems taken away"] = 0
    directives_for_bypass: Annotated[Count, "of those, for a bypass"] = 0
    directives_for_incidents: Annotated[Count, "of those, for attributed incidents"] = 0
    covered_in_error: Annotated[Count, "systems seen as covered that were not"] = 0
    missed: Annotated[Count, "covered systems that were not seen as such"] = 0
    extensions: Annotated[Count, "of previews"] = 0
    refusal_wait: Annotated[Count, "days that systems waited for a stronger safeguard alone, summed"] = 0
    dark_days: Annotated[Days, "of the covered lab's systems, summed"] = 0.0
    longest_queue: Annotated[Count, "applications waiting at once"] = 0
    lead_over_open: Annotated[Months, "summed over days"] = 0.0
    lead_over_rivals: Annotated[Months, "summed over days"] = 0.0
    withheld: Annotated[Months, "of the covered lab's capability not offered to everyone, summed over days"] = 0.0
    customers_lost: Annotated[Share, "of the covered lab's customers, summed over days"] = 0.0
    covered_revenue: Annotated[Ratio, "of the covered lab, relative to the start, summed over days"] = 0.0
    rivals_revenue: Annotated[Ratio, "of all other frontier labs, relative to the start, summed over days"] = 0.0
    goodwill_spent: Annotated[float, "logits", "mean over labs, summed over days"] = 0.0
    access_forgone: Annotated[float, "organisation-days", "of access at the critical level, discounted"] = 0.0
    access_forgone_critical: Annotated[float, "organisation-days", "the same of those that maintain the common pool"] = 0.0
    race_risk: Annotated[Chance, "of a disaster of the lab that wins the race, summed over days"] = 0.0
    exposed: Annotated[Share, "mean over organisations, summed over weeks"] = 0.0
    backlog: Annotated[Share, "mean over organisations, summed over weeks"] = 0.0
    enabled_before: Annotated[Whole, "successes enabled until last week, expected"] = 0
    parity_day: Annotated[Day, "on which open weights reach the critical level"] = NEVER
    exposed_at_parity: Annotated[Share, "mean over organisations, on that day"] = 0.0


class Tally(Row):
    """Operations of one channel, or of one kind of actor."""

    operations: Annotated[Count, "that used it"] = 0
    refusals: Annotated[Count, "by it"] = 0
    incidents: Annotated[Count, "through it"] = 0
    enabled: Annotated[Whole, "successes beyond those with no system, expected"] = 0
    loss: Annotated[WholeDollars, "realised"] = 0


class Week(Row):
    """One row a week, as the week ends."""

    day: Annotated[Day, "on which the week ends"] = 0
    harm: Annotated[Dollars, "enabled by systems this week, expected", Traits(headline=True, long="weekly model-enabled harm")] = 0.0
    incidents: Annotated[Count, "so far"] = 0
    exposed_share: Annotated[Share, "of organisations' code, mean", Traits(headline=True, long="exposed share of code")] = 1.0
    backlog_share: Annotated[Share, "of organisations' own flaws, known and not fixed, mean"] = 0.0
    pool_backlog_share: Annotated[Share, "of the common pool's flaws, known and not fixed"] = 0.0
    usable_lead_months: Annotated[
        Months, "of the covered lab's offer to everyone over open weights", Traits(headline=True, long="usable lead over open weights")
    ] = 0.0
    covered_offer_months: Annotated[Months, "that the covered lab offers to everyone"] = 0.0
    covered_ready_months: Annotated[Months, "that the covered lab has ready"] = 0.0
    open_months: Annotated[Months, "of the best open weights"] = 0.0
    public_months: Annotated[Months, "of the best public service"] = 0.0
    customers_share: Annotated[Share, "of the covered lab"] = 0.0
    waiting: Annotated[Count, "applications in the queue"] = 0
    tests_waiting: Annotated[Count, "systems in the agencies' queues, summed"] = 0
    partners: Annotated[Count, "approved organisations"] = 0
    leaks: Annotated[Count, "partners whose access leaks"] = 0


WEEKLY = outcomes_of(Week)
WEEK_END = WEEKLY.pop("day")  # says when; all others are series


@rule
def dusk(world, day):
    """Measure the day; on the last day of a week, write a row of the weekly series; on the last day, the outcomes."""
    score, today, covered = world.score, world.today, world.labs[0]
    open_months = max(today.open_capability, covered.offer - LEAD_CAP_MONTHS)
    rival = today_best_rival(world)
    score.lead_over_open += covered.offer - open_months
    score.lead_over_rivals += covered.offer - max(rival, covered.offer - LEAD_CAP_MONTHS)
    score.withheld += max(0.0, covered.ready - covered.offer)
    # In every equilibrium of the race model the furthest lab wins; what its caution leaves undone is the chance of disaster.
    # That holds for the race model's own efforts; those that a lab's culture sets are no equilibrium and say nothing of who wins.
    score.race_risk += 1.0 - world.labs[today.frontier_lab].equilibrium
    score.customers_lost += 1.0 - covered.customers / covered.customers_at_start
    measure_labs(world)
    forgo_access(world)
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
def measure_labs(world):
    """Revenue of the covered lab and of all others, relative to the start, and the goodwill that labs have lost."""
    score, covered = world.score, world.labs[0]
    score.covered_revenue += covered.revenue / covered.revenue_at_start
    score.goodwill_spent += covered.goodwill_spent / len(world.labs)
    revenue, at_start = 0.0, 0.0
    for row in range(1, len(world.labs)):
        revenue += world.labs[row].revenue
        at_start += world.labs[row].revenue_at_start
        score.goodwill_spent += world.labs[row].goodwill_spent / len(world.labs)
    if at_start > 0.0:
        score.rivals_revenue += revenue / at_start


@rule
def today_best_rival(world):
    """Capability of the best system that another lab offers to everyone."""
    best = NOTHING
    for row in range(1, len(world.labs)):
        best = max(best, world.labs[row].offer)
    return best


@rule
def exposed_share(world):
    """Exposed share of organisations' code, common pool included, mean over organisations."""
    total, uninstalled = 0.0, 0.0
    for row in range(len(world.partners)):
        total += world.partners[row].exposed
        uninstalled += world.partners[row].uninstalled
    common = world.params.common_share
    return (1.0 - common) * total / len(world.partners) + common * world.pool.exposed + common * uninstalled / len(world.partners)


@rule
def backlog_share(world):
    """Share of organisations' own flaws that are known and not fixed, mean over organisations."""
    total = 0.0
    for row in range(len(world.partners)):
        total += world.partners[row].known
    return total / len(world.partners)


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
    week.backlog_share, week.pool_backlog_share = backlog_share(world), world.pool.known
    score.backlog += week.backlog_share
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
