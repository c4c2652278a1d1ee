"""What a search leaves: the policies that it found as files, tables, numbers and a chart."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lockgate.experiments.folder import Writer, write_folder, write_json, write_lines, write_table
from lockgate.experiments.provenance import command_line, content_hash, policy_content, provenance, without_place, world_content
from lockgate.experiments.search.found import Search
from lockgate.experiments.text.numbers import count
from lockgate.experiments.text.scenario_file import policy_lines as policy_lines_of
from lockgate.scenarios import World
from lockgate.sim.model.policy import Policy

FOLDER = "policies"


def asked_of(
    base: Policy | None, world: World, levers: Sequence[str], objectives: Sequence[str], named: Sequence[Policy], **numbers: int | None
) -> dict[str, Any]:
    """What is asked."""
    return {
        "kind": "search",
        "base": {base.name: content_hash(policy_content(base))} if base else None,
        "world": {world.name: content_hash(world_content(world))},
        "levers": list(levers),
        "objectives": list(objectives),
        "named": {policy.name: content_hash(policy_content(policy)) for policy in named},
        **numbers,
    }


def policy_lines(found: Search, place: int, command: Sequence[str]) -> list[str]:
    """The file of a policy that was found, line by line: every lever that its base sets or the search moved, and its base's timeline."""
    policy = found.policies[place]
    fresh = count(len(found.fresh[found.objectives[0]]), "fresh draw")
    said = "; ".join(found.difference(outcome, place, 0) for outcome in found.objectives)
    judged = f"Against {found.names[0]} in {fresh} of {found.world.name}: {said}."
    story = f"{judged} Made by: {command_line(without_place(command))}"
    return policy_lines_of(policy, f"Found by a search from {found.base.name}: {found.described(place)}.", story)


def save_search(found: Search, folder: Path, asked: dict[str, Any], command: Sequence[str]) -> Path:
    """Write what was found to a folder, whole or not at all. Raises `InputError` over another study."""
    import pyarrow as pa

    from lockgate.experiments.charts import chart_files
    from lockgate.experiments.charts.search import search_chart
    from lockgate.experiments.provenance import chart_provenance

    files: dict[str, Writer] = {
        f"{FOLDER}/{found.names[place]}.toml": partial(write_lines, policy_lines(found, place, command)) for place in found.winners
    }
    files |= {
        "search.json": partial(write_json, found.content()),
        "policies.parquet": partial(write_table, pa.Table.from_pandas(found.frame(), preserve_index=False)),
        "trials.parquet": partial(write_table, pa.Table.from_pandas(found.trials_frame(), preserve_index=False)),
    }
    files |= chart_files("charts/search", search_chart(found), chart_provenance(asked, command))
    return write_folder(folder, files, {"study": asked, **provenance(command)})
