"""Labels and lists of changes: a result never looks like that of a built-in policy or world which it is not."""

from dataclasses import replace

import pytest

from lockgate import Study, open_study, sweep
from lockgate.experiments.results.changes import changes, changes_of, label
from lockgate.experiments.results.compare import compare
from lockgate.experiments.study.factor import Factor
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world, with_levers, with_parameters
from lockgate.sim.model.policy import Policy

SMALL = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})


def labelled(name, **levers):
    return label(with_levers(load_policy(name), levers), 540)


def test_what_is_built_in_has_its_name_alone():
    assert [label(load_policy(name), 540) for name in list_policies()] == list(list_policies())
    every = [load_policy(name) for name in list_policies()], [load_world(name) for name in list_worlds()]
    assert changes(*every, 540) == ()


def test_labels_name_one_or_two_changed_levers_and_count_more():
    assert labelled("staged-preview", preview_days=30) == "staged-preview (preview_days 30)"
    assert labelled("staged-preview", preview_days=30, reviewers=9) == "staged-preview (preview_days 30, reviewers 9)"
    assert labelled("staged-preview", preview_days=30, reviewers=9, testers=1) == "staged-preview (3 levers changed)"


def test_a_lever_that_is_not_read_is_in_no_label_and_said_to_have_no_effect():
    assert labelled("open-release", preview_days=30) == "open-release"
    both = [with_levers(load_policy(name), {"preview_days": 30}) for name in ("open-release", "staged-preview")]
    assert changes(both, [], 540) == ("preview_days 30, not 14, in staged-preview",)
    assert changes(both[:1], [], 540) == ("preview_days 30, not 14 (no effect)",)


def test_a_change_of_several_policies_is_listed_once():
    three = [with_levers(load_policy(name), {"preview_days": 30}) for name in ("staged-preview", "coordinated-hold", "mandatory-licence")]
    told = changes(three, [], 540)
    assert told == ("preview_days 30, not 14, in staged-preview and coordinated-hold", "preview_days 30, not 0, in mandatory-licence")


@pytest.mark.parametrize(
    ("timeline", "said"),
    [
        ([(30, {"directive": True})], "directive on day 30, not day 3"),
        ([], "directive not changed on day 3"),
        ([(3, {"directive": True}), (40, {"dark_days": 60})], "dark_days 60 on day 40"),
    ],
)
def test_moved_left_out_and_added_steps_are_changes(timeline, said):
    known = load_policy("directive-revocation")
    (change,) = changes_of(replace(known, timeline=timeline), 540)
    assert change.change == said
    assert label(replace(known, timeline=timeline), 540) == f"directive-revocation ({said.split(',')[0]})"


def test_a_step_after_the_end_is_no_change():
    known = load_policy("directive-revocation")
    late = replace(known, timeline=[*known.timeline, (600, {"dark_days": 60})])
    assert label(late, 540) == "directive-revocation"
    assert label(late, 700) == "directive-revocation (dark_days 60 on day 600)"


def test_a_name_of_ones_own_has_no_changes():
    assert label(Policy("mine", {"preview_days": 30, "lab_programme": True}), 540) == "mine"


def test_a_comparison_tells_its_changes():
    longer = with_levers(load_policy("staged-preview"), {"preview_days": 30})
    found = compare(["open-release", longer], with_parameters(SMALL, {"pace": 1.2}), draws=2, horizon_days=40)
    assert found.labels == ("open-release", "staged-preview (preview_days 30)")
    assert found.names == ("open-release", "staged-preview")
    assert found.changes[0] == "preview_days 30, not 14, in staged-preview"
    assert "pace 1.2, not 1 (triangular 0.7 to 1.4, mode 1)" in found.changes
    assert any(said.startswith("organisations 20, not ") for said in found.changes)


def test_a_point_of_a_study_has_the_labels_of_its_factors(tmp_path):
    policies = (load_policy("open-release"), load_policy("staged-preview"))
    factors = (Factor("lever", "preview_days", (14, 60)), Factor("parameter", "pace", (0.5, 1.0)))
    study = Study("x", "x", policies, (SMALL,), 2, ("incidents",), horizon_days=40, factors=factors,
                  points={"preview_days": (14, 60), "pace": (0.5, 0.5)})  # fmt: skip
    sweep(study, tmp_path / "out")
    opened = open_study(tmp_path / "out")
    assert opened.labels == ("open-release", "staged-preview")
    point = opened.where(point=1)
    assert point.labels == ("open-release", "staged-preview (preview_days 60)")
    assert {"preview_days 60, not 14, in staged-preview", "pace 0.5, not 1 (triangular 0.7 to 1.4, mode 1)"} <= set(point.changes)
