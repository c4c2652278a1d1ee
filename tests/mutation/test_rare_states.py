"""States that seldom come up: a rule that mistakes one of them looks right for long."""

from sim.access import survey_lab_systems
from sim.approval import review_applications
from sim.outcomes import write_delays
from sim.row import NEVER
from sim.systems import row_of
from sim.vocabulary import Approval, Stage
from tests.mutation.worlds import put, world_of


def test_a_system_of_before_day_0_did_not_become_ready() -> None:
    world = world_of()
    for lab in world.labs:
        put(lab, systems=1)
        put(world.systems[lab.first_system], capability=1.0, ready_day=-1, public_day=-1)
    write_delays(world)
    assert world.outcomes.systems_ready == 0


def test_who_was_refused_stays_so_when_nothing_is_offered() -> None:
    world = world_of()
    partner = put(world.partners[0], interested=True, approval=int(Approval.REFUSED), applications=1)
    partner.step(world, 5)
    assert (partner.approval, partner.applications) == (Approval.REFUSED, 1)


def test_without_queues_a_review_begins_with_its_application() -> None:
    world = world_of({"approvals": True, "reviewers": 1}, queues_on=False, background_applications_per_day=0.0)
    partner = put(world.partners[1], approval=int(Approval.WAITING), applied_at=0.5)
    home = put(world.governments[0], waiting=1, background_at=float(NEVER))
    review_applications(home, world, 1)
    assert partner.review_start == 0.5


def test_one_open_weight_lab_has_all_customers_of_open_weights() -> None:
    world = world_of(open_weight_labs=1, open_customer_share=0.25)
    assert world.open_weight_labs[0].customers == 0.25


def test_a_world_without_flaws_has_none_on_day_0() -> None:
    for seed in range(5):
        world = world_of(flaw_chance=0.0, own_testing_days=0, seed=seed)
        assert not world.systems[row_of(world.labs[0], world, 1)].flaw


def test_a_later_system_can_be_out_before_an_earlier_one() -> None:
    world = world_of()
    lab = put(world.labs[0], systems=2)
    put(world.systems[row_of(lab, world, 0)], stage=int(Stage.TESTING), capability=1.0)
    put(world.systems[row_of(lab, world, 1)], stage=int(Stage.PUBLIC), capability=7.0)
    survey_lab_systems(world)
    assert (lab.offer, world.today.public_capability) == (7.0, 7.0)
