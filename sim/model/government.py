"""Governments: the labs' own asks, tests, approves, widens and revokes; the foreign one can hold open weights back."""

from typing import Annotated

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, exponential, key
from lockgate.sim.model.configurations import offer_guarded, serves_all
from lockgate.sim.model.queues import review_applications, run_tests
from lockgate.sim.model.systems import open_to_all, restore, restore_partly, rows_of, take_away
from lockgate.sim.model.vocabulary import Regime, Stage
from lockgate.sim.model.world import ATTRIBUTION_WINDOW_DAYS, HOME_GOVERNMENT
from lockgate.sim.rules.row import NEVER, Count, Day, Flag, Index, Time, Whole
from lockgate.sim.rules.rule import rule


@rule
def rows(horizon, params, phases):
    """One over the frontier labs, one over the open-weight labs."""
    return 2


@rule
def begin(world):
    """Two governments; when the home government's first other applicant comes."""
    for row in range(len(world.governments)):
        world.governments[row].index = row
    if world.params.background_applications_per_day > 0.0:
        gap = exponential(draw(key(world.seed, 0, 0), Purpose.BACKGROUND_GAP))
        world.governments[HOME_GOVERNMENT].background_at = gap / world.params.background_applications_per_day


class Government(Agent):
    """A government: over the frontier labs (row 0), or over the open-weight labs (row 1)."""

    index: Annotated[Index, "its row"] = 0
    framework_since: Annotated[Day, "on which a framework was decided"] = NEVER
    in_force: Annotated[Flag, "the framework is in force"] = False
    coordinating: Annotated[Flag, "it holds back open weights"] = False
    programme_day: Annotated[Day, "on which partners were first offered a system"] = NEVER
    reviewers: Annotated[Count, "reviewers on the last day"] = 0
    waiting: Annotated[Count, "applications in the queue"] = 0
    in_review: Annotated[Count, "applications that a reviewer works on"] = 0
    approved: Annotated[Count, "applications approved"] = 0
    approved_allied: Annotated[Count, "of those, of allied organisations"] = 0
    approved_others: Annotated[Count, "of those, of organisations of other countries"] = 0
    refused: Annotated[Count, "applications refused"] = 0
    withdrawn: Annotated[Count, "applications taken back"] = 0
    full: Annotated[Flag, "no place was left under the cap when reviews were last begun"] = False
    applied: Annotated[Count, "applications received"] = 0
    reviews: Annotated[Count, "reviews begun, other applicants' included"] = 0
    review_wait: Annotated[Whole, "days waited until they began, summed"] = 0
    background: Annotated[Count, "other applicants that have come"] = 0
    background_at: Annotated[Time, "when the oldest other applicant not yet in review came"] = float(NEVER)

    rows = staticmethod(rows)
    begin = staticmethod(begin)

    @rule
    def step(self, world, day):
        """Order, test, approve and widen; the foreign one coordinates or does not."""
        levers = world.phases[world.today.phase]
        if self.index == HOME_GOVERNMENT:
            watch_incidents(world, day)
            give_orders(world, day)
            run_tests(world, day)
            review_applications(self, world, day)
            widen(world, day)
        else:
            self.coordinating = levers.coordinated_hold


@rule
def watch_incidents(world, day):
    """Forget what lies further back than the window; today's attributed incidents come later today."""
    if world.score.attributed == 0:
        return
    for lab in range(len(world.labs)):
        owner = world.labs[lab]
        for row in rows_of(owner, world):
            system = world.systems[row]
            slot = row * ATTRIBUTION_WINDOW_DAYS + day % ATTRIBUTION_WINDOW_DAYS
            if world.attributed[slot] > 0:
                system.attributed_recently -= world.attributed[slot]
                world.attributed[slot] = 0


@rule
def give_orders(world, day):
    """Directives and restorations: those on the policy's dates, and those that a bypass or incidents set off."""
    levers = world.phases[world.today.phase]
    ordered = levers.directive and world.today.phase_begins
    if not (ordered or levers.revocation or world.score.directives > 0):
        return
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.stage == Stage.DARK:
                if day >= system.dark_until or (levers.restore and world.today.phase_begins):
                    forget_incidents(world, system)
                    restore(world, system, day)
                else:
                    restore_partly(world, system, day)
            elif (serves_all(system) or system.stage == Stage.PARTNERS) and system.capability >= levers.threshold_months:
                alarmed = system.bypassed or system.attributed_recently >= levers.trigger_incidents
                if (ordered and lab.covered) or (levers.revocation and world.constants.feedback and alarmed):
                    take_away(world, system, day)


@rule
def forget_incidents(world, system):
    """A restored system begins with a clean record."""
    system.attributed_recently = 0
    for slot in range(system.index * ATTRIBUTION_WINDOW_DAYS, (system.index + 1) * ATTRIBUTION_WINDOW_DAYS):
        world.attributed[slot] = 0


@rule
def widen(world, day):
    """Open restricted systems to everyone: preview over, signed off, no flaw being fixed, no alarm; or the policy was lifted."""
    levers = world.phases[world.today.phase]
    for number in range(len(world.labs)):
        lab = world.labs[number]
        for row in rows_of(lab, world):
            system = world.systems[row]
            if system.regime != Regime.GOVERNMENT or (system.stage != Stage.HELD and system.stage != Stage.PARTNERS):
                continue
            waited = day - system.offered_day
            signed = system.sign_offs >= levers.sign_offs or waited >= levers.longest_wait_days
            quiet = system.attributed_recently < levers.trigger_incidents or not world.constants.feedback
            cleared = signed and quiet and system.fix_day == NEVER
            ready = levers.public_release and waited >= levers.preview_days and cleared
            if ready or not (levers.case_by_case or levers.framework):
                open_to_all(world, system, day)
            elif cleared:
                offer_guarded(world, system, day)
