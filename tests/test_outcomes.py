"""An outcome is written in one place: its annotation says all that is known of it, and no other file lists outcomes."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest

from lockgate.experiments.results.intervals import change, level
from lockgate.experiments.text.verdict import censored, table_column
from lockgate.sim.model.measures import WEEK_END, WEEKLY, Week
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES, Outcomes, Traits, outcome_of
from lockgate.sim.rules.row import Field, dtype
from tests.checkout import FOLDERS, ROOT, copied, said_by

MODULE = "lockgate.sim.model.outcomes"
MANY = 3  # outcomes in one list, set, tuple or dictionary
# What the government does is left out where two policies that differ in nothing else are compared: that is of this check alone.
LISTS = {("experiments/evidence/reductions/release.py", "asked"), ("experiments/evidence/reductions/release.py", "waiting")}
ANNOTATION = 'Annotated[Count, "of actors, twice", Traits(better="high", headline=True, tabled=True, short="bans twice")] = 0'


def named(node: ast.AST) -> list[str]:
    """The outcomes that a list, set, tuple or dictionary names."""
    entries = node.keys if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.List | ast.Set | ast.Tuple) else []
    names = [entry.value for entry in entries if isinstance(entry, ast.Constant) and isinstance(entry.value, str)]
    return [name for name in names if name in OUTCOMES or name in WEEKLY]


def test_no_file_keeps_a_list_of_outcomes():
    found = {
        (path.relative_to(ROOT).as_posix(), names[0])
        for package in FOLDERS for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if len(names := named(node)) >= MANY
    }  # fmt: skip
    assert found == LISTS


def test_annotations_do_not_change_records():
    assert dtype(Outcomes).names == tuple(OUTCOMES)
    assert dtype(Week).names == (WEEK_END.name, *WEEKLY)
    assert {dtype(Outcomes)[name].str for name in OUTCOMES} == {"<f8", "<i8", "|b1"}


def test_names_and_traits_hang_together():
    assert HEADLINES[0] == "model_enabled_harm"  # the one that the chart of differences speaks of
    assert next(series for series in WEEKLY.values() if series.headline).name == "harm"  # and that of weeks
    for known in (*OUTCOMES.values(), *WEEKLY.values()):
        assert all((known.short, known.long, known.word))
        assert known.help.endswith(f": {known.meaning}.")
        assert known.better in {"low", "high", "neither"}
        assert not known.censored_by or known.censored_by in OUTCOMES
    for known in OUTCOMES.values():
        assert not (known.headline or known.tabled) or known.better != "neither"


@pytest.mark.parametrize(("better", "share"), [("low", 0.25), ("high", 0.75), ("neither", float("nan"))])
def test_the_direction_stands_in_the_annotation(better, share):
    known = outcome_of(Field("n", float, "count", "of all", 0.0, (Traits(better=better),)))
    found = change(known, np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 0.0]))
    assert found["better_share"] == pytest.approx(share, nan_ok=True)


def test_a_heavy_tail_stands_in_the_annotation():
    values = np.arange(30.0) ** 3
    light, heavy = (outcome_of(Field("n", float, "US$", "of all", 0.0, (Traits(heavy_tail=tail),))) for tail in (False, True))
    assert "median" not in level(light, values)
    assert level(heavy, values)["median"] == np.median(values)


def test_what_ended_first_is_a_lower_bound_in_the_table():
    for name in (name for name, known in OUTCOMES.items() if known.censored_by):
        known = OUTCOMES[name]
        by = OUTCOMES[known.censored_by]
        late = level(by, np.array([0.0, 1.0, 2.0, 0.0]) > 0 if by.type is bool else np.array([0.0, 1.0, 2.0, 0.0]))
        assert censored(known, {by.name: late}) == 0.5


@pytest.mark.parametrize(
    ("unit", "kind", "said"),
    [
        ("US$", float, ("US$ thousand", "2,500")),
        ("share", float, ("%", "250,000,000")),
        ("yes or no", bool, ("%", "250,000,000")),
        ("months of frontier progress", float, ("months", "2,500,000")),
        ("count", int, ("", "2,500,000")),
        ("days", float, ("days", "2,500,000")),
    ],
)
def test_every_unit_has_a_column(unit, kind, said):
    known = outcome_of(Field("n", kind, unit, "of all", kind(0), (Traits(tabled=True),)))
    found = table_column(known, [{"mean": 2.5e6, "difference": {"low": None}}])
    assert (found.unit, found.mean({"mean": 2.5e6})) == said
    assert found.heading == f"\nn\n{said[0]}"


def test_an_outcome_is_added_in_one_file(tmp_path):
    found = said_by(added(tmp_path), "-c", f"from {MODULE} import HEADLINES, OUTCOMES; print('bans_twice' in OUTCOMES, HEADLINES[-1])")
    assert found == "True bans_twice\n"
    assert "Bans twice: of actors, twice." in said_by(tmp_path, "-m", "lockgate.experiments", "show", "bans_twice")


@pytest.mark.full
def test_an_outcome_that_is_added_is_compared_and_stored(tmp_path):
    folder = tmp_path / "found"
    asked = ("open-release", "withhold", "--draws=3", "--horizon=60", "--seed=5", f"--out={folder}")
    table = said_by(added(tmp_path), "-m", "lockgate.experiments", "compare", *asked)
    assert "twice" in table.split("better in")[0]
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    found = summary["policies"]["withhold"]
    assert found["bans_twice"]["mean"] == 2 * found["bans"]["mean"] > 0
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    told = [field for resource in package["resources"] for field in resource["schema"]["fields"] if field["name"] == "bans_twice"]
    assert "Bans twice: of actors, twice." in json.dumps(told)


def added(place: Path) -> Path:
    """A copy of the program in which one file has one outcome more."""
    path = copied(place) / "lockgate" / "sim" / "model" / "outcomes.py"
    before = path.read_text("utf-8")
    after = before.replace("\n\n\nOUTCOMES =", f"\n    bans_twice: {ANNOTATION}\n\n\nOUTCOMES =", 1)
    after = after.replace("    out.bans, ", "    out.bans_twice = 2 * score.bans\n    out.bans, ", 1)
    assert after.count("bans_twice") == before.count("bans_twice") + 2
    path.write_text(after, "utf-8")
    return place
