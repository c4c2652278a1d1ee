"""Kinds of agents declare what they are and what wakes them; both drivers are built from that, for any kinds."""

import sys
from typing import Annotated, Any, ClassVar

import pytest

from lockgate.sim.engine.driver import driver
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.errors import RuleError
from lockgate.sim.model.agent import Agent, Alarm
from lockgate.sim.model.bad_actor import operate, plan_operation, plan_theft, try_theft
from lockgate.sim.model.day import BadActor, Partner
from lockgate.sim.model.invariants import MissingRow
from lockgate.sim.model.parameters import parameter_table
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.tables import Table, table_of_kind
from lockgate.sim.model.vocabulary import ActorKind
from lockgate.sim.rules.reach import Reach
from lockgate.sim.rules.row import Count, Index
from lockgate.sim.rules.rule import rule

SMALL = {"organisations": 12, "bad_actors": 40, "base_hazard": 0.3, "crew_gap_days": 5.0}
POLICY = Policy("programme", {"lab_programme": True, "launch_partners": 4, "preview_days": 20})
act_as_before = BadActor.step
seek_as_before = Partner.step


class IdleCrews(BadActor):
    """Crews do nothing any more; spies and insiders do what they did."""

    @rule
    def step(self, world: Any, day: int) -> None:
        if self.kind == ActorKind.CREW:
            return
        act_as_before(self, world, day)


@rule
def operate_unless_crew(actor: Any, world: Any, line: Any, day: int) -> None:
    if actor.kind == ActorKind.CREW:
        return
    operate(actor, world, line, day)


class IdleByAlarm(BadActor):
    """The same, written where an operation is an act of an alarm."""

    alarms: ClassVar = {**BadActor.alarms, "next_at": Alarm(plan_operation, operate_unless_crew, BadActor.alarms["next_at"].per_day)}


class Counting(Partner):
    """A partner that counts the days on which it acts, in a field of its own."""

    acted: Annotated[Count, "days on which it acted"] = 0

    @rule
    def step(self, world: Any, day: int) -> None:
        self.acted += 1
        seek_as_before(self, world, day)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is compiled here does not fill the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lockgate.sim.rules.cache.cache_root", lambda: tmp_path_factory.mktemp("cache"))
        yield


def outcomes(kinds: dict[str, type], check: bool = False) -> list[dict[str, Any]]:
    """The outcomes by Mesa and compiled."""
    by_mesa = ReleaseModel(POLICY, SMALL, seed=4, horizon_days=60, kinds=kinds, check=check).run().outcomes
    compiled = simulate(parameter_table(1, **SMALL), [POLICY], [4], 60, kinds=kinds).outcomes[0, 0]
    return [by_mesa, {name: compiled[name].item() for name in compiled.dtype.names}]


@pytest.mark.full
def test_crews_told_to_rest_rest_in_both_drivers() -> None:
    by_mesa, compiled = outcomes({"bad_actors": IdleCrews})
    assert by_mesa == compiled
    usual, _ = outcomes({})
    assert 0 < by_mesa["incidents"] < usual["incidents"]
    assert trace(parameter_table(1, **SMALL), POLICY, 4, 60, kinds={"bad_actors": IdleCrews})["kinds"]["operations"][ActorKind.CREW] == 0
    assert outcomes({"bad_actors": IdleByAlarm}) == [by_mesa, compiled]


@pytest.mark.full
def test_a_field_of_its_own_is_a_column_of_its_table() -> None:
    kinds = {"partners": Counting}
    tables = trace(parameter_table(1, **SMALL), POLICY, 4, 30, kinds=kinds)
    model = ReleaseModel(POLICY, SMALL, seed=4, horizon_days=30, kinds=kinds).run()
    assert tables["partners"]["acted"].tolist() == [partner.acted for partner in model.world.partners]
    assert tables["partners"]["acted"].max() == 30
    assert set(tables["partners"]["acted"][~tables["partners"]["interested"]]) == {0}  # who wants no access is never visited


def test_crews_told_to_rest_rest_by_mesa() -> None:
    def by_mesa(kinds: dict[str, type]) -> Any:
        return ReleaseModel(POLICY, SMALL, seed=4, horizon_days=60, kinds=kinds).run().outcomes

    assert 0 < by_mesa({"bad_actors": IdleCrews})["incidents"] < by_mesa({})["incidents"]
    assert by_mesa({"bad_actors": IdleByAlarm}) == by_mesa({"bad_actors": IdleCrews})


def test_a_step_beside_alarms_is_an_error() -> None:
    with pytest.raises(TypeError, match="Twice has alarms and a step: what it does on a day must be written once"):

        class Twice(BadActor):
            alarms: ClassVar = BadActor.alarms

            @rule
            def step(self, world: Any, day: int) -> None:
                act_as_before(self, world, day)


def test_alarms_are_planned_fields() -> None:
    with pytest.raises(TypeError, match=r"Late.alarms names 'banned_until', which must be a field marked PLANNED"):

        class Late(BadActor):
            alarms: ClassVar = {"banned_until": Alarm(plan_theft, try_theft)}

    with pytest.raises(TypeError, match="acts_if = 'approval' must be a field marked FIXED"):

        class Fickle(Partner):
            acts_if: ClassVar = "approval"


def test_a_kind_says_how_many_it_is_and_how_it_begins() -> None:
    class Nameless(Agent):
        index: Annotated[Index, "its row"] = 0

    with pytest.raises(TypeError, match=r"kind regulators \(Nameless\) has no rows: give it a static rule rows\(horizon, params, phases\)"):
        table_of_kind("regulators", Nameless)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'rows'"):
        Table(Agent)  # type: ignore[call-arg]


@rule
def plan_by_the_day(actor: Any, world: Any, line: Any) -> None:
    actor.next_at += 1.0 + world.today.discount


@rule
def plan_by_ban(actor: Any, world: Any, line: Any) -> None:
    actor.next_at += 1.0 + actor.banned_until


@rule
def act_and_put_off(actor: Any, world: Any, line: Any, day: int) -> None:
    actor.next_at += 30.0


@pytest.mark.full
@pytest.mark.parametrize(
    ("alarm", "complaint"),
    [
        (Alarm(plan_by_the_day, operate), "Unknown attribute 'today'"),
        (Alarm(plan_by_ban, operate), "banned_until"),
        (Alarm(plan_operation, act_and_put_off), "next_at"),
    ],
)
def test_what_would_differ_between_the_drivers_does_not_compile(alarm: Alarm, complaint: str) -> None:
    """The compiled driver plans ahead: a plan must not read what a run changes, and an act must not change what was planned."""

    class Hasty(BadActor):
        alarms: ClassVar = {"next_at": alarm}

    with pytest.raises(RuleError, match=f"test_kinds.py.*{complaint}"):
        simulate(parameter_table(1, **SMALL), [POLICY], [4], 5, kinds={"bad_actors": Hasty})


class Astray(Partner):
    """Looks for a partner behind the last."""

    @rule
    def step(self, world: Any, day: int) -> None:
        self.size = world.partners[len(world.partners)].size


class Backwards(Partner):
    """Looks for a partner before the first."""

    @rule
    def step(self, world: Any, day: int) -> None:
        self.size = world.partners[-1].size


SENTENCE = r"a rule asked the table 'partners' for a row that it does not have \(policy programme, seed 4; replay it"


@pytest.mark.parametrize("kind", [Astray, Backwards])
def test_a_row_that_is_not_there_is_named_when_checked(kind: type[Partner]) -> None:
    with pytest.raises(MissingRow, match=SENTENCE):
        ReleaseModel(POLICY, SMALL, seed=4, horizon_days=5, kinds={"partners": kind}, check=True).run()


@pytest.mark.full
@pytest.mark.parametrize("kind", [Astray, Backwards])
def test_it_is_named_when_compiled_as_well(kind: type[Partner]) -> None:
    with pytest.raises(MissingRow, match=SENTENCE):
        simulate(parameter_table(1, **SMALL), [POLICY], [4], 5, kinds={"partners": kind}, check=True)


def test_every_rule_of_the_model_is_marked() -> None:
    for function in driver().reach.functions:
        if function.__module__.startswith("sim.") and function.__module__ != "lockgate.sim.model.chance":
            assert hasattr(function, "__rule__"), function


@rule
def helper(x: float) -> float:
    """Words."""
    return x + HELPED


HELPED = 1.0


@rule
def base(x: float) -> float:
    """Other words."""
    return helper(x)


def test_words_change_no_digest_and_constants_do(monkeypatch: pytest.MonkeyPatch) -> None:
    before = Reach([base]).digest
    helper.__doc__ = "Quite other words."
    helper.__code__ = helper.__code__.replace(
        co_consts=tuple("Quite other words." if constant == "Words." else constant for constant in helper.__code__.co_consts)
    )
    assert Reach([base]).digest == before
    monkeypatch.setattr(sys.modules[__name__], "HELPED", 2.0)
    assert Reach([base]).digest != before


def test_what_no_rule_can_read_is_refused() -> None:
    table = {"a": 1}

    @rule
    def reads(x: float) -> float:
        return x + len(table)

    with pytest.raises(RuleError, match=r"a rule reads table = \{'a': 1\}, which must be a number"):
        Reach([reads])
