"""`lockgate check-claim`: whether what a claim card or a report says is what its runs give."""

from pathlib import Path
from typing import Annotated

import typer

from lockgate.experiments.command.option import Json, Quiet
from lockgate.experiments.command.screen import paragraph, print_json, results, say
from lockgate.experiments.text.numbers import count

EXAMPLES = """\
\b
Examples:
  lockgate check-claim claim.json
  lockgate check-claim report.html

\b
Exit codes: 0 every claim holds, 1 one has drifted, 3 one fails,
2 the file cannot be used.
"""
CODES = {"holds": 0, "drifted": 1, "fails": 3}

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A claim card (JSON), or a report (HTML) with its claims.")]
AnySize = Annotated[bool, typer.Option("--any-size", help="Also make runs that take more than about ten minutes of one core.")]


def check_claim(file: FileArgument, any_size: AnySize = False, as_json: Json = False, quiet: Quiet = False) -> None:
    """Make the runs of a claim again, in the same draws, and say whether it holds, has drifted, or fails."""
    from lockgate.experiments.report.claim_card import read_claims

    claims = read_claims(file)

    from lockgate.experiments.command.compare import announce_compiling
    from lockgate.experiments.report.claim_check import check_all, worst

    announce_compiling(check=False, quiet=quiet)
    say(f"checking {count(len(claims), 'claim')} ...", quiet=quiet)
    found = check_all(claims, any_size=any_size)
    if as_json:
        print_json({"result": worst(found), "claims": [one.content() for one in found]})
    else:
        console = results()
        for one in found:
            console.print(paragraph(one.claim.sentence, console.width))
            console.print(paragraph(one.said, console.width, first="  ", others="  "))
    raise typer.Exit(CODES[worst(found)])
