"""`lockgate odd`: the description of the model in the standard order, made from its code."""

from pathlib import Path
from typing import Annotated

import typer

from experiments.command.screen import print_text
from sim.errors import InputError


def odd(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the page to this file. [default: print it]")] = None,
) -> None:
    """Print the ODD protocol of the model, made from its code."""
    from experiments.odd import page

    if out is None:
        print_text(page().removesuffix("\n"))
        return
    if out.is_dir():
        raise InputError(f"--out {out} is a folder; name a file, such as {out / 'odd.md'}")
    if not out.absolute().parent.is_dir():
        raise InputError(f"--out {out}: there is no folder {out.parent}; make it, or name a file in another")
    out.write_text(page(), encoding="utf-8", newline="\n")
