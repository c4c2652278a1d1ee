"""The command line: what it prints, what it writes, and the one sentence for everything that it refuses."""

import json
import os
import re
import signal
import subprocess
import sys

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.command.option import parsed
from lockgate.experiments.command.screen import Lines
from lockgate.experiments.results.verdict import decided
from lockgate.experiments.text.comparison import sentences
from lockgate.experiments.text.notes import headings, said_compliance
from lockgate.experiments.text.table import comparison_table
from lockgate.experiments.text.wording import Wording
from lockgate.sim.model.day import DAY
from lockgate.sim.model.invariants import INVARIANTS, BrokenInvariant
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import LEVERS
from tests.sizes import few

LOCKGATE = [sys.executable, "-m", "lockgate.experiments"]
TINY = ["--set", "organisations=20", "--set", "bad_actors=40", "--horizon", "30"]
HEAVY = {"numba", "mesa", "matplotlib", "pandas"}
LIGHT = ("list", "show staged-preview", "schema world")
PAIR = ["open-release", "withhold", "--draws", "3", *TINY]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test in a folder of its own, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")


def refused(*arguments, code=2):
    """The one sentence with which a command refuses its arguments."""
    done = call(*arguments)
    assert done.exit_code == code, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("lockgate: ")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr.removeprefix("lockgate: ")


# Help


def test_help_names_every_command_and_examples():
    said = call("--help").stdout
    for command in ("compare", "run", "bench", "list", "show", "validate", "schema"):
        assert f"\n  {command} " in said
        assert call(command, "--help").exit_code == 0
    assert "lockgate compare open-release mine.toml" in said
    assert max(map(len, said.splitlines())) <= 80


def test_version():
    assert call("--version").stdout.startswith("lockgate ")


@pytest.mark.parametrize(
    ("command", "heavy"),
    [
        *(("--help", HEAVY | {"numpy", "rich.table"}), ("show pace", HEAVY | {"scipy"})),
        *few(0, [("bench --help", HEAVY | {"numpy", "rich.table"}), *((light, HEAVY | {"scipy"}) for light in LIGHT)]),
    ],
)
def test_light_commands_load_nothing_heavy(command, heavy):
    run = "app(sys.argv[1:], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    program = f"import sys; from lockgate.experiments.cli import app; {run}"
    done = subprocess.run([sys.executable, "-c", program, *command.split()], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stderr.split())


# Comparing


@pytest.mark.full
def test_compare_loads_neither_mesa_nor_charts_before_its_answer(tmp_path):
    program = """if True:
        import sys
        from lockgate.experiments.cli import app

        class Stdout:
            def write(self, text):
                print(*sys.modules, file=sys.stderr)

            def flush(self):
                pass

        sys.stdout = Stdout()
        app(sys.argv[1:], standalone_mode=False)
        """
    command = [sys.executable, "-c", program, "compare", "withhold", "--draws", "1", *TINY, "--json", "--quiet", "--out", tmp_path / "one"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    before = set(done.stderr.splitlines()[0].split())
    assert "numba" in before
    assert not before & {"mesa", "matplotlib", "pandas", "networkx", "scipy.stats", "pyarrow.parquet"}


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """One comparison, run as users run it, with neither stdout nor stderr a terminal."""
    where = tmp_path_factory.mktemp("compared")
    done = subprocess.run(
        [*LOCKGATE, "compare", *PAIR], cwd=where, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "80"}
    )
    return done, where


def test_compare_prints_a_table_and_a_sentence_for_each_policy(compared):
    done, _ = compared
    assert done.returncode == 0, done.stderr
    assert "World baseline: 3 worlds drawn from its priors, 30 days each, seed 1." in done.stdout
    assert "in 30 days" in done.stdout
    assert "\nopen-release (the reference): models enable harm of US$ " in done.stdout
    assert "not public within 30 days" in " ".join(done.stdout.split())
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith("Charts: "))
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())


def test_compare_reports_progress_as_a_few_plain_lines(compared):
    done, _ = compared
    assert "3 of 3 worlds" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_compare_writes_where_it_says(compared):
    done, where = compared
    assert "Results: lockgate-results/compare\n" in done.stdout
    results = where / "lockgate-results" / "compare"
    assert pq.read_table(results / "runs").num_rows == 6
    assert (results / "charts" / "tradeoff.png").stat().st_size > 1000
    assert json.loads((results / "manifest.json").read_text())["command"].startswith("lockgate compare open-release withhold")


@pytest.mark.full
def test_compare_json_is_the_summary_and_nothing_else(folder):
    done = call("compare", *PAIR, "--json", "--out", "one")
    summary = json.loads(done.stdout)
    assert list(summary["policies"]) == ["open-release", "withhold"]
    assert summary == json.loads((folder / "one" / "summary.json").read_text())


@pytest.mark.full
def test_compare_json_is_the_same_in_one_thread():
    done = call("compare", *PAIR, "--json", "--out", "one")
    again = call("compare", *PAIR, "--json", "--quiet", "--out", "one", "--threads", "1")
    assert (again.stdout, again.stderr) == (done.stdout, "")


def test_one_draw_has_no_interval_and_its_json_no_nan():
    done = call("compare", "withhold", "--draws", "1", *TINY, "--json", "--quiet")
    assert "NaN" not in done.stdout
    assert json.loads(done.stdout)["policies"]["withhold"]["model_enabled_harm"]["low"] is None


def test_default_folder_is_never_over_another_study():
    for draws, name in ((1, "run"), (1, "run"), (2, "run-2")):
        done = call("run", "withhold", *TINY, "--seed", draws)
        assert f"Results: lockgate-results/{name}\n" in done.stdout


def test_named_folder_is_refused_before_anything_is_computed(folder):
    (folder / "mine").mkdir()
    (folder / "mine" / "notes.txt").write_text("mine")
    (folder / "file").write_text("mine")
    assert "holds other files" in refused("compare", "--out", "mine")
    assert "is a file" in refused("compare", "--out", "file")
    assert "no folder can be made" in refused("compare", "--out", "file/deeper")
    assert "the folder that you are in" in refused("compare", "--out", folder / "..")


def test_set_changes_levers_of_all_policies_and_fixes_parameters(folder):
    settings = ["--set", "preview_days=3", "--set", "feedback=none"]
    done = call("compare", "staged-preview", *TINY, *settings, "--draws", "2", "--out", "out", "-q")
    assert done.exit_code == 0, done.output
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert manifest["policies"]["staged-preview"][0]["preview_days"] == 3
    assert manifest["parameters"]["organisations"] == 20


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("0.5", 0.5), ("true", True), ("none", "none"), ('"none"', "none"),
                                             ("{ times = 2 }", {"times": 2}), ("1\nother = 2", "1\nother = 2")])  # fmt: skip
def test_value_of_a_setting(text, value):
    assert parsed(text) == value


def test_progress_lines_are_few(capsys):
    lines = Lines(1000, "worlds")
    for _ in range(1000):
        lines(1)
    assert capsys.readouterr().err.splitlines() == [f"{done} of 1000 worlds" for done in (200, 400, 600, 800, 1000)]


# The table and the sentences, from summaries made by hand


def statistics(mean, half, difference=0.0, half_difference=0.0, less=0.0, more=0.0, draws=500):
    """An outcome under a policy, and its difference with the verdict that follows from these shares of draws."""
    low, high = difference - half_difference, difference + half_difference
    found = decided("incidents", difference, low, high, draws, less * draws, more * draws).content()
    base = mean - difference
    relative = {end: value / base if base else float("nan") for end, value in (("mean", difference), ("low", low), ("high", high))}
    return {"mean": mean, "low": mean - half, "high": mean + half, "difference": found | {"relative": relative}}


def summary(**other):
    base = {"model_enabled_harm": statistics(8e8, 1e8), "release_delay_days": statistics(0, 0), "usable_lead_months": statistics(6, 1),
            "customers_lost_share": statistics(-0.05, 0.01), "release_censored": statistics(0, 0)}  # fmt: skip
    return {"reference": "open", "world": "baseline", "policies": {"open": base, "staged": base | other}}


WORDS = Wording(540, 500, fixed=False)


def told(words=WORDS, **other):
    return sentences(summary(**other), words)[1].removeprefix("staged: ")


def test_clear_improvement_is_said_in_percent_first_with_its_interval_and_shares():
    said = told(
        model_enabled_harm=statistics(7.91e8, 1e8, -9e6, 2e6, 0.81, 0.1),
        release_delay_days=statistics(14, 1, 14, 1, 0.0, 1.0),
        usable_lead_months=statistics(5.6, 1, -0.4, 0.1, 1.0),
        customers_lost_share=statistics(-0.03, 0.01, 0.02, 0.005, 0.1, 0.9),
    )
    assert said == (
        "1.1 % less model-enabled harm than open (95 % interval 0.9 to 1.4; clear), US$ 9.0 million (7.0 to 11.0); "
        "less in 81 % of worlds, the same in 9 %, more in 10 %; release delay 14 days (open: no release delay); "
        "usable lead: 0.4 months shorter (0.3 to 0.5); customers lost: 2.0 percentage points more (1.5 to 2.5)."
    )


def test_share_of_what_is_preventable_comes_second():
    content = summary(model_enabled_harm=statistics(7.91e8, 1e8, -9e6, 2e6, 0.81, 0.1))
    content["ceiling"] = {"preventable_share": {"staged": {"mean": 0.16, "low": 0.13, "high": 0.19}}}
    assert "; clear), 16.0 % of what is preventable (13.0 to 19.0), US$ 9.0 million" in sentences(content, WORDS)[1]


def test_clear_harm_is_said_as_more():
    said = told(model_enabled_harm=statistics(9e8, 1e8, 1e8, 5e7, 0.3, 0.6))
    assert said.startswith(
        "12.5 % more model-enabled harm than open (95 % interval 6.2 to 18.8; clear), US$ 100 million (50 to 150); less in 30 %"
    )


def test_dollars_come_alone_where_there_is_no_percentage():
    harm = statistics(7.91e8, 1e8, -9e6, 2e6, 0.81, 0.1)
    harm["difference"]["relative"] = dict.fromkeys(("mean", "low", "high"), float("nan"))
    said = told(model_enabled_harm=harm)
    assert said.startswith("US$ 9.0 million less model-enabled harm than open (95 % interval 7.0 to 11.0; clear); less in 81 %")


def test_interval_around_zero_is_no_clear_difference():
    harm = statistics(7.98e8, 1e8, -2e6, 2e7, 0.5, 0.5)
    said = told(model_enabled_harm=harm, usable_lead_months=statistics(6, 1, 0.1, 0.2, 0.5, 0.5))
    average = "-0.2 % on average, 95 % interval -2.8 to +2.2 %; US$ -2.0 million, -22.0 to +18.0"
    assert said.startswith(
        f"no clear difference in model-enabled harm from open ({average}); less in 50 % of worlds, the same in 0 %, more in 50 %"
    )
    assert "no clear difference in usable lead" in said


def test_leaning_says_both_that_the_mean_is_not_clear_and_where_most_draws_are():
    said = told(model_enabled_harm=statistics(7.98e8, 1e8, -2e6, 2e7, 0.64, 0.26), usable_lead_months=statistics(6, 1, 0.1, 0.2, 0.2, 0.8))
    assert said.startswith("leaning to less model-enabled harm than open: no clear difference on average (-0.2 % on average, ")
    assert "), but less in 71 % of the worlds that differ; less in 64 % of worlds, the same in 10 %, more in 26 %; " in said
    assert "usable lead leaning to longer, in 80 % of those that differ" in said


def test_few_draws_make_every_sentence_preliminary():
    few = Wording(540, 20, fixed=False)
    harms = (
        statistics(7.91e8, 1e8, -9e6, 2e6, 0.8, 0.1, draws=20),
        statistics(7.98e8, 1e8, -2e6, 2e7, 0.5, 0.5, draws=20),
        statistics(7.98e8, 1e8, -2e6, 2e7, 0.7, 0.3, draws=20),
        statistics(8e8, 1e8, draws=20),
    )
    for harm in harms:
        content = summary(model_enabled_harm=harm) | {"least_harm": ["staged"]}
        assert all("preliminary" in sentence for sentence in sentences(content, few))
        assert headings(content, few, 1)[0] == "Preliminary: 20 draws; a verdict needs 50."
        assert "preliminary 95 %" in printed(content, words=few)
    assert headings(summary(), WORDS, 1) == ["World baseline: 500 worlds drawn from its priors, 540 days each, seed 1."]


@pytest.mark.parametrize("word", ["same", "unclear"])
def test_no_direction_is_claimed_without_a_verdict(word):
    harm = statistics(8e8, 1e8) if word == "same" else statistics(7.98e8, 1e8, -2e6, 2e7, 0.5, 0.5)
    assert harm["difference"]["verdict"] == word
    assert not re.search(r"(less|more) model-enabled harm", told(model_enabled_harm=harm))


def test_who_has_the_least_harm_is_said_as_far_as_pairs_differ():
    one, two = summary() | {"least_harm": ["staged"]}, summary() | {"least_harm": ["open", "staged"]}
    assert sentences(one, WORDS)[-1] == "Least harm: staged."
    assert sentences(two, WORDS)[-1] == "Least harm: which of open and staged has it cannot be told."


def test_labels_and_changes_are_told():
    content = summary() | {
        "labels": {"open": "open", "staged": "staged (preview_days 30)"},
        "changes": ["preview_days 30, not 14, in staged"],
    }
    assert sentences(content, WORDS)[1].startswith("staged (preview_days 30): as much")
    assert headings(content, WORDS, 1)[1] == "Changed: preview_days 30, not 14, in staged."
    assert "(preview_days 30)" in printed(content)


def test_how_many_complied_is_told():
    found = {"share": 0.98, "requests": 6.21, "complied": 0.84, "all": 0.4, "none": 0.03}
    said = said_compliance({"compliance": {"open": {"share": 0.0}, "staged": found}}, WORDS)
    assert said == [
        "staged, compliance: in 98 % of worlds labs were asked to limit 6.2 systems on average; they complied with 84 % of requests, "
        "with all of them in 40 % of these worlds, with none in 3 %."
    ]


def test_a_difference_in_few_worlds_has_no_interval():
    harm = statistics(8e8, 1e8, 2e6, float("nan"), 0.0, 0.012)
    harm["difference"]["nonzero"] = {"share": 0.012}
    where = "no clear difference in model-enabled harm from open (+US$ 2.00 million on average, a difference in 1.2 % of worlds)"
    assert told(model_enabled_harm=harm).startswith(where)
    assert "in 1.2 % of worlds" in printed(summary(model_enabled_harm=harm), 120)


def test_nothing_differs():
    assert told() == "as much model-enabled harm as open; no release delay; usable lead as there; customers lost as there."


@pytest.mark.parametrize(
    ("share", "said", "cell"),
    [(1.0, "not public within 540 days (open: no release delay)", "not public"),
     (0.25, "release delay 300 days or more (not public within 540 days in 25 % of worlds) (open: no release delay)", "300 or more")],
)  # fmt: skip
def test_release_that_never_comes_is_no_number(share, said, cell):
    other = {"release_delay_days": statistics(540 if share == 1 else 300, 0, 300, 5, 0.0, 1.0), "release_censored": statistics(share, 0)}
    assert said in told(**other)
    assert cell in printed(summary(**other))


def printed(content, width=80, words=WORDS):
    from rich.console import Console

    console = Console(width=width)
    with console.capture() as captured:
        console.print(comparison_table(content, words))
    return captured.get()


@pytest.mark.parametrize("width", [80, 120])
def test_table_fits(width):
    text = printed(summary(model_enabled_harm=statistics(7.91e8, 1e8, -9e6, 2e6, 0.81, 0.1)), width)
    for cell in ("-1.1 %", "-9.0", "-11.0 to -7.0", "81 / 9 / 10 %", "clear: less"):
        assert cell in text
    assert max(map(len, text.splitlines())) <= width


# Running


def test_run_tells_a_story_and_writes_it(folder):
    done = call("run", "staged-preview", *TINY, "--check", "--out", "one")
    assert done.exit_code == 0, done.output
    assert "day 0: Lab A's system 1 is ready (at the critical level). The government asks" in done.stdout
    assert "In the end, on day 30:" in done.stdout
    events = pq.read_table(folder / "one" / "events.parquet")
    agents = pq.read_table(folder / "one" / "agents.parquet")
    assert set(events.column_names) >= {"day", "kind", "who", "whom", "system", "value", "event", "sentence"}
    assert events.num_rows > 10
    assert sorted(set(agents["agent_kind"].to_pylist())) == ["bad_actors", "governments", "labs", "open_weight_labs", "partners"]
    assert agents.num_rows == 20 + 40 + 5 + 4 + 2
    names = " ".join(sorted(path.name for path in (folder / "one").iterdir()))
    assert names == "agents.parquet events.parquet manifest.json outcomes.json story.txt systems.parquet timeline.png timeline.svg"


def test_run_day_by_day_tells_every_event(folder):
    done = call("run", "staged-preview", *TINY, "--set", "launch_partners=2", "--day-by-day", "--out", "one")
    told = [line for line in (folder / "one" / "story.txt").read_text().splitlines() if line.startswith("day ")]
    assert len(told) == pq.read_table(folder / "one" / "events.parquet").num_rows
    assert "asks for early access." in done.stdout


def test_run_quiet_and_json():
    quiet = call("run", "open-release", *TINY, "--quiet")
    assert quiet.stdout.startswith("In the end, on day 30:\n")
    assert quiet.stderr == ""
    content = json.loads(call("run", "open-release", *TINY, "--json").stdout)
    assert (content["policy"], content["outcomes"]["release_delay_days"]) == ("open-release", 0.0)


# The library


def test_list_names_everything():
    said = call("list").stdout
    assert all(name in said for name in ("staged-preview", "leaky-partners", *LEVERS, *PARAMETERS))
    content = json.loads(call("list", "--json").stdout)
    assert content["parameters"]["pace"]["meaning"] == PARAMETERS["pace"].meaning
    assert set(content) == {"policies", "worlds", "studies", "parameters", "levers"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("staged-preview", ["(policy)", "preview_days", "GPT-5.6", "extension_days"]),
        ("directive-revocation", ["then", "directive", "true"]),
        ("open-release", ["every lever is at its default"]),
        ("slow-patchers", ["(world)", "patch_tau_days", "158.6"]),
        ("baseline", ["the table of parameters itself"]),
        ("pace", ["(parameter)", "triangular 0.7 to 1.4, mode 1", "grade C, derived from A or B", "UK AISI"]),
        ("feedback", ["nothing reacts"]),
        ("theft_on", ["true or false"]),
        ("preview_days", ["(lever)", "14 days", "0 to 3650", "staged-preview"]),
        ("directive", ["on its day only"]),
        ("dark_days", ["(lever)", "(outcome)"]),
        ("incidents", ["(outcome)", "in all"]),
        ("day", [*DAY]),
    ],
)
def test_show(name, parts):
    done = call("show", name)
    assert done.exit_code == 0, done.output
    assert all(part in done.stdout for part in parts), done.stdout
    assert json.loads(call("show", name, "--json").stdout)


def test_show_and_validate_a_file(folder):
    (folder / "mine.toml").write_text('summary = "My policy."\nextends = "staged-preview"\n')
    (folder / "place").write_text('summary = "My world."\n[parameters]\npace = 1.5\n')
    assert "My policy." in call("show", "mine.toml").stdout
    assert call("validate", "mine.toml").stdout == "mine.toml is valid: a policy that sets 8 levers.\n"
    assert call("validate", "place").stdout == "place is valid: a world that differs from the table in 1 parameter.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('summary = "x"\n[levers]\npreview_dys = 3', 'did you mean "preview_days"?'),
        ('summary = "x"\n[parameters]\npace = 99', "pace = 99 must be 0 to 4"),
        ('summary = "x"\n[parameters]\npace = 1\n[levers]\nmandatory = 1.0', "make it two files"),
        ('summary = "x"', "neither [levers] nor [[timeline]]"),
        ("[parameters\n", 'world "mine.toml": not TOML'),
        ("", 'policy "mine.toml": is empty'),
    ],
)
def test_validate_refuses_in_one_sentence(folder, text, said):
    (folder / "mine.toml").write_text(text)
    assert said in refused("validate", "mine.toml")


def test_schema():
    assert json.loads(call("schema").stdout)["title"] == "Policy"
    assert json.loads(call("schema", "world").stdout)["title"] == "World"


# Refusals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("compare --draws 0", "--draws = 0 must be 1 to 100000"),
        ("compare --seed -1", "--seed = -1 must be 0 to"),
        ("compare --horizon 0", "--horizon = 0 must be 1 to 3650"),
        ("compare --threads 0", "--threads = 0 must be 1 to"),
        ("compare stagd-preview", 'did you mean "staged-preview"?'),
        ("compare --world racee", 'did you mean "race"?'),
        ("compare --set pacee=1", 'did you mean "pace"?'),
        ("compare --set pace", "must be NAME=VALUE"),
        ("compare --set pace=", "must be NAME=VALUE"),
        ("compare --set pace=nan", "pace = nan must be 0 to 4"),
        ("compare --set preview_days=inf", "preview_days = inf must be"),
        ("compare --set feedback=some", '"none" or "full"'),
        ("compare no-such-file.toml", "no such file"),
        ("compare open-release open-release", "must have different names"),
        ("compare --set bad_actors=20000000 --set organisations=2000000", "GB of memory"),
        ("run withhold --set bad_actors=2000000", "must be at most 200,000"),
        ("run withhold --horizon 99999", "--horizon = 99999 must be"),
        ("show staged-previw", 'did you mean "staged-preview"?'),
        ("show incidnts", 'did you mean "incidents"?'),
        ("validate nothing.toml", "no such file"),
    ],
)
def test_refusal_is_one_sentence_and_exit_code_2(arguments, said):
    assert said in refused(*arguments.split())


@pytest.mark.parametrize("arguments", ["comapre", "compare --drws 3", "compare --draws nan", "run", "schema planet"])
def test_wrong_usage_has_exit_code_2(arguments):
    done = call(*arguments.split())
    assert done.exit_code == 2
    assert "Usage: lockgate" in done.stderr
    assert "Error: " in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (BrokenInvariant(INVARIANTS[0], 3, 4, 5, "withhold"), 3, "invariant 'chances' broken on day 3"),
        (KeyboardInterrupt(), 130, "stopped"),
        (MemoryError(), 2, "not enough memory"),
        (OSError(28, "No space left on device", "runs.parquet"), 2, "runs.parquet: No space left on device"),
    ],
)
def test_what_happens_inside_is_one_sentence(monkeypatch, error, code, said):
    def fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr("lockgate.experiments.results.compare.compare", fail)
    assert said in refused("compare", *PAIR, "--quiet", code=code)


def test_an_unforeseen_error_keeps_its_traceback(monkeypatch):
    def fail(*_arguments, **_options):
        raise ZeroDivisionError

    monkeypatch.setattr("lockgate.experiments.results.compare.compare", fail)
    assert isinstance(call("compare", *PAIR).exception, ZeroDivisionError)


@pytest.mark.skipif(sys.platform == "win32", reason="signals and pipes of POSIX")
class TestProcess:
    """What only a process of its own shows."""

    @pytest.mark.full
    def test_reader_that_leaves_is_no_error(self):
        with subprocess.Popen([*LOCKGATE, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""

    def test_full_disk(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([*LOCKGATE, "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "lockgate: No space left on device\n")

    @pytest.mark.full
    def test_interrupt(self, folder):
        command = [*LOCKGATE, "compare", "--draws", "10000", *TINY]
        # Shells let background jobs ignore interrupts, and children inherit that: here the test may run in one.
        heed = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, preexec_fn=heed, **pipes) as process:  # noqa: PLW1509
            while "of 10000 worlds" not in process.stderr.readline():  # until it has begun, however busy the machine is
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert err.splitlines()[-1] == "lockgate: stopped, nothing was written"
        assert not list(folder.rglob("*.parquet"))
