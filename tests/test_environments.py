"""The command line in any surroundings: streams, encodings, variables, folders and homes that are missing, full or hostile."""

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.command.option import parsed
from tests.command_lines import DIGITS, ESCAPE, LOCKGATE, SMALL, WRONG_BYTES, Surroundings, cache_folder, run_case
from tests.sizes import in_full, size

TINY = ("--horizon", "15", "--draws", "2", *SMALL)
RUN = ("run", "staged-preview", "--horizon", "15", *SMALL, "--quiet", "--out")
HOMELESS = """
import os, pwd
def nobody(*_): raise KeyError("no such user")
pwd.getpwuid = nobody
from lockgate.experiments.cli import main
main()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


def call(*arguments, streams="", program=LOCKGATE, **environment):
    """A command in a process of its own, with its streams as the shell has them. A variable that is None is not there."""
    command = ["bash", "-c", f'exec "$@" {streams}', "bash", *program, *map(str, arguments)]
    variables = {**os.environ, "LOCKGATE_CACHE_DIR": cache_folder(), **environment}
    variables = {name: value for name, value in variables.items() if value is not None}
    done = subprocess.run(command, env=variables, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr + done.stdout, done.stderr
    return done


def refused(*arguments):
    """The one sentence with which a command refuses its arguments."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("number", [2, *in_full(0, 1, 3)])
def test_random_command_lines(number, tmp_path_factory):
    run_case(Surroundings(tmp_path_factory.mktemp("lines") / "place"), 7_000 + number)


# Numbers


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "--draws"), ("compare", "--seed"), ("compare", "--horizon"), ("compare", "--threads"), ("run", "withhold", "--seed"),
        ("sweep", "preview-length", "--out", "x", "--draws"), ("sweep", "preview-length", "--out", "x", "--shard"),
        ("sweep", "preview-length", "--out", "x", "--workers"), ("sweep", "preview-length", "--out", "x", "--chunk"),
        ("replay", "x", "--run"),
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("text", [DIGITS, f"-{DIGITS}", f"+{DIGITS}", f"1/{DIGITS}", f"{DIGITS}/1", "nan", "1e400", "٣", "", ESCAPE])
def test_numbers_that_are_none(arguments, text, folder):
    said = refused(*arguments, text)
    assert len(said) < 2500
    assert sorted(path.name for path in folder.iterdir()) == ["loop", "pipe"]


@pytest.mark.parametrize(("text", "value"), [(".5", 0.5), ("5.", 5.0), ("+.5", 0.5), ("-.5", -0.5), ("1.e3", 1000.0), (".5e-1", 0.05)])
def test_numbers_as_shells_have_them(text, value):
    assert parsed(text) == value


@pytest.mark.parametrize("text", ["nan.", "_.5", ".5_0", ".", "1..", "٣.", "0x.5", ". 5"])
def test_what_only_looks_like_a_number(text):
    assert parsed(text) == text


# Folders

OUT = ["loop", "loop/deep", "pipe", "pipe/deep", "", "/dev/null", "/dev/full", "/dev/zero", "/proc/1/x", "a" * 300, "x/" * 3000, "\0", "."]


@pytest.mark.parametrize("out", OUT, ids=lambda out: ascii(out[:12]))
@pytest.mark.parametrize("command", [("compare", *TINY), ("run", "withhold"), ("sweep", "preview-length"), ("cases",)], ids=" ".join)
def test_folders_that_cannot_be_written(command, out, folder):
    assert refused(*command, "--out", out)
    assert sorted(path.name for path in folder.iterdir()) == ["loop", "pipe"]


@pytest.mark.full
@pytest.mark.parametrize("out", [WRONG_BYTES, ESCAPE], ids=ascii)
def test_folders_of_any_name(out, folder):
    done = call(*RUN, out)
    assert done.returncode == 0
    assert (folder / out / "story.txt").exists()


@pytest.mark.full
def test_a_command_with_names_that_are_no_text_leaves_a_study_that_can_be_used(folder):
    policy, out = f"{WRONG_BYTES}.toml", f"out-{WRONG_BYTES}"
    (folder / policy).write_text('summary = "Mine."\n[levers]\npreview_days = 3\n')
    head = 'summary = "Mine."\npolicies = ["open-release", "withhold"]\nworlds = ["baseline"]\ndraws = 1\nhorizon_days = 9\n'
    (folder / "mine.toml").write_text(f'{head}[design]\nkind = "grid"\n[uncertainties]\norganisations = 5\nbad_actors = 10\n')
    assert call("compare", "open-release", policy, *TINY, "--quiet", "--out", "compared").returncode == 0
    for _ in range(2):  # begun, and resumed
        assert call("sweep", "mine.toml", "--quiet", "--out", out).returncode == 0
    assert call("replay", out, "--run", 1, "--quiet", "--out", "again").returncode == 0


@pytest.mark.parametrize("command", [("validate",), ("show",)], ids=" ".join)
def test_a_file_whose_name_is_no_text(command, folder):
    (folder / f"{WRONG_BYTES}.toml").write_text('summary = "Mine."\n[levers]\npreview_days = 3\n')
    done = call(*command, f"{WRONG_BYTES}.toml")
    assert done.returncode == 0
    assert rb"caf\xe9-\xff" in done.stdout


# Streams

STREAMS = [">&-", "| true", *in_full("2>&-", "<&- >&- 2>&-", "2>/dev/full")]


@pytest.mark.parametrize("streams", STREAMS)
def test_streams_do_not_decide_on_the_exit_code(streams):
    if streams == "| true":
        program = ["bash", "-c", 'set -o pipefail; "$@" | true', "bash", *LOCKGATE]
        assert call("list", program=program).returncode == 0
        return
    assert call("list", streams=streams).returncode == 0
    assert call("show", "nothing-of-that-name", streams=streams).returncode == 2
    assert call("no-such-command", streams=streams, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").returncode == 2
    if streams == "<&- >&- 2>&-":
        assert call(*RUN, "out", streams=streams).returncode == 0


def test_a_full_standard_output_is_said():
    for command in ("list", *size((), ("--help", "--version", "odd"))):
        for encoding in ("utf-8", "ascii"):  # some libraries wrap streams of the latter in their own
            done = call(command, streams=">/dev/full", PYTHONIOENCODING=encoding)
            assert (done.returncode, done.stderr) == (2, b"lockgate: No space left on device\n")


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        *in_full({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "latin-1"}),
    ],
    ids=str,
)
def test_what_an_encoding_lacks_is_escaped(environment, folder):
    (folder / "mine.toml").write_text('summary = "Mine: \\u4e16."\n[levers]\npreview_days = 3\n')
    done = call("show", "mine.toml", **environment)
    assert done.returncode == 0
    assert rb"Mine: \u4e16." in done.stdout
    assert call("show", "世", **environment).returncode == 2


@pytest.mark.parametrize("columns", ["0", *in_full("abc", "9" * 30)])
def test_any_width(columns):
    assert call("list", COLUMNS=columns, LINES=columns, TERM="").returncode == 0


# Homes, and what libraries read


@pytest.mark.full
def test_a_user_without_home_and_name(folder):
    program = [sys.executable, "-P", "-c", HOMELESS]
    done = call("compare", "open-release", *TINY, "--out", "out", program=program, HOME=None, XDG_CACHE_HOME=None)
    assert done.returncode == 0
    assert b"lockgate:" not in done.stderr
    assert (folder / "out" / "charts" / "tradeoff.svg").exists()


@pytest.mark.full
@pytest.mark.parametrize("backend", ["module://matplotlib_inline.backend_inline", "nonsense"])
def test_the_backend_of_a_notebook(backend, folder):
    done = call("compare", "open-release", *TINY, "--quiet", "--out", "out", MPLBACKEND=backend)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (folder / "out" / "charts" / "tradeoff.png").exists()


COMPARED = ("compare", "open-release", "withhold", *TINY, "--quiet", "--no-charts", "--out", "compared")
FROM_COMPARED = (
    ("answer", "compared", "effect", "worst", "--no-charts", "--out"),
    *in_full(
        RUN,
        ("compare", "open-release", "withhold", *TINY, "--out"),
        ("answer", "compared", "--out"),
        ("report", "compared", "--out"),
        ("app", "compared", "--export"),
        ("search", "--trials", "4", *TINY, "--out"),
        ("cases", "--out"),
    ),
)


@pytest.mark.parametrize("command", FROM_COMPARED, ids=" ".join)
def test_a_command_reads_no_settings_of_the_folder_and_writes_in_its_own_alone(command, folder):
    """Matplotlib reads `matplotlibrc` of the current folder, and writes to the home, where it is not loaded with care."""
    home, tmp = folder / "home", folder / "tmp"
    surroundings = {"HOME": str(home), "TMPDIR": str(tmp), "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None, "MPLCONFIGDIR": None}
    home.mkdir()
    tmp.mkdir()
    assert call(*COMPARED).returncode == 0
    name = "out.html" if command[0] == "report" else "out"
    assert call(*command, f"plain-{name}", **surroundings).returncode == 0
    (folder / "matplotlibrc").write_text("backend: module://planted\ntext.usetex: True\nfont.size: 90\nsavefig.dpi: 7\n")
    (folder / "planted.py").write_text("open('was-run', 'w')\n")
    assert call(*command, f"here-{name}", **surroundings).returncode == 0
    charts = {place.relative_to(folder / "plain-out"): place.read_bytes() for place in (folder / "plain-out").rglob("*.png")}
    for place, content in charts.items():
        assert (folder / "here-out" / place).read_bytes() == content, place
    assert bool(charts) == (command[0] not in ("report", "app") and "--no-charts" not in command)
    assert [*home.iterdir(), *tmp.iterdir()] == []
    assert not (folder / "was-run").exists()


@pytest.mark.full
def test_charts_leave_the_settings_of_a_program_alone():
    program = """
import os
os.environ["MPLBACKEND"] = "svg"
import matplotlib
matplotlib.rcParams["font.size"] = 33
before = dict(matplotlib.rcParams)
from lockgate.experiments.charts import draw_all
from lockgate.experiments.results.compare import compare
draw_all(compare(["open-release", "withhold"], draws=2, horizon_days=9, fixed=True))
assert dict(matplotlib.rcParams) == before
assert os.environ["MPLBACKEND"] == "svg"
"""
    done = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
