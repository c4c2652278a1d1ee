"""The recipes of CONTRIBUTING.md: applied to a copy as the page says them, each in at most three files, they do what they say."""

import json
import re
from pathlib import Path

import pytest

from tests.checkout import ROOT, copied, said_by

RECIPES = ("A behaviour", "A parameter", "An agent", "An outcome", "A lever")
MOST_FILES = 3
BLOCK = re.compile(r"^```(?:diff\n\+\+\+|python\n#) (\S+\.py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
POLICIES = ("open-release", "staged-preview")
LOCKGATE = ("-m", "lockgate.experiments")


def recipes() -> dict[str, list[tuple[str, str]]]:
    """By recipe, its blocks in order: the file, and a diff or the whole of a new file."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## Recipes\n")[1].split("\n## ")[0]
    sections = [section.split("\n", 1) for section in page.split("\n### ")[1:]]
    return {title: BLOCK.findall(text) for title, text in sections if title != "And then"}


def changed(source: str, diff: str) -> str:
    """The source after a diff whose parts each stand at exactly one place of it."""
    for part in diff.split("@@\n"):
        lines = part.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] != "+")
        assert source.count(before) == 1, f"{source.count(before)} places for:\n{part}"
        source = source.replace(before, "".join(line[1:] for line in lines if line[0] != "-"))
    return source


def applied(place: Path) -> Path:
    """A copy of the program after all recipes."""
    package = copied(place) / "lockgate"
    for blocks in recipes().values():
        for name, text in blocks:
            file = package / name
            file.write_text(changed(file.read_text("utf-8"), text) if file.exists() else text, "utf-8")
    return place


def test_each_recipe_touches_few_files() -> None:
    found = {title: {name for name, _ in blocks} for title, blocks in recipes().items()}
    assert tuple(found) == RECIPES
    assert all(1 <= len(files) <= MOST_FILES for files in found.values()), found
    assert found["An outcome"] == {"sim/model/outcomes.py"}


def test_every_block_of_the_recipes_is_one_that_is_applied() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8").split("\n## Recipes\n")[1].split("\n## ")[0]
    assert page.count("\n```") == 2 * sum(len(blocks) for blocks in recipes().values())


def test_a_diff_that_fits_nowhere_or_twice_is_an_error() -> None:
    assert changed("a\nb\n", " a\n+c\n@@\n-b\n+d\n") == "a\nc\nd\n"
    for diff in (" x\n+c\n", " a\n+c\n"):
        with pytest.raises(AssertionError, match="places for"):
            changed("a\na\n", diff)


def test_what_the_recipes_add_is_shown_and_described(tmp_path: Path) -> None:
    applied(tmp_path)
    shown = {name: said_by(tmp_path, *LOCKGATE, "show", name) for name in ("crew_rest_every", "auditors", "audits", "audits_per_day")}
    assert "Crews rest on the last of so many days." in shown["crew_rest_every"]
    assert "Auditors of organisations' code." in shown["auditors"]
    assert "visits of auditors to organisations" in shown["audits"]
    assert "Organisations that each auditor visits on a day." in shown["audits_per_day"]
    page = said_by(tmp_path, *LOCKGATE, "odd")
    assert "#### Auditor, in `auditors`" in page
    assert all(f"`{name}`" in page for name in shown)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return applied(tmp_path_factory.mktemp("recipes"))


def compared(copy: Path, *settings: str) -> tuple[str, dict[str, dict[str, dict[str, float]]], Path]:
    """What a small comparison prints, its summary by policy and outcome, and its folder."""
    folder = copy / f"found-{len(list(copy.iterdir()))}"
    options = [word for setting in settings for word in ("--set", setting)]
    said = said_by(copy, *LOCKGATE, "compare", *POLICIES, "--draws=2", "--horizon=30", f"--out={folder}", *options)
    return said, json.loads((folder / "summary.json").read_text("utf-8"))["policies"], folder


def means(summary: dict[str, dict[str, dict[str, float]]], outcome: str) -> list[float]:
    """The mean of an outcome under each policy."""
    return [found[outcome]["mean"] for found in summary.values()]


@pytest.mark.full
def test_the_recipes_do_what_they_say(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one test, so that one process compiles them."""
    monkeypatch.setenv("COLUMNS", "120")  # one more column than fits 80
    table, usual, folder = compared(copy)
    assert "audits" in table.split("less/same/more")[0]
    assert means(usual, "audits") == [3 * 30, 3 * 30]
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    fields = {field["name"]: field for resource in package["resources"] for field in resource["schema"]["fields"]}
    assert "Audits: visits of auditors to organisations." in json.dumps(fields["audits"])

    _, more, _ = compared(copy, "auditors=5", "audits_per_day=4", "crew_rest_every=1")
    assert means(more, "audits") == [5 * 4 * 30, 5 * 4 * 30]
    assert means(more, "operations_crews") == [0, 0]
    _, none, _ = compared(copy, "audits_per_day=0", "crew_rest_every=3650")
    assert means(none, "audits") == [0, 0]
    for outcome in ("operations_crews", "exposed_share_end"):  # crews rest, and auditors find
        assert all(0 < found < without for found, without in zip(means(usual, outcome), means(none, outcome), strict=True))
