"""`lockgate merge`: one folder of the shards of a study."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from lockgate.experiments.command.option import Quiet, check_writable
from lockgate.experiments.command.screen import results
from lockgate.experiments.text.numbers import count, printable

EXAMPLES = """\
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
