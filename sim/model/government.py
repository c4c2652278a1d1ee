"""Governments: the labs' own asks, tests, approves, widens and revokes; the foreign one can hold open weights back."""

from typing import Annotated

from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import Purpose, draw, exponential, key
from lockgate.sim.model.directives import give_orders
from lockgate.sim.model.previews import watch_previews, widen
from lockgate.sim.model.queues import review_applications, run_tests
from lockgate.sim.model.systems import rows_of
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
    framework_day: Annotated[Day, "from which it is in force"] = NEVER
    in_force: Annotated[Flag, "the framework is in force"] = False
    coordinating: Annotated[Flag, "it holds back open weights"] = False
    programme_day: Annotated[Day, "on which partners were first offered a system"] = NEVER
    reviewers: Annotated[Count, "reviewers on the last day"] = 0
    waiting: Annotated[Count, "applications in the queue"] = 0
    in_review: Annotated[Count, "applications that a reviewer works on"] = 0
    approved: Annotated[Count, "applications approved"] = 0
    approved_allied: Annotated[Count, "of those, of allied organisations"] = 0
    approved_others: Annotated[Count, "of those, of organisations of other countries"] = 0
    admitted: Annotated[Count, "of those, organisations that a place in the programme was kept for"] = 0
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
            watch_previews(world, day)
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
