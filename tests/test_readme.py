"""What the documentation shows works: its Python blocks and its `lockgate` commands run, in order, page by page.

A block right below `<!-- not run -->` is left out.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import lockgate
from lockgate.experiments.cli import app
from lockgate.experiments.results.verdict import Verdict
from lockgate.experiments.text.wording import shares_cell
from tests import sizes

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sizes.in_full(*sorted((ROOT / "docs").glob("*.md")))]
BLOCK = re.compile(r"(?P<skip><!-- not run -->\n+)?^```(?P<language>python|bash|sh)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)[^)]*\)")
COMMANDS = (
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/lockgate compare",
    "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest",
)
SCRIPT = Path(sys.executable).with_name("lockgate")
LOCKGATE = [str(SCRIPT)] if SCRIPT.exists() else [sys.executable, "-c", "from lockgate.experiments.cli import main; main()"]


def blocks(page):
    """Language, text and number of the line above the text of each block that runs."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if not match["skip"]:
            yield match["language"], match["text"], text.count("\n", 0, match.start("text"))


def run_lockgate(line, place):
    """Run one line of a shell block: in this process every day, and in one of its own in the full run."""
    arguments = shlex.split(line, comments=True)[1:]
    if sizes.full_run:
        done = subprocess.run([*LOCKGATE, *arguments], capture_output=True, text=True, check=False)
        code, said = done.returncode, done.stdout + done.stderr
    else:
        called = CliRunner().invoke(app, arguments, prog_name="lockgate")
        code, said = called.exit_code, called.output
    assert code == 0, f"{place}: {line!r} ended with {code}\n{said}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for language, text, above in blocks(page):
        if language == "python":
            exec(compile("\n" * above + text, page, "exec"), names)  # the empty lines make a traceback name the page's own line
            continue
        for line in text.replace("\\\n", " ").splitlines():
            command = line.removeprefix("$ ")
            if command.split(" ")[0] == "lockgate":
                run_lockgate(command, f"{page.name}, block below line {above}")


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_names_the_command(command):
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_links_lead_to_files():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "docs" / "llms.txt"]
    linked = {(page.name, place) for page in pages for place in LINK.findall(page.read_text(encoding="utf-8"))}
    assert [link for link in linked if not any((page.parent / link[1]).exists() for page in pages if page.name == link[0])] == []
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= {place for page, place in linked if page == "llms.txt"}


def test_a_broken_block_names_its_page_and_line(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n```python\nok = 1\n1 / 0\n```\n<!-- not run -->\n```python\nnever\n```\n")
    with pytest.raises(ZeroDivisionError) as broken:
        test_blocks_run(page, tmp_path, monkeypatch)
    assert (str(broken.traceback[-1].path), broken.traceback[-1].lineno + 1) == (str(page), 5)
    page.write_text("```sh\n$ lockgate no-such-command\n```\n")
    with pytest.raises(AssertionError, match=r"page\.md, block below line 1: 'lockgate no-such-command' ended with"):
        test_blocks_run(page, tmp_path, monkeypatch)


ROW = re.compile(r"^\| `([a-z-]+)` \| ([^|]+) \| (-?\d+ %) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.full
def test_the_table_is_what_compare_finds():
    rows = ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(rows) > 5
    found = lockgate.compare(["open-release", *(policy for policy, *_ in rows)], draws=500).summary()
    for policy, percents, share, harm, shares, public in rows:
        less = found["policies"][policy]["model_enabled_harm"]["difference"]
        verdict = Verdict.of("model_enabled_harm", less)
        assert verdict.name == "clear"
        mean, low, high = (f"{100 * less['relative'][name]:+.1f}" for name in ("mean", "low", "high"))
        assert percents == f"{mean} % [{low}, {high}]"
        mean, low, high = (f"{less[name] / 1e6:+,.0f}" for name in ("mean", "low", "high"))
        delay = found["policies"][policy]["release_delay_days"]["mean"]
        assert harm == f"{mean} [{low}, {high}]"
        assert shares == shares_cell(verdict)
        assert share == f"{100 * found['ceiling']['preventable_share'][policy]['mean']:.0f} %"
        assert public.removesuffix(", guarded") == (f"{delay:.0f} days" if delay < 539.5 else "not in 540 days")


def test_what_is_said_beside_the_table_are_its_numbers_and_those_of_the_findings():
    page = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    rows = {
        policy: (percents, shares) for policy, percents, _, _, shares, _ in ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    }
    percents, shares = rows["staged-preview"]
    mean, low, high = re.fullmatch(r"(.+ %) \[(.+), (.+)\]", percents).groups()
    assert f"`{mean}, {low} to {high}, {shares}`" in page
    said = re.search(r"more than withholding \(([\d.]+ %) less harm \[([\d.]+), ([\d.]+)\], in (\d+ %) of worlds\)", page).groups()
    found = "there is {} less model-enabled harm than withhold (95 % interval {} to {}; clear)"
    (line,) = (each for each in (ROOT / "docs" / "findings.md").read_text(encoding="utf-8").splitlines() if "harm than withhold (" in each)
    assert found.format(*said[:3]) in line
    assert f"less in {said[3]} of worlds" in line


def test_the_table_has_a_row_for_each_policy():
    rows = ROW.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {policy for policy, *_ in rows} < set(lockgate.list_policies())
    for _, percents, _, harm, shares, _ in rows:
        assert percents[0] == harm[0]
        assert re.fullmatch(r"\d+ / \d+ / <?\d+ %", shares)
