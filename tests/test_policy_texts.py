"""What a policy does, in words: true of its levers, whatever was changed."""

import re

import pytest
from hypothesis import given
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.text.policy import described
from lockgate.scenarios import list_policies, load_policy, with_levers
from lockgate.sim.model.policy import LEVERS, Policy
from tests.generated import policies

SPOKEN = {  # a lever, a policy whose text speaks of it, another value, and how the text then says it
    "preview_days": ("staged-preview", 30, "Everyone gets them after 30 days"),
    "extension_days": ("staged-preview", 5, "adds 5 days"),
    "trigger_incidents": ("staged-preview", 4, "4 attributed incidents"),
    "launch_partners": ("partner-programme", 7, "7 partners have them at once"),
    "wave_partners": ("partner-programme", 33, "33 more after each 56 days"),
    "wave_days": ("partner-programme", 21, "150 more after each 21 days"),
    "partners_max": ("staged-preview", 44, "up to 44 are approved"),
    "reviewers": ("staged-preview", 9, "by 9 reviewers"),
    "by_criticality": ("staged-preview", True, "the most critical first"),
    "allied_eligible": ("partner-programme", False, "allied organisations may not"),
    "others_eligible": ("partner-programme", False, "other foreign organisations may not"),
    "guarded_after_days": ("guarded-release", 20, "20 days after they were limited"),
    "guard": ("guarded-release", 0.6, "stops 60 % of the misuse"),
    "vetted_places": ("trusted-access", 30, "30 organisations may have the full ones"),
    "vetting_refused": ("trusted-access", 0.4, "refuses 40 %"),
    "monitored": ("trusted-access", 0.8, "sees 80 % of the misuse"),
    "public_release": ("staged-preview", False, "They never go to everyone"),
    "sign_offs": ("mandatory-licence", 2, "2 of 3 agencies have signed them off"),
    "agencies": ("mandatory-licence", 5, "3 of 5 agencies"),
    "longest_wait_days": ("voluntary-protocol", 45, "45 days at the longest"),
    "refusal_needed": ("mandatory-licence", 0.7, "measured to refuse 70 % of misuse"),
    "mandatory": ("voluntary-protocol", 0.5, "50 % of the force of law"),
    "asks_all": ("staged-preview", False, "asks the covered lab alone"),
    "programme_all": ("partner-programme", True, "the law binds every other lab"),
    "threshold_months": ("staged-preview", -2.0, "2.0 months short of the critical level"),
    "relative_threshold": ("staged-preview", True, "ahead of the best open weights"),
    "revocation": ("open-release", True, "sets off a directive"),
    "directives_any_lab": ("directive-revocation", False, "takes a system of the covered lab away"),
    "dark_days": ("directive-revocation", 60, "for 60 days"),
    "partial_restoration_days": ("directive-revocation", 6, "from domestic organisations for 6 days"),
    "directive_spares_domestic": ("directive-revocation", True, "from foreign organisations for 19 days"),
    "coordinated_hold": ("staged-preview", True, "holds covered weights back for 90 days"),
    "hold_days": ("coordinated-hold", 33, "holds covered weights back for 33 days"),
    "prohibited": ("open-release", True, "no lab, abroad or at home, releases"),
    "publish_weights": ("open-release", True, "publishes the weights"),
    "lab_programme": ("open-release", True, "limits its covered systems by itself"),
    "case_by_case": ("open-release", True, "asks every lab"),
    "framework": ("open-release", True, "voluntary framework for every lab"),
    "approvals": ("partner-programme", True, "customer by customer"),
}


@pytest.mark.parametrize("lever", SPOKEN)
def test_a_changed_lever_changes_the_text(lever):
    name, value, said = SPOKEN[lever]
    policy = load_policy(name)
    assert said.lower() not in described(policy).lower()
    assert said.lower() in described(with_levers(policy, {lever: value})).lower()


def test_all_levers_but_few_are_spoken_of():
    assert len(set(LEVERS) - set(SPOKEN)) <= 5  # testers; orders, which are in timelines
    assert set(SPOKEN) <= set(LEVERS)


@pytest.mark.parametrize("name", list_policies())
def test_days_and_numbers_are_those_of_the_levers(name):
    policy = load_policy(name)
    values = [lever.default for lever in LEVERS.values()]
    values += [value for step in policy.steps().values() for value in step.values()] + list(policy.steps())
    known = {f"{float(value):.1f}" for value in values} | {f"{100 * value:.1f}" for value in values if isinstance(value, float)} | {"30.0"}
    text = described(policy)
    assert {f"{float(number.replace(',', '')):.1f}" for number in re.findall(r"\d[\d,.]*\d|\d", text)} <= known
    assert text.endswith(".")
    assert "  " not in text


def test_steps_of_a_timeline_are_told_with_their_days():
    text = described(load_policy("request-then-standard"))
    assert "From day 60 on a voluntary framework for every lab follows" in text
    assert "30 days at the longest" in text
    assert "From day 180 on a legal duty" in text
    assert "measured to refuse 80 % of misuse, 180 days at the longest" in text
    assert "On day 3 a directive takes the covered lab's covered systems away for 19 days" in described(load_policy("directive-revocation"))
    ended = Policy("ended", {"coordinated_hold": True}, [(9, {"coordinated_hold": False})])
    assert described(ended).endswith(
        "From day 9 on it is over that the open-weight labs' government holds covered weights back for 90 days."
    )


@given(policies())
def test_every_policy_has_a_text(policy):
    text = described(policy)
    assert re.fullmatch(r"[A-Z].*\.", text)
    assert text.count("..") == 0


def test_a_story_and_its_title_tell_what_was_changed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    tiny = ["--set", "organisations=5", "--set", "bad_actors=20", "--horizon", "20"]
    done = CliRunner().invoke(app, ["run", "staged-preview", *tiny, "--set", "preview_days=30"], prog_name="lockgate")
    told = " ".join(done.stdout.split())
    assert told.startswith("staged-preview (preview_days 30) in the central baseline world, 20 days, seed 1: The government asks every")
    assert "Everyone gets them after 30 days." in told
    assert "two weeks" not in told
    assert " Changed: preview_days 30, not 14, in staged-preview; organisations 5, not " in told
    shown = CliRunner().invoke(app, ["show", "staged-preview"], prog_name="lockgate").stdout
    assert "Everyone gets them after 14 days." in " ".join(shown.split())
