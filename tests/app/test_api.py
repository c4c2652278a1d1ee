"""What the page is told by Python: the same as `compare` gives, within limits, and no longer than somebody waits for it."""

import asyncio
import base64
import html
import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lockgate.experiments.answers.divergence.divergence import divergence
from lockgate.experiments.app import api, jobs
from lockgate.experiments.app.api import Api
from lockgate.experiments.app.asked import MOST_NAME, CaseAsked, Known, asked_for, case_of, content_of
from lockgate.experiments.app.jobs import MOST_WAITING, Cancelled, Full, Job, Jobs
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ratios import PRICES
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.errors import InputError
from lockgate.sim.model.bad_actor import BadActor
from lockgate.sim.model.policy import LEVERS, Policy
from lockgate.sim.rules.rule import rule
from tests.app.client import answer_from, small

act_as_before = BadActor.step
WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
HOSTILE = "</script><img src=x onerror=alert(1)>'\"`${}"
EDITED = {"name": "mine", "settings": [[0, "lab_programme", True], [0, "preview_days", 30], [45, "preview_days", 7]]}
MINE = Policy("mine", {"lab_programme": True, "preview_days": 30}, [(45, {"preview_days": 7})])


def case(**asked):
    """What a request asks for, checked."""
    return case_of(asked_for(CaseAsked, json.loads(json.dumps(small(**asked)))), Known())


def unpacked(text):
    return np.frombuffer(base64.b64decode(text), "<f8")


@pytest.fixture(scope="module")
def told(served):
    """A comparison as the page is told it, line by line."""
    answer = served.post("/api/compare", small("open-release", "withhold", EDITED, draws=40))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return answer.lines


@pytest.fixture(scope="module")
def results():
    """The same comparison by `compare`."""
    return compare([load_policy("open-release"), load_policy("withhold"), MINE], WORLD, draws=40, horizon_days=60)


# Comparisons


def test_its_numbers_are_those_of_compare(told, results):
    final = told[-1]["result"]
    assert told[-1]["final"] is True
    assert (final["draws"], final["names"]) == (40, ["open-release", "withhold", "mine"])
    assert final["labels"] == list(results.labels)
    for name, policies in final["values"].items():
        for place, packed in enumerate(policies):
            assert np.array_equal(unpacked(packed), results.outcome(name)[:, place], equal_nan=True)
    for place, packed in enumerate(final["by_week"]):
        assert np.array_equal(unpacked(packed).reshape(40, -1), results.weekly("harm")[:, place])
    assert final["prices"][0] is None
    for name, price in zip(results.names[1:], final["prices"][1:], strict=True):
        known = results.summary()["break_even"][name]["mean"]
        assert price["word"] in PRICES
        assert price["mean"] is None if np.isnan(known) else price["mean"] == pytest.approx(known)


def test_its_verdicts_are_those_of_the_summary(told, results):
    summary = results.summary()["policies"]
    for name, policies in told[-1]["result"]["outcomes"].items():
        assert policies[0]["difference"] is None
        for policy, found in zip(results.names, policies, strict=True):
            known = summary[policy][name]
            assert found["mean"] == pytest.approx(known["mean"], rel=1e-12)
            if policy != "open-release":
                assert found["difference"]["verdict"] == known["difference"]["verdict"] == results.verdict(policy, name).word
                assert found["difference"]["less"] == known["difference"]["less"]
                assert found["difference"]["preliminary"]
    effect = told[-1]["result"]["effect"]
    assert effect[0] is None
    assert effect[2]["final"]["verdict"] == results.verdict("mine").word
    assert effect[2]["by_day"]["mean"] == results.answer.effect("mine").columns()["mean"].tolist()


def test_it_tells_how_far_it_is_and_what_it_has(told):
    done = [line["done"] for line in told if "done" in line]
    assert done == sorted(done)
    assert all(line["draws"] == 40 for line in told if "done" in line)
    assert [line["result"]["draws"] for line in told if "result" in line] == [8, 16, 32, 40]
    assert [line for line in told if line.get("final")] == told[-1:]


def test_what_no_policy_reads_is_said(served):
    idle = {"name": "idle", "settings": [[0, list(LEVERS).index("preview_days"), 3]]}
    final = served.post("/api/compare", small("open-release", idle, draws=1)).lines[-1]["result"]
    assert len(final["idle"]) == 1
    assert final["idle"][0].startswith("preview_days")


def test_one_policy_alone_is_told_too(served):
    final = served.post("/api/compare", small("withhold", draws=8)).lines[-1]["result"]
    assert final["effect"] == [None]
    assert final["outcomes"]["model_enabled_harm"][0]["difference"] is None


def test_a_prior_is_what_the_page_says(served):
    priors = {
        "organisations": {"fix": 20},
        "bad_actors": {"fix": 50},
        "pace": {"low": 0.9, "middle": 1.0, "high": 1.1},
        "feedback": {"fix": 0},
    }
    final = served.post("/api/compare", small(draws=8) | {"priors": priors}).lines[-1]["result"]
    changed = {"pace": {"low": 0.9, "mode": 1.0, "high": 1.1}, "feedback": "none"}
    same = compare(["open-release", "withhold"], with_parameters(WORLD, changed), draws=8, horizon_days=60)
    assert np.array_equal(unpacked(final["values"]["model_enabled_harm"][1]), same.outcome("model_enabled_harm")[:, 1])


def test_draws_beyond_those_told_in_full_leave_their_harm(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.app.told.PAGE_DRAWS", 3)
    from lockgate.experiments.app.told import result

    made = result(compare(["open-release", "withhold"], WORLD, draws=4, horizon_days=30))
    assert list(made["values"]) == ["model_enabled_harm"]
    assert made["by_week"] is None


# Stories, reports and files


def test_a_story_is_that_of_the_divergence(served, results):
    final = served.post("/api/story", small("open-release", "withhold", EDITED, draws=40, policy=2, draw=7)).lines[-1]["result"]
    assert final["sentences"] == divergence(results, "mine", 7).sentences()
    assert [run["label"] for run in final["runs"]] == ["open-release", "mine"]
    for run in final["runs"]:
        assert {event["symbol"] for event in run["events"]} <= {"release", "leak", "incident", "government"}
        assert [event["day"] for event in run["events"]] == sorted(event["day"] for event in run["events"])
        assert len(run["ending"]) >= 4


def test_without_a_draw_the_story_is_the_typical_one(served, results):
    final = served.post("/api/story", small("open-release", "withhold", EDITED, draws=40, policy=2)).lines[-1]["result"]
    assert final["where"] in divergence(results, "mine").sentences()[0]


def test_a_report_is_one_file_about_the_policy_that_is_asked_for(served):
    hostile = {"name": HOSTILE, "settings": [[0, "lab_programme", True]]}
    lines = served.post("/api/report", small("open-release", "withhold", hostile, draws=30, policy=2)).lines
    final = lines[-1]["result"]
    assert final["name"] == "lockgate-report.html"
    assert final["html"].startswith("<!doctype html>")
    assert html.escape(HOSTILE) in final["html"]
    assert HOSTILE not in final["html"]
    assert "lockgate compare open-release withhold" in html.unescape(final["html"])


def test_settings_come_back_as_files_a_command_and_code(served, tmp_path, monkeypatch):
    changed = {"name": "staged-preview", "settings": [*settings_of("staged-preview"), [0, "preview_days", 30]]}
    asked = small("open-release", EDITED, changed, {"name": f"../{HOSTILE}", "settings": []}, draws=3)
    asked["priors"] |= {"pace": {"low": 0.9, "middle": 1.0, "high": 1.1}, "feedback": {"none": 1, "full": 3}}
    found = served.post("/api/toml", asked).content
    assert list(found["files"]) == ["mine.toml", "staged-preview.toml", "script-img-src-x-onerror-alert-1.toml", "baseline-changed.toml"]
    monkeypatch.chdir(tmp_path)
    for name, text in found["files"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert load_policy("mine.toml").steps() == MINE.steps()
    assert load_policy("staged-preview.toml").levers["preview_days"] == 30
    read = load_world("baseline-changed.toml")
    assert read.parameters == case_of(asked_for(CaseAsked, asked), Known()).world.parameters
    assert found["command"].startswith("lockgate compare open-release mine.toml staged-preview.toml script-img")
    program = {}
    exec(found["python"], program)
    again = compare(["open-release", "mine.toml", "staged-preview.toml"], read, draws=3, horizon_days=60)
    assert np.array_equal(program["results"].outcome("model_enabled_harm")[:, :3], again.outcome("model_enabled_harm"))


def settings_of(name):
    return [[day, lever, value] for day, step in load_policy(name).steps().items() for lever, value in step.items()]


def test_the_library_is_all_that_can_be_chosen(served):
    found = served.ask("/api/library").content
    assert found["native"] is False
    for policy in found["policies"]:
        asked = {"name": "copy", "settings": policy["settings"]}
        assert case_of(asked_for(CaseAsked, small(asked)), Known()).policies[0].steps() == load_policy(policy["name"]).steps()
    assert {"worlds", "levers", "parameters", "studies", "limits", "version"} <= found.keys()


def test_the_request_in_the_documentation_is_one():
    page = (Path(__file__).parents[2] / "docs" / "app.md").read_text(encoding="utf-8")
    (asked,) = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    found = case_of(asked_for(CaseAsked, content_of(asked.encode())), Known())
    assert found.policies[1].steps() == {0: {"lab_programme": True}, 45: {"preview_days": 7}}
    assert (found.world.parameters["leak_hazard"].default, found.draws) == (0.001, 500)


# What is refused


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("../../etc/passwd", "unknown policy"),
        ("mine.toml", "unknown policy"),
        ("open-releas", 'did you mean "open-release"?'),
        ({"name": "x" * (MOST_NAME + 1), "settings": []}, "name"),
        ({"name": "two\nlines", "settings": []}, "on one line"),
        ({"name": "\u202egnp", "settings": []}, "on one line"),
        ({"name": " ", "settings": []}, "on one line"),
        ({"name": "a", "settings": [[0, "preview_days", 4000]]}, "0 to 3650"),
        ({"name": "a", "settings": [[0, "preview_days", "30"]]}, "a whole number"),
        ({"name": "a", "settings": [[0, "preview_day", 3]]}, 'did you mean "preview_days"?'),
        ({"name": "a", "settings": [[-1, "preview_days", 3]]}, "day = -1"),
        ({"name": "a", "settings": [[0, 999, 3]]}, "lever 999"),
        ({"name": "a", "settings": [[0, True, 3]]}, "must be a name"),
        ({"name": "a", "settings": [[0, None, 3]]}, "must be a name"),
        ({"name": "a", "settings": [[0, "preview_days"]]}, "a day, a lever and a value"),
        ({"name": "a", "settings": [[0, "lab_programme", 2]]}, "true or false"),
        ({"name": "a", "settings": [[0, "mandatory", 1e400]]}, "0 to 1"),
        ({"name": "a", "settings": [[0, "restore", True]]}, "nothing to bring back"),
        ({"name": "a", "settings": [[5, "directive", True], [5, "restore", True]]}, "contradict"),
        ({"name": "a", "settings": [[0, "preview_days", 3]] * 3000}, "settings"),
    ],
)
def test_a_policy_that_cannot_be_is_a_sentence(policy, said):
    with pytest.raises(InputError) as error:
        case_of(asked_for(CaseAsked, small("open-release", policy)), Known())
    assert said in str(error.value).replace("'", "")
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"draws": 20_001}, "less than or equal to 20000"),
        ({"draws": 0}, "greater than or equal to 1"),
        ({"draws": 2.5}, "valid integer"),
        ({"draws": True}, "valid integer"),
        ({"draws": "8"}, "valid integer"),
        ({"seed": 2**53}, "seed"),
        ({"horizon": 3651}, "horizon"),
        ({"world": "../baseline.toml"}, "unknown world"),
        ({"world": "fast-folower"}, 'did you mean "fast-follower"?'),
        ({"priors": {"pac": {"fix": 1}}}, 'did you mean "pace"?'),
        ({"priors": {"pace": {"fix": 1e9}}}, "pace"),
        ({"priors": {"pace": {"low": 2, "middle": 1, "high": 3}}}, "low <= mode <= high"),
        ({"priors": {"pace": [1, 2]}}, "pace"),
        ({"priors": {"pace": {"fix": None}}}, "pace"),
        ({"priors": {"feedback": {"fix": 7}}}, "feedback"),
    ],
)
def test_what_cannot_be_computed_is_a_sentence(asked, said):
    with pytest.raises(InputError) as error:
        case_of(asked_for(CaseAsked, small() | asked), Known())
    assert said in str(error.value)


def test_too_much_is_refused_before_anything_is_computed(served):
    began = time.monotonic()
    for asked in ({"draws": 100, "priors": {"bad_actors": {"fix": 20_000_000}}}, {"draws": 20_000, "horizon": 3650, "priors": {}}):
        answer = served.post("/api/compare", small() | asked)
        assert answer.status == 400
        assert "agent-days, at most 100 billion are allowed here" in answer.said
    assert time.monotonic() - began < 2.0
    with pytest.raises(InputError, match="at most 100 billion"):  # what varies counts as far as it goes
        case_of(asked_for(CaseAsked, small(draws=200) | {"priors": {"bad_actors": {"low": 1, "high": 20_000_000}}}), Known())


def test_two_policies_of_one_name_are_refused():
    with pytest.raises(InputError, match="different names"):
        case_of(asked_for(CaseAsked, small("open-release", "open-release")), Known())


def test_policies_of_the_command_are_known_by_name():
    known = Known({"mine": MINE}, {"small": WORLD})
    found = case_of(asked_for(CaseAsked, small("mine") | {"world": "small"}), known)
    assert found.policies == (MINE,)
    assert found.world.parameters == WORLD.parameters


def test_hostile_names_come_back_as_text(served):
    final = served.post("/api/compare", small("open-release", {"name": HOSTILE, "settings": []}, draws=1)).lines[-1]
    assert final["result"]["names"][1] == HOSTILE


# One at a time, and as long as somebody waits


def test_whoever_leaves_ends_the_computation(served):
    async def leave_and_ask():
        asked = json.dumps(small("open-release", "withhold", draws=20_000, horizon=540)).encode()
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(served.head("POST", "/api/compare", [("content-length", len(asked))]) + asked)
        await reader.readuntil(b'"done"')
        writer.close()

    asyncio.run(leave_and_ask())
    began = time.monotonic()
    lines = served.post("/api/compare", small(draws=1, seed=5)).lines
    assert lines[-1]["final"]
    assert time.monotonic() - began < 10.0


def test_others_wait_and_too_many_are_told_so(served):
    long = json.dumps(small("open-release", "withhold", draws=20_000, horizon=540)).encode()
    head = served.head("POST", "/api/compare", [("content-length", len(long))])

    async def crowd():
        opened = []
        for place in range(MOST_WAITING + 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(head + long)
            opened.append((reader, writer))
            await reader.readuntil(f'{{"waiting":{place}}}'.encode() if place else b'"done"')
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(head + long)
        answer = await answer_from(reader)
        for _, each in (*opened, (reader, writer)):
            each.close()
        return answer

    answer = asyncio.run(crowd())
    assert answer.status == 503
    assert answer.headers["retry-after"] == "10"
    assert "try again" in answer.said
    assert served.post("/api/compare", small(draws=1, seed=6)).lines[-1]["final"]


def test_a_cancelled_job_stops_at_its_next_look():
    """And the next one begins once its thread has ended."""
    ended = threading.Event()

    def endless(job):
        try:
            while True:
                job.progress({"done": 1})
                time.sleep(0.01)
        except Cancelled:
            time.sleep(0.3)
            ended.set()
            raise

    async def both():
        several = Jobs()
        async with several.place():
            lines = several.lines(endless, 0)
            assert await anext(lines) == {"done": 1}
            await lines.aclose()
        assert not ended.is_set()
        async with several.place() as before:
            found = [line async for line in several.lines(lambda job: {"ended": ended.is_set()}, before)]
        assert found == [{"ended": True}]

    asyncio.run(both())


def test_what_goes_wrong_is_the_last_line():
    def work(error):
        def fail(job):
            raise error

        async def lines():
            return [line async for line in Jobs().lines(fail, 0)]

        (line,) = asyncio.run(lines())
        return line["error"]

    assert work(InputError("draws = 0 must be more")) == "draws = 0 must be more."
    assert work(MemoryError()) == "There is not enough memory; take fewer draws or days."
    assert "secret" not in work(KeyError("secret"))


def test_a_computation_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(jobs, "MOST_SECONDS", -1.0)

    async def check():
        with pytest.raises(InputError, match="took more than"):
            Job(lambda job: {}).check()

    asyncio.run(check())


def test_a_full_queue_is_refused():
    async def fill():
        several = Jobs()
        several.there = MOST_WAITING + 1
        with pytest.raises(Full):
            async with several.place():
                pass

    asyncio.run(fill())


def test_the_last_comparison_is_not_made_again(monkeypatch):
    async def twice():
        asked = Api(Known())
        job = Job(lambda each: {})
        first = asked.compared(case(draws=3), job)
        monkeypatch.setattr(api, "growing", None)
        assert asked.compared(case(draws=3), job) is first
        with pytest.raises(TypeError):
            asked.compared(case(draws=4), job)

    asyncio.run(twice())


# Kinds of agents of one's own


class Careful(BadActor):
    """Rests on odd days."""

    @rule
    def step(self, world: Any, day: int) -> None:
        if day % 2 == 0:
            act_as_before(self, world, day)


def test_kinds_of_ones_own_are_run_and_told(monkeypatch):
    """That they run, and give what `compare` gives with them, is looked at in the full run, as they take long to compile."""
    given = []

    def growing(*asked, kinds, **more):
        given.append(kinds)
        return lambda draws: compare(["open-release"], WORLD, draws, horizon_days=60)

    async def ask():
        monkeypatch.setattr(api, "growing", growing)
        monkeypatch.setattr(api, "is_to_be_compiled", lambda kinds: False)
        own = Api(Known(), kinds={"bad_actors": Careful}, native=True)
        assert json.loads(own.library.body)["native"] is True
        own.compared(case(draws=2), Job(lambda job: {}))

    asyncio.run(ask())
    assert given == [{"bad_actors": Careful}]


@pytest.mark.full
def test_kinds_of_ones_own_give_what_compare_gives():
    async def ask():
        own = Api(Known(), kinds={"bad_actors": Careful})
        wanted = case(draws=8)
        return own.told(own.compared(wanted, Job(lambda job: {})), wanted)

    told = asyncio.run(ask())
    same = compare(["open-release", "withhold"], WORLD, draws=8, horizon_days=60, kinds={"bad_actors": Careful})
    usual = compare(["open-release", "withhold"], WORLD, draws=8, horizon_days=60)
    found = unpacked(told["values"]["operations"][1])
    assert np.array_equal(found, same.outcome("operations")[:, 1])
    assert not np.array_equal(found, usual.outcome("operations")[:, 1])
    assert told["kinds"]["bad_actors"].startswith("Careful")
    assert told["idle"] == []
