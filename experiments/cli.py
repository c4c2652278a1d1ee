"""The command line: `lockgate COMMAND`. What goes wrong is said in one sentence, and the exit code says of which kind it is."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from lockgate.experiments.command.answer import ANSWER_EXAMPLES, answer
from lockgate.experiments.command.app import APP_EXAMPLES, serve_app
from lockgate.experiments.command.bench import BENCH_EXAMPLES, bench
from lockgate.experiments.command.calibrate import EXAMPLES as CALIBRATE_EXAMPLES
from lockgate.experiments.command.calibrate import calibrate
from lockgate.experiments.command.check_claim import EXAMPLES as CHECK_CLAIM_EXAMPLES
from lockgate.experiments.command.check_claim import check_claim
from lockgate.experiments.command.compare import EXAMPLES as COMPARE_EXAMPLES
from lockgate.experiments.command.compare import compare
from lockgate.experiments.command.evidence import CASES_EXAMPLES, PATTERNS_EXAMPLES, VERIFY_EXAMPLES, cases, patterns, verify
from lockgate.experiments.command.folders import MERGE_EXAMPLES, REPLAY_EXAMPLES, merge, replay
from lockgate.experiments.command.library import list_, odd, schema, show, validate
from lockgate.experiments.command.report import EXAMPLES as REPORT_EXAMPLES
from lockgate.experiments.command.report import report
from lockgate.experiments.command.run import EXAMPLES as RUN_EXAMPLES
from lockgate.experiments.command.run import run
from lockgate.experiments.command.screen import print_text, say
from lockgate.experiments.command.search import EXAMPLES as SEARCH_EXAMPLES
from lockgate.experiments.command.search import search
from lockgate.experiments.command.sweep import EXAMPLES as SWEEP_EXAMPLES
from lockgate.experiments.command.sweep import sweep
from lockgate.experiments.command.terminal import open_streams, tidy_environment
from lockgate.experiments.text.numbers import printable_lines
from lockgate.sim.errors import InputError

INPUT, DEFECT, STOPPED = 2, 3, 130  # exit codes
LONGEST = 1000  # characters of a sentence
EXAMPLES = """\
\b
Examples:
  lockgate compare                         three policies, 500 sampled worlds
  lockgate compare open-release mine.toml  a policy of your own, in a file
  lockgate answer lockgate-results/compare what a decision needs from it
  lockgate app                             a page that answers at once
  lockgate report lockgate-results/compare the same as one file to mail
  lockgate run staged-preview              one run, told as a story
  lockgate sweep preview-length --out DIR  a whole study, which can be resumed
  lockgate search                          for policies that nobody wrote
  lockgate verify                          the model beside closed forms
  lockgate patterns                        the model beside what was observed
  lockgate calibrate                       the priors that agree with that
  lockgate check-claim claim.json          whether what a card says holds
  lockgate bench                           what it costs on this machine
  lockgate list                            all that there is, by name
  lockgate show staged-preview             one of these names in plain words

\b
Exit codes: 0 done, 2 an input that cannot be used, 3 a defect of the
program, a check that does not hold or runs that went wrong, 4 a folder
that holds another study, 130 stopped.
"""


def defect(error: BaseException) -> bool:
    """Whether the model broke one of its own rules. The modules that say so are loaded only by commands that run it."""
    kinds = (("lockgate.sim.model.invariants", "BrokenInvariant"), ("lockgate.sim.errors", "RuleError"))
    return any(isinstance(error, getattr(sys.modules[module], kind)) for module, kind in kinds if module in sys.modules)


def sentence(error: BaseException) -> tuple[str, int] | None:
    """What to say of an error, and the exit code; nothing where only a traceback helps."""
    if code := getattr(error, "exit_status", None):
        return str(error), code
    match error:
        case InputError():
            return str(error), INPUT
        case KeyboardInterrupt():
            return "stopped, nothing was written", STOPPED
        case MemoryError():
            return "not enough memory; ask for fewer draws or days, or fewer agents", INPUT
        case OSError() if error.errno != errno.EPIPE:
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{error.strerror or error}", INPUT
    return (str(error), DEFECT) if defect(error) else None


@contextmanager
def sentences() -> Iterator[None]:
    """Say what goes wrong within in one sentence, and end with its exit code."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        if hasattr(error, "message"):  # wrong usage: Typer says what was typed
            error.message = short(printable_lines(str(error.message)))
        said = sentence(error)
        if said is None:
            raise
        say(f"lockgate: {short(' '.join(said[0].split()))}", quiet=False)
        raise typer.Exit(said[1]) from None


def short(text: str) -> str:
    """The text, or both of its ends where somebody typed thousands of digits."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"


class Program(TyperGroup):
    """All commands, with errors as sentences."""

    def make_context(self, *arguments: Any, **more: Any) -> Any:
        """Understand the arguments, up to the name of the command."""
        with sentences():
            return super().make_context(*arguments, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with sentences():
            result = super().invoke(ctx)
            sys.stdout.flush()  # a full disk is noticed here, and not when Python ends
        return result


# Plain help: without panels it fits 80 columns and a pipe.
app = typer.Typer(
    cls=Program, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, epilog=EXAMPLES
)
app.command(epilog=COMPARE_EXAMPLES)(compare)
app.command(epilog=ANSWER_EXAMPLES)(answer)
app.command("app", epilog=APP_EXAMPLES)(serve_app)
app.command(epilog=REPORT_EXAMPLES)(report)
app.command(epilog=RUN_EXAMPLES)(run)
app.command(epilog=SWEEP_EXAMPLES)(sweep)
app.command(epilog=SEARCH_EXAMPLES)(search)
app.command(epilog=MERGE_EXAMPLES)(merge)
app.command(epilog=REPLAY_EXAMPLES)(replay)
app.command(epilog=VERIFY_EXAMPLES)(verify)
app.command(epilog=PATTERNS_EXAMPLES)(patterns)
app.command(epilog=CASES_EXAMPLES)(cases)
app.command(epilog=CALIBRATE_EXAMPLES)(calibrate)
app.command("check-claim", epilog=CHECK_CLAIM_EXAMPLES)(check_claim)
app.command(epilog=BENCH_EXAMPLES)(bench)
app.command("list")(list_)
for command in (show, validate, schema):
    app.command()(command)
app.command()(odd)


def print_version(wanted: bool) -> None:
    """Answer `--version`."""
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print_text(f"lockgate {version('lockgate')}")
        except PackageNotFoundError:
            print_text("lockgate (a checkout, not installed)")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=print_version, is_eager=True, help="Print the version.")]


@app.callback()
def lockgate(version: Version = False) -> None:
    """Simulate release policies for frontier AI systems: misuse risk against competitive delay."""


def main() -> None:
    """Run the command that the arguments name."""
    open_streams()
    tidy_environment()
    app(prog_name="lockgate")
