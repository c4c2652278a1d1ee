"""Files without an end, of great size or of great depth: each is refused at once, in one sentence, or read."""

import os
import re
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.study.factor import LONGEST_LINE, MOST_BYTES
from lockgate.experiments.study.load import load_study
from lockgate.scenarios import load_policy, load_world
from lockgate.scenarios.files import MOST_DEPTH, MOST_PARTS, MOST_TOML_BYTES, has_long_key, read_limited, toml_tables
from lockgate.scenarios.load import MOST_LINKS
from lockgate.sim import limits
from lockgate.sim.errors import InputError

ROOT = Path(__file__).parents[1]

LOAD = {"policy": load_policy, "world": load_world, "study": load_study}
HEAD = 'summary = "A test."\n'
PAIR = 'policies = ["open-release", "withhold"]\n'
STUDY = HEAD + PAIR
FULL = MOST_TOML_BYTES - 100  # characters of a file that is just small enough


def refused(call, *arguments):
    """The one sentence with which a call refuses its input."""
    with pytest.raises(InputError) as caught:
        call(*arguments)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert len(said) < 600
    return said


def pipe(path):
    os.mkfifo(path)


def door(path):
    os.mknod(path, stat.S_IFSOCK | 0o600)


def sparse(path):
    with path.open("wb") as file:
        file.truncate(3 << 30)


NO_FILES = {
    "a pipe": (pipe, "is a pipe or a device, name a regular file"),
    "a link to a device": (lambda path: path.symlink_to("/dev/zero"), "is a pipe or a device, name a regular file"),
    "a socket": (door, "cannot be read"),
    "a folder": (Path.mkdir, "is a folder, name a file in it"),
    "a link to nothing": (lambda path: path.symlink_to("none"), "no such file, check the path"),
    "a link to itself": (lambda path: path.symlink_to(path), "cannot be read"),
    "3 GB": (sparse, "has more than {} MiB, the most that is read, make it smaller"),
}


@pytest.mark.parametrize(("make", "words"), NO_FILES.values(), ids=NO_FILES)
def test_what_is_no_file_of_a_fair_size(make, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Path("made.toml")
    make(made)
    for load in LOAD.values():
        assert words.format(1) in refused(load, made)
    Path("mine.toml").write_text(f'{STUDY}[design]\nkind = "table"\ntable = "made.toml"\n')
    assert f'table "made.toml", as seen from the study: {words.format(64)}' in refused(load_study, "mine.toml")
    Path("mine.toml").write_text(f'{HEAD}extends = "made.toml"\n')
    assert refused(load_policy, "mine.toml")
    Path("mine.toml").write_text(f'{HEAD}policies = ["made.toml"]\n')
    assert words.format(1) in refused(load_study, "mine.toml")


@pytest.mark.parametrize("command", [("validate",), ("show",), ("run",), ("compare", "withhold"), ("sweep", "--out", "out")])
def test_commands_do_not_wait_for_a_pipe(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pipe(Path("pipe.toml"))
    done = CliRunner().invoke(app, [*command, "./pipe.toml"], prog_name="lockgate")
    assert done.exit_code == 2
    assert "is a pipe or a device, name a regular file" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["pipe.toml"]


def test_no_file_stays_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for number, (make, _) in enumerate(NO_FILES.values()):
        made = tmp_path / str(number)
        make(made)
        refused(read_limited, made, 1000)
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_limit_is_a_number_of_bytes(tmp_path):
    file = tmp_path / "some"
    file.write_bytes(b"x" * 1000)
    assert read_limited(file, 1000) == b"x" * 1000
    assert "has more than" in refused(read_limited, file, 999)


def test_a_file_that_hides_its_size_is_read_no_further():
    hidden = Path("/proc/self/maps")
    assert hidden.stat().st_size == 0
    assert "has more than" in refused(read_limited, hidden, 100)


# Extending


def chain(folder, links):
    """A chain of so many files, each of which extends the next; the path of the first."""
    for number in range(links):
        (folder / f"p{number}.toml").write_text(f'{HEAD}extends = "p{number + 1}.toml"\n')
    (folder / f"p{links}.toml").write_text(f"{HEAD}[levers]\nreviewers = 7\n")
    return folder / "p0.toml"


def test_as_many_links_as_are_allowed(tmp_path):
    assert load_policy(chain(tmp_path, MOST_LINKS)).levers == {"reviewers": 7}


@pytest.mark.parametrize("links", [MOST_LINKS + 1, 2000])
def test_more_links_than_are_allowed(links, tmp_path):
    first = chain(tmp_path, links)
    said = f'policy "{first}": extends lead through more than 16 files, write what they set into fewer'
    assert refused(load_policy, first) == said


# TOML

DOTS = ".".join("a" * (MOST_PARTS + 1))
LONG_KEYS = {
    "a dotted key": "a" + ".a" * (FULL // 2) + " = 1",
    "a heading": "[a" + ".a" * (FULL // 2) + "]",
    "quoted parts": f'"a" . \'a\'.{DOTS} = 1',
    "many lines": "".join(f"{DOTS}.k{number} = 1\n" for number in range(10_000)),
    "a table in a line": f"levers = {{ {DOTS} = 1 }}",
    "quotes in quoted parts": r'"\"".a.' * MOST_PARTS + "a = 1",
    "quotes of the other kind": """'"'.a.""" * MOST_PARTS + "a = 1",
    "behind a text of several lines": f"a = [ \"\"\"x\"y\"\"\", {{ {DOTS} = 1 }} ]",
    "empty parts": '"".' * MOST_PARTS + "a = 1",
}


@pytest.mark.parametrize("text", LONG_KEYS.values(), ids=LONG_KEYS)
def test_long_dotted_keys(text, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(text)
    for load in LOAD.values():
        assert "has a dotted key of more than 16 parts" in refused(load, file)


def test_dots_in_a_text_are_no_key():
    story = "Mr. A. of www.example.org/a.b.c said 1.2.3.4, and no more... " * 1000
    assert toml_tables(f'story = "{story}"'.encode()) == {"story": story}
    assert toml_tables(f"{DOTS[:-2]} = 1".encode())
    assert not has_long_key(f"# {DOTS}\nstory = \"\"\"\n{DOTS}\n\"\"\"")
    for text in ('"', "a", "a ", "a\t", "'", '"\\', '\\"', """'"'".""", "1.5, "):  # none is read twice
        assert not has_long_key(f"{text * (FULL // 8 // len(text))}\n{'.' * MOST_PARTS}")


def nested(depth):
    return "a = " + "[" * depth + "]" * depth


def test_depth():
    assert toml_tables(nested(MOST_DEPTH - 1).encode())
    for text in (nested(MOST_DEPTH), nested(200), "[a.a.a.a]\na.a.a = " + "{ a.a.a.a = " * 100 + "1" + " }" * 100):
        assert "nests tables or lists more than 32 deep, make it flatter" in refused(toml_tables, text.encode())
    assert "not TOML that can be read, it nests too deep" in refused(toml_tables, nested(FULL // 2).encode())


NUMBERS = "1, " * (FULL // 30)
LONG_TEXT, LONG_PATH, LONG_DOTS = "x" * (FULL // 2), "x/" * (FULL // 4), "./" * (FULL // 4)
LETTERS, SAME = '"a", ' * 30_000, '"open-release", ' * 10_000
UNKNOWN = "".join(f"k{number} = 1\n" for number in range(20_000))
RANGES = "".join(f"{name} = {{ low = 0.1, high = 0.2, steps = 1000 }}\n" for name in ("pace", "distillation", "evasion"))
LARGE = {
    "unknown keys": ("policy", UNKNOWN, "k0 = 1 is no known key"),
    "unknown levers": ("policy", f"[levers]\n{UNKNOWN}", "k0 = 1 is no known lever"),
    "wrong steps": ("policy", f"timeline = [{NUMBERS}]", "timeline[0] = 1 must be a table"),
    "steps out of bounds": ("policy", "[[timeline]]\nday = -1\nreviewers = -1\n" * 10_000, "timeline[0]."),
    "a list for a number": ("world", f"[parameters]\npace = [{NUMBERS}]", "pace = [1, 1, 1, "),
    "a long text": ("policy", f'story = 1\nextends = "{LONG_TEXT}"', "story = 1 must be"),
    "a long name": ("policy", f'extends = "{LONG_TEXT}"', "xxx... is no built-in policy"),
    "a long path": ("policy", f'extends = "{LONG_PATH}"', "x/... must be a relative path"),
    "dots of a path": ("policy", f'extends = "{LONG_DOTS}mine.toml"', "must be a relative path"),
    "a long integer": ("policy", f"[levers]\nreviewers = 0x{'f' * (FULL // 2)}", "reviewers = 0xfff"),
    "numbers for policies": ("study", f"policies = [{NUMBERS}]", "policies[0] = 1 must be a list of names or paths"),
    "the same policy": ("study", f"policies = [{SAME}]", 'policies[1] = "open-release" is the second'),
    "unknown policies": ("study", f"policies = [{LETTERS}]", 'unknown policy "a"'),
    "a policy's long path": ("study", f'policies = ["{LONG_PATH}"]', "cannot be read (File name too long)"),
    "levels out of bounds": ("study", PAIR + f"[levers]\nreviewers = [-{NUMBERS}]", "reviewers[0] = -1 must be 0 to 1000"),
    "the same levels": ("study", PAIR + f"[levers]\nreviewers = [{NUMBERS}]", "reviewers[1] = 1 is listed twice"),
    "unknown outcomes": ("study", PAIR + f"outcomes = [{LETTERS}]", 'outcomes[0] = "a" is no known outcome'),
    "points": ("study", PAIR + f"[uncertainties]\n{RANGES}", "the design grid has 1,000,000,000 points, 1,000,000 are the most"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "words"), LARGE.values(), ids=LARGE)
def test_large_and_wrong(kind, text, words, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(HEAD + text)
    assert file.stat().st_size < MOST_TOML_BYTES
    assert words in refused(LOAD[kind], file)


def test_a_policy_with_a_step_on_every_day(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(HEAD + "".join(f"[[timeline]]\nday = {day}\nreviewers = {day % 1000}\n" for day in range(3651)))
    assert load_policy(file).phases()["reviewers"].tolist() == [day % 1000 for day in range(3651)]


# Tables

TABLES = {
    "no line end": (b"\0" * MOST_BYTES, f"row 1 has more than {LONGEST_LINE} characters"),
    "empty cells": (b"," * (LONGEST_LINE + 1), f"row 1 has more than {LONGEST_LINE} characters"),
    "the same columns": (b"pace," * 10_000, 'has the column "pace" twice'),
    "a long title": (b"p" * LONGEST_LINE, "ppp... is no known factor"),
    "a long cell": (b"pace\n" + b"x" * LONGEST_LINE, 'row 2: pace = "xxx'),
    "a cell of two lines": (b'pace\n"\n1"\n', "row 2 is not CSV"),
    "lines": (b"pace\n" + b"1\n" * 1_000_001, "has more than 1,000,000 points, take fewer"),
    "old line ends": (b"pace\r" + b"1\r" * 1_000_001, "has more than 1,000,000 points, take fewer"),
    "a byte far down": (b"pace\n" + b"1\n" * 100_000 + b"\xff", "is not UTF-8 at byte 200005"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), TABLES.values(), ids=TABLES)
def test_large_tables(content, words, tmp_path):
    (tmp_path / "points.csv").write_bytes(content)
    (tmp_path / "mine.toml").write_text(f'{STUDY}[design]\nkind = "table"\ntable = "points.csv"\n')
    assert words in refused(load_study, tmp_path / "mine.toml")


def test_line_ends_and_empty_lines_of_a_table(tmp_path):
    (tmp_path / "mine.toml").write_text(f'{STUDY}[design]\nkind = "table"\ntable = "points.csv"\n')
    for content in ("pace,labs\r\n1,2\r\n3,4\r\n\r\n", "pace,labs\r1,2\r3,4", '\ufeffpace,labs\n"1","2"\n 3 , 4 \n,\n\n'):
        (tmp_path / "points.csv").write_text(content, encoding="utf-8", newline="")
        assert load_study(tmp_path / "mine.toml").points == {"pace": (1.0, 3.0), "labs": (2, 4)}


def test_a_limit_is_written_once():
    names = {name for name in vars(limits) if name.isupper()}
    assigned = [
        (path.relative_to(ROOT).as_posix(), name)
        for package in ("sim", "scenarios", "experiments") for path in sorted((ROOT / package).rglob("*.py"))
        for name in re.findall(r"^([A-Z_]+) = ", path.read_text("utf-8"), re.MULTILINE) if name in names
    ]  # fmt: skip
    assert assigned == [("sim/limits.py", name) for name in vars(limits) if name in names]
