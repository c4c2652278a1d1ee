"""Studies: what a file may say, the sentence for each thing that it may not, and the points of each design."""

import itertools
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.study.design import count, points, unit_sample
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.load import FOLDER, hull, list_studies, load_study
from lockgate.experiments.study.schema import file_schema, json_schema
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS, Uniform
from lockgate.sim.model.policy import LEVERS
from tests.sizes import size

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "experiments" / FOLDER).glob("*.toml"))
PAIR = ["open-release", "staged-preview"]
DATED = 'policies = ["open-release", "directive-revocation"]\n'
TWO_STEPS = 'summary = "Away and back."\n[[timeline]]\nday = 3\ndirective = true\n[[timeline]]\nday = 30\nrestore = true\nreviewers = 9\n'
TWICE = 'summary = "Twice."\n[[timeline]]\nday = 3\nreviewers = 9\n[[timeline]]\nday = 9\nreviewers = 1\n'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a study into an empty folder, with policies of its own beside it. It has a summary and two policies unless it says so."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "back.toml").write_text(TWO_STEPS)
    (tmp_path / "twice.toml").write_text(TWICE)

    def write(text, name="mine.toml"):
        head = "" if "summary" in text else 'summary = "A test."\n'
        head += "" if "policies" in text else f"policies = {json.dumps(PAIR)}\n"
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + text, encoding="utf-8")
        return file

    return write


@pytest.fixture
def study(write):
    """The study that a text describes."""
    return lambda text: load_study(write(text))


def sentence(call, *arguments):
    """The one sentence with which a call refuses its input."""
    with pytest.raises(InputError) as caught:
        call(*arguments)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert not any(word in said for word in ("pydantic", "Input should", "validation error", "Errno", "Traceback", "(value)", "(levels)"))
    return said


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="lockgate")


# What a file says


def test_defaults(study):
    found = study("")
    assert (found.name, found.summary, found.story) == ("mine", "A test.", "")
    assert [policy.name for policy in found.policies] == PAIR
    assert [world.name for world in found.worlds] == ["baseline"]
    assert (found.draws, found.seed, found.horizon_days, found.fixed, found.check) == (500, 1, 540, False, False)
    assert found.outcomes == tuple(OUTCOMES)
    assert (found.series, found.time_limit_seconds, found.stop, found.factors) == ((), None, None, ())
    assert (found.points, found.point_count, found.design) == ({}, 1, {"kind": "grid"})
    assert found.policies_at(0) == found.policies


def test_everything_that_a_file_can_say(study):
    found = study("""
        summary = "All of it."
        story = "Because."
        policies = ["open-release", "back.toml"]
        worlds = ["baseline", "race"]
        draws = 20
        seed = 7
        horizon_days = 90
        fixed = true
        outcomes = ["incidents", "leaks"]
        series = ["harm"]
        check = true
        time_limit_seconds = 1.5
        [design]
        kind = "saltelli"
        points = 4
        second_order = true
        [levers]
        reviewers = { low = 1, high = 20 }
        preview_days = 30
        [dates]
        restore = [20, 40]
        directive = 5
        [uncertainties]
        leak_hazard = { low = 0.0, high = 0.01 }
        pace = 1.5
        uplift = "prior"
        [switches]
        race_information = ["private", "public"]
        theft_on = false
        [stop]
        outcome = "incidents"
        half_width = 2
        every = 10
        """)
    assert [factor.column for factor in found.factors] == ["leak_hazard", "uplift", "race_information", "reviewers", "restore_day"]
    assert [factor.role for factor in found.factors] == ["parameter"] * 3 + ["lever", "date"]
    assert found.design == {"kind": "saltelli", "points": 4, "second_order": True}
    assert found.point_count == 4 * (2 * 5 + 2)
    assert found.run_count == 48 * 2 * 2 * 20
    assert (found.draws, found.seed, found.horizon_days, found.fixed, found.check) == (20, 7, 90, True, True)
    assert (found.outcomes, found.series, found.time_limit_seconds, found.story) == (("incidents", "leaks"), ("harm",), 1.5, "Because.")
    assert (found.stop.outcome, found.stop.half_width, found.stop.half_width_share, found.stop.every) == ("incidents", 2.0, None, 10)
    assert [policy.levers["preview_days"] for policy in found.policies] == [30, 30]
    assert [day for day, _ in found.policies[1].timeline] == [5, 30]
    for world in found.worlds:
        assert world.central()["pace"] == 1.5
        assert not {"pace", "theft_on"} & set(world.sampled)
        assert world.central()["theft_on"] is False


def test_one_value_is_held_and_a_list_of_one_is_a_factor(study):
    assert study("[levers]\nreviewers = 7").factors == ()
    found = study("[levers]\nreviewers = [7]")
    assert found.points == {"reviewers": (7,)}
    assert found.policies[0].levers == {}
    assert [policy.levers["reviewers"] for policy in found.policies_at(0)] == [7, 7]


def test_paths_are_relative_to_the_study(write):
    folder = write("", "deep/mine.toml").parent
    (folder / "policy.toml").write_text(TWO_STEPS)
    (folder / "place.toml").write_text('summary = "A world."\n[parameters]\npace = 2.0')
    found = load_study(write('policies = ["policy.toml", "open-release"]\nworlds = ["./place.toml"]', "deep/mine.toml"))
    assert [policy.name for policy in found.policies] == ["policy", "open-release"]
    assert found.worlds[0].central()["pace"] == 2.0


def test_values_have_the_type_of_the_factor(study):
    switches = "[switches]\nfeedback = ['full']\ntheft_on = [true]"
    found = study(f"[uncertainties]\npace = [1, 2]\nlabs = [3]\n{switches}\n[levers]\nmandatory = [1]")
    assert {name: repr(values) for name, values in found.points.items()} == {
        "pace": "(1.0, 2.0)", "labs": "(3, 3)", "feedback": "(1, 1)", "theft_on": "(True, True)", "mandatory": "(1.0, 1.0)",
    }  # fmt: skip
    assert found.parameters_at(1) == {"pace": 2.0, "labs": 3, "feedback": 1, "theft_on": True}


# What a file may not say

PREVIEW = "0 to 3650 (days between partner access and public access)"
WIDE_LEVERS = ("preview_days", "wave_partners", "partners_max", "reviewers")
WIDE = "\n".join(f"{name} = {{ low = 0, high = 1000, steps = 101 }}" for name in WIDE_LEVERS)
REFUSED = [
    # Settings at the head
    ('summary = ""', "summary = \"\" must be one sentence in quotes"),
    ('policies = ["open-release"]\nsummary = 3', "summary = 3 must be one sentence in quotes"),
    ('summary = "x"\npolicies = []', 'policies = [] must be a list of names or paths, such as ["open-release", "mine.toml"]'),
    ('policies = "open-release"', 'policies = "open-release" must be a list of names or paths'),
    ('policies = [3]', "policies[0] = 3 must be a list of names or paths"),
    ('policies = ["open-relase"]',
     'unknown policy "open-relase", `lockgate list` names all, and a path to a file ends in .toml; did you mean "open-release"?'),
    ('policies = ["none.toml"]', 'none.toml": no such file, check the path'),
    ('policies = ["open-release", "open-release"]',
     'policies[1] = "open-release" is the second of the name "open-release", drop or rename one of them'),
    ("worlds = []", 'worlds = [] must be a list of names or paths, such as ["baseline", "mine.toml"]'),
    ('worlds = ["rac"]', 'unknown world "rac", `lockgate list` names all, and a path to a file ends in .toml; did you mean "race"?'),
    ('worlds = ["race", "race"]', 'worlds[1] = "race" is the second of the name "race"'),
    ("draws = 0", "draws = 0 must be 1 to 100000 (draws at each point"),
    ("draws = 100001", "draws = 100001 must be 1 to 100000"),
    ("draws = 2.0", "draws = 2.0 must be a whole number, 1 to 100000"),
    ("seed = -1", "seed = -1 must be a whole number, 0 to 9007199254740991"),
    ("horizon_days = 3651", "horizon_days = 3651 must be 1 to 3650 (days that a run lasts)"),
    ("fixed = 1", "fixed = 1 must be true or false (parameters that are not varied stay"),
    ('check = "no"', 'check = "no" must be true or false'),
    ("time_limit_seconds = 0", "time_limit_seconds = 0 must be a number above 0 (seconds that one run may take)"),
    ("time_limit_seconds = inf", "time_limit_seconds = inf must be a number above 0"),
    ('outcomes = ["incident"]',
     'outcomes[0] = "incident" is no known outcome, see `lockgate show incidents` for one; did you mean "incidents"?'),
    ("outcomes = []", 'outcomes = [] must be a list of outcomes, such as ["model_enabled_harm", "incidents"]'),
    ('outcomes = ["leaks", "leaks"]', 'outcomes[1] = "leaks" is listed twice, drop one of them'),
    ('series = ["day"]', 'series[0] = "day" is no known weekly series, allowed are harm, incidents, '),
    ("drwas = 3", 'drwas = 3 is no known key here, allowed are summary, story, policies, '),
    ("points = 4", "points = 4 is no known key here, it belongs in [design]"),
    ("preview_days = 4", "preview_days = 4 is no known key here, it belongs in [levers]"),
    ('extends = "x"', 'extends = "x" is no known key here, it belongs in a policy of its own file'),
    ("[parameters]\npace = 1", "it belongs in a world of its own file; a study has [uncertainties] and [switches]"),
    # Levers
    ("levers = 3", "levers = 3 must be a table headed [levers]"),
    ("[levers]\npreview_day = [1]", 'preview_day = [1] is no known lever here, `lockgate list` names all; did you mean "preview_days"?'),
    ("[levers]\npace = [1]", "pace = [1] is no known lever here, it belongs in [uncertainties]"),
    ("[levers]\nfeedback = ['full']", "it belongs in [switches]"),
    ("[levers]\ndraws = 3", "draws = 3 is no known lever here, it belongs at the head of the file, above every [table]"),
    ("[levers]\npreview_days = [1, -3]", f"preview_days[1] = -3 must be {PREVIEW}"),
    ("[levers]\npreview_days = [1.5]", f"preview_days[0] = 1.5 must be a whole number, {PREVIEW}"),
    ("[levers]\npreview_days = 1.5",
     f"preview_days = 1.5 must be a whole number, {PREVIEW}, a list of these, or a range {{ low = 1, high = 3 }}"),
    ("[levers]\npreview_days = []", "preview_days = [] must have one level or more, or be left out"),
    ("[levers]\npreview_days = [1, 2, 1]", "preview_days[2] = 1 is listed twice, drop one of them"),
    ('[levers]\npreview_days = "prior"', f'preview_days = "prior" must be a whole number, {PREVIEW}, a list of these'),
    ("[levers]\npreview_days = { low = 1 }", f"preview_days.high is missing, it must be a whole number, {PREVIEW}"),
    ("[levers]\npreview_days = { low = -1, high = 2 }", f"preview_days.low = -1 must be {PREVIEW}"),
    ("[levers]\npreview_days = { low = 1, high = 2, stps = 3 }",
     'preview_days.stps = 3 is no known key here, allowed are low, high, steps, policies; did you mean "steps"?'),
    ("[levers]\npreview_days = { low = 3, high = 3, steps = 2 }",
     "preview_days = { low = 3, high = 3, steps = 2 } must have low < high, give one value"),
    ("[levers]\npreview_days = { low = 1, high = 3 }", "preview_days is a range without levels for a grid, add steps = 5 or list levels"),
    ("[levers]\npreview_days = { low = 1, high = 3, steps = 1 }",
     "preview_days.steps = 1 must be a whole number, 2 to 1000000 (levels, evenly spaced"),
    ("[levers]\npreview_days = { low = 1, high = 3, steps = 4 }",
     "preview_days has equal levels once 1 to 3 in 4 steps are rounded, take fewer steps"),
    ("[levers]\napprovals = [1]", "approvals[0] = 1 must be true or false (organisations may apply"),
    ("[levers]\napprovals = { low = 0, high = 1 }", "approvals = { low = 0, high = 1 } must be true or false"),
    ("[levers]\nrestore = true", 'policy "open-release": restore = true on day 0 has nothing to bring back'),
    ("[levers]\nrestore = [false, true]", 'policy "open-release" where restore = true: restore = true on day 0 has nothing to bring back'),
    # Parameters
    ("[uncertainties]\npaces = [1]", 'paces = [1] is no known parameter here, `lockgate list` names all; did you mean "pace"?'),
    ("[uncertainties]\npreview_days = [1]", "preview_days = [1] is no known parameter here, it belongs in [levers]"),
    ('[uncertainties]\nfeedback = ["full"]', 'feedback = ["full"] is no known parameter here, it belongs in [switches]'),
    ("[uncertainties]\npace = [9]", "pace[0] = 9 must be 0 to 4 (months of capability per month"),
    ("[uncertainties]\npace = [nan]", "pace[0] = nan must be 0 to 4"),
    ('[uncertainties]\npace = "prio"', 'a list of these, or a range { low = 1, high = 3 }, or "prior"'),
    ("[uncertainties]\npace = { low = 1, high = 5 }", "pace.high = 5 must be 0 to 4"),
    ('[uncertainties]\npace = "prior"', 'pace = "prior" has no levels for a grid, list some or choose one that samples, such as "lhs"'),
    ('[design]\nkind = "zip"\n[uncertainties]\npace = "prior"', 'pace = "prior" has no levels for a zip'),
    ('[design]\nkind = "lhs"\npoints = 4\n[uncertainties]\nlabs = "prior"',
     'labs = "prior" has no prior in world "baseline", give a range'),
    ('worlds = ["baseline", "race"]\n[design]\nkind = "lhs"\npoints = 4\n[uncertainties]\nenmity = "prior"',
     'enmity = "prior" differs between worlds (uniform 0.1 to 1 in "baseline" and uniform 0.9 to 1 in "race"), give a range'),
    ("[uncertainties]\nspy_share = 0.95", 'world "baseline": spy_share = 0.95 and insider_share = 0.1 together must be at most 1'),
    ("[uncertainties]\nspy_share = [0.1, 0.95]",
     'world "baseline": spy_share (which varies, as far as 0.95) and insider_share = 0.1 together'),
    ('[design]\nkind = "lhs"\npoints = 4\n[uncertainties]\nrival_gap_min_months = { low = 0, high = 4 }',
     "rival_gap_min_months (which varies, as far as 4) must not be above rival_gap_max_months (which varies, as far as 2)"),
    ("[switches]\npace = [1]", "pace = [1] is no known parameter here, it belongs in [uncertainties]"),
    ('[switches]\nfeedback = ["ful"]', 'feedback[0] = "ful" must be "none" or "full" (whether anything reacts'),
    ("[switches]\nfeedback = 1", 'feedback = 1 must be "none" or "full"'),
    ('[switches]\ntheft_on = "prior"', 'theft_on = "prior" has no prior in world "baseline", give a list such as [false, true]'),
    ('[switches]\ntheft_on = "prio"',
     'theft_on = "prio" must be true or false (spies can steal weights), a list of these, or "prior"'),
    # Dates
    ("[dates]\ndirective = [3]",
     "dates.directive moves nothing, no policy has a step of its timeline that sets directive, those of this study have no timeline"),
    (DATED + "[dates]\nrestore = [3]",
     "dates.restore moves nothing, no policy has a step of its timeline that sets restore, those of this study set directive"),
    (DATED + "[dates]\ndirectve = [3]",
     'dates.directve = [3] is no known lever here, `lockgate list` names all; did you mean "directive"?'),
    (DATED + "[dates]\npace = [3]", "dates.pace = [3] is no known lever here, it belongs in [uncertainties]"),
    (DATED + "[dates]\ndirective = [-3]", "dates.directive[0] = -3 must be 0 to 3650 (day from which the step holds"),
    (DATED + "[dates]\ndirective = [3, 3]", "dates.directive[1] = 3 is listed twice"),
    ('policies = ["twice.toml"]\n[dates]\nreviewers = [3]',
     'dates.reviewers would move one of several steps, policy "twice" sets it on days 3, 9'),
    ('policies = ["back.toml"]\n[dates]\nrestore = [2, 9]',
     'policy "back" where restore_day = 2: restore = true on day 2 has nothing to bring back'),
    ('policies = ["back.toml"]\n[dates]\nrestore = 2', 'policy "back": restore = true on day 2 has nothing to bring back'),
    ('policies = ["back.toml"]\n[dates]\nrestore = [3]',
     "restore_day = 3: directive = true and restore = true contradict each other on day 3"),
    ('policies = ["back.toml"]\n[dates]\nrestore = [9, 20]\ndirective = [3, 12]',
     "where restore_day = 9 and directive_day = 12: restore = true on day 9"),
    # Designs
    ('design = "lhs"', 'design = "lhs" must be a table headed [design], such as kind = "lhs" and points = 64'),
    ('[design]\nkind = "lhd"',
     'design.kind = "lhd" is no known kind, allowed are grid, zip, lhs, sobol, saltelli, morris, table; did you mean "lhs"?'),
    ("[design]\npoints = 4",
     'design.points = 4 is no known key of this kind of design, drop it or choose "lhs" or "sobol" or "saltelli" or "morris"'),
    ('[design]\nkind = "sobol"\npoints = 4\nlevels = 4',
     'design.levels = 4 is no known key of this kind of design, drop it or choose "morris"'),
    ('[design]\nkind = "lhs"\npints = 4', 'design.pints = 4 is no known key here, allowed are kind, points; did you mean "points"?'),
    ('[design]\nkind = "lhs"', "design.points is missing, it must be a whole number, 1 to 1000000"),
    ('[design]\nkind = "lhs"\npoints = 0', "design.points = 0 must be a whole number, 1 to 1000000"),
    ('[design]\nkind = "lhs"\npoints = 4', "the design lhs has nothing that varies, give one factor or more levels, a range or its prior"),
    ('[design]\nkind = "zip"', "the design zip has nothing that varies"),
    ('[design]\nkind = "zip"\n[levers]\nreviewers = [1, 2]\npreview_days = [1]',
     "the zip needs as many levels of each factor, reviewers has 2 and preview_days 1"),
    ('[design]\nkind = "sobol"\npoints = 12\n[levers]\nreviewers = [1]',
     "design.points = 12 must be a power of two for sobol, such as 8 or 16"),
    ('[design]\nkind = "saltelli"\npoints = 3\n[levers]\nreviewers = [1]', "design.points = 3 must be a power of two for saltelli"),
    ('[design]\nkind = "saltelli"\npoints = 4\nsecond_order = 1', "design.second_order = 1 must be true or false"),
    ('[design]\nkind = "morris"\npoints = 3\nlevels = 5', "design.levels = 5 must be an even number, 2 to 100"),
    ('[design]\nkind = "lhs"\npoints = 3\n[levers]\nreviewers = { low = 1, high = 5, steps = 3 }',
     "reviewers.steps = 3 is for grid and zip only, drop it"),
    (f"[levers]\n{WIDE}", "the design grid has 104,060,401 points, 1,000,000 are the most, take fewer levels, factors or points"),
    ('[design]\nkind = "morris"\npoints = 500001\n[levers]\nreviewers = [1]', "the design morris has 1,000,002 points"),
    # Stop
    ('[stop]\noutcome = "incidents"', "[stop] has no width, it must have exactly one of half_width and half_width_share"),
    ('[stop]\noutcome = "incidents"\nhalf_width = 1\nhalf_width_share = 1',
     "[stop] has half_width and half_width_share, it must have exactly one"),
    ('[stop]\noutcome = "incidents"\nhalf_width = 0', "stop.half_width = 0 must be a number above 0 (half of the 95 % interval"),
    ('[stop]\noutcome = "incidnts"\nhalf_width = 1', 'stop.outcome = "incidnts" is no known outcome'),
    ("[stop]\nhalf_width = 1", "stop.outcome is missing, it must be the name of an outcome in quotes"),
    ('[stop]\noutcome = "incidents"\nhalf_width = 1\nevery = 1',
     "stop.every = 1 must be a whole number, 2 to 100000 (draws between two looks)"),
    ('outcomes = ["leaks"]\n[stop]\noutcome = "incidents"\nhalf_width = 1',
     'stop.outcome = "incidents" must be one of the outcomes that are kept'),
    ('policies = ["open-release"]\n[stop]\noutcome = "incidents"\nhalf_width = 1',
     "[stop] looks at differences to the first policy, add a second policy"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "part"), REFUSED, ids=[text[-60:] for text, _ in REFUSED])
def test_refusal_names_file_key_value_and_what_is_allowed(write, text, part):
    file = write(text)
    said = sentence(load_study, file)
    assert said.startswith(f'study "{file}": ')
    assert part in said


def test_a_file_without_a_head(tmp_path):
    file = tmp_path / "mine.toml"
    for text, part in {
        "": "is empty, begin it with summary",
        'summary = "x"': "policies is missing, it must be a list",
        "[": "not TOML",
    }.items():
        file.write_text(text)
        assert part in sentence(load_study, file)


@pytest.mark.parametrize("name", ["preview-lenght", "", "no\nname"])
def test_unknown_name(name):
    said = sentence(load_study, name)
    assert said.startswith("unknown study ")
    assert ('did you mean "preview-length"?' in said) == (name == "preview-lenght")


ANYTHING = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("prior"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["low", "high", "steps", "kind", "points"]), inner),
)


@settings(max_examples=size(50, 150))
@given(section=st.sampled_from(["levers", "dates", "uncertainties", "switches", "design", "stop"]), data=st.data())
def test_anything_in_a_table_is_accepted_or_said_in_a_sentence(section, data):
    from lockgate.experiments.study.refusals import problem
    from lockgate.scenarios.schema import conforming

    names = {"design": ["kind", "points", "levels", "table"], "stop": ["outcome", "every", "half_width"]}
    known = names.get(section, [*LEVERS, *PARAMETERS])
    table = data.draw(st.dictionaries(st.sampled_from(known) | st.text(max_size=5), ANYTHING, max_size=3) | ANYTHING)
    try:
        conforming(file_schema(), {"summary": "x", "policies": PAIR, section: table}, problem)
    except InputError as error:
        said = str(error)
        assert len(said.splitlines()) == 1
        assert " must " in said or " no known " in said


# Designs

FACTORS = [
    Factor("parameter", "pace", low=0.5, high=1.5),
    Factor("parameter", "uplift", prior=PARAMETERS["uplift"].prior),
    Factor("lever", "reviewers", low=1, high=20),
    Factor("lever", "approvals", (False, True)),
    Factor("date", "directive", (3, 30, 90, 180)),
]
SAMPLED = [
    {"kind": "lhs", "points": 48},
    {"kind": "sobol", "points": 64},
    {"kind": "saltelli", "points": 8, "second_order": False},
    {"kind": "saltelli", "points": 8, "second_order": True},
    {"kind": "morris", "points": 6, "levels": 4},
]


def test_grid_has_every_combination_and_varies_the_last_fastest(study):
    found = study(
        'policies = ["back.toml"]\n[dates]\ndirective = [1, 2]\n[levers]\nreviewers = { low = 1, high = 9, steps = 3 }\n'
        "[switches]\ntheft_on = [true, false]\n[uncertainties]\npace = [2, 1]"
    )
    assert [factor.column for factor in found.factors] == ["pace", "theft_on", "reviewers", "directive_day"]
    expected = list(itertools.product((2.0, 1.0), (True, False), (1, 5, 9), (1, 2)))
    assert list(zip(*found.points.values(), strict=True)) == expected
    assert found.point_count == 24


def test_grid_keeps_the_order_of_the_file_within_a_table(study):
    assert [factor.name for factor in study("[levers]\nreviewers = [1]\nmandatory = [1.0]\nagencies = [1]").factors] == [
        "reviewers", "mandatory", "agencies",
    ]  # fmt: skip


def test_steps_are_evenly_spaced_and_rounded(study):
    found = study("[levers]\npreview_days = { low = 0, high = 10, steps = 4 }\nmandatory = { low = 0.0, high = 1.0, steps = 3 }")
    assert found.factors[0].listed() == (0, 3, 7, 10)
    assert found.factors[1].listed() == (0.0, 0.5, 1.0)


def test_zip_takes_the_kth_levels_together(study):
    found = study('[design]\nkind = "zip"\n[levers]\nreviewers = [1, 5, 9]\npreview_days = { low = 0, high = 60, steps = 3 }')
    assert list(zip(*found.points.values(), strict=True)) == [(1, 0), (5, 30), (9, 60)]


def test_lhs_has_one_point_in_each_stratum_of_each_factor():
    sample = unit_sample({"kind": "lhs", "points": 50}, 4, seed=3)
    for column in sample.T:
        assert sorted((column * 50).astype(int)) == list(range(50))


def test_sobol_has_as_many_points_in_each_part_of_each_factor_and_pair():
    sample = unit_sample({"kind": "sobol", "points": 64}, 4, seed=3)
    for column in sample.T:
        assert sorted((column * 64).astype(int)) == list(range(64))
    quarters = Counter(map(tuple, (sample[:, :2] * 2).astype(int).tolist()))
    assert set(quarters.values()) == {16}


@pytest.mark.parametrize("second_order", [False, True])
def test_saltelli_blocks_exchange_one_factor_at_a_time(second_order):
    design = {"kind": "saltelli", "points": 4, "second_order": second_order}
    sample, d = unit_sample(design, 3, seed=3), 3
    size = 2 * d + 2 if second_order else d + 2
    assert len(sample) == 4 * size == count(design, FACTORS[:3])
    for block in sample.reshape(4, size, d):
        a, b = block[0], block[-1]
        assert (a != b).all()
        for place in range(d):
            assert (block[1 + place] == np.where(np.arange(d) == place, b, a)).all()


def test_morris_changes_one_factor_at_a_time_by_the_same_step():
    design = {"kind": "morris", "points": 20, "levels": 4}
    sample = unit_sample(design, 5, seed=3)
    assert len(sample) == 20 * 6 == count(design, FACTORS)
    for trajectory in sample.reshape(20, 6, 5):
        steps = np.diff(trajectory, axis=0)
        assert (np.count_nonzero(steps, axis=1) == 1).all()
        assert np.allclose(np.abs(steps).sum(axis=0), 2 / 3)
    columns = points(design, FACTORS, seed=3)
    for first, second in itertools.pairwise(itertools.islice(zip(*columns.values(), strict=True), 6)):
        assert sum(a != b for a, b in zip(first, second, strict=True)) == 1


def test_morris_takes_the_ends_of_a_range_and_the_middles_of_equally_likely_parts_of_a_prior():
    columns = points({"kind": "morris", "points": 40, "levels": 4}, FACTORS, seed=1)
    assert {round(value, 6) for value in columns["pace"]} == {0.5, 0.833333, 1.166667, 1.5}
    prior = PARAMETERS["uplift"].prior
    assert {round(value, 6) for value in columns["uplift"]} == {round(max(prior.quantile(u), 1.0), 6) for u in (0.125, 0.375, 0.625, 0.875)}
    assert set(columns["approvals"]) == {False, True}
    assert set(columns["directive_day"]) == {3, 30, 90, 180}


@pytest.mark.parametrize("design", SAMPLED, ids=lambda design: design["kind"])
def test_sampled_designs_follow_from_the_seed_and_stay_within_bounds(design):
    once, again, other = (points(design, FACTORS, seed) for seed in (1, 1, 2))
    assert once == again
    assert all(once[factor.column] != other[factor.column] for factor in FACTORS[:3])
    for factor in FACTORS:
        values = once[factor.column]
        assert len(values) == count(design, FACTORS)
        assert {type(value) for value in values} == {factor.type}
        low, high = (1.0, 20.0) if factor.prior else factor.ends
        assert low <= min(values) < max(values) <= high


def test_levels_of_a_sampled_design_are_equally_likely():
    columns = points({"kind": "lhs", "points": 400}, FACTORS, seed=1)
    assert Counter(columns["directive_day"]) == dict.fromkeys((3, 30, 90, 180), 100)
    assert Counter(columns["approvals"]) == {False: 200, True: 200}


def test_priors_are_read_by_quantile(study):
    found = study('seed = 5\n[design]\nkind = "sobol"\npoints = 256\n[uncertainties]\ncadence_days = "prior"\nenmity = "prior"')
    world = load_world("baseline")
    sample = unit_sample(found.design, 2, seed=5)
    for place, name in enumerate(("cadence_days", "enmity")):
        assert found.points[name] == tuple(world.sample(name, u) for u in sample[:, place])
    assert np.median(found.points["cadence_days"]) == pytest.approx(PARAMETERS["cadence_days"].sample(0.5), abs=1)
    assert {type(value) for value in found.points["cadence_days"]} == {int}


def test_the_prior_is_that_of_the_world(study):
    found = study('worlds = ["race"]\n[design]\nkind = "lhs"\npoints = 32\n[uncertainties]\nenmity = "prior"')
    assert found.factors[0].prior == Uniform(0.9, 1.0)
    assert 0.9 <= min(found.points["enmity"]) < 0.91
    assert 0.99 < max(found.points["enmity"]) <= 1.0


def test_the_hull_reaches_from_the_smallest_to_the_largest_value():
    world = load_world("baseline")
    factors = [Factor("parameter", "labs", (9, 3)), Factor("parameter", "pace", low=1.0, high=2.0), Factor("lever", "reviewers", (1,))]
    table = hull(world, factors, fixed=False)
    assert (table["labs"].prior, table["pace"].prior, table["labs"].default) == (Uniform(3, 9), Uniform(1.0, 2.0), 3)
    assert table["uplift"] == world.parameters["uplift"]
    assert hull(world, factors, fixed=True)["uplift"].prior is None


def test_what_does_not_vary_may_be_fixed_where_its_prior_would_contradict(study):
    gap = "[uncertainties]\nrival_gap_min_months = [0.5, 2.5]"
    with pytest.raises(InputError, match="must not be above rival_gap_max_months"):
        study(gap)
    assert study(f"fixed = true\n{gap}").point_count == 2


# Dates and levers


def test_dates_move_the_steps_of_the_policies_that_have_them(study):
    found = study('policies = ["open-release", "directive-revocation", "back.toml"]\n[dates]\ndirective = [1, 9]')
    assert found.factors[0].column == "directive_day"
    for point, day in enumerate((1, 9)):
        released, revoked, back = found.policies_at(point)
        assert released == load_policy("open-release")
        assert revoked.timeline == ((day, {"directive": True}),)
        assert back.timeline == ((day, {"directive": True}), (30, {"reviewers": 9, "restore": True}))


def test_a_date_moves_one_lever_of_a_step_and_leaves_the_rest(study):
    (policy,) = study('policies = ["back.toml"]\n[dates]\nreviewers = [60]').policies_at(0)
    assert policy.timeline == ((3, {"directive": True}), (30, {"restore": True}), (60, {"reviewers": 9}))


def test_levers_hold_from_day_0_in_every_policy(study):
    found = study('policies = ["open-release", "back.toml"]\n[levers]\nreviewers = [1, 7]\ndark_days = [5]')
    assert list(found.points) == ["reviewers", "lever_dark_days"]
    released, back = found.policies_at(1)
    assert released.levers == {"reviewers": 7, "dark_days": 5}
    assert back.phases()["reviewers"].tolist() == [7, 7, 9]


# A table of points made elsewhere

TABLE = """\
preview_days,directive_day,feedback,theft_on,pace,lever_dark_days
14,3,none,true,0.5,5
30,10,1,FALSE,2,5.0
14,3,full,false,1e0,19
"""


def tabled(write, text, more=""):
    (write("").parent / "points.csv").write_text(text, encoding="utf-8")
    return load_study(write(DATED + '[design]\nkind = "table"\ntable = "points.csv"\n' + more))


def test_table_round_trip(write):
    found = tabled(write, TABLE, "[uncertainties]\nuplift = 3")
    assert [(factor.role, factor.name) for factor in found.factors] == [
        ("parameter", "feedback"), ("parameter", "theft_on"), ("parameter", "pace"),
        ("lever", "preview_days"), ("lever", "dark_days"), ("date", "directive"),
    ]  # fmt: skip
    assert found.points == {
        "feedback": (0, 1, 1), "theft_on": (True, False, False), "pace": (0.5, 2.0, 1.0),
        "preview_days": (14, 30, 14), "lever_dark_days": (5, 5, 19), "directive_day": (3, 10, 3),
    }  # fmt: skip
    assert {name: {type(value) for value in values} for name, values in found.points.items()} == {
        factor.column: {factor.type} for factor in found.factors
    }
    assert found.factors[2].levels == (0.5, 1.0, 2.0)
    assert found.policies_at(1)[1].timeline == ((10, {"directive": True}),)
    assert found.worlds[0].central()["uplift"] == 3
    rows = [",".join(found.points), *(",".join(map(str, row)) for row in zip(*found.points.values(), strict=True))]
    assert tabled(write, "\n".join(rows)).points == found.points


BAD_TABLES = [
    ("", 'table "points.csv" is empty, give it a header of factors and a row for each point'),
    ("pace\n", "has a header and no points, add a row for each"),
    ("paces\n1",
     'column "paces" is no known factor, it must be a parameter, a lever, or a lever\'s date such as directive_day; did you mean "pace"?'),
    ("dark_days\n1", 'column "dark_days" is no known factor'),
    ("pace,pace\n1,1", 'has the column "pace" twice, drop one of them'),
    ("pace,labs\n1,2\n1", "row 3 has 1 cells and the header 2, each point needs a value of each factor"),
    ("pace\n1\n\n2", "row 3 has 0 cells and the header 1"),
    ("pace\n1\nfast", 'row 3: pace = "fast" must be a number, 0 to 4'),
    ("pace\n1_0", 'row 2: pace = "1_0" must be a number, 0 to 4'),
    ("pace\n", "no points"),
    ("pace\nnan", 'row 2: pace = "nan" must be a number, 0 to 4'),
    ("pace\n4.5", "row 2: pace = 4.5 must be 0 to 4"),
    ("pace\ninf", "row 2: pace = inf must be 0 to 4"),
    ("labs\n2.5", "row 2: labs = 2.5 must be a whole number, 1 to 20"),
    ("theft_on\n1", 'row 2: theft_on = "1" must be true or false'),
    ("feedback\nful", 'row 2: feedback = "ful" must be "none" or "full"'),
    ("feedback\n2", 'row 2: feedback = 2.0 must be "none" or "full"'),
    ("restore_day\n4", "dates.restore moves nothing"),
    ('pace\n"1', "row 2 is not CSV"),
    ("spy_share\n0.95", "together must be at most 1"),
]


@pytest.mark.parametrize(("text", "part"), BAD_TABLES, ids=[text for text, _ in BAD_TABLES])
def test_refused_table(write, text, part):
    said = sentence(tabled, write, text)
    assert said.startswith('study "')
    assert part in said


def test_what_a_table_leaves_to_the_study(write):
    said = sentence(tabled, write, "labs\n3", "[uncertainties]\npace = [1]")
    assert "pace in [uncertainties] must be one value beside a table of points" in said
    said = sentence(tabled, write, "labs\n3", "[uncertainties]\nlabs = 4")
    assert "labs is held in [uncertainties] and varied by the table of points" in said
    assert '"none.csv", as seen from the study: no such file' in sentence(load_study, write('[design]\nkind = "table"\ntable = "none.csv"'))
    (write("").parent / "points.csv").write_bytes(b"pace\n\xff")
    assert "is not UTF-8 at byte 5" in sentence(load_study, write('[design]\nkind = "table"\ntable = "points.csv"'))


# Built-in studies


def test_there_are_studies_and_their_names_are_their_own():
    assert len(list_studies()) == len(FILES) >= 6
    others = {*list_policies(), *list_worlds(), *PARAMETERS, *LEVERS, *OUTCOMES, "day"}
    assert not others & set(list_studies())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_built_in_study_loads_tells_its_story_and_runs_in_minutes(file):
    found = load_study(file.stem)
    assert found == load_study(file)
    assert (found.name, found.summary.endswith("?")) == (file.stem, True)
    assert len(tomllib.loads(file.read_text(encoding="utf-8"))["story"]) > 80
    assert 5_000 <= found.run_count <= 60_000
    assert len(found.policies) >= 2


def without_effect(found):
    """The factors of a study that change no outcome of any of its policies, in a few draws of its first world."""
    ensemble = draw_worlds(found.worlds[0], 6, found.seed)

    def run(point, other, factor):
        """Outcomes at a point, with one factor as at another."""
        columns = found.points.items()
        moved = {column: (values[point],) for column, values in columns} | {factor.column: (found.points[factor.column][other],)}
        there = type(found)(**{**vars(found), "points": moved})
        worlds = ensemble.worlds.copy()
        for parameter, value in there.parameters_at(0).items():
            worlds[parameter] = value
        return simulate(worlds, there.policies_at(0), ensemble.seeds, found.horizon_days, threads=1).outcomes

    still = []
    for factor in found.factors:
        values = found.points[factor.column]
        low, high = values.index(min(values)), values.index(max(values))
        # Around several points, for a lever may act only where others leave it room.
        if all((run(point, low, factor) == run(point, high, factor)).all() for point in {0, found.point_count // 2, found.point_count - 1}):
            still.append(factor.column)
    return still


@pytest.mark.parametrize("name", list_studies())
def test_what_a_built_in_study_varies_acts_on_its_policies(name):
    assert without_effect(load_study(name)) == []


def test_a_lever_without_effect_is_noticed(study):
    """Neither policy holds open weights back; a preview is a staged preview's."""
    assert without_effect(study("horizon_days = 60\n[levers]\nhold_days = [0, 100]\npreview_days = [0, 30]")) == ["hold_days"]


# Commands


def test_list_shows_studies_and_stays_light():
    run = "app(['list'], standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    program = f"import sys; from lockgate.experiments.cli import app; {run}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert all(name in done.stdout for name in ("Studies", *list_studies()))
    assert not {"numba", "scipy", "SALib", "pandas"} & set(done.stderr.split())
    content = json.loads(call("list", "--json").stdout)
    assert content["studies"]["preview-length"]["points"] == "35"


@pytest.mark.parametrize("name", list_studies())
def test_show_a_study(name):
    found = load_study(name)
    said = call("show", name).stdout
    flat = " ".join(said.split())
    assert said.startswith(f"{name}  (study)\n")
    assert all(part in said for part in (*(factor.column for factor in found.factors), f"{found.run_count:,}"))
    assert f"{found.policies[0].name}, {found.policies[1].name}" in flat
    assert ("or fewer" in flat) == (found.stop is not None)
    assert json.loads(call("show", name, "--json").stdout)["kind"] == "study"


def test_show_says_what_is_held(write):
    write('[design]\nkind = "lhs"\npoints = 3\n[levers]\nreviewers = 7\npreview_days = [1, 2]\n[switches]\nfeedback = "none"')
    flat = " ".join(call("show", "mine.toml").stdout.split())
    assert 'held feedback = "none", reviewers = 7' in flat
    assert "design lhs (points 3)" in flat


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("draws = 200\n[levers]\npreview_days = [0, 7, 14]\nreviewers = [1, 2, 5, 9]",
         "2 policies in 1 world at 12 points, 200 draws: 4,800 runs"),
        ('policies = ["withhold"]\ndraws = 1\nworlds = ["race"]', "1 policy in 1 world at 1 point, 1 draw: 1 run"),
        ('draws = 50\n[stop]\noutcome = "leaks"\nhalf_width = 3', "2 policies in 1 world at 1 point, 50 draws: 100 runs, or fewer"),
    ],
)  # fmt: skip
def test_validate_says_how_many_runs(write, text, said):
    write(text)
    assert call("validate", "mine.toml").stdout == f"mine.toml is valid: a study of {said}.\n"


@pytest.mark.parametrize(
    "text",
    [
        'summary = "x"\n[dates]\ndirective = 3',
        'summary = "x"\n[levers]\nreviewers = 3\n[stop]\nevery = 3',
        'policies = ["x"',
        "[uncertainties\n",
    ],
)
def test_validate_recognises_a_study_even_where_it_is_wrong(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(text)
    done = call("validate", "mine.toml")
    assert done.exit_code == 2
    assert done.stderr.startswith('lockgate: study "mine.toml": ')


def test_schema_has_every_lever_and_parameter_with_bounds():
    schema = json.loads(call("schema", "study").stdout)
    assert schema == json.loads(json.dumps(json_schema(), allow_nan=False))
    assert (schema["title"], schema["required"]) == ("Study", ["summary", "policies"])
    tables = {name: schema["$defs"][schema["properties"][name]["$ref"].rsplit("/", 1)[1]]["properties"] for name in ("levers", "dates")}
    assert set(tables["levers"]) == set(tables["dates"]) == set(LEVERS)
    sections = [schema["$defs"][schema["properties"][name]["$ref"].rsplit("/", 1)[1]]["properties"] for name in ("uncertainties",
                                                                                                                 "switches")]
    assert set(sections[0]) | set(sections[1]) == set(PARAMETERS)
    assert not set(sections[0]) & set(sections[1])
    value, levels, *_ = sections[0]["pace"]["oneOf"]
    assert (value["minimum"], value["maximum"], levels["items"]["maximum"]) == (0, 4, 4)
    assert all(table["additionalProperties"] is False for table in schema["$defs"].values())


# The page


def test_the_example_of_the_page_loads_and_every_study_is_on_it(write):
    page = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    first, alone, spread, dated = (load_study(write(text)) for text in examples)
    assert f"{first.point_count} points" in page
    assert f"{first.run_count:,} runs" in page
    assert f"spreads {spread.point_count} points" in page
    assert [(factor.policies, len(factor.listed())) for factor in alone.factors] == [(("staged-preview",), 3), (("partner-programme",), 3)]
    assert [factor.column for factor in dated.factors] == ["lever_dark_days", "directive_day"]
    for name in list_studies():
        found = load_study(name)
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        assert found.summary in row
        assert f"{found.point_count:,} point" in row
        assert row.endswith(f" {found.run_count:,} |")
