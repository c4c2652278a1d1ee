"""Scenario files: what is built in, what a file may say, and the sentence for each thing that it may not."""

import ast
import json
import math
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lockgate
from lockgate.experiments.evidence.facts import CALIBRATION, FACTS, HELD_OUT
from lockgate.scenarios import json_schema, list_policies, list_worlds, load_policy, load_world, with_levers, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import PARAMETERS, LogNormal
from lockgate.sim.model.policy import LEVERS, Policy

POLICIES = {
    "open-release", "open-weights-release", "staged-preview", "partner-programme", "directive-revocation",
    "voluntary-protocol", "mandatory-licence", "defenders-first", "coordinated-hold", "withhold",
    "trusted-access", "guarded-release", "allied-access",
    "request-then-standard", "relative-threshold", "industry-programme",
}  # fmt: skip
WORLDS = {
    "baseline", "fast-follower", "slow-follower", "open-weight-shock", "under-resourced-testers",
    "leaky-partners", "slow-patchers", "race", "strong-attackers", "direct-effects", "calibrated",
}  # fmt: skip
PACKAGE = Path(lockgate.__file__).parent / "scenarios"
LOAD = {"policy": load_policy, "world": load_world}
FILES = [("policy", file) for file in sorted(PACKAGE.glob("policies/*.toml"))] + [
    ("world", file) for file in sorted(PACKAGE.glob("worlds/*.toml"))
]


@pytest.fixture
def write(tmp_path):
    """Write a scenario file into an empty folder; its summary comes first unless the text has one."""

    def write(text, name="mine.toml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text if "summary" in text else f'summary = "A test."\n{text}', encoding="utf-8")
        return file

    return write


def sentence(call, *arguments):
    """The one sentence with which a call refuses its input."""
    with pytest.raises(InputError) as caught:
        call(*arguments)
    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert not any(word in said for word in ("pydantic", "Input should", "validation error", "Errno", "Traceback"))
    return said


# What is built in


def test_all_policies_and_worlds_are_there():
    assert set(list_policies()) == POLICIES
    assert set(list_worlds()) == WORLDS


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_policy_is_described_and_has_phases(name):
    policy = load_policy(name)
    assert (policy.name, policy.summary.endswith(".")) == (name, True)
    assert policy.phases()["from_day"][0] == 0


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_world_is_described_and_complete(name):
    world = load_world(name)
    assert (world.name, world.summary.endswith(".")) == (name, True)
    assert list(world.central()) == list(PARAMETERS)
    assert set(world.sampled) <= set(PARAMETERS)


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda part: getattr(part, "stem", part))
def test_file_tells_its_story_and_loads_by_path_as_by_name(kind, file):
    assert len(tomllib.loads(file.read_text(encoding="utf-8"))["story"]) > 80
    assert LOAD[kind](file) == LOAD[kind](str(file)) == LOAD[kind](file.stem)


def test_the_calibrated_world_says_from_which_facts_it_is():
    """Renew the file with the command that its story names, where facts are used otherwise."""
    story = tomllib.loads((PACKAGE / "worlds" / "calibrated.toml").read_text(encoding="utf-8"))["story"]
    assert "Made by: lockgate calibrate" in story
    assert "NOT RELIABLE" not in story
    told = {line.split(" (")[0]: line.split(": ", 1)[1].rstrip(".") for line in story.splitlines() if line.startswith("Facts ")}
    of = {part: {name.split(" (")[0] for name in names.split(", ")} for part, names in told.items()}
    compared = {use: {name for name, fact in FACTS.items() if fact.use == use and fact.low is not None} for use in (CALIBRATION, HELD_OUT)}
    assert of["Facts used"] | of["Facts not used"] == compared[CALIBRATION]
    assert of["Facts held out"] == compared[HELD_OUT]


def test_reference_restricts_nothing():
    phases = load_policy("open-release").phases()
    assert len(phases) == 1
    assert all(phases[name][0] == lever.default for name, lever in LEVERS.items())


def test_baseline_is_the_table():
    world = load_world("baseline")
    assert world.central() == {name: parameter.default for name, parameter in PARAMETERS.items()}
    assert world.sampled == tuple(name for name, parameter in PARAMETERS.items() if parameter.prior)


@pytest.mark.parametrize(
    ("world", "name", "central", "lowest", "highest"),
    [
        ("fast-follower", "open_weight_lag_months", 2, 1, 3),
        ("slow-follower", "open_weight_lag_months", 10, 8, 12),
        ("leaky-partners", "leak_hazard", 5 * 1.15e-4, 0, 1),
        ("slow-patchers", "patch_tau_days", 158.6, 113, 324),
        ("slow-patchers", "never_patch_share", 0, 0, 0),
        ("under-resourced-testers", "staffing", 0.2, 0.2, 0.2),
        ("open-weight-shock", "open_shock_day", 1, 1, 1),
        ("direct-effects", "feedback", 0, 0, 0),
    ],
)
def test_world_differs_as_its_summary_says(world, name, central, lowest, highest):
    world = load_world(world)
    assert world.central()[name] == pytest.approx(central)
    assert lowest <= world.sample(name, 0.0) <= world.sample(name, 1.0) <= highest


def test_staged_preview_is_extended_not_copied():
    staged = load_policy("staged-preview").levers
    assert load_policy("defenders-first").levers == staged | {"by_criticality": True}
    assert load_policy("coordinated-hold").levers == staged | {"coordinated_hold": True, "hold_days": 90}


def test_a_relative_threshold_has_what_a_staged_preview_has_but_no_date():
    staged, dates = load_policy("staged-preview").levers, ("preview_days", "sign_offs", "extension_days", "trigger_incidents")
    relative = {"relative_threshold": True, "threshold_months": 2.0, "public_release": False}
    assert load_policy("relative-threshold").levers == {name: staged[name] for name in staged if name not in dates} | relative


def test_industry_programme_is_extended_not_copied():
    assert load_policy("industry-programme").levers == load_policy("partner-programme").levers | {"programme_all": True}


def test_request_comes_before_the_framework_and_the_standard_last():
    phases = load_policy("request-then-standard").phases()
    assert phases["framework"].tolist() == [False, True, True]
    assert phases["mandatory"].tolist() == [0.0, 0.0, 1.0]
    assert (phases["refusal_needed"] > 0).tolist() == [False, False, True]
    assert phases["asks_all"].tolist() == [False, False, False], "the framework does"


def test_directive_comes_three_days_after_the_launch_and_lasts_nineteen():
    phases = load_policy("directive-revocation").phases()
    assert phases["from_day"].tolist() == [0, 3]
    assert phases["directive"].tolist() == [False, True]
    assert phases["dark_days"].tolist() == [19, 19]


def test_package_imports_only_the_descriptions_of_sim():
    """The compiled parts of sim take seconds to import, and a scenario needs none of them."""
    allowed = {"lockgate.sim.errors", "lockgate.sim.model.parameters", "lockgate.sim.model.policy", "lockgate.sim.model.vocabulary"}
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sim":
                assert node.module in allowed, file.name


# Extending


PARENT = """
story = "before"
[levers]
case_by_case = true
preview_days = 14
[[timeline]]
day = 30
preview_days = 7
reviewers = 20
[[timeline]]
day = 60
wave_partners = 100
"""
CHILD = """
extends = "parent.toml"
[levers]
preview_days = 21
[[timeline]]
day = 90
restore = true
[[timeline]]
day = 45
directive = true
[[timeline]]
day = 30
preview_days = 3
"""
FLAT = """
[levers]
preview_days = 21
case_by_case = true
[[timeline]]
day = 30
reviewers = 20
preview_days = 3
[[timeline]]
day = 45
directive = true
[[timeline]]
day = 60
wave_partners = 100
[[timeline]]
day = 90
restore = true
"""


def test_extending_a_policy_is_the_flattened_file(write):
    write(PARENT, "parent.toml")
    child, flat = load_policy(write(CHILD)), load_policy(write(FLAT, "flat/mine.toml"))
    assert child == flat
    assert list(child.levers) == list(flat.levers)
    assert child.phases().tobytes() == flat.phases().tobytes()


def test_extending_a_world_is_the_flattened_file(write):
    write(
        '[parameters]\nleak_hazard = { times = 2 }\nenmity = { low = 0.2, mode = 0.3, high = 0.4 }\npace = 2\nfeedback = "none"',
        "parent.toml",
    )
    child = write(
        'extends = "parent.toml"\n[parameters]\nleak_hazard = { times = 3 }\nenmity = { low = 0.1, high = 0.5 }\ncadence_days = 30'
    )
    flat = write(
        '[parameters]\ncadence_days = 30\nfeedback = "none"\npace = 2.0\nenmity = { high = 0.5, low = 0.1 }\nleak_hazard = { times = 3 }',
        "flat/mine.toml",
    )
    assert load_world(child) == load_world(flat)


def test_three_generations_and_a_built_in_ancestor(write):
    write('extends = "defenders-first"\n[levers]\nreviewers = 9', "kin/middle.toml")
    policy = load_policy(write('extends = "kin/middle.toml"\n[levers]\nagencies = 1'))
    assert policy.levers == load_policy("defenders-first").levers | {"reviewers": 9, "agencies": 1}


def test_own_file_may_bear_the_name_of_what_it_extends(write):
    assert load_policy(write('extends = "withhold"', "withhold.toml")).levers == load_policy("withhold").levers


def test_child_may_take_back_an_order_of_its_parent(write):
    write("[[timeline]]\nday = 5\ndirective = true", "parent.toml")
    child = load_policy(write('extends = "parent.toml"\n[[timeline]]\nday = 5\ndirective = false'))
    assert not child.phases()["directive"].any()


def test_order_of_keys_and_comments_change_nothing(write):
    steps = FLAT.split("[[timeline]]")
    shuffled = "# a comment\n" + "[[timeline]] # another\n".join([steps[0], *reversed(steps[1:])])
    assert load_policy(write(FLAT)) == load_policy(write(shuffled))


def test_a_step_on_day_0_is_the_start(write):
    policy = load_policy(write("[levers]\nreviewers = 3\n[[timeline]]\nday = 0\npreview_days = 5"))
    assert (policy.levers, tuple(policy.timeline)) == ({"preview_days": 5, "reviewers": 3}, ())


def test_byte_order_mark_is_read_over(tmp_path):
    (tmp_path / "mine.toml").write_text('summary = "A test."', encoding="utf-8-sig")
    assert load_policy(tmp_path / "mine.toml").summary == "A test."


# What a file may not say: kind, text, and parts that the sentence must have

PREVIEW = "0 to 3650 (days between partner access and public access)"
LEAK = "0 to 1 (per day: hazard that a partner's access leaks, per day)"
DAY = "0 to 3650 (day from which the step holds"
REFUSED = [
    ("policy", "[levers]\npreview_days = -3", [f"preview_days = -3 must be {PREVIEW}"]),
    ("policy", "[levers]\npreview_days = 3651", [f"preview_days = 3651 must be {PREVIEW}"]),
    ("policy", '[levers]\npreview_days = "3"', [f'preview_days = "3" must be a whole number, {PREVIEW}']),
    ("policy", "[levers]\npreview_days = 3.0", ["preview_days = 3.0 must be a whole number"]),
    ("policy", "[levers]\npreview_days = true", ["preview_days = true must be a whole number"]),
    ("policy", "[levers]\npreview_days = 1979-05-27", ["preview_days = 1979-05-27 must be a whole number"]),
    ("policy", f"[levers]\npreview_days = 0x{'f' * 9000}", ["preview_days = 0xfff", PREVIEW]),
    ("policy", "[levers]\napprovals = 1", ["approvals = 1 must be true or false (organisations may apply"]),
    ("policy", "[levers]\nmandatory = nan", ["mandatory = nan must be 0 to 1 (share: "]),
    ("policy", "[levers]\nmandatory = -inf", ["mandatory = -inf must be 0 to 1 (share: "]),
    ("policy", "[levers]\npreview_day = 3", ["preview_day = 3 is no known lever", "`lockgate list`", 'did you mean "preview_days"?']),
    ("policy", '[levers]\n"two\\nlines" = 3', ['"two\\nlines" = 3 is no known lever']),
    ("policy", "[levers]\nleak_hazard = 3", ["leak_hazard = 3 is no known lever", "belongs in [parameters] of a world"]),
    ("policy", "preview_days = 3", ["preview_days = 3 is no known key", "belongs in [levers] of a policy"]),
    ("policy", '[levers]\nextends = "withhold"', ['extends = "withhold" is no known lever', "belongs at the head of the file"]),
    (
        "policy",
        "[lever]\nreviewers = 1",
        ["lever = { reviewers = 1 } is no known key", "allowed are summary, story", 'did you mean "levers"?'],
    ),
    ("policy", "[parameters]\npace = 1", ["parameters = { pace = 1 } is no known key", "belongs in a world"]),
    ("policy", "levers = 3", ["levers = 3 must be a table of levers"]),
    ("policy", "timeline = 3", ["timeline = 3 must be steps"]),
    ("policy", "timeline = [3]", ["timeline[0] = 3 must be a table"]),
    ("policy", "story = 3", ["story = 3 must be text in quotes"]),
    ("policy", 'summary = " "', ['summary = " " must be one sentence']),
    ("policy", 'story = "no summary"', []),
    ("policy", "[[timeline]]\nreviewers = 3", ["timeline[0].day is missing", DAY]),
    ("policy", "[[timeline]]\nday = 3651", ["timeline[0].day = 3651", DAY]),
    ("policy", "[[timeline]]\nday = -1", ["timeline[0].day = -1", DAY]),
    ("policy", "[[timeline]]\nday = 1\n[[timeline]]\nday = 2\npreview_days = -3", [f"timeline[1].preview_days = -3 must be {PREVIEW}"]),
    ("policy", "[[timeline]]\nday = 1\npreview_day = 3", ["timeline[0].preview_day = 3", 'did you mean "preview_days"?']),
    (
        "policy",
        "[[timeline]]\nday = 2\nreviewers = 3\n[[timeline]]\nday = 2\nreviewers = 4",
        ["timeline[1].reviewers = 4 contradicts timeline[0].reviewers = 3 on the same day 2", "keep only one"],
    ),
    ("policy", "[levers]\nreviewers = 3\n[[timeline]]\nday = 0\nreviewers = 4", ["timeline[0].reviewers = 4 contradicts reviewers = 3"]),
    ("policy", "[[timeline]]\nday = 2\ndirective = true\nrestore = true", ["directive = true and restore = true", "day 2", "move one"]),
    ("policy", "[[timeline]]\nday = 2\nrestore = true", ["restore = true on day 2", "directive = true or revocation = true"]),
    ("policy", "[[timeline]]\nday = 2\nrestore = true\n[[timeline]]\nday = 3\ndirective = true", ["restore = true on day 2"]),
    ("policy", 'extends = "opn-release"', ['extends = "opn-release" is no built-in policy', 'did you mean "open-release"?']),
    ("policy", 'extends = "nope.toml"', ["nope.toml", "no such file"]),
    ("policy", 'extends = "mine.toml"', ['extends = "mine.toml" leads in a circle']),
    ("policy", 'extends = "/etc/passwd"', ['extends = "/etc/passwd" must be a relative path that stays below this file\'s folder']),
    ("policy", 'extends = "../mine.toml"', ['extends = "../mine.toml" must be a relative path']),
    ("policy", 'extends = "a\\u0000/b.toml"', ["must be a relative path"]),
    ("policy", 'extends = ""', ['extends = "" must be the name']),
    ("policy", "a = = 3", ["not TOML", "line 2"]),
    ("policy", "story = '1'\nstory = '2'", ["not TOML"]),
    ("policy", "a = " + "[" * 100_000, ["not TOML"]),
    ("policy", "a = " + "9" * 5000, ["not TOML"]),
    ("world", "[parameters]\nleak_hazard = -1", [f"leak_hazard = -1 must be {LEAK}"]),
    ("world", '[parameters]\nleak_hazard = "1"', [f'leak_hazard = "1" must be a number, {LEAK}, or a prior such as']),
    ("world", "[parameters]\nleak_hazard = true", ["leak_hazard = true must be a number"]),
    ("world", "[parameters]\nleak_hazard = inf", [f"leak_hazard = inf must be {LEAK}"]),
    ("world", "[parameters]\nleak_hazard = [0, 1]", ["leak_hazard = [0, 1] must be a number", "or a prior such as { low"]),
    ("world", "[parameters]\nleak_hazrd = 1", ["leak_hazrd = 1 is no known parameter", 'did you mean "leak_hazard"?']),
    ("world", "[parameters]\nleak_hazard = { low = 0.1 }", ["leak_hazard.high is missing", LEAK]),
    ("world", "[parameters]\nleak_hazard = { low = 0.3, high = 0.2 }", ["{ low = 0.3, high = 0.2 } must have low <= high"]),
    ("world", "[parameters]\nleak_hazard = { low = 0.1, mode = 0.3, high = 0.2 }", ["must have low <= mode <= high", LEAK]),
    ("world", "[parameters]\nleak_hazard = { low = 0.1, mode = 0.0, high = 0.2 }", ["must have low <= mode <= high"]),
    ("world", "[parameters]\nleak_hazard = { low = -1, high = 0.2 }", [f"leak_hazard.low = -1 must be {LEAK}"]),
    ("world", "[parameters]\nleak_hazard = { low = 0, high = nan }", [f"leak_hazard.high = nan must be {LEAK}"]),
    ("world", '[parameters]\nleak_hazard = { low = 0, high = "1" }', [f'leak_hazard.high = "1" must be a number, {LEAK}']),
    ("world", "[parameters]\nleak_hazard = { lo = 0, high = 1 }", ["leak_hazard.lo = 0 is no known key", 'did you mean "low"?']),
    ("world", "[parameters]\nleak_hazard = { median = 0.2, low = 0.3, high = 0.4 }", ["must have 0 < low <= median <= high", LEAK]),
    ("world", "[parameters]\nleak_hazard = { median = 0.2, low = 0, high = 0.4 }", ["high = 0.4 } must have 0 < low"]),
    ("world", "[parameters]\nleak_hazard = { median = 2, low = 0.1, high = 0.4 }", [f"leak_hazard.median = 2 must be {LEAK}"]),
    ("world", "[parameters]\nleak_hazard = { median = 0.2, low = 0.1 }", ["leak_hazard.high is missing", LEAK]),
    ("world", "[parameters]\nleak_hazard = { median = 0.2, mode = 0.1 }", ["leak_hazard.mode = 0.1 is no known key", "allowed are median"]),
    ("world", "[parameters]\nleak_hazard = { times = 5000 }", ["leak_hazard.times = 5000", "0.0295 to 2.75", LEAK]),
    ("world", "[parameters]\nleak_hazard = { times = 0 }", ["leak_hazard.times = 0 must be a number above 0"]),
    ("world", "[parameters]\nleak_hazard = { times = -1 }", ["leak_hazard.times = -1 must be a number above 0"]),
    ("world", "[parameters]\nleak_hazard = { times = 2, low = 0 }", ["leak_hazard.low = 0 is no known key", "allowed are times"]),
    ("world", "[parameters]\nlabs = 2.5", ["labs = 2.5 must be a whole number, 1 to 20"]),
    ("world", "[parameters]\nopen_shock_day = { times = 2 }", ["open_shock_day.times = 2", "-2", "-1 to 3650"]),
    ("world", '[parameters]\nfeedback = "ful"', ['feedback = "ful" must be "none" or "full"']),
    ("world", "[parameters]\nfeedback = 0", ['feedback = 0 must be "none" or "full"']),
    ("world", "[parameters]\ntheft_on = { low = 0, high = 1 }", ["theft_on.low = 0 is no known key here, allowed are false, true"]),
    ("world", "[parameters]\nrival_gap_min_months = 6", ["rival_gap_min_months = 6 must not be above rival_gap_max_months", "2"]),
    ("world", "[parameters]\ncovered_customer_share = 0.85", ["covered_customer_share = 0.85 and open_customer_share = 0.15", "below 1"]),
    ("world", "[parameters]\nspy_share = { low = 0.1, high = 0.95 }", ["spy_share", "0.95", "insider_share = 0.1", "at most 1"]),
    ("world", "[levers]\nreviewers = 1", ["levers = { reviewers = 1 } is no known key", "belongs in a policy"]),
]


@pytest.mark.parametrize(("kind", "text", "parts"), REFUSED, ids=[f"{kind}: {text[:40]!r}" for kind, text, _ in REFUSED])
def test_refusal_names_file_key_value_and_what_is_allowed(write, kind, text, parts):
    file = write(text)
    said = sentence(LOAD[kind], file)
    assert said.startswith(f'{kind} "{file.parent}')
    assert [part for part in parts if part not in said] == []


@pytest.mark.parametrize("name", ["stagedpreview", "", "no\nname", "nope", "."])
def test_unknown_name(name):
    said = sentence(load_policy, name)
    assert said.startswith("unknown policy ")
    assert ('did you mean "staged-preview"?' in said) == (name == "stagedpreview")


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("empty.toml", b"", "is empty"),
        ("comment.toml", b"# nothing\n", "is empty"),
        ("latin.toml", 'summary = "caf\u00e9"'.encode("latin-1"), "byte 14 is not UTF-8"),
        ("null.toml", b"\x00", "not TOML"),
        ("bare.toml", b"[levers]\nreviewers = 1", "summary is missing"),
    ],
)
def test_unusable_content(tmp_path, name, content, part):
    (tmp_path / name).write_bytes(content)
    said = sentence(load_policy, tmp_path / name)
    assert str(tmp_path / name) in said
    assert part in said


def test_unusable_paths(tmp_path):
    assert "is a folder" in sentence(load_policy, tmp_path)
    assert "no such file" in sentence(load_world, tmp_path / "nope.toml")
    assert "is a pipe or a device" in sentence(load_world, "/dev/zero")
    assert "cannot be read" in sentence(load_world, "x" * 5000 + ".toml")
    assert "cannot be read (no usable path)" in sentence(load_world, "a\x00b.toml")
    assert "no such file" in sentence(load_world, tmp_path / "mine.toml" / "below.toml")
    assert "\\n" in sentence(load_world, "two\nlines.toml")


def test_links_may_not_lead_out_of_the_folder(write, tmp_path):
    outside = write("", "outside/secret.toml")
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link.toml").symlink_to(outside)
    (tmp_path / "inside" / "circle.toml").symlink_to(tmp_path / "inside" / "circle.toml")
    assert "must be a relative path" in sentence(load_policy, write('extends = "link.toml"', "inside/mine.toml"))
    assert sentence(load_policy, write('extends = "circle.toml"', "inside/mine.toml"))


def test_circle_through_several_files(write):
    write('extends = "c.toml"', "b.toml")
    write('extends = "./a.toml"', "c.toml")
    said = sentence(load_policy, write('extends = "b.toml"', "a.toml"))
    assert "leads in a circle" in said
    assert said.count(" -> ") == 3


def test_fault_of_a_parent_names_the_parent(write):
    parent = write("[levers]\nreviewers = -1", "parent.toml")
    assert f'policy "{parent}": reviewers = -1' in sentence(load_policy, write('extends = "parent.toml"'))


def test_contradiction_that_extending_makes(write):
    write("[[timeline]]\nday = 5\ndirective = true", "parent.toml")
    child = write('extends = "parent.toml"\n[[timeline]]\nday = 5\nrestore = true')
    assert f'policy "{child}": directive = true and restore = true' in sentence(load_policy, child)


def test_restore_where_something_may_be_dark(write):
    assert load_policy(write("[levers]\nrevocation = true\n[[timeline]]\nday = 9\nrestore = true"))
    assert load_policy(write("[[timeline]]\nday = 9\nrestore = true\n[[timeline]]\nday = 2\ndirective = true"))


def test_order_of_steps_never_hides_a_contradiction(write):
    steps = ["[[timeline]]\nday = 4\nreviewers = 1\n", "[[timeline]]\nday = 9\nreviewers = 2\n", "[[timeline]]\nday = 4\nreviewers = 3\n"]
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        assert "contradicts" in sentence(load_policy, write("".join(steps[place] for place in order)))


# Setting single values, as a command line does


def test_with_levers_changes_day_0_only(write):
    policy = load_policy(write("[levers]\nreviewers = 3\n[[timeline]]\nday = 9\nreviewers = 7"))
    changed = with_levers(policy, {"reviewers": 5, "mandatory": 1})
    assert changed.phases()["reviewers"].tolist() == [5, 7]
    assert (changed.name, changed.summary, policy.levers) == (policy.name, policy.summary, {"reviewers": 3})


def test_with_levers_on_a_policy_made_in_python():
    policy = Policy("mine", {"reviewers": 3}, iter([(9, {"reviewers": 7}), (0, {"preview_days": 2})]))
    assert with_levers(policy, {"preview_days": 4}).phases()["preview_days"].tolist() == [4, 4]


def test_with_levers_refuses_as_a_file_does():
    policy = load_policy("directive-revocation")
    assert sentence(with_levers, policy, {"preview_days": -3}) == f'policy "directive-revocation": preview_days = -3 must be {PREVIEW}'
    assert 'did you mean "preview_days"?' in sentence(with_levers, policy, {"preview_day": 3})
    assert "nothing to bring back" in sentence(with_levers, policy, {"restore": True})


def test_with_parameters_fixes_them():
    world = with_parameters(load_world("fast-follower"), {"open_weight_lag_months": 6, "feedback": "none", "leak_hazard": {"times": 2}})
    assert world.sample("open_weight_lag_months", 0.1) == world.sample("open_weight_lag_months", 0.9) == 6.0
    assert "open_weight_lag_months" not in world.sampled
    assert world.central()["leak_hazard"] == 2 * PARAMETERS["leak_hazard"].default
    assert (world.central()["feedback"], world.name) == (0, "fast-follower")


def test_with_parameters_refuses_as_a_file_does():
    world = load_world("baseline")
    assert sentence(with_parameters, world, {"leak_hazard": 2}) == f'world "baseline": leak_hazard = 2 must be {LEAK}'
    assert "together must be at most 1" in sentence(with_parameters, world, {"spy_share": 0.95})
    assert 'did you mean "leak_hazard"?' in sentence(with_parameters, world, {"leak_hazrd": 2})


def test_sampling_an_unknown_parameter_or_quantile():
    world = load_world("baseline")
    assert 'did you mean "pace"?' in sentence(world.sample, "paces", 0.5)
    for u in (-0.1, 1.1, math.nan):
        assert "must be 0 to 1" in sentence(world.sample, "pace", u)


# Priors


@given(world=st.sampled_from(sorted(WORLDS)), name=st.sampled_from(sorted(PARAMETERS)), u=st.floats(0, 1), v=st.floats(0, 1))
def test_samples_stay_within_bounds_and_rise_with_the_quantile(world, name, u, v):
    world, parameter = load_world(world), PARAMETERS[name]
    low, high = sorted((u, v))
    least, most = world.sample(name, low), world.sample(name, high)
    assert parameter.bounds[0] <= least <= most <= parameter.bounds[1]
    assert isinstance(least, parameter.type)
    if name not in world.sampled:
        assert least == most == world.central()[name]


@given(low=st.floats(0, 60), width=st.floats(0, 1), peak=st.floats(0, 1), u=st.floats(0, 1))
def test_any_range_within_bounds_is_a_prior(low, width, peak, u):
    high = low + width * (60 - low)
    mode = min(low + peak * (high - low), high)
    for limits, central in (({"low": low, "high": high}, (low + high) / 2), ({"low": low, "mode": mode, "high": high}, mode)):
        world = with_parameters(load_world("baseline"), {"open_weight_lag_months": limits})
        assert world.central()["open_weight_lag_months"] == central
        assert low - 1e-9 <= world.sample("open_weight_lag_months", u) <= high + 1e-9
        assert ("open_weight_lag_months" in world.sampled) == (low < high)


@given(median=st.floats(0.01, 10), below=st.floats(0.01, 1), above=st.floats(1, 6))
def test_a_lognormal_prior_has_the_stated_quantiles(median, below, above):
    limits = {"median": median, "low": below * median, "high": above * median}
    world = with_parameters(load_world("baseline"), {"open_weight_lag_months": limits})
    for u, value in ((0.05, limits["low"]), (0.5, median), (0.95, limits["high"])):
        assert world.sample("open_weight_lag_months", u) == pytest.approx(value)
    assert world.central()["open_weight_lag_months"] == median


@pytest.mark.parametrize("name", [name for name, parameter in PARAMETERS.items() if isinstance(parameter.prior, LogNormal)])
def test_what_the_table_has_can_be_written(name):
    parameter = PARAMETERS[name]
    world = with_parameters(load_world("baseline"), {name: vars(parameter.prior)})
    assert world.parameters[name].prior == parameter.prior
    assert world.central()[name] == parameter.prior.median


@given(factor=st.floats(0.1, 3.0), u=st.floats(0.01, 0.99))
def test_times_multiplies_default_and_prior(factor, u):
    names = ("leak_hazard", "open_weight_lag_months")
    world = with_parameters(load_world("baseline"), {name: {"times": factor} for name in names})
    for name in names:
        assert world.central()[name] == factor * PARAMETERS[name].default
        assert world.sample(name, u) == pytest.approx(factor * PARAMETERS[name].sample(u))


def test_whole_numbers_stay_whole():
    world = with_parameters(load_world("baseline"), {"cadence_days": {"low": 10, "high": 13}})
    assert world.central()["cadence_days"] == 12
    assert {world.sample("cadence_days", u / 100) for u in range(100)} == {10, 11, 12, 13}


# The schema for editors


def resolved(schema, part):
    return schema["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part


def test_json_schema_of_policies_has_every_lever_with_bounds_and_unit():
    schema = json_schema("policy")
    first, step = resolved(schema, schema["properties"]["levers"]), resolved(schema, schema["properties"]["timeline"]["items"])
    assert set(schema["properties"]) == {"summary", "story", "extends", "levers", "timeline"}
    assert set(step["properties"]) == {"day", *LEVERS}
    assert step["required"] == ["day"]
    for name, lever in LEVERS.items():
        field = first["properties"][name]
        assert (field["default"], field["description"]) == (lever.default, f"{lever.meaning} [{lever.unit}]")
        assert field["type"] == {bool: "boolean", int: "integer", float: "number"}[lever.type]
        assert lever.type is bool or (field["minimum"], field["maximum"]) == lever.bounds


def test_json_schema_of_worlds_has_every_parameter_with_bounds_and_unit():
    schema = json_schema("world")
    table = resolved(schema, schema["properties"]["parameters"])
    assert set(table["properties"]) == set(PARAMETERS)
    for name, parameter in PARAMETERS.items():
        field = table["properties"][name]
        assert field["description"] == f"{parameter.meaning} [{parameter.unit}]"
        if parameter.labels:
            one, weights = (resolved(schema, way) for way in field["oneOf"])
            assert one["type"] == "boolean" if parameter.type is bool else set(one["enum"]) == set(parameter.labels)
            assert set(weights["properties"]) == set(parameter.labels)
            assert all(weight["minimum"] == 0 for weight in weights["properties"].values())
        else:
            number, limits, skewed, times, quantiled = (resolved(schema, way) for way in field["oneOf"])
            values = quantiled["properties"]["quantiles"]["items"]
            assert (values["minimum"], values["maximum"]) == parameter.bounds
            assert (number["minimum"], number["maximum"]) == parameter.bounds
            assert all(
                (limits["properties"][end]["minimum"], limits["properties"][end]["maximum"]) == parameter.bounds
                for end in ("low", "mode", "high")
            )
            assert set(skewed["required"]) == {"median", "low", "high"}
            assert all(
                (skewed["properties"][end]["minimum"], skewed["properties"][end]["maximum"]) == parameter.bounds
                for end in skewed["required"]
            )
            assert times["required"] == ["times"]


@pytest.mark.parametrize("kind", ["policy", "world"])
def test_json_schema_is_json_and_refuses_unknown_keys(kind):
    schema = json.loads(json.dumps(json_schema(kind), allow_nan=False))
    assert all(table["additionalProperties"] is False for table in (schema, *schema["$defs"].values()))


def accepts(schema, part, value):
    """Whether a schema accepts a value, as far as these schemas go."""
    part = resolved(schema, part)
    if "oneOf" in part:
        return sum(accepts(schema, way, value) for way in part["oneOf"]) == 1
    if "enum" in part or "const" in part:
        return value in part.get("enum", [part.get("const")])
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
    if not isinstance(value, kinds[part["type"]]) or (isinstance(value, bool) and part["type"] != "boolean"):
        return False
    if isinstance(value, dict):
        inner = all(key in part["properties"] and accepts(schema, part["properties"][key], entry) for key, entry in value.items())
        return inner and set(part.get("required", ())) <= set(value)
    if isinstance(value, list):
        return all(accepts(schema, part["items"], entry) for entry in value)
    return isinstance(value, bool | str) or part.get("minimum", -math.inf) <= value <= part.get("maximum", math.inf)


@pytest.mark.parametrize(("kind", "file"), FILES, ids=lambda part: getattr(part, "stem", part))
def test_json_schema_accepts_what_is_built_in(kind, file):
    schema, tables = json_schema(kind), tomllib.loads(file.read_text(encoding="utf-8"))
    assert accepts(schema, schema, tables)
    assert not accepts(schema, schema, tables | {"unknown": 1})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["low", "median", "mode", "high", "times", "quantiles", "true", "full"]) | st.text(), inner)
    ),
)


@given(name=st.sampled_from(sorted(LEVERS)) | st.text(), value=ANYTHING)
def test_any_setting_of_a_lever_is_a_policy_or_a_sentence(name, value):
    try:
        with_levers(load_policy("directive-revocation"), {name: value}).phases()
    except InputError:
        assert sentence(with_levers, load_policy("directive-revocation"), {name: value})


@given(name=st.sampled_from(sorted(PARAMETERS)) | st.text(), value=ANYTHING)
def test_any_setting_of_a_parameter_is_a_world_or_a_sentence(name, value):
    try:
        with_parameters(load_world("baseline"), {name: value}).central()
    except InputError:
        assert sentence(with_parameters, load_world("baseline"), {name: value})
