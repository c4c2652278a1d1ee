"""The ODD page: it is as new as the code, whole, and true to it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.odd import TEMPLATE, page
from lockgate.experiments.odd.rule_texts import drawing_rules, rules
from lockgate.experiments.odd.sections import MACHINERY, anchor, headings, unexplained
from lockgate.sim.model.chance import Purpose
from lockgate.sim.model.day import DAY, KINDS
from lockgate.sim.model.invariants import INVARIANTS
from lockgate.sim.model.measures import Week
from lockgate.sim.model.outcomes import Outcomes
from lockgate.sim.model.parameters import PARAMETERS, THEMES
from lockgate.sim.model.policy import LEVERS
from lockgate.sim.model.tables import ROWS
from lockgate.sim.rules.row import fields

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "odd.md"
STALE = "docs/odd.md is older than the code; renew it with: lockgate odd --out docs/odd.md"
SEVEN = (
    "1. Purpose and patterns",
    "2. Entities, state variables, and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialization",
    "6. Input data",
    "7. Submodels",
)
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction", "Stochasticity",
    "Collectives", "Observation",
)  # fmt: skip
DECISIONS = (
    "Theoretical and empirical background", "Individual decision making", "Learning", "Individual sensing", "Individual prediction",
    "Interaction", "Collectives", "Heterogeneity", "Stochasticity", "Observation", "Implementation details",
)  # fmt: skip


@pytest.fixture(scope="module")
def made():
    return page()


def is_stale():
    return PAGE.read_text(encoding="utf-8") != page()


def rows(text):
    """The first cells of all rows of all tables, as they are written."""
    return re.findall(r"^\| (.+?) \|", text, re.MULTILINE)


def call(*arguments):
    return CliRunner().invoke(app, ["odd", *map(str, arguments)], prog_name="lockgate")


# As new as the code


def test_the_page_is_as_new_as_the_code():
    assert not is_stale(), STALE


@pytest.mark.parametrize("change", [{"default": 0.61}, {"source": "another source"}, {"grade": "E"}, {"prior": None}])
def test_another_parameter_makes_the_page_stale(monkeypatch, change):
    attack = tuple(replace(p, **change) if p.name == "evasion" else p for p in THEMES["attack"])
    monkeypatch.setitem(THEMES, "attack", attack)
    assert is_stale()


def test_another_lever_field_or_order_makes_the_page_stale(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(LEVERS, "dark_days", replace(LEVERS["dark_days"], default=20))
        assert is_stale()
    with monkeypatch.context() as patch:
        patch.setattr(KINDS["labs"], "effort", 0.5)
        patch.setattr("lockgate.sim.rules.row._KNOWN", {})
        assert is_stale()
    with monkeypatch.context() as patch:
        patch.setattr("lockgate.experiments.odd.sections.DAY", dict(reversed(DAY.items())))
        assert is_stale()


# Whole


def test_it_has_the_elements_of_the_protocol_in_order(made):
    titles = [title for level, title in headings(made) if level == 2]
    assert tuple(titles[:7]) == SEVEN
    concepts = [title.split(" ", 1)[1] for level, title in headings(made) if level == 3 and title.startswith("4.")]
    assert tuple(concepts[:11]) == CONCEPTS
    human = made.split("### 4.12 ")[1].split("\n## ")[0]
    assert tuple(re.findall(r"^\*\*(.+?)\.\*\*", human, re.MULTILINE)) == DECISIONS


def test_no_place_is_left_empty(made):
    assert "{{" not in made
    assert "\n\n\n" not in made
    assert not re.search(r"\|  \|", made)


def test_a_place_that_nothing_fills_is_an_error():
    with pytest.raises(KeyError, match="no_such_table"):
        page("## A page\n\n{{no_such_table}}\n")


def test_everything_is_on_the_page(made):
    cells = rows(made)
    for names in (PARAMETERS, LEVERS, DAY, (f.name for f in fields(Outcomes)), (f.name for f in fields(Week)), (p.name for p in Purpose)):
        assert {f"`{name}`" for name in names} <= set(cells)
    assert {invariant.name for invariant in INVARIANTS} <= set(cells)
    for kind in ROWS.values():
        if kind in (Outcomes, Week):
            continue
        section = re.search(rf"^#### {kind.__name__}(, in `\w+`)?$.*?(?=^#)", made, re.MULTILINE | re.DOTALL)
        assert section, kind
        assert [name.strip("`") for name in rows(section[0])[2:]] == [field.name for field in fields(kind)]


def test_every_rule_is_on_the_page_with_a_sentence(made):
    assert unexplained() == []
    checks = {invariant.broken_row.__name__ for invariant in INVARIANTS}
    shown = {rule.name for rule in rules() if not rule.file.startswith(MACHINERY)} - checks
    assert {name for name in shown if f"`{name}`" not in made} == {"is_share", "is_open_by"}  # helpers of the checks


def test_every_draw_of_a_run_has_a_rule():
    assert {p.name for p in Purpose} - set(drawing_rules()) == {"WORLD_SEED", "PRIOR", "CALIBRATION", "CALIBRATION_SEED", "FACT_ERROR"}


# True to the code


def test_rules_that_the_prose_names_exist():
    named = set(re.findall(r"`(\w+)\(\)`", TEMPLATE.read_text(encoding="utf-8")))
    assert len(named) > 10
    assert named <= {rule.name for rule in rules()}


def test_commands_that_the_prose_names_are_understood():
    from lockgate.experiments.command.option import chosen

    commands = re.findall(r"`lockgate compare ([^`]+)`", TEMPLATE.read_text(encoding="utf-8"))
    assert len(commands) > 5
    for command in commands:
        words = command.split()
        policies = words[: next((place for place, word in enumerate(words) if word.startswith("--")), len(words))]
        options = list(zip(words[len(policies) :: 2], words[len(policies) + 1 :: 2], strict=True))
        assert {name for name, _ in options} <= {"--set", "--world", "--horizon", "--by"}
        world = dict(options).get("--world", "baseline")
        assert {PARAMETERS[value].grade for name, value in options if name == "--by"} <= {"S"}
        assert len(chosen(policies, world, [value for name, value in options if name == "--set"])[0]) == len(policies)


def test_links_of_the_page_lead_to_its_headings(made):
    anchors = [anchor(title) for _, title in headings(made)]
    assert len(set(anchors)) == len(anchors)
    links = set(re.findall(r"\]\(#([^)]+)\)", made))
    assert links <= set(anchors)
    assert set(anchors) <= links
    for file in re.findall(r"\]\(([^#)]+)\)", made):
        assert (PAGE.parent / file).exists()


# The command


def test_the_command_prints_and_writes_the_page(tmp_path, made):
    assert call().stdout == made
    file = tmp_path / "odd.md"
    assert call("--out", file).exit_code == 0
    assert file.read_bytes().decode() == made


@pytest.mark.parametrize(("name", "said"), [(".", "is a folder; name a file"), ("none/odd.md", "there is no folder")])
def test_a_place_that_cannot_hold_it_is_refused_in_one_sentence(tmp_path, name, said):
    done = call("--out", tmp_path / name)
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert said in done.stderr
