"""`lockgate merge` and `lockgate replay`: what is done with the folder of a study."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import Out, Quiet, check_writable, folder_for
from lockgate.experiments.command.run import Told, check_size, run_asked, run_model, save_run
from lockgate.experiments.command.screen import paragraph, print_table, results
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import count, printable

if TYPE_CHECKING:
    from lockgate.experiments.answers.divergence.twin import Twin
    from lockgate.experiments.sweep.folder import StudyFolder
    from lockgate.experiments.sweep.plan import SweepPlan
    from lockgate.sim.engine.kinds import Kinds

# `lockgate merge`: one folder of the shards of a study.

MERGE_EXAMPLES = """\
\b
Example:
  lockgate merge whole shard-1 shard-2 shard-3
"""

Target = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to merge into.")]
Sources = Annotated[list[Path], typer.Argument(metavar="SHARD...", help="Folders into which shards of one study were written.")]


class Incomplete(Exception):  # noqa: N818  # what is the matter
    """What was merged is not the whole study."""

    exit_status = 3


def merge(target: Target, sources: Sources, quiet: Quiet = False) -> None:
    """Join the folders of shards into one.

    Every part is checked. What is missing or damaged is named by the exit code 3, and made by a sweep of the study into the same folder.
    """
    check_writable(target)

    from lockgate.experiments.sweep.folder import StudyFolder, plan_of
    from lockgate.experiments.sweep.merge import merge as join

    done = join(target, sources, ["lockgate", *sys.argv[1:]])
    wanted = plan_of(StudyFolder(target)).runs(done.draws)
    if not quiet:
        results().print(f"{count(done.runs, 'run')} in {count(done.draws, 'draw')}: {printable(str(target))}", soft_wrap=True)
    if done.runs < wanted:
        raise Incomplete(
            f"{wanted - done.runs:,} of {wanted:,} runs are not in these folders, or damaged there; "
            f"`lockgate sweep STUDY --out {target}` makes them"
        )


# `lockgate replay`: one run of a study once more, compared with its row, and told as a story.

REPLAY_EXAMPLES = """\
\b
Example:
  lockgate replay preview --run 1204 --twin
"""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `lockgate sweep` or `lockgate compare` wrote.")]
Run = Annotated[int, typer.Option("--run", metavar="ID", help="Number of the run: column `run` of its row.")]
WithTwin = Annotated[bool, typer.Option("--twin", help="Set it beside the first policy's run in the same draw: how the two differ.")]
DayByDay = Annotated[bool, typer.Option("--day-by-day", help="Tell every event, one a line.")]


class Differs(Exception):  # noqa: N818  # what is the matter
    """A run, made again, is not what its row says."""

    exit_status = 3


def replay(
    folder: Folder,
    run: Run,
    twin: WithTwin = False,
    day_by_day: DayByDay = False,
    out: Out = None,
    kinds: KindsOption = None,
    quiet: Quiet = False,
) -> None:
    """Make one run of a study again, and check that it is the same to the last bit.

    It is run compiled, as the sweep did, and on Mesa agents, day by day; the story, events, agents and a chart go to a folder.
    """
    from lockgate.experiments.sweep.folder import StudyFolder, plan_of
    from lockgate.experiments.sweep.replay import replayed

    where, own = StudyFolder(folder), chosen_kinds(kinds)
    plan = plan_of(where)
    again = replayed(plan, where, run, own)
    console = results()
    if not quiet:
        console.print(paragraph(again.said, console.width))
    if again.differs:
        raise Differs(f"run {run} differs from its row in {', '.join(again.differs)}: something else made this folder")
    if again.wrong:
        return
    beside = twin_of(plan, where, run, own) if twin else None
    check_size(again.world)
    model = run_model(again.policy, again.world, again.seed, again.horizon_days, check=again.check, quiet=quiet, kinds=own)
    unlike = [name for name, value in again.outcomes.items() if model.outcomes[name] != value]
    if unlike:
        raise Differs(f"run {run} on Mesa agents differs from the compiled run in {', '.join(unlike)}: a defect of the program")
    study = run_asked(again.policy, again.world, again.seed, again.horizon_days, own)
    target = folder_for(out, "replay", study)
    told = Told(model, again.policy, again.where, again.seed, day_by_day=day_by_day)
    save_run(told, again.world, target, study, twin_files(beside, study) if beside else None)
    if not quiet:
        console.print()
    for line in told.ending if quiet else told.lines:
        console.print(paragraph(line, console.width), soft_wrap=True)
    if beside:
        print_twin(beside)
    if not quiet:
        console.print(f"\nStory: {printable(str(target))}", soft_wrap=True)


def twin_of(plan: "SweepPlan", folder: "StudyFolder", run: int, kinds: "Kinds") -> "Twin":
    """The run beside the reference's."""
    from lockgate.experiments.answers.divergence.twin import twin

    return twin(plan, folder, run, kinds)


def twin_files(beside: "Twin", study: dict[str, Any]) -> dict[str, Callable[[Path], None]]:
    """What is written of two runs: both outcomes and how they came to differ, as content and as a chart."""
    load_charts()

    from lockgate.experiments.charts import chart_files
    from lockgate.experiments.charts.divergence import divergence
    from lockgate.experiments.folder import write_json
    from lockgate.experiments.provenance import chart_provenance

    made = chart_provenance(study, ["lockgate", *sys.argv[1:]])
    return {"twin.json": partial(write_json, beside.content()), **chart_files("divergence", divergence(beside.divergence), made)}


def print_twin(beside: "Twin") -> None:
    """The outcomes of two runs side by side, and how they came to differ."""
    from rich import box
    from rich.table import Table

    console, found = results(), beside.divergence
    console.print()
    heading = f"Beside run {beside.reference_run}, of {found.reference} in the same draw, these differ among the outcomes that matter most:"
    rows = list(beside.rows())
    if rows:
        console.print(paragraph(heading, console.width))
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
        for place, name in enumerate(("outcome", found.reference, found.policy, "difference")):
            table.add_column(printable(name), justify="right" if place else "left", overflow="fold")
        for row in rows:
            table.add_row(*row)
        print_table(table)
        console.print()
    for sentence in beside.sentences():
        console.print(paragraph(f"- {sentence}", console.width), soft_wrap=True)
