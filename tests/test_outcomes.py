"""An outcome is written in one place: its annotation says all that is known of it, and no other file lists outcomes."""

import ast

import numpy as np
import pytest

from lockgate.experiments.results.intervals import change, level
from lockgate.experiments.text.table import table_column
from lockgate.experiments.text.wording import censored
from lockgate.sim.model.measures import WEEK_END, WEEKLY, Week
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES, Outcomes, Traits, outcome_of
from lockgate.sim.rules.row import Field, dtype
from tests.checkout import FOLDERS, ROOT

MANY = 3  # outcomes in one list, set, tuple or dictionary
# What the government does is left out where two policies that differ in nothing else are compared: that is of this check alone.
LISTS = {("experiments/evidence/reductions/release.py", "asked"), ("experiments/evidence/reductions/release.py", "waiting")}


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
