"""Text of users and of files from elsewhere never steers the terminal, and never breaks a chart, a table or a page."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lockgate.experiments.charts.style import named
from lockgate.experiments.cli import app
from lockgate.experiments.command.screen import paragraph
from lockgate.experiments.sweep.sweep import sweep
from lockgate.experiments.text.numbers import printable, printable_lines
from tests.command_lines import BIDI, DIGITS, ESCAPE, SMALL, WRONG_BYTES, hidden
from tests.hostile_folders import STUDY

TINY = ("--horizon", "15", *SMALL)
EVIL = "\x1b[2J\x9b31m\u202e\u2066\u200b\x07\r\x7f"
NAMES = (ESCAPE.replace("/", ""), BIDI, WRONG_BYTES, "$\\frac{", "[bold]x[", "| a | `b` | <script>")
POLICY = 'summary = "A \\u001b]0;owned\\u0007 \\u202e\\u200b $x^{2 [red]policy[/red]."\nstory = "\\u001b[2J"\n[levers]\npreview_days = 5\n'


def call(*arguments, code=0):
    """A command, none of whose output steers a terminal."""
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")
    assert done.exit_code == code, done.output
    assert hidden(done.stdout_bytes) == hidden(done.stderr_bytes) == ""
    return done


@pytest.fixture(params=NAMES, ids=ascii)
def policy(request, tmp_path, monkeypatch):
    """The file of a policy with a hostile name and a hostile summary."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / f"{request.param}.toml"
    path.write_text(POLICY)
    return path


def test_commands_show_what_cannot_be_seen(policy):
    assert "is valid" in call("validate", policy).stdout
    assert r"\x1b]0;owned\x07" in call("show", policy).stdout
    assert json.loads(call("show", policy, "--json").stdout)["meaning"].startswith("A \x1b]0;owned")
    assert "Every system goes to everyone on the day it is ready." in " ".join(call("run", policy, *TINY, "--out", "run").stdout.split())
    policy.write_text(POLICY.replace("preview_days", "preview\\u001b"))
    call("validate", policy, code=2)


@pytest.mark.full
def test_a_comparison_of_hostile_names_is_drawn_and_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        (tmp_path / f"{name}.toml").write_text(POLICY)
    said = call("compare", *(f"{name}.toml" for name in NAMES), "--draws", "2", *TINY, "--out", "out")
    assert r"\u202egnp" in said.stdout
    assert len(list(Path("out/charts").glob("*"))) > 8
    for path in Path("out").rglob("*"):
        if path.suffix in (".md", ".json", ".jsonl", ".svg", ".txt"):
            assert hidden(path.read_bytes()) == ""
    assert len(set(pq.read_table("out/runs")["policy"].to_pylist())) == len(NAMES)


def test_a_study_folder_with_hostile_names(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    policies = tuple(replace(policy, name=f"{EVIL}{place}") for place, policy in enumerate(STUDY.policies))
    study = replace(STUDY, name=EVIL, summary=EVIL, policies=policies, worlds=(replace(STUDY.worlds[0], name=EVIL),))
    sweep(study, tmp_path / "study", chunk=8)
    assert printable(EVIL) in call("replay", "study", "--run", "3", "--out", "story").stdout.replace("\n  ", " ")
    call("merge", "merged", "study")
    call("replay", f"study{EVIL}", "--run", "3", code=2)


@pytest.mark.parametrize("text", [*NAMES, EVIL])
@pytest.mark.parametrize("command", ["run", "show", "validate", "verify", "schema", "sweep --out x", "compare --world"])
def test_refusals_show_what_cannot_be_seen(text, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = call(*command.split(), text, code=2)
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "assignment", [f"pace={EVIL}", f"{EVIL}=1", f"pace='{EVIL}'", f"{WRONG_BYTES}=1", f"pace={DIGITS}", "pace=a" + ".a" * 50_000], ids=ascii
)
def test_settings_are_shown_as_they_are(assignment):
    said = call("compare", "--set", assignment, code=2).stderr
    assert len(said) < 1200
    assert len(said.splitlines()) == 1


def test_no_letter_of_unicode_is_printed_that_is_not_seen():
    every = "".join(map(chr, range(0x110000)))
    shown = printable(every)
    assert hidden(shown.encode()) == ""
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", shown)
    assert printable("Grüße, 世界, ∑") == "Grüße, 世界, ∑"
    assert printable_lines("a\tb\nc") == "a b\nc"
    assert paragraph("a\x1b\nb", 40) == r"a\x1b b"
    assert named("$x$") == r"\$x\$"


def test_every_command_prints_through_one_door():
    """`print` and `rich` are used by the door alone."""
    folder = Path(__file__).parents[1] / "experiments"
    doors = {"screen.py", "console.py", "stream.py"}
    files = [path for path in (folder / "command").glob("*.py") if path.name not in doors] + [folder / "cli.py"]
    other = re.compile(r"^\s*print\(|sys\.stdout\.write|(?<!Plain)Console\(", re.MULTILINE)
    found = [path.name for path in files if other.search(path.read_text())]
    assert found == []
