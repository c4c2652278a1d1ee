"""Random command lines, good and hostile, in random surroundings: how each is made, run, and looked at."""

import json
import os
import random  # noqa: TID251  # of what is tested, and not of the model
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from lockgate import compare
from lockgate.experiments.report.claim import claims_of
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_world, with_parameters
from tests.hostile_folders import STUDY, contents, remove
from tests.plants import found, plant

LOCKGATE = [sys.executable, "-P", "-c", "from lockgate.experiments.cli import main; main()"]  # as installed: without the current folder
SECONDS = 300
CODES, DRIFTED = {0, 2, 3, 4}, 1
ESCAPE, WRONG_BYTES = "\x1b]0;owned\x07", os.fsdecode(b"caf\xe9-\xff")
BIDI = "\u202egnp.exe"
POLICIES = ("open-release", "staged-preview", "withhold", "coordinated-hold", "partner-programme", "directive-revocation")
WORLDS = ("baseline", "race", "fast-follower", "leaky-partners")
NAMES = (*POLICIES, *WORLDS, "preview-length", "pace", "preview_days", "incidents", "day", "leak_hazard")
DIGITS = "9" * 5000
NUMBERS = (DIGITS, f"-{DIGITS}", "+3", "-1", "0", "1e3", "nan", "inf", "", " ", "1_000", "0x10", "½", "٣", ESCAPE, "1/2", "2.5", "--help")
TEXTS = ("", " ", "x", ESCAPE, BIDI, WRONG_BYTES, "$\\frac{", "[bold]x[/bold]", "a" * 3000, "../..", "/", "-", "--", "=", "'; ls", "%s{}")
PLACES = (
    "", ".", "..", "/", "loop", "loop/x", "pipe", "file", "file/x", "missing/deep/down", "/dev/null", "/dev/zero", "/dev/full", "/proc/1/x",
    "a" * 300, WRONG_BYTES, ESCAPE, BIDI, "~", "--", "file/../../inputs",
)  # fmt: skip
SETTINGS = ("preview_days=3", "pace=.5", "pace=5.", "pace=0.7", "pace=1e0", "feedback=full", "approvals=true", "reviewers=7")
WRONG_SETTINGS = (f"pace={DIGITS}", "pace=nan", "pace=", "=1", "pace", "evil=1", f"pace={ESCAPE}", "pace=[" * 500, "a.b.c=1",
                  f"{WRONG_BYTES}=1",
                  "pace='''", "pace=a" + ".a" * 3000, "preview_days=2.5", "rival_gap_min_months=50")  # fmt: skip
NO_POLICIES = ("world.toml", "small.toml", "hostile-names.toml")
SMALL = ("--set", "organisations=5", "--set", "bad_actors=10")
ENVIRONMENTS = (
    {}, {}, {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}, {"MPLBACKEND": "nonsense"}, {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"COLUMNS": "0"}, {"COLUMNS": "1"}, {"COLUMNS": "abc"},
    {"COLUMNS": "99999999999999999999"}, {"LINES": "-1"}, {"TERM": ""}, {"TERM": "dumb", "NO_COLOR": ""},
    {"HOME": None}, {"HOME": ""}, {"HOME": "relative"}, {"XDG_CACHE_HOME": ""}, {"XDG_CONFIG_HOME": "x"}, {"TZ": "nowhere"},
    {"MATPLOTLIBRC": "/dev/zero"}, {"MPLCONFIGDIR": "/dev/null"}, {"PYTHONPATH": ""},
)  # fmt: skip
STREAMS = ("", "", "", "", "<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", "2>/dev/full", ">/dev/full", ">&- 2>/dev/full")


@dataclass(frozen=True)
class Ended:
    """What came of a command line."""

    said: str
    code: int
    out: bytes
    err: bytes

    @property
    def worked(self) -> bool:
        """Whether it did what it is there for."""
        return self.code == 0


class Surroundings:
    """A place with good and hostile files, and with what nobody may touch."""

    def __init__(self, place: Path) -> None:
        self.place, self.inputs, self.here = place, place / "inputs", place / "here"
        for name in ("inputs", "home", "tmp"):
            (place / name).mkdir(parents=True)
        sweep(STUDY, self.inputs / "study", chunk=8)
        for number in (1, 2):
            sweep(STUDY, self.inputs / f"half-{number}", chunk=8, shard=(number, 2))
        write_files(self.inputs)
        write_claims(self.inputs)
        (place / "elsewhere").mkdir()
        self.traces = plant(place / "elsewhere")
        (place / "elsewhere" / "matplotlibrc").write_text("backend: module://planted\ntext.usetex: True\nfont.size: 90\n")
        self.before = contents(place)

    def begin(self, hostile: bool) -> None:
        """A new current folder."""
        if hostile:
            shutil.copytree(self.place / "elsewhere", self.here)
        else:
            self.here.mkdir()
        (self.here / "loop").symlink_to("loop")
        (self.here / "file").write_text("mine")
        os.mkfifo(self.here / "pipe")

    def end(self) -> None:
        """Remove the current folder; all else must be as it was, and what was planted in it was not run."""
        assert (self.here / "file").read_text() == "mine"
        assert (self.here / "loop").is_symlink()
        remove(self.here)
        assert contents(self.place) == self.before, "something outside the current folder was changed"
        assert found(self.traces) == []


def write_files(folder: Path) -> None:
    """Policies, worlds and studies, some of them hostile."""
    policy = 'summary = "{}"\nextends = "staged-preview"\n[levers]\npreview_days = 5\n'
    texts = {"good": "Good.", "mathematics": "$\\\\frac{$", "escape": "\\u001b]0;x\\u0007", "bidi": "\\u202ereversed", "markup": "[red]x"}
    for name, summary in texts.items():
        (folder / f"{name}.toml").write_text(policy.format(summary))
    for name in (ESCAPE, BIDI, WRONG_BYTES, "$\\frac{", "[bold]", "| a | `b` | <script>"):
        (folder / f"{name.replace('/', '')}.toml").write_text(policy.format("Good."))
    (folder / "world.toml").write_text('summary = "Small."\n[parameters]\norganisations = 5\nbad_actors = 10\n')
    study = 'summary = "Small."\npolicies = ["open-release", "good.toml"]\nworlds = ["world.toml"]\ndraws = 2\nhorizon_days = 20\n{}'
    (folder / "small.toml").write_text(study.format('outcomes = ["incidents"]\n[levers]\nreviewers = [1, 5]\n'))
    (folder / "hostile-names.toml").write_text(study.format("").replace("good.toml", f"{BIDI}.toml"))
    bad = {"empty": b"", "bytes": b"\xff\xfe", "deep": b"a=" + b"[" * 5000, "keys": b"a" + b".a" * 3000 + b"=1"}
    for name, content in {**bad, "digits": b"a=" + b"9" * 5000}.items():
        (folder / f"bad-{name}.toml").write_bytes(content)


def write_claims(folder: Path) -> None:
    """Claim cards: one that holds, one whose sentence is another's, and some that are none."""
    world = with_parameters(load_world("baseline"), {"organisations": 5, "bad_actors": 10})
    card = claims_of(compare(["open-release", "withhold"], world, draws=2, horizon_days=14))[0].content()
    other = {"forged": {**card, "sentence": ESCAPE}, "huge": {**card, "draws": 10**9}, "deep": [[[card]]]}
    for name, content in {"good": card, **other}.items():
        (folder / f"claim-{name}.json").write_text(json.dumps(content))
    (folder / "claim-none.html").write_text("<!doctype html><title>\u202e</title>")
    (folder / "claim-bytes.json").write_bytes(b"\xff\xfe{")


def command_line(inputs: Path, chance: random.Random) -> list[str]:
    """A command line. Two of three are meant to do something."""
    good = chance.random() < 0.72
    files = sorted(path.name for path in inputs.glob("*.toml"))
    own = [str(inputs / name) for name in files if not name.startswith("bad") and name not in NO_POLICIES]
    bad = [str(inputs / name) for name in files if name.startswith("bad")] + ["./pipe.toml", "/dev/zero.toml", "loop.toml", "missing.toml"]
    studies = [str(inputs / "small.toml"), str(inputs / "hostile-names.toml")]
    results, claims = [str(inputs / "study"), *studies], sorted(map(str, inputs.glob("claim-*")))

    def one(of_good, of_bad):
        return chance.choice(of_good if good or chance.random() < 0.6 else of_bad)

    def maybe(*options, often=0.3):
        return list(options) if chance.random() < often else []

    policy = lambda: one([*POLICIES, *own], [*TEXTS, *bad])  # noqa: E731
    number = lambda *of_good: str(one(of_good, NUMBERS))  # noqa: E731
    out = lambda: ["--out", one(["out", "deep/out", WRONG_BYTES if good else "out"], PLACES)]  # noqa: E731
    world = lambda: maybe("--world", one([*WORLDS, str(inputs / "world.toml")], [*TEXTS, *bad]))  # noqa: E731
    settings = lambda: maybe("--set", one(SETTINGS, WRONG_SETTINGS))  # noqa: E731
    quiet = lambda: chance.choice([[], [], ["--quiet"], ["--json"]])  # noqa: E731
    horizon = lambda: ["--horizon", number(1, 7, 20)]  # noqa: E731
    makers = {
        "compare": lambda: [*{policy(): 1, policy(): 1}, "--draws", number(1, 2, 3), *horizon(), *SMALL, *world(), *settings(), *out(),
                            *quiet(), *maybe("--seed", number(1, 7)), *maybe("--threads", number(1, 2)), *maybe("--fixed")],
        "run": lambda: [policy(), *horizon(), *SMALL, *world(), *settings(), *out(), *quiet(), *maybe("--day-by-day")],
        "sweep": lambda: [one(studies, [*TEXTS, *bad]), *out(), *quiet(), *maybe("--draws", number(1, 2, 3)), *maybe("--dry-run"),
                          *maybe("--workers", number(0, 1), often=0.15), *maybe("--chunk", number(1, 3)),
                          *maybe("--shard", one(["1/2", "2/2"], ["0/1", "3/2", f"{DIGITS}/{DIGITS}", *NUMBERS]))],
        "merge": lambda: ["out", str(inputs / "half-1"), one([str(inputs / "half-2")], [str(inputs), *PLACES]), *maybe("--quiet")],
        "replay": lambda: [one([str(inputs / "study")], [str(inputs), *PLACES]), "--run", number(0, 3, 17), *out(), *maybe("--quiet")],
        "report": lambda: [one(results, [str(inputs), *bad, *PLACES]), *maybe("--out", one(["r.html", "deep/r.html"], PLACES)),
                           *maybe("--policy", one(["good"], TEXTS), often=0.1), *maybe("--quiet")],
        "answer": lambda: [one(results, [str(inputs), *bad, *PLACES]), *maybe(one(["effect", "worst"], TEXTS)), *out(), "--no-charts"],
        "check-claim": lambda: [one(claims, [*bad, *PLACES, str(inputs)]), *quiet()],
        "app": lambda: ["--export", one(["page", "deep/page"], PLACES), *maybe(one(results, [str(inputs), *bad, *TEXTS])),
                        *maybe("--quiet")],
        "list": lambda: maybe("--json"),
        "show": lambda: [one([*NAMES, *own, str(inputs / "world.toml")], [*TEXTS, *bad, DIGITS]), *maybe("--json")],
        "validate": lambda: [one([*own, str(inputs / "world.toml"), *studies], [*bad, *PLACES, *TEXTS])],
        "schema": lambda: [one(["policy", "world", "study"], TEXTS)],
        "odd": lambda: maybe("--out", one(["odd.md"], PLACES), often=0.6),
        "verify": lambda: [one(["R7"], [*TEXTS, DIGITS]), *maybe("--set", one(["preview_days=3"], WRONG_SETTINGS))],
        "--version": list,
        "--help": list,
    }  # fmt: skip
    weights = {"compare": 24, "run": 18, "sweep": 16, "merge": 5, "replay": 8, "show": 10, "validate": 8, "verify": 2,
               "report": 6, "answer": 4, "check-claim": 6, "app": 6}  # fmt: skip
    command = chance.choices(list(makers), [weights.get(name, 3) for name in makers])[0]
    if not good and chance.random() < 0.1:
        return [chance.choice(TEXTS), *makers[command]()]
    return [command, *makers[command]()]


def run_case(surroundings: Surroundings, number: int) -> Ended:
    """Run the command line of a number. Raises `AssertionError` at a traceback, a signal, a write outside, or what steers a terminal."""
    chance = random.Random(number)  # noqa: S311
    surroundings.begin(hostile := chance.random() < 0.3)
    arguments = command_line(surroundings.inputs, chance)
    changes, streams = chance.choice(ENVIRONMENTS), chance.choice(STREAMS)
    usual = {"HOME": str(surroundings.place / "home"), "TMPDIR": str(surroundings.place / "tmp"), "COLUMNS": "80"}
    environment = {**os.environ, "LOCKGATE_CACHE_DIR": cache_folder(), **usual, **changes}
    environment = {name: value for name, value in environment.items() if value is not None}
    said = f"{number}: {' '.join(arguments)[:300]!r} {changes} {streams!r} {'in a hostile folder' if hostile else ''}"
    command = ["bash", "-c", f'exec "$@" {streams}', "bash", *LOCKGATE, *arguments]
    done = subprocess.run(
        command, cwd=surroundings.here, env=environment, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL
    )
    codes = {*CODES, DRIFTED} if arguments[0] == "check-claim" else CODES
    assert done.returncode in codes, f"{said}: exit code {done.returncode}: {done.stderr[-2000:]!r}"
    for stream in (done.stdout, done.stderr):
        assert b"Traceback" not in stream, f"{said}: {stream[-2000:]!r}"
        assert not (unseen := hidden(stream)), f"{said}: prints {unseen!r}"
    try:
        surroundings.end()
    except AssertionError as error:
        raise AssertionError(f"{said}: {error}") from None
    return Ended(said, done.returncode, done.stdout, done.stderr)


def cache_folder() -> str:
    """What `LOCKGATE_CACHE_DIR` would name for the compiled rules of this process."""
    from lockgate.sim.model.chance import FOLDER

    return str(FOLDER.parents[1])


def hidden(stream: bytes) -> str:
    """The characters of what was printed that steer a terminal, or are not seen."""
    return "".join(sorted({letter for letter in stream.decode(errors="replace") if not letter.isprintable() and letter != "\n"}))
