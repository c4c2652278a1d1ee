"""Claim cards: they stand alone, their runs can be made again, and what does not hold, or is no card, is said in a sentence."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from lockgate import compare, open_study, sweep
from lockgate.experiments.cli import app
from lockgate.experiments.folder import plain
from lockgate.experiments.report import claim_check
from lockgate.experiments.report.claim import Claim, claims_of, why_no_claims
from lockgate.experiments.report.claim_card import cards_in, read_claims
from lockgate.experiments.report.claim_check import check, check_all
from lockgate.experiments.results.verdict import decided
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy

HARM, DELAY, LEAD = "model_enabled_harm", "release_delay_days", "usable_lead_months"
WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50, "pace": {"low": 0.8, "high": 1.2}})
STEPPED = Policy("two steps", {"lab_programme": True, "preview_days": 30, "launch_partners": 5}, [(45, {"preview_days": 7})])
DRAWS = 60


@pytest.fixture(scope="module")
def results():
    return compare(["open-release", "staged-preview", STEPPED], WORLD, DRAWS, seed=7, horizon_days=200)


@pytest.fixture(scope="module")
def claims(results):
    return claims_of(results)


@pytest.fixture
def card(claims):
    """The content of the first claim, as a file has it."""
    return json.loads(json.dumps(claims[0].content()))


def planted(claim, mean=None, low=None, high=None, less=None, more=None, **other):
    """A claim of other numbers, with the verdict and the sentence that these make."""
    found = claim.verdict
    counts = (found.less * found.draws if less is None else less, found.more * found.draws if more is None else more)
    ends = (found.mean if mean is None else mean, found.low if low is None else low, found.high if high is None else high)
    changed = replace(claim, verdict=decided(claim.outcome, *ends, found.draws, *counts), **other)
    return replace(changed, sentence=changed.shown)


def of(claims, policy, outcome):
    """The one claim on an outcome under a policy."""
    return next(claim for claim in claims if (claim.policy.name, claim.outcome) == (policy, outcome))


# What a card says


def test_claims_say_what_the_summary_says(results, claims):
    told = results.summary()["policies"]
    assert {(claim.policy.name, claim.outcome) for claim in claims} >= {("staged-preview", HARM), ("two steps", HARM), ("two steps", LEAD)}
    for claim in claims:
        difference = told[claim.policy.name][claim.outcome]["difference"]
        assert plain(claim.verdict.content()) == plain({name: difference[name] for name in claim.verdict.content()})
        if claim.outcome == HARM:
            assert claim.percent == difference["relative"]
            assert f"{abs(100 * claim.percent['mean']):.1f} % {claim.verdict.direction} model-enabled harm" in claim.sentence
        assert claim.sentence.startswith(f"Under {claim.policy.name}, in 60 worlds of baseline (3 parameters changed) over 200 days: ")


def test_a_claim_that_is_a_bound_is_not_made():
    found = claims_of(compare(["open-release", "withhold"], WORLD, 12, horizon_days=60))
    assert {claim.outcome for claim in found} == {HARM, LEAD, "customers_lost_share"}
    assert all(claim.sentence.startswith("Preliminary. ") for claim in found)


def test_a_card_stands_alone(claims, results, tmp_path):
    for place, claim in enumerate(claims):
        (tmp_path / f"{place}.json").write_text(json.dumps(claim.content()))
        (again,) = read_claims(tmp_path / f"{place}.json")
        assert again.content() == claim.content()
        done = check(again)
        assert (done.word, done.exact, done.differing) == ("holds", True, ())
        harm = compare([again.reference, again.policy], again.world, again.draws, again.seed, horizon_days=again.horizon_days).difference(
            HARM
        )
        place_of = results.names.index(again.policy.name)
        assert np.array_equal(harm[:, 1], results.difference(HARM)[:, place_of])


def test_a_card_tells_what_is_changed_and_no_more(card):
    assert card["world"]["parameters"].keys() == {"organisations", "bad_actors", "pace"}
    assert card["policy"]["levers"] == load_policy("staged-preview").levers
    assert len(json.dumps(card)) < 2500


def test_a_claim_at_a_point_of_a_study(tmp_path):
    factors = (Factor("parameter", "open_weight_lag_months", (2.0, 6.0)), Factor("lever", "preview_days", (0, 45)))
    points = {"open_weight_lag_months": (2.0, 6.0), "preview_days": (0, 45)}
    pair = tuple(map(load_policy, ("open-release", "staged-preview")))
    sweep(
        Study("s", "Two", pair, (WORLD,), 12, (HARM, LEAD), horizon_days=60, factors=factors, points=points), tmp_path / "s", command=["x"]
    )
    opened = open_study(tmp_path / "s")
    assert why_no_claims(opened).startswith("A claim is of one world at one point")
    claim = of(claims_of(opened.where(point=1)), "staged-preview", HARM)
    assert claim.policy.levers["preview_days"] == 45
    assert claim.content()["world"]["parameters"]["open_weight_lag_months"] == 6.0
    assert claim.command == "x"
    assert check(Claim.of(claim.content())).exact


def test_claims_of_what_a_card_cannot_make_again(results):
    assert claims_of(results.where(policy="open-release")) == []
    some = results.where(draw=[1, 2, 5])
    assert claims_of(some) == []
    assert why_no_claims(some) == "Some draws were chosen among others, and a card makes all from the first on."
    assert len(claims_of(results.where(draw=list(range(55))))) == len(claims_of(results))


# What becomes of it


def test_a_number_that_moved_has_drifted(claims):
    claim = of(claims, "staged-preview", HARM)
    found = claim.verdict
    inside = planted(claim, mean=0.7 * found.mean + 0.3 * found.low)
    outside = planted(claim, mean=2 * found.mean, low=2.1 * found.mean, high=1.9 * found.mean)
    assert (check(inside).word, "within its own interval" in check(inside).said) == ("drifted", True)
    assert (check(outside).word, "outside of its own interval" in check(outside).said) == ("drifted", True)
    assert "the card was changed, or another machine" in check(outside).said


def test_another_word_in_the_same_direction_has_drifted(claims):
    claim = of(claims, "staged-preview", HARM)
    leaning = planted(claim, high=-claim.verdict.mean)
    assert leaning.verdict.word == "leaning"
    done = check(leaning)
    assert done.word == "drifted"
    assert "the card says leaning: less" in done.said
    assert "give clear: less" in done.said


def test_what_turned_or_cannot_be_told_fails(claims):
    claim = of(claims, "staged-preview", HARM)
    found = claim.verdict
    turned = planted(claim, mean=-found.mean, low=-found.high, high=-found.low, less=2, more=58)
    unclear = planted(claim, low=2 * found.mean, high=-found.mean, less=30, more=30)
    assert (turned.verdict.direction, unclear.verdict.word) == ("more", "unclear")
    for other in (turned, unclear):
        assert check(other).word == "fails"
    same = of(claims_of(compare([Policy("a"), Policy("b")], WORLD, 12, horizon_days=60)), "b", HARM)
    assert same.verdict.word == "same"
    assert check(same).exact
    certain = planted(same, mean=-2.0, low=-3.0, high=-1.0, less=12, more=0)
    assert check(certain).said.startswith("Fails: the card says preliminary, clear: less, ")


def test_what_is_only_a_bound_now_fails(claims):
    short = replace(of(claims, "two steps", DELAY), horizon_days=10)
    done = check(replace(short, sentence=short.shown))
    assert (done.word, done.now) == ("fails", None)
    assert "nothing may be said" in done.said


def test_a_sentence_that_its_numbers_do_not_make_fails(claims):
    done = check(replace(claims[0], sentence="Staged previews stop all misuse."))
    assert done.word == "fails"
    assert claims[0].sentence in done.said
    assert check(replace(claims[0], sentence="Other words.", version="0.1.0")).word == "holds"  # which another version may have


def test_what_is_different_and_changes_nothing_is_named(claims):
    claim = replace(claims[0], version="0.1.0", hashes={**claims[0].hashes, "code": "0" * 16})
    done = check(claim)
    assert (done.word, done.exact) == ("holds", True)
    assert "different here, without effect: version 0.1.0, not " in done.said
    assert f"code {'0' * 16}, not {claims[0].hashes['code']}" in done.said


def test_claims_of_the_same_runs_are_checked_together(claims, monkeypatch):
    made = []
    real = claim_check.made_again
    monkeypatch.setattr(claim_check, "made_again", lambda claim, threads: made.append(claim) or real(claim, threads))
    assert [one.word for one in check_all(claims)] == ["holds"] * len(claims)
    assert len(made) == 2


# Files


def page_of(*claims, before=""):
    cards = (json.dumps(claim.content()).replace("<", "\\u003c") for claim in claims)
    scripts = "".join(f'<script type="application/json" class="claim">{card}</script>' for card in cards)
    return f'<!DOCTYPE html><title>x</title>{before}<script type="application/json" id="lockgate-data">{{}}</script><p>{scripts}'


def test_a_report_holds_its_claims(claims, tmp_path):
    hostile = replace(claims[0], policy=Policy("</script><img src=x onerror=alert(1)>\"'&", claims[0].policy.levers))
    page = tmp_path / "report.html"
    page.write_text(page_of(*claims[:2], hostile))
    found = read_claims(page)
    assert [one.content() for one in found] == [claim.content() for claim in (*claims[:2], hostile)]
    assert cards_in(page_of(before="<!-- <script class=claim> -->" + page_of(claims[1])).encode()) == [json.dumps(claims[1].content())]


class RunError(AssertionError):
    """Something was run that should have been refused first."""


@pytest.fixture
def nothing_runs(monkeypatch):
    def fail(*arguments):
        raise RunError

    monkeypatch.setattr(claim_check, "made_again", fail)


def changed(card, place, value):
    """The card with another value at a place."""
    *steps, last = place.split("/")
    within = card
    for step in steps:
        within = within[step]
    within[last] = value
    return card


HOSTILE = {
    "lockgate_claim": ([2, True, "1", None], "has format"),
    "sentence": (["x" * 5001, 3, None], "sentence"),
    "outcome": (["realised_loss", "../etc", 1], "outcome"),
    "draws": ([0, -1, 10**6, 2.5, True, "60", 10**400], "draws"),
    "seed": ([-1, 2**53, 0.5], "seed"),
    "horizon_days": ([0, 3651, None], "horizon_days"),
    "fixed": ([1, "no"], "fixed"),
    "found/mean": ([math.nan, math.inf, "1", 1e300], "mean"),
    "found/verdict": (["same", "leaning", "sure"], "verdict"),
    "found/direction": (["more", "up"], "direction"),
    "found/low": ([None, 1e9], "contradicts itself"),
    "found/less": ([2.0, -0.5, 0.1], "less"),
    "found/draws": ([61], "contradicts itself"),
    "found/preliminary": ([True], "contradicts itself"),
    "policy/name": (["open-release", "", "x" * 300, 7], "name"),
    "policy/levers": ([{"preview_days": -1}, {"preview_days": 1e9}, {"preview_days": "14"}, []], "levers"),
    "policy/levers/from_the_future": ([1], "this lockgate does not have"),
    "policy/timeline": ([[[1, {"preview_days": math.nan}]], [[99999, {}]], [3], "x", [[1, {}, 2]]], "timeline"),
    "world/parameters": ([{"pace": 1e9}, {"pace": {"central": 1.0, "prior": {"kind": "Uniform", "low": 2, "high": 1}}}, 3], "pa"),
    "world/parameters/gravity": ([9.81], 'has the parameter "gravity"'),
    "hashes": ([{}, {"model": 1}, {"model": "a", "code": "b", "scenario": "c", "more": "d"}], "hashes"),
    "version": ([None, 7, "x" * 201], "version"),
    "command": ([["rm", "-rf"], "x" * 5001], "command"),
    "more": ([1], "more"),
}


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, (values, _) in HOSTILE.items() for value in values])
def test_a_hostile_value_is_refused_in_a_sentence(card, tmp_path, nothing_runs, place, value):
    said_of = HOSTILE[place][1]
    path = tmp_path / "claim.json"
    path.write_text(json.dumps(changed(card, place, value)))
    with pytest.raises(InputError) as said:
        check_all(read_claims(path))
    text = str(said.value)
    assert text.startswith(f"{path}: ")
    assert said_of in text or (said_of == "less" and "contradicts" in text) or "verdict" in text or "contradicts" in text
    assert len(text.splitlines()) == 1
    assert len(text) < 1000


FILES = {
    b"": "is no JSON",
    b"{": "is no JSON",
    b"[" * 100_000: "is no JSON",
    b'{"lockgate_claim": ' + b"9" * 5000 + b"}": "is no JSON",
    b"[]": "holds no claim",
    b"3": "holds no claim",
    b'{"policies": {}}': "holds no claim",
    b"\xff\xfe\x00": "is no text",
    b"\x89PNG\r\n\x1a\n": "is no text",
    b"<html><script>1</script>": "is a page without claims",
    b'<script type="application/json" class="claim">{"a": 1}</script>': "holds no claim",
    b'<script type="application/json" class="claim">' + b'{"a":' * 200: "is no JSON",
    b'<script type="application/json" class="claim"></script>' * 201: "are the most",
    b'{"lockgate_claim": 1, "a": ' + b'{"b":' * 60 + b"1" + b"}" * 61: "deeper than",
    b" " * (2 << 20): "more than 1 MiB",
    b" " * (17 << 20): "more than 16 MiB",
}


@pytest.mark.parametrize("content", FILES, ids=lambda content: str(content[:20]))
def test_a_file_that_is_no_card_is_refused(tmp_path, content):
    path = tmp_path / "claim.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=FILES[content]):
        read_claims(path)


def test_what_is_no_file_is_refused(tmp_path):
    for path, said in ((tmp_path, "is a folder"), (tmp_path / "none.json", "no such file"), (tmp_path / "\0", "cannot be read")):
        with pytest.raises(InputError, match=said):
            read_claims(path)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"organisations": 2_000_000, "bad_actors": 20_000_000}, "--any-size"),
        ({"organisations": 200, "bad_actors": {"low": 0, "high": 20_000_000}}, "--any-size"),
        ({"organisations": 200}, "--any-size"),
    ],
)
def test_more_work_than_a_stranger_may_ask_for_is_refused(claims, nothing_runs, changes, said):
    claim = replace(claims[0], world=with_parameters(WORLD, changes), draws=100_000, horizon_days=3650)
    with pytest.raises(InputError, match=said):
        check(claim)


def test_any_size_can_be_allowed(claims, nothing_runs):
    claim = replace(claims[0], world=with_parameters(WORLD, {"bad_actors": 20_000_000}))
    with pytest.raises(InputError, match="10 min"):
        check(claim)
    with pytest.raises(RunError):
        check(claim, any_size=True)


# The command


def call(*arguments):
    return CliRunner().invoke(app, ["check-claim", *map(str, arguments)], prog_name="lockgate")


def test_the_command_says_the_worst_by_its_exit_code(claims, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    drifted = planted(claims[0], mean=1.1 * claims[0].verdict.mean)
    failed = replace(claims[0], sentence="\x1b[31mNo misuse\x1b[0m")
    for code, these in ((0, claims[:2]), (1, [claims[1], drifted]), (3, [drifted, failed])):
        (tmp_path / "report.html").write_text(page_of(*these))
        done = call(tmp_path / "report.html", "--quiet")
        assert done.exit_code == code, done.output
        assert "\x1b" not in done.stdout
        assert done.stdout.count("\n") == 2 * len(these)
        told = json.loads(call(tmp_path / "report.html", "--quiet", "--json").stdout)
        assert told["result"] == {0: "holds", 1: "drifted", 3: "fails"}[code]
        assert [each["card"]["mean"] for each in told["claims"]] == [claim.verdict.mean for claim in these]


def test_the_command_refuses_in_a_sentence(tmp_path):
    (tmp_path / "c.json").write_text("{}")
    done = call(tmp_path / "c.json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"lockgate: {tmp_path / 'c.json'}: holds no claim; name a claim card, or a report, as lockgate writes them\n"
