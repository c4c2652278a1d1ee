"""`lockgate answer`: what a decision needs from a study, in words, with charts."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lockgate.experiments.command.option import RESULTS, Json, Out, Quiet, check_writable, folder_for
from lockgate.experiments.command.screen import paragraph, print_json, results, say, warnings_said
from lockgate.experiments.command.terminal import load_charts
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from lockgate.experiments.answers.page import Page
    from lockgate.experiments.results.results import Results

ANSWER_EXAMPLES = """\
\b
Examples:
  lockgate answer lockgate-results/compare
  lockgate answer lockgate-results/compare effect drivers --policy staged-preview
  lockgate answer preview-length --out preview-answer
"""

SourceArgument = Annotated[
    str, typer.Argument(metavar="FOLDER|STUDY", help="Folder of a comparison or a study; or a study, which is run first.")
]
PartsArgument = Annotated[list[str] | None, typer.Argument(metavar="[PART]...", help="Answer these questions only. [default: all]")]
PolicyOption = Annotated[str | None, typer.Option("--policy", metavar="POLICY", help="Policy that is asked about. [default: the second]")]
Runs = Annotated[Path | None, typer.Option("--runs", metavar="DIR", help="Folder for the runs of a study that is run first.")]
NoCharts = Annotated[bool, typer.Option("--no-charts", help="Draw nothing.")]


def answer(  # one for each option
    source: SourceArgument,
    parts: PartsArgument = None,
    policy: PolicyOption = None,
    out: Out = None,
    runs: Runs = None,
    no_charts: NoCharts = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Answer what a decision needs: for how long a policy helps, what that rests on, when it turns, and what further runs would settle.

    Prints one page, and writes it to a folder with its charts.
    """
    from lockgate.experiments.answers.parts import PARTS

    for part in parts or ():
        if part not in PARTS:
            raise InputError(f"part {part!r}: the parts of an answer are {', '.join(PARTS)}{nearest(part, PARTS)}")
    opened = opened_or_run(source, runs, quiet=quiet)

    from lockgate.experiments.answers.folder import answer_asked, save_answer
    from lockgate.experiments.answers.parts import page

    folder = folder_for(out, "answer", answer_asked(opened, policy, parts))
    with warnings_said():
        found = page(opened, policy, parts, tell=lambda said: say(said, quiet=quiet))
        if as_json:
            print_json(found.content())
        else:
            print_page(found)
        if not no_charts:
            say("drawing the charts ...", quiet=quiet)
            load_charts()
        save_answer(found, opened, folder, ["lockgate", *sys.argv[1:]], policy, parts, charts=not no_charts)
    if not as_json and not quiet:
        results().print(f"\nThe page and its charts: {printable(str(folder))}", soft_wrap=True)


def opened_or_run(source: str, runs: Path | None, *, quiet: bool) -> "Results":
    """The results in a folder; or those of a study, which is run first, or gone on with, into a folder of its own.

    A study whose runs would answer nothing is refused before.
    """
    from lockgate.experiments.answers.cases import refuse_without_harm
    from lockgate.experiments.results.stored import open_study
    from lockgate.experiments.study.load import list_studies

    path = Path(source)
    if path.is_dir():
        if runs is not None:
            raise InputError(f"--runs {runs}: {source} is a folder of runs already, leave it out")
        return open_study(path)
    if source not in list_studies() and not source.endswith(".toml"):
        hint = nearest(source, list_studies())
        raise InputError(f"{source!r} is no folder and no study; name a folder, a study, or the TOML file of one{hint}")

    from lockgate.experiments.command.sweep import sweep
    from lockgate.experiments.study.load import load_study

    study = load_study(source)
    refuse_without_harm(study)
    place = runs or RESULTS / f"{study.name}-runs"
    check_writable(place)
    sweep(source, place, quiet=quiet, as_json=False)
    return open_study(place)


def print_page(page: "Page") -> None:
    """The page on the terminal."""
    console = results()
    console.print(paragraph(page.title, console.width), style="bold")
    for line in page.about:
        console.print(paragraph(line, console.width))
    for section in page.sections.values():
        console.print()
        console.print(paragraph(section.title, console.width), style="bold")
        for said in section.sentences:
            console.print(paragraph(f"- {said}", console.width))
    if page.missing:
        console.print()
        console.print("What these runs cannot tell", style="bold")
        for name, why in page.missing.items():
            console.print(paragraph(f"- {name}: {why}", console.width))
