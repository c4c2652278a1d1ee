"""Golden results: fingerprints of scenarios, so that no number changes unseen. `python -m tests.golden` renews them.

The file keeps those of this version and of the one before. Where a number of the model differs between the two, the changelog must
say so, with the table of effect sizes that this command prints.
"""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world
from lockgate.sim.engine.run import simulate, trace
from lockgate.sim.model.outcomes import HEADLINES

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).with_suffix(".json")
DRAWS, DAYS, SEED = 8, 540, 20_261_122
EVERY_WORLD = ("open-release", "staged-preview")  # these two run in all worlds, all others in the first
HEADING = "| outcome | scenarios that changed | largest change of a mean | the same in standard deviations over draws |\n|---|---|---|---|"


def scenarios() -> dict[str, list[str]]:
    """The policies that run in each world."""
    first, *others = ["baseline", *(name for name in list_worlds() if name != "baseline")]
    return {first: list(list_policies())} | {world: list(EVERY_WORLD) for world in others}


def fingerprint(*parts: bytes) -> str:
    """Sixteen hexadecimal digits."""
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def computed() -> dict[str, Any]:
    """What this code gives: a fingerprint of each scenario, of each column over all scenarios, and the headlines' means and spreads."""
    found: dict[str, Any] = {"scenarios": {}, "columns": {}, "headlines": {}}
    parts: dict[str, list[bytes]] = {}
    for world, names in scenarios().items():
        policies = [load_policy(name) for name in names]
        draws = draw_worlds(load_world(world), DRAWS, SEED)
        results = simulate(draws.worlds, policies, draws.seeds, DAYS)
        for place, policy in enumerate(policies):
            columns = {name: results.outcomes[name][:, place] for name in results.outcomes.dtype.names or ()}
            columns |= {f"weeks.{name}": results.weeks[name][:, place] for name in results.weeks.dtype.names or ()}
            events = trace(draws.worlds[:1], policy, int(draws.seeds[0]), DAYS)["events"]
            columns |= {f"events.{name}": events[name] for name in events.dtype.names or ()}
            columns["displacement"] = results.displacement[:, place]
            scenario = f"{policy.name} in {world}"
            content = {name: np.ascontiguousarray(column).tobytes() for name, column in columns.items()}
            found["scenarios"][scenario] = fingerprint(*(content[name] for name in sorted(content)))
            found["headlines"][scenario] = {name: [float(columns[name].mean()), float(columns[name].std(ddof=1))] for name in HEADLINES}
            for name, part in content.items():
                parts.setdefault(name, []).append(part)
    found["columns"] = {name: fingerprint(*parts[name]) for name in sorted(parts)}
    return found


def stored() -> dict[str, Any]:
    """The file: `version`, `now`, and what the version before had in `before` with its `version_before`."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}


def project_version() -> str:
    """The version in pyproject.toml."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def changed_columns(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Columns that both versions have and that are not the same; new columns change no number."""
    return [name for name, value in before["columns"].items() if name in now["columns"] and now["columns"][name] != value]


def effects(before: dict[str, Any], now: dict[str, Any]) -> str:
    """The table of effect sizes: how far the means of the headline outcomes moved, over the scenarios that both versions have."""
    lines = [HEADING]
    for outcome in HEADLINES:
        moved = []
        for scenario in before["headlines"].keys() & now["headlines"].keys():
            (old, spread), (new, _) = before["headlines"][scenario][outcome], now["headlines"][scenario][outcome]
            moved.append((abs(new - old), new - old, old, spread, scenario))
        _, change, old, spread, scenario = max(moved)
        count = sum(size > 0 for size, *_ in moved)
        share = f" ({100 * change / old:+.2g} %)" if old else ""
        sizes = f"{change:+.4g}{share}, {scenario} | {change / spread:+.2g}" if spread else f"{change:+.4g}{share}, {scenario} | -"
        lines.append(f"| {outcome} | {count} of {len(moved)} | {sizes if count else '0 | 0'} |")
    return "\n".join(lines)


def renewed() -> dict[str, Any]:
    """The file as it should be now. The first renewal of a new version puts what was there aside as the version before."""
    old, version = stored(), project_version()
    if not old:
        return {"version": version, "now": computed()}
    if old["version"] != version:
        return {"version": version, "now": computed(), "version_before": old["version"], "before": old["now"]}
    return old | {"now": computed()}


def main() -> None:
    """Renew the file, and print what the changelog has to say."""
    content = renewed()
    FILE.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if "before" not in content:
        print("**Numbers changed:** all are new.")
    elif changed := changed_columns(content["before"], content["now"]):
        print(f"**Numbers changed:** yes, since {content['version_before']}: {', '.join(changed)}.\n")
        print(effects(content["before"], content["now"]))
    else:
        print("**Numbers changed:** no.")


if __name__ == "__main__":
    main()
