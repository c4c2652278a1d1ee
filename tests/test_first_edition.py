"""With what the second edition of the model added at its neutral values, every number is that of the first edition.

`tests/first_edition` holds policies and worlds as they were then, what each outcome was over all of them, and the values of
parameters that stood otherwise (`values.toml`). Outcomes that came later have no counterpart there.
"""

import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import load_policy, load_world
from lockgate.scenarios.world import with_parameters
from lockgate.sim.engine.run import simulate, trace
from tests.golden import DAYS, DRAWS, SEED

FOLDER = Path(__file__).parent / "first_edition"


def fingerprint(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def first_edition(name: str):
    """A world of the first edition: what is newer at its neutral value, older evidence where it was read otherwise, then its own file."""
    written = tomllib.loads((FOLDER / "worlds" / f"{name}.toml").read_text(encoding="utf-8"))
    older = tomllib.loads((FOLDER / "values.toml").read_text(encoding="utf-8"))
    return with_parameters(load_world("baseline"), older | written["parameters"])


def test_all_columns_are_those_of_the_first_edition():
    known = json.loads((FOLDER / "columns.json").read_text(encoding="utf-8"))
    parts: dict[str, list[bytes]] = {name: [] for name in known}
    for world, names in first_scenarios().items():
        policies = [load_policy(FOLDER / "policies" / f"{name}.toml") for name in names]
        draws = draw_worlds(first_edition(world), DRAWS, SEED)
        results = simulate(draws.worlds, policies, draws.seeds, DAYS)
        for place, policy in enumerate(policies):
            columns = {name: results.outcomes[name][:, place] for name in results.outcomes.dtype.names}
            columns |= {f"weeks.{name}": results.weeks[name][:, place] for name in results.weeks.dtype.names}
            events = trace(draws.worlds[:1], policy, int(draws.seeds[0]), DAYS)["events"]
            columns |= {f"events.{name}": events[name] for name in events.dtype.names}
            columns["displacement"] = results.displacement[:, place]
            for name in known:
                parts[name].append(np.ascontiguousarray(columns[name]).tobytes())
    now = {name: fingerprint(*parts[name]) for name in sorted(parts)}
    assert [name for name, value in known.items() if now[name] != value] == []


def first_scenarios() -> dict[str, list[str]]:
    """The policies of the first edition that ran in each of its worlds."""
    return json.loads((FOLDER / "scenarios.json").read_text(encoding="utf-8"))
