"""Insiders as users: whoever belongs to an organisation with restricted access has it, until monitoring sees what they do."""

from typing import Any

import numpy as np
import pytest

from lockgate.scenarios import load_policy
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import ActorKind, EventKind

PROGRAMME = {"lab_programme": True, "public_release": False, "launch_partners": 50}
# Nothing leaks, nothing refuses, nobody is seen, and no rival is ahead: who uses restricted access is an insider, and who can, does.
INSIDERS = {
    "labs": 1, "organisations": 50, "bad_actors": 200, "insider_share": 1.0, "spy_share": 0.0, "interest_share": 1.0, "leaks_on": False,
    "theft_on": False, "evasion": 1.0, "insider_skill": 1.0, "skill_spread": 0.0, "insider_access_on": True,
    "insider_seen_chance": 0.0,
}  # fmt: skip


def outcomes(runs: int, levers: dict[str, Any], **world: Any) -> Any:
    return simulate(parameter_table(runs, **INSIDERS | world), [Policy("programme", levers)], range(runs)).outcomes[:, 0]


def test_an_insider_of_a_partner_is_a_user_and_of_another_organisation_is_none():
    world = ReleaseModel(Policy("half", PROGRAMME | {"launch_partners": 25}), INSIDERS, seed=1, horizon_days=90, check=True).run().world
    users = [actor for actor in world.bad_actors if world.partners[actor.home].rank < 25]
    assert world.outcomes.operations_leaked_access == sum(actor.operations for actor in users) > 0


def test_switched_off_nobody_has_access():
    assert outcomes(5, PROGRAMME, insider_access_on=False)["operations_leaked_access"].sum() == 0


def test_a_misuse_that_is_seen_is_the_last():
    levers = PROGRAMME | {"monitored": 1.0}
    world = ReleaseModel(Policy("seen", levers), INSIDERS, seed=1, horizon_days=90, check=True).run().world
    ended = [event.who for event in world.events.rows if event.kind == EventKind.ACCESS_ENDED]
    assert world.outcomes.operations_leaked_access == world.outcomes.access_ended == len(ended) == len(set(ended)) > 0
    assert sorted(ended) == [actor.index for actor in world.bad_actors if actor.seen]
    assert all(world.bad_actors[row].kind == ActorKind.INSIDER for row in ended)


@pytest.mark.parametrize(("chance", "monitored"), [(0.3, 0.0), (0.0, 0.3), (0.2, 0.5)])
def test_each_misuse_is_seen_with_the_stated_chance(chance: float, monitored: float):
    found = outcomes(20, PROGRAMME | {"monitored": monitored}, insider_seen_chance=chance)
    misuses, seen = found["operations_leaked_access"].sum(), found["access_ended"].sum()
    either = 1.0 - (1.0 - chance) * (1.0 - monitored)
    # Independent draws: a deviation of 4 standard errors comes up once in 16,000 times.
    assert abs(seen - either * misuses) < 4 * np.sqrt(misuses * either * (1 - either))


def test_insiders_at_partners_do_more_harm_under_a_programme():
    programme = [load_policy("partner-programme")]
    runs = (
        simulate(parameter_table(20, insider_access_on=switched, insider_seen_chance=0.0), programme, range(20))
        for switched in (False, True)
    )
    off, on = (run.outcomes["harm_insiders"][:, 0] for run in runs)
    # Without monitoring, in every run: a sign test that luck passes once in a million times.
    assert (on > off).all()


def test_under_open_release_there_is_nothing_to_misuse():
    off, on = (
        simulate(parameter_table(3, insider_access_on=switched), [load_policy("open-release")], range(3)).outcomes.tobytes()
        for switched in (False, True)
    )
    assert off == on
