"""The world of one run: the rows that are no agents, and what is the same for all agents on a day.

A world has single rows (`params`, `constants`, `today`, `pool`, `score`, `outcomes`), tables (`phases`, `systems`, `tests`,
`agencies`, `testers`, `reviewers`, `offers`, `channels`, `kinds`, `states`, `weeks`, `events`, `agenda`, and one for each kind of agent),
and lists of numbers (`attributed`, `bans`, `leaking`, `loot`, `operations`, `uplifts`, and the organisations by rank and by size).
"""

from typing import Annotated

from lockgate.sim.model.code_base import CodeBase
from lockgate.sim.model.vocabulary import Regime, Stage
from lockgate.sim.rules.row import (
    NEVER,
    NOBODY,
    NOTHING,
    Chance,
    Code,
    Count,
    Day,
    Dollars,
    Flag,
    Index,
    Months,
    PerDay,
    Ratio,
    Row,
    Share,
    Time,
    Whole,
)
from lockgate.sim.rules.rule import rule


class System(Row):
    """One trained AI system."""

    index: Annotated[Index, "its row"] = 0
    owner: Annotated[Index, "the lab, or open-weight lab, that trained it"] = 0
    open_lab: Annotated[Flag, "its owner is an open-weight lab"] = False
    number: Annotated[Count, "how many systems its owner had before"] = 0
    capability: Annotated[Months, "beyond the critical level"] = NOTHING
    safeguard: Annotated[Chance, "that its service refuses a misuse attempt"] = 0.0
    built: Annotated[Chance, "the same while no bypass is known"] = 0.0
    flaw: Annotated[Flag, "its safeguard hides a flaw"] = False
    bypass_hazard: Annotated[PerDay, "with which the public finds its flaw while it is open to all"] = 0.0
    bypassed: Annotated[Flag, "the public knows the flaw"] = False
    fix_day: Annotated[Day, "on which a known flaw is fixed"] = NEVER
    flaw_day: Annotated[Day, "on which a flaw was last found, by its users or by a test"] = NEVER
    harden_day: Annotated[Day, "on which its safeguard is made stronger, because it refused too little"] = NEVER
    hardened: Annotated[Count, "how often it was"] = 0
    misjudged: Annotated[Ratio, "by how many standard deviations its capability is overestimated"] = 0.0
    tested_days: Annotated[Time, "of work of the agencies that passed it, summed"] = 0.0
    stage: Annotated[Code, "Stage"] = int(Stage.UNUSED)
    guarded: Annotated[Flag, "a guarded configuration of it was released to everyone"] = False
    resume_stage: Annotated[Code, "Stage to which it returns from the dark"] = int(Stage.UNUSED)
    regime: Annotated[Code, "Regime"] = int(Regime.FREE)
    ready_day: Annotated[Day, "on which its lab could release it"] = NEVER
    offered_day: Annotated[Day, "on which it was restricted"] = NEVER
    public_day: Annotated[Day, "on which it first went to everyone, guarded or not"] = NEVER
    unguarded_day: Annotated[Day, "on which it first went to everyone without a guard"] = NEVER
    weights_day: Annotated[Day, "on which its weights were published"] = NEVER
    hold_until: Annotated[Day, "until which a foreign government holds it back"] = NEVER
    stripped: Annotated[Flag, "anyone can run it without its safeguards"] = False
    dark_day: Annotated[Day, "on which it was last taken away"] = NEVER
    dark_until: Annotated[Day, "on which it comes back"] = NEVER
    domestic_only: Annotated[Flag, "while it is dark, domestic organisations that had it have it"] = False
    weighed: Annotated[Code, "causes for a directive that were weighed, a bit for each Cause"] = 0
    extended_days: Annotated[Count, "added to its preview"] = 0
    unanswered: Annotated[Count, "incidents attributed to it since its preview was last made longer"] = 0
    sign_offs: Annotated[Count, "agencies that passed it"] = 0
    attributed_recently: Annotated[Count, "incidents attributed to it within the window"] = 0
    enabled: Annotated[Whole, "successes with it beyond those with no system, expected"] = 0


class Test(Row):
    """One agency's test of one system."""

    __test__ = False  # not for pytest

    system: Annotated[Index, "under test"] = NOBODY
    arrival: Annotated[Time, "of the submission"] = 0.0
    start: Annotated[Time, "of the work"] = float(NEVER)
    finish: Annotated[Time, "of the work"] = float(NEVER)
    passed: Annotated[Flag, "it signed the system off"] = False
    found: Annotated[Flag, "it found the flaw"] = False


class Agency(Row):
    """One testing agency's queue: first come, first served."""

    submitted: Annotated[Count, "systems in all"] = 0
    started: Annotated[Count, "systems that left the queue"] = 0
    settled: Annotated[Count, "oldest submissions that are all passed"] = 0
    testers: Annotated[Count, "testers on the last day"] = 0


class Desk(Row):
    """One tester or reviewer."""

    free_at: Annotated[Time, "when it can begin new work"] = 0.0


class Pool(CodeBase):
    """The common pool of open-source code that every organisation shares."""

    fixed_today: Annotated[Share, "of its flaws"] = 0.0
    released: Annotated[Share, "of its flaws fixed yesterday: from this morning, organisations can install the fix"] = 0.0


class Constants(Row):
    """What follows from the parameters and never changes in a run."""

    expected_loss: Annotated[Dollars, "of an incident"] = 0.0
    new_code_chance: Annotated[Chance, "that patched code is replaced by tomorrow"] = 0.0
    discount_per_day: Annotated[PerDay, "rate of harm"] = 0.0
    maintainers: Annotated[Count, "organisations that work on the common pool"] = 0
    idle_maintainers: Annotated[Count, "of those, the ones that do not take up the search"] = 0
    fix_capacity: Annotated[Ratio, "of its own flaws that an organisation can fix in a day"] = 0.0
    disclosed_kept: Annotated[Share, "of flaws with a public fix that are still new, and not replaced, a day later"] = 0.0
    disclosed_mean: Annotated[Share, "still new, mean over the day"] = 0.0
    critical_size: Annotated[Share, "of the size of all organisations that those have"] = 0.0
    spies: Annotated[Count, "bad actors that are spies; they come first"] = 0
    insiders: Annotated[Count, "bad actors that are insiders; they come second"] = 0
    leak_groups: Annotated[Count, "groups of crews, of which a leak reaches one; 0 where crews form none"] = 0
    domestic: Annotated[Count, "organisations that are domestic"] = 0
    owners: Annotated[Count, "labs and open-weight labs: system n of an owner is n times this many rows after its first"] = 0
    tests_per_agency: Annotated[Count, "rows of tests for each agency"] = 0
    testers_per_agency: Annotated[Count, "rows of testers for each agency"] = 0
    feedback: Annotated[Flag, "things react"] = True


class Offer(Row):
    """A system that bad actors can reach today, and the channel that leads to it."""

    channel: Annotated[Code, "Channel"] = 0
    system: Annotated[Index, "on offer"] = NOBODY
    capability: Annotated[Months, "of that system"] = NOTHING
    safeguard: Annotated[Chance, "that it refuses a misuse attempt this way"] = 1.0
    uplift: Annotated[Ratio, "of an attack with it"] = 1.0


class State(Row):
    """A state, and the best that its spies share."""

    capability: Annotated[Months, "of that system"] = NOTHING
    system: Annotated[Index, "whose weights they share"] = NOBODY
    next_day: Annotated[Day, "on which more loot reaches them"] = NEVER


class Draft(Row):
    """A plan before it is filed by day."""

    chances: Annotated[Code, "what all its draws share"] = 0
    agent: Annotated[Index, "whose plan it is"] = 0
    alarm: Annotated[Index, "which of all kinds' alarms"] = 0
    target: Annotated[Index, "whom it is aimed at"] = NOBODY
    slot: Annotated[Count, "place of its day, and of its kind on it, among those that are planned"] = 0


class Plan(Row):
    """A line of the agenda: what an agent does on a day to come. All of it is the same under every policy."""

    chances: Annotated[Code, "what all its draws share"] = 0
    agent: Annotated[Index, "whose plan it is"] = 0
    alarm: Annotated[Index, "which of all kinds' alarms"] = 0
    target: Annotated[Index, "whom it is aimed at"] = NOBODY
    luck: Annotated[Chance, "below which chance of success it succeeds"] = 0.0
    luck_open: Annotated[Chance, "below which chance of refusal published weights refuse it"] = 0.0


class Today(Row):
    """What many agents look up on a day, computed once."""

    phase: Annotated[Index, "the policy's phase"] = 0
    phase_begins: Annotated[Flag, "it began this morning"] = True
    discount: Annotated[Ratio, "present value of harm done today"] = 1.0
    frontier_lab: Annotated[Index, "the lab with the most capability this morning"] = 0
    frontier_research: Annotated[Months, "its capability"] = 0.0
    second_research: Annotated[Months, "capability of the next lab"] = NOTHING
    frontier_capability: Annotated[Months, "of the best system that is ready"] = NOTHING
    exposure: Annotated[Share, "to which the frontier system can be distilled"] = 1.0
    exposure_guarded: Annotated[Flag, "everyone has its guarded configuration"] = False
    best_offer: Annotated[Months, "best capability that anyone can reach from a lab, this morning"] = NOTHING
    best_offer_lab: Annotated[Index, "the lab that offers it"] = NOBODY
    second_offer: Annotated[Months, "best such capability of the other labs"] = NOTHING
    asks: Annotated[Flag, "the government asks labs to limit covered systems"] = False
    mandatory: Annotated[Share, "force of its asking"] = 0.0
    public_system: Annotated[Index, "the most capable public service"] = NOBODY
    public_capability: Annotated[Months, "of that service"] = NOTHING
    public_safeguard: Annotated[Chance, "that it refuses a misuse attempt"] = 1.0
    open_system: Annotated[Index, "the most capable published weights"] = NOBODY
    open_capability: Annotated[Months, "of those weights"] = NOTHING
    open_safeguard: Annotated[Chance, "that it refuses a misuse attempt"] = 1.0
    restricted_system: Annotated[Index, "the most capable system that partners have"] = NOBODY
    restricted_capability: Annotated[Months, "of that system"] = NOTHING
    restricted_safeguard: Annotated[Chance, "that it refuses a misuse attempt by leaked access"] = 1.0
    guarded: Annotated[Flag, "everyone has a guarded configuration of a restricted system"] = False
    offered: Annotated[Flag, "a system is offered to approved organisations"] = False
    domestic_only: Annotated[Flag, "a directive leaves the best restricted system to domestic organisations alone"] = False
    domestic_keep: Annotated[Flag, "to all of them, since it was open to all before"] = False
    places: Annotated[Count, "in the partner programme, by criticality"] = 0
    last_rank: Annotated[Index, "below which eligible organisations have one of these places"] = 0
    adoption: Annotated[Share, "of full intensity with which those search who take it up"] = 1.0
    search: Annotated[PerDay, "their hazard of finding a flaw without early access"] = 0.0
    search_kept: Annotated[Share, "of latent flaws that stay so"] = 1.0
    search_mean: Annotated[Share, "the same, mean over the day"] = 1.0
    idle_search: Annotated[PerDay, "hazard of finding a flaw of organisations that do not take it up"] = 0.0
    idle_search_kept: Annotated[Share, "of latent flaws that stay so"] = 1.0
    idle_search_mean: Annotated[Share, "the same, mean over the day"] = 1.0
    partner_search: Annotated[PerDay, "hazard of finding a flaw with early access"] = 0.0
    partner_search_kept: Annotated[Share, "of latent flaws that stay so"] = 1.0
    partner_search_mean: Annotated[Share, "the same, mean over the day"] = 1.0
    leaks: Annotated[Count, "partners whose access leaks today"] = 0
    offers: Annotated[Count, "systems that can be reached, each by its channel"] = 0


class Event(Row):
    """One line of the event log."""

    day: Annotated[Day, "on which it happened"] = 0
    kind: Annotated[Code, "EventKind"] = 0
    who: Annotated[Index, "acted"] = NOBODY
    whom: Annotated[Index, "was acted on"] = NOBODY
    system: Annotated[Index, "concerned"] = NOBODY
    value: Annotated[float, "see EventKind", "of the event"] = 0.0


ATTRIBUTION_WINDOW_DAYS = 30
HOME_GOVERNMENT = 0  # over the frontier labs
FOREIGN_GOVERNMENT = 1  # over the open-weight labs


@rule
def note(world, day, kind, who, whom, system, value):
    """Write one line of the event log; where the log has no room, only count it."""
    line = world.score.events
    world.score.events += 1
    if line < len(world.events):
        event = world.events[line]
        event.day = day
        event.kind = int(kind)
        event.who = who
        event.whom = whom
        event.system = system
        event.value = value
