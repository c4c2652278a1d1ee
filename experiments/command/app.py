"""`lockgate app`: the page, served on this machine or exported as files."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lockgate.experiments.command.kinds import KindsOption, chosen_kinds
from lockgate.experiments.command.option import Quiet, check_writable
from lockgate.experiments.command.screen import print_text, say, warnings_said
from lockgate.experiments.text.numbers import printable
from lockgate.sim.errors import InputError, nearest

if TYPE_CHECKING:
    from lockgate.experiments.app.site import Begin
    from lockgate.experiments.study.study import Study
    from lockgate.sim.engine.kinds import Kinds

APP_EXAMPLES = """\
\b
Examples:
  lockgate app
  lockgate app lockgate-results/compare
  lockgate app preview-length --port 8800 --no-browser
  lockgate app --export page
"""
MOST_PORT = 65_535
POLICIES = ("open-release", "staged-preview", "partner-programme")

StudyArgument = Annotated[
    str | None, typer.Argument(metavar="[FOLDER|STUDY]", help="Results or a study whose policies and world it begins with.")
]
Port = Annotated[int, typer.Option("--port", metavar="N", help="Port on 127.0.0.1. [default: a free one]", show_default=False)]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print the address and open no browser.")]
Export = Annotated[Path | None, typer.Option("--export", metavar="DIR", help="Write the page's files to this folder and serve nothing.")]


def serve_app(
    study: StudyArgument = None,
    port: Port = 0,
    no_browser: NoBrowser = False,
    export: Export = None,
    kinds: KindsOption = None,
    quiet: Quiet = False,
) -> None:
    """Try policies in a page that answers at once.

    Serves it on this machine alone, until Ctrl-C, or writes it as files that any web host can serve.
    """
    from lockgate.sim.settings import whole

    whole("--port", port, 0, MOST_PORT, "a port of this machine; 0 is a free one")
    if export is not None and kinds:
        raise InputError("--export and --kinds cannot be used together: kinds of your own need Python, which exported files have not")
    begin, own = beginning(study), chosen_kinds(kinds)
    if export is not None:
        export_page(begin, export, quiet=quiet)
        return
    from importlib.util import find_spec

    if missing := [name for name in ("starlette", "uvicorn") if find_spec(name) is None]:
        raise InputError(f"lockgate app needs {' and '.join(missing)}: pip install 'lockgate[app]', or use --export")
    serve_page(begin, own, port, browser=not no_browser, quiet=quiet)


def beginning(source: str | None) -> "Begin":
    """The policies, world, seed and days of a folder of results or of a study; of the usual comparison where none is named."""
    from lockgate.experiments.app.site import Begin
    from lockgate.scenarios import load_policy, load_world

    if source is None:
        return Begin(tuple(load_policy(name) for name in POLICIES), load_world("baseline"))
    study = study_at(source)
    return Begin(study.policies, study.worlds[0], study.seed, study.horizon_days)


def study_at(source: str) -> "Study":
    """The study of a folder of results, of a name, or of a file. Raises `InputError` where it is none of them."""
    from lockgate.experiments.study.load import list_studies, load_study

    if Path(source).is_dir():
        from lockgate.experiments.results.stored import open_study

        return open_study(source).study
    if source not in list_studies() and not source.endswith(".toml"):
        hint = nearest(source, list_studies())
        raise InputError(f"{source!r} is no folder and no study; name a folder of results, a study, or the TOML file of one{hint}")
    return load_study(source)


def export_page(begin: "Begin", folder: Path, *, quiet: bool) -> None:
    """Write the files of the page."""
    from lockgate.experiments.app.export import export, export_asked
    from lockgate.experiments.app.site import exported_files

    check_writable(folder)
    export(exported_files(begin), export_asked(begin), folder, ["lockgate", *without_folder(sys.argv[1:])])
    if not quiet:
        print_text(f"The page: {printable(str(folder))}")


def without_folder(words: list[str]) -> list[str]:
    """The words of a command without the place of the folder, which others need not know of a page that they open.

    >>> without_folder(["app", "--export", "a/page"]), without_folder(["app", "--export=page", "--quiet"])
    (['app', '--export', 'DIR'], ['app', '--export=DIR', '--quiet'])
    """
    kept = ["DIR" if place and words[place - 1] == "--export" else word for place, word in enumerate(words)]
    return ["--export=DIR" if word.startswith("--export=") else word for word in kept]


def serve_page(begin: "Begin", kinds: "Kinds", port: int, *, browser: bool, quiet: bool) -> None:
    """Serve until Ctrl-C."""
    from lockgate.experiments.app.api import Api
    from lockgate.experiments.app.asked import Known
    from lockgate.experiments.app.server import serve
    from lockgate.experiments.app.site import is_native, page

    native = bool(kinds) or is_native()
    content = page(begin, native=native).encode()
    known = Known({policy.name: policy for policy in begin.policies}, {begin.world.name: begin.world})

    def tell(address: str) -> None:
        print_text(address)
        say("Whoever has this address can use the page. Ctrl-C ends it.", quiet=quiet)

    with warnings_said():
        serve(content, Api(known, kinds=kinds, native=native), port, tell, browser=browser)
    say("The page has ended.", quiet=quiet)
