"""`lockgate run`: one run, told as a story."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import Check, Horizon, Json, Out, Quiet, Seed, Settings, WorldOption, chosen, folder_for
from lockgate.experiments.command.screen import paragraph, print_json, progress, results, warn_of
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS

if TYPE_CHECKING:
    from lockgate.scenarios import World
    from lockgate.sim.engine.kinds import Kinds
    from lockgate.sim.engine.mesa import ReleaseModel
    from lockgate.sim.model.policy import Policy

MOST_AGENTS = 200_000  # each is an object of its own, and takes its turn every day
EXAMPLES = """\
\b
Examples:
  lockgate run staged-preview --world leaky-partners
  lockgate run my-policy.toml --seed 7 --day-by-day | grep "Lab B"
"""


def run(  # noqa: PLR0913, PLR0917  # one for each option
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="A policy by name, or a path to its TOML file.")],
    world: WorldOption = "baseline",
    seed: Seed = 1,
    horizon: Horizon = 540,
    settings: Settings = None,
    day_by_day: Annotated[bool, typer.Option("--day-by-day", help="Tell every event, one a line.")] = False,
    check: Check = False,
    out: Out = None,
    kinds: KindsOption = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Run one policy once, and tell what happens.

    The world has its central values. Writes the story, all events, agents and systems, the outcomes and a chart to a folder.
    """
    from lockgate.experiments.results.changes import changes
    from lockgate.experiments.study.effects import without_effect
    from lockgate.sim.settings import whole

    whole("--seed", seed, 0, LARGEST_SEED, "any whole number: the same seed gives the same run")
    whole("--horizon", horizon, 1, LONGEST_DAYS, "days that are simulated")
    (plan,), place = chosen([policy], world, settings)
    check_size(place)
    own = chosen_kinds(kinds)
    warn_of([] if own else without_effect([plan], [place], horizon))
    study = run_asked(plan, place, seed, horizon, own)
    folder = folder_for(out, "run", study)
    model = run_model(plan, place, seed, horizon, check=check, quiet=quiet, kinds=own)
    changed = changes([plan], [place], horizon)
    told = Told(model, plan, f"the central {place.name} world", seed, day_by_day=day_by_day, changes=changed)
    save_run(told, place, folder, study)
    if as_json:
        print_json({"policy": plan.name, "world": place.name, "seed": seed, "horizon_days": horizon, "outcomes": model.outcomes})
        return
    console = results()
    for line in told.ending if quiet else told.lines:
        console.print(paragraph(line, console.width), soft_wrap=True)
    if not quiet:
        console.print(f"\nResults: {printable(str(folder))}", soft_wrap=True)


def check_size(world: "World") -> None:
    """Refuse what would take hours, before anything is built."""
    agents = sum(int(world.parameters[name].default) for name in ("organisations", "bad_actors"))
    if agents > MOST_AGENTS:
        raise InputError(
            f"organisations and bad_actors = {agents:,} together must be at most {MOST_AGENTS:,} for one run told as a story; "
            f"`lockgate compare` takes more"
        )


def run_model(
    policy: "Policy", world: "World", seed: int, horizon: int, *, check: bool, quiet: bool, kinds: "Kinds" = None
) -> "ReleaseModel":
    """All days of one run."""
    from lockgate.sim.engine.mesa import ReleaseModel

    model = ReleaseModel(policy, world.central(), horizon_days=horizon, seed=seed, check=check, kinds=kinds)
    with progress(horizon, "days", quiet=quiet) as advance:
        while model.running:
            model.step()
            advance(1)
    return model


class Told:
    """A run, and its story."""

    def __init__(
        self, model: "ReleaseModel", policy: "Policy", where: str, seed: int, *, day_by_day: bool, changes: Sequence[str] = ()
    ) -> None:
        from lockgate.experiments.results.changes import label
        from lockgate.experiments.text.policy import described
        from lockgate.experiments.text.story import Cast, ending, every_event, said, story

        self.model, self.policy, self.where, self.seed = model, policy, where, seed
        cast = Cast.of(model.world)
        self.sentences = [said(event, cast) for event in model.events]
        self.title = f"{label(policy, model.horizon_days)} in {where}, {model.horizon_days} days, seed {seed}"
        changed = [f"Changed: {'; '.join(changes)}."] if changes else []
        told = every_event(model.events, cast) if day_by_day else story(model.events, cast, model.horizon_days)
        self.ending = [f"In the end, on day {model.horizon_days}:", *(f"- {line}" for line in ending(model.outcomes, model.horizon_days))]
        self.lines = [f"{self.title}: {described(policy)}", *changed, "", *told, *([""] if told and told[-1] else []), *self.ending]


def run_asked(policy: "Policy", world: "World", seed: int, horizon: int, kinds: "Kinds" = None) -> dict[str, Any]:
    """What was asked."""
    from lockgate.experiments.provenance import content_hash, policy_content, world_content
    from lockgate.sim.engine.kinds import own_kinds

    return {
        "kind": "run",
        "policies": {policy.name: content_hash(policy_content(policy))},
        "world": {world.name: content_hash(world_content(world))},
        "seed": seed,
        "horizon_days": horizon,
        **({"kinds": {kind.table: str(kind) for kind in own_kinds(kinds)}} if kinds else {}),
    }


def save_run(
    told: Told, world: "World", folder: Path, study: dict[str, Any], more: dict[str, Callable[[Path], None]] | None = None
) -> None:
    """Write a run to a folder, with what `more` writes, whole or not at all."""
    load_charts()

    from lockgate.experiments.charts import chart_files
    from lockgate.experiments.charts.timeline import timeline
    from lockgate.experiments.folder import write_folder, write_json, write_lines, write_table
    from lockgate.experiments.provenance import chart_provenance, policy_content, provenance, world_content

    records = tables(told.model)
    figure = timeline(records, told.policy.name, caption=f"one run, {told.where.removeprefix('the ')}, seed {told.seed}")

    command = ["lockgate", *sys.argv[1:]]
    files: dict[str, Callable[[Path], None]] = {
        "events.parquet": partial(write_table, events_table(records["events"], told.sentences)),
        "agents.parquet": partial(write_table, agents_table(records)),
        "systems.parquet": partial(write_table, arrow_table(records["systems"])),
        "outcomes.json": partial(write_json, told.model.outcomes),
        "story.txt": partial(write_lines, told.lines),
        **chart_files("timeline", figure, chart_provenance(study, command)),
        **(more or {}),
    }
    manifest = {
        "study": study,
        **provenance(command, study.get("kinds")),
        "policies": {told.policy.name: policy_content(told.policy)},
        "parameters": world_content(world),
    }
    write_folder(folder, files, manifest)


def tables(model: "ReleaseModel") -> dict[str, Any]:
    """Every table of the run as an array of records."""
    from lockgate.sim.model.tables import SINGLES, TABLES, tables_of
    from lockgate.sim.rules.row import NOTHING, table_of

    world, rows = model.world, {name: table.row for name, table in tables_of(model.kinds).items() if name in TABLES}
    found = {name: table_of(kind, [getattr(world, name)]) for name, kind in SINGLES.items()}
    found |= {name: table_of(kind, getattr(world, name)) for name, kind in rows.items() if name != "events"}
    trained = found["systems"]["capability"] > NOTHING
    return found | {"events": table_of(TABLES["events"], model.events), "systems": found["systems"][trained]}


def arrow_table(records: Any, **more: Any) -> Any:
    """An array of records, and further columns, as an Arrow table."""
    import numpy as np
    import pyarrow as pa

    return pa.table({name: np.ascontiguousarray(records[name]) for name in records.dtype.names} | more)


def events_table(events: Any, sentences: list[str]) -> Any:
    """The event log, each event with its name and as a sentence."""
    from lockgate.sim.model.vocabulary import EventKind

    labels = {int(kind): kind.label for kind in EventKind}
    return arrow_table(events, event=[labels[kind] for kind in events["kind"].tolist()], sentence=sentences)


def agents_table(records: dict[str, Any]) -> Any:
    """One row an agent: its kind, and the fields that its kind has."""
    import pyarrow as pa

    from lockgate.sim.model.day import KINDS

    kinds = [arrow_table(records[name], agent_kind=[name] * len(records[name])) for name in KINDS]
    return pa.concat_tables(kinds, promote_options="permissive")
