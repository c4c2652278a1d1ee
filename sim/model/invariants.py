"""What must hold on every evening of every run. A broken invariant names itself, the day, the row and the seed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lockgate.sim.model.configurations import is_restricted, serves_all
from lockgate.sim.model.nationality import has_access
from lockgate.sim.model.outcomes import enabled_by_systems
from lockgate.sim.model.vocabulary import ActorKind, Approval, Channel, Nationality, RaceRule, Regime, Stage
from lockgate.sim.model.world import HOME_GOVERNMENT
from lockgate.sim.rules.row import NEVER, NOTHING
from lockgate.sim.rules.rule import rule

SLACK = 1e-9  # of sums of shares
FINE = -1


@dataclass(frozen=True)
class Invariant:
    """A name, a sentence, and a rule (world, day) -> the first row that breaks it, or -1."""

    name: str
    sentence: str
    broken_row: Callable[[Any, int], int]


class BrokenInvariant(AssertionError):
    """The model broke one of its own rules: a defect of the program, not of the input."""

    def __init__(self, invariant: Invariant, day: int, row: int, seed: int, policy: str, changes: str = "") -> None:
        super().__init__(
            f"invariant {invariant.name!r} broken on day {day}, row {row}: {invariant.sentence} "
            f"(policy {policy}, seed {seed}; replay it day by day with `lockgate run {policy} --seed {seed} --check{changes}`)"
        )
        self.invariant, self.day, self.row, self.seed = invariant, day, row, seed


class MissingRow(BrokenInvariant):
    """A rule asked a table for a row that it does not have: a defect of the program, or of a kind of agents handed in."""

    def __init__(self, table: str, seed: int, policy: str, changes: str = "") -> None:
        AssertionError.__init__(
            self,
            f"a rule asked the table {table!r} for a row that it does not have "
            f"(policy {policy}, seed {seed}; replay it day by day with `lockgate run {policy} --seed {seed} --check{changes}`)",
        )
        self.table, self.seed = table, seed


@rule
def is_share(value):
    """Between 0 and 1, and a number."""
    return -SLACK <= value <= 1.0 + SLACK


@rule
def chances_in_range(world, day):
    for row in range(len(world.systems)):
        if not (is_share(world.systems[row].safeguard) and is_share(world.systems[row].built)):
            return row
    for row in range(len(world.labs)):
        lab = world.labs[row]
        if not (is_share(lab.effort) and is_share(lab.equilibrium) and is_share(lab.culture)):
            return row
        if not (is_share(lab.customers) and is_share(lab.copied) and lab.goodwill_spent >= 0.0 and lab.revenue >= 0.0):
            return row
    for row in range(len(world.bad_actors)):
        if not is_share(world.bad_actors[row].skill):
            return row
    return FINE


@rule
def code_shares_sum_to_one(world, day):
    for row in range(len(world.partners)):
        p = world.partners[row]
        whole = abs(p.latent + p.known + p.patched - 1.0) <= SLACK
        if not (whole and is_share(p.latent) and is_share(p.known) and is_share(p.patched) and is_share(p.exposed)):
            return row
    pool = world.pool
    whole = abs(pool.latent + pool.known + pool.patched - 1.0) <= SLACK
    return FINE if whole and is_share(pool.latent) and is_share(pool.exposed) else 0


@rule
def patched_was_found(world, day):
    for row in range(len(world.partners)):
        if not world.partners[row].fixed <= world.partners[row].found + SLACK:
            return row
    return FINE


@rule
def missing_fixes_exist(world, day):
    """A fix that is not installed was released before; one that is new to attackers belongs to a flaw that is open."""
    common, replaced = world.params.common_share, 1.0 - world.constants.new_code_chance
    for row in range(len(world.partners)):
        p = world.partners[row]
        if not -SLACK <= p.uninstalled * replaced <= world.pool.patched + SLACK:
            return row
        if not -SLACK <= p.disclosed <= (1.0 - common) * p.known + common * p.uninstalled + SLACK:
            return row
    return FINE


@rule
def fixes_within_capacity(world, day):
    return FINE if 0.0 <= world.pool.fixed_today <= world.params.pool_capacity + SLACK else 0


@rule
def early_search_needs_approval(world, day):
    for row in range(len(world.partners)):
        p = world.partners[row]
        spared = p.nationality == Nationality.DOMESTIC and world.score.directives > 0
        if p.searches_early and (not has_access(world, p) or world.today.restricted_system < 0):
            return row
        if day < p.leak_until and p.approval != Approval.APPROVED and not spared:
            return row
    return FINE


@rule
def channels_lead_to_open_systems(world, day):
    today = world.today
    if today.public_system >= 0 and not serves_all(world.systems[today.public_system]):
        return today.public_system
    if today.open_system >= 0 and world.systems[today.open_system].stage != Stage.OPEN_WEIGHTS:
        return today.open_system
    if today.restricted_system >= 0 and not is_restricted(world.systems[today.restricted_system]):
        return today.restricted_system
    return FINE


@rule
def offers_lead_to_open_systems(world, day):
    for place in range(world.today.offers):
        offer = world.offers[place]
        if place > 0 and offer.capability > world.offers[place - 1].capability:
            return place
        if not is_open_by(world.systems[offer.system], offer.channel) or not (is_share(offer.safeguard) and offer.uplift >= 1.0):
            return place
    return FINE


@rule
def is_open_by(system, channel):
    """Whether a system can be used through a channel of the day."""
    if channel == Channel.OPEN_WEIGHTS:
        return system.stage == Stage.OPEN_WEIGHTS
    return serves_all(system) if channel == Channel.PUBLIC_SERVICE else is_restricted(system)


@rule
def bans_are_known(world, day):
    for row in range(len(world.bans)):
        if not 0 <= world.bans[row] <= world.bad_actors[row // len(world.labs)].banned_until:
            return row // len(world.labs)
    return FINE


@rule
def loot_was_stolen(world, day):
    for row in range(len(world.bad_actors)):
        actor = world.bad_actors[row]
        if actor.stolen_system < 0:
            continue
        if actor.kind != ActorKind.SPY or world.systems[actor.stolen_system].capability != actor.stolen_capability:
            return row
    return FINE


@rule
def previews_grow(world, day):
    extensions = 0
    for row in range(len(world.systems)):
        system = world.systems[row]
        if system.extended_days < 0 or system.tested_days < 0.0 or system.unanswered < 0:
            return row
        extensions += system.extended_days > 0
    return FINE if extensions <= world.score.extensions else 0


@rule
def weights_stay_open(world, day):
    for row in range(len(world.systems)):
        if world.systems[row].weights_day != NEVER and world.systems[row].stage != Stage.OPEN_WEIGHTS:
            return row
    return FINE


@rule
def released_after_ready(world, day):
    for row in range(len(world.systems)):
        system = world.systems[row]
        if system.public_day != NEVER and system.public_day < system.ready_day:
            return row
        if system.unguarded_day < system.public_day or (system.guarded and system.public_day == NEVER):
            return row
        if system.stage > Stage.TESTING and system.ready_day > day:
            return row
    return FINE


@rule
def applications_conserved(world, day):
    home = world.governments[HOME_GOVERNMENT]
    if home.applied != home.waiting + home.in_review + home.approved + home.refused + home.withdrawn:
        return HOME_GOVERNMENT
    if not home.approved_allied + home.approved_others <= home.approved:
        return HOME_GOVERNMENT
    waiting, approved = 0, 0
    for row in range(len(world.partners)):
        waiting += 1 if world.partners[row].approval == Approval.WAITING else 0
        approved += 1 if world.partners[row].approval == Approval.APPROVED else 0
    return FINE if waiting == home.waiting and approved == home.approved else HOME_GOVERNMENT


@rule
def testers_not_overbooked(world, day):
    for number in range(len(world.agencies)):
        agency = world.agencies[number]
        if not 0 <= agency.settled <= agency.started <= agency.submitted:
            return number
        if not world.params.queues_on:
            continue
        busy = 0
        for place in range(agency.settled, agency.started):
            test = world.tests[number * world.constants.tests_per_agency + place]
            busy += 1 if test.start <= day < test.finish else 0
        if busy > world.constants.testers_per_agency:
            return number
    return FINE


@rule
def customers_sum_to_one(world, day):
    total = 0.0
    for row in range(len(world.labs)):
        total += world.labs[row].customers + world.labs[row].copied
    for row in range(len(world.open_weight_labs)):
        total += world.open_weight_labs[row].customers
    return FINE if abs(total - 1.0) <= SLACK else 0


@rule
def operations_add_up(world, day):
    channels, kinds, incidents = 0, 0, 0
    for row in range(len(world.channels)):
        channels += world.channels[row].operations
        incidents += world.channels[row].incidents
    for row in range(len(world.kinds)):
        kinds += world.kinds[row].operations
        incidents -= world.kinds[row].incidents
    return FINE if channels == kinds == world.score.operations and incidents == 0 else 0


@rule
def harm_adds_up(world, day):
    by_system = 0
    for row in range(len(world.systems)):
        by_system += world.systems[row].enabled
    return FINE if by_system == enabled_by_systems(world) else 0


@rule
def losses_hold_one_another(world, day):
    score, enabled = world.score, 0
    for row in range(len(world.channels)):
        enabled += world.channels[row].enabled
    return FINE if 0 <= enabled <= score.expected and score.marginal <= score.expected else 0


@rule
def access_is_forgone_or_had(world, day):
    score = world.score
    slack = SLACK * (1.0 + score.access_forgone)
    return FINE if -slack <= score.access_forgone_critical <= score.access_forgone + slack else 0


@rule
def prohibited_is_held(world, day):
    for row in range(len(world.systems)):
        if world.systems[row].regime == Regime.PROHIBITED and world.systems[row].stage != Stage.HELD:
            return row
    return FINE


@rule
def open_weights_trail_or_equal(world, day):
    if world.params.open_shock_day >= 0:
        return FINE
    for row in range(len(world.open_weight_labs)):
        lab = world.open_weight_labs[row]
        if lab.capability > max(world.today.frontier_capability, -world.params.open_weight_lag_months) + SLACK:
            return row
    return FINE


@rule
def effort_has_a_floor(world, day):
    params = world.params
    if params.race_rule == RaceRule.WINNER:
        return FINE
    for row in range(len(world.labs)):
        lab = world.labs[row]
        if lab.effort < min(1.0, params.least_effort) or lab.effort > max(lab.culture, params.least_effort):
            return row
    return FINE


@rule
def copies_need_published_weights(world, day):
    for row in range(len(world.labs)):
        lab = world.labs[row]
        if lab.copied > 0.0 and (lab.published <= NOTHING or not world.params.one_market_on):
            return row
    return FINE


INVARIANTS = (
    Invariant("chances", "chances and shares lie between 0 and 1", chances_in_range),
    Invariant("code shares", "latent, known and patched shares of every code base sum to 1", code_shares_sum_to_one),
    Invariant("patched was found", "no organisation has fixed more than it has found", patched_was_found),
    Invariant("missing fixes", "what is not installed was fixed in the pool, and what is disclosed is open", missing_fixes_exist),
    Invariant("capacity", "the common pool's maintainers fix no more in a day than they can", fixes_within_capacity),
    Invariant("access", "nobody searches early, or leaks, without the right to a restricted system", early_search_needs_approval),
    Invariant("channels", "every channel leads to a system that is open in that way", channels_lead_to_open_systems),
    Invariant("offers", "offers come in order of capability, and lead to systems that are open in that way", offers_lead_to_open_systems),
    Invariant("bans", "no ban from one lab's services outlasts the actor's last one", bans_are_known),
    Invariant("loot", "only spies have stolen weights, of the capability of the system they were taken from", loot_was_stolen),
    Invariant("previews", "previews are made longer, never shorter, and each time is counted", previews_grow),
    Invariant("open weights", "weights once published stay so", weights_stay_open),
    Invariant("dates", "no system is out before it is ready, or without a guard before it is out at all", released_after_ready),
    Invariant("applications", "received = waiting + in review + approved + refused + withdrawn", applications_conserved),
    Invariant("testers", "no agency works on more systems than it has testers", testers_not_overbooked),
    Invariant("customers", "customers' shares, of copies too, sum to 1", customers_sum_to_one),
    Invariant("operations", "operations and incidents by channel and by kind add up to the same", operations_add_up),
    Invariant("harm by lab", "harm by system and by channel add up to the same", harm_adds_up),
    Invariant("culture", "no lab makes less effort than the least, or more than its culture", effort_has_a_floor),
    Invariant("copies", "customers of copies are there only where weights were published", copies_need_published_weights),
    Invariant("losses", "what systems enable is part of all that is expected to be lost", losses_hold_one_another),
    Invariant("access forgone", "nobody forgoes less than nothing, nor a part more than all", access_is_forgone_or_had),
    Invariant("prohibition", "what may not be released is used by nobody", prohibited_is_held),
    Invariant("followers", "no open-weight lab is ahead of the frontier that it follows", open_weights_trail_or_equal),
)
ROW_SPACE = 1 << 40


def first_broken_of(numbers: range) -> Callable[[Any, int], int]:
    """A rule that gives number * 2**40 + row of the first broken invariant, or -1."""
    if len(numbers) == 1:
        number, broken_row = numbers[0], INVARIANTS[numbers[0]].broken_row

        @rule
        def one(world: Any, day: int) -> int:
            row = broken_row(world, day)
            return number * ROW_SPACE + row if row >= 0 else -1

        return one
    half = len(numbers) // 2
    first, second = first_broken_of(numbers[:half]), first_broken_of(numbers[half:])

    @rule
    def either(world: Any, day: int) -> int:
        broken = first(world, day)
        return broken if broken >= 0 else second(world, day)

    return either


first_broken = first_broken_of(range(len(INVARIANTS)))
