"""Small worlds to try one rule in, and what the rule wrote into the event log."""

import tomllib
from pathlib import Path
from typing import Any

from lockgate.scenarios import load_world
from lockgate.scenarios.world import with_parameters
from lockgate.sim.engine.mesa import ReleaseModel
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind
from lockgate.sim.rules.row import fields

# One rule at a time: what was added to the first edition does nothing here unless a test says what it does.
OLDER = tomllib.loads((Path(__file__).parents[1] / "first_edition" / "values.toml").read_text(encoding="utf-8"))
NEUTRAL = {name: value for name, value in with_parameters(load_world("baseline"), OLDER).central().items() if name in OLDER}
SIZES = {"labs": 2, "open_weight_labs": 1, "organisations": 4, "bad_actors": 6}


def world_of(levers: dict[str, Any] | None = None, *, timeline: Any = (), days: int = 120, seed: int = 0, **params: Any) -> Any:
    """A world on the morning of day 0, with an empty event log."""
    return ReleaseModel(Policy("made", levers or {}, timeline), {**NEUTRAL, **SIZES, **params}, seed=seed, horizon_days=days).world


def put(row: Any, **values: Any) -> Any:
    """Set fields of a row that exist, and give it back."""
    for name, value in values.items():
        assert hasattr(row, name), name
        setattr(row, name, value)
    return row


def log_of(world: Any) -> list[tuple[Any, ...]]:
    """The lines of the event log since the last look: kind, day, who, whom, system, value."""
    lines = [(EventKind(e.kind), e.day, e.who, e.whom, e.system, e.value) for e in world.events.rows[: world.score.events]]
    world.events.rows.clear()
    world.score.events = 0
    return lines


def near(first: float, second: float) -> bool:
    """Equal but for rounding."""
    return abs(first - second) <= 1e-12 * max(1.0, abs(first), abs(second))


def state(row: Any) -> dict[str, Any]:
    """All fields of a row."""
    return {field.name: getattr(row, field.name) for field in fields(type(row))}


def changed(row: Any, before: dict[str, Any]) -> dict[str, Any]:
    """Fields of a row that are not what they were."""
    return {name: value for name, value in state(row).items() if value != before[name]}


def raised(row: Any, **fewer: Any) -> dict[str, Any]:
    """Fields of a row that do not stand at 0, False or what is given."""
    return {name: value for name, value in state(row).items() if value != fewer.get(name, 0)}
