"""`lockgate report`: one HTML file that answers, from a comparison or a study."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from lockgate.experiments.command.answer import PolicyOption, Runs, SourceArgument, opened_or_run
from lockgate.experiments.command.option import Quiet
from lockgate.experiments.command.screen import results, say, warnings_said
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError

EXAMPLES = """\
\b
Examples:
  lockgate report lockgate-results/compare
  lockgate report lockgate-results/compare --policy staged-preview
  lockgate report preview-length --out preview.html
"""
REPORT = "report.html"

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, one that lockgate wrote or a new one.")]


def report(source: SourceArgument, policy: PolicyOption = None, out: Out = Path(REPORT), runs: Runs = None, quiet: Quiet = False) -> None:
    """Write one HTML file that answers: for how long a policy helps, what it costs, what would change that, and how far to trust it.

    It needs no network and no other file, and can be mailed.
    """
    refuse_other_files(out)

    from lockgate.experiments.report.report import report as text_of

    opened = opened_or_run(source, runs, quiet=quiet)

    say("writing the report ...", quiet=quiet)
    with warnings_said():
        text = text_of(opened, policy)
    write_report(text, out)
    if not quiet:
        results().print(f"Report: {printable(str(out))}", soft_wrap=True)


def refuse_other_files(out: Path) -> None:
    """Raise `InputError` where the file cannot be written, or is one that lockgate did not write."""
    if out.suffix.lower() not in {".html", ".htm"}:
        raise InputError(f"--out {out} must end in .html, name a file such as {REPORT}")
    if not out.exists() and not out.is_symlink():
        return
    if out.is_symlink() or not out.is_file():
        raise InputError(f"--out {out} is no plain file, name another one")
    with out.open("rb") as file:
        if MARK not in file.read(HEAD):
            raise InputError(f"--out {out} is a file that lockgate did not write, name another one")


MARK, HEAD = b'name="generator" content="lockgate', 4096


def write_report(text: str, out: Path) -> None:
    """Write the file whole or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=f".{out.name}-", dir=out.parent)
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(name, 0o666 & ~current_umask())
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def current_umask() -> int:
    """The process's file-mode mask."""
    from lockgate.experiments.folder import current_umask as mask

    return mask()
