"""What a page is told of the model: enough to run it, nothing that JSON cannot hold, and levers greyed out only where they do nothing."""

import json
import re
from base64 import b64decode

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lockgate.experiments.browser.columns import ESTIMATE_DTYPE, HEAVY_TAIL, reach_table
from lockgate.experiments.browser.needs import CLAUSES, may_act
from lockgate.experiments.browser.phases import LEVER_DTYPE, SETTING_DTYPE, phases_of
from lockgate.experiments.browser.sentences import SENTENCES
from lockgate.experiments.browser.spec import spec
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.sampling import PRIOR_DTYPE, sample_world
from lockgate.experiments.results.verdict import ENOUGH, WORDS
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world
from lockgate.scenarios.reads import NEEDS, reads
from lockgate.sim.engine.run import simulate
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS, PARAMETERS_DTYPE, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy

HORIZON = 540
POLICIES = [load_policy(name) for name in list_policies()]


@pytest.fixture(scope="module")
def told():
    return json.loads(json.dumps(spec(POLICIES, load_world("baseline"), 7, HORIZON), allow_nan=False))


def table(text, dtype):
    return np.frombuffer(b64decode(text), dtype).copy()


@pytest.mark.parametrize("name", list_worlds())
def test_its_tables_sample_the_world(name):
    found = spec([Policy("any")], load_world(name), 1, HORIZON)
    priors, values = table(found["priors"], PRIOR_DTYPE), table(found["values"], "f8")
    assert [each["name"] for each in found["parameters"]] == list(PARAMETERS)
    assert len(priors) == len(PARAMETERS)
    row = np.zeros(1, PARAMETERS_DTYPE)
    sample_world(priors, values, 1, 5, row.view(np.int64))
    assert row.tobytes() == draw_worlds(load_world(name), 1, 1, first=5).worlds.tobytes()
    for each, prior in zip(found["parameters"], priors, strict=True):
        known = load_world(name).parameters[each["name"]]
        assert (each["kind"], each["default"], each["prior"]) == (prior["kind"], known.default, known.prior_text)
        assert each["bounds"][0] <= each["low"] <= each["high"] <= each["bounds"][1]


def test_its_settings_are_the_policies(told):
    assert [each["name"] for each in told["policies"]] == [policy.name for policy in POLICIES]
    for each, policy in zip(told["policies"], POLICIES, strict=True):
        settings = np.array([tuple(row) for row in each["settings"]], SETTING_DTYPE)
        assert phases_of(settings).tobytes() == policy.phases().tobytes()


def test_a_day_that_sets_nothing_is_left_out():
    settings = spec([Policy("p", {}, [(9, {}), (20, {"preview_days": 3})])], load_world("baseline"), 1, HORIZON)["policies"][0]["settings"]
    assert settings == [[20, list(LEVERS).index("preview_days"), 3.0]]


def test_outcomes_and_weeks_lie_where_it_says(told):
    made = simulate(parameter_table(1, organisations=20, bad_actors=50), [load_policy("staged-preview")], [3], 60)
    outcomes, weeks = made.outcomes[0], made.weeks[0, 0]
    assert set(told["outcomes"]) == set(OUTCOMES)
    for name, each in told["outcomes"].items():
        bytes_ = outcomes.tobytes()[each["offset"] :]
        kind = {"float": "f8", "int": "i8", "bool": "?"}[each["type"]]
        assert np.frombuffer(bytes_[: np.dtype(kind).itemsize], kind)[0] == outcomes[name][0], name
        assert bool(each["kind"] & HEAVY_TAIL) == OUTCOMES[name].heavy_tail
    assert told["outcome_bytes"] == outcomes.itemsize
    assert told["week_bytes"] == weeks.itemsize
    for name, place in told["week"].items():
        assert np.frombuffer(weeks[-1:].tobytes()[place : place + 8], weeks.dtype[name])[0] == weeks[-1][name]
    assert told["so_far"] == ["incidents"]
    assert weeks["harm"].sum() == pytest.approx(outcomes["model_enabled_harm"][0])  # of the week alone


def test_levers_and_the_rest_are_complete(told):
    levers = table(told["levers_table"], LEVER_DTYPE)
    assert (
        levers["default"].tolist()
        == [float(each["default"]) for each in told["levers"]]
        == [float(each.default) for each in LEVERS.values()]
    )
    assert [each["name"] for each in told["levers"] if each["once"]] == ["directive", "restore"]
    assert np.array_equal(table(told["reaches"], "f8"), reach_table(told["most_draws"]), equal_nan=True)
    assert told["estimate"] == {"bytes": ESTIMATE_DTYPE.itemsize, **{name: ESTIMATE_DTYPE.fields[name][1] for name in ESTIMATE_DTYPE.names}}
    assert (told["seed"], told["horizon"], told["world"]["name"]) == (7, HORIZON, "baseline")


@pytest.mark.parametrize(("seed", "horizon", "said"), [(-1, 540, "seed = -1"), (2**53, 540, "seed = "), (1, 0, "horizon_days = 0")])
def test_what_no_run_allows_is_refused(seed, horizon, said):
    with pytest.raises(InputError, match=said):
        spec([Policy("any")], load_world("baseline"), seed, horizon)


# Sentences


def test_every_verdict_has_its_sentence():
    for word in WORDS:
        sides = ("_less", "_more") if word in ("clear", "leaning") else ("",)
        for side in sides:
            sentence = SENTENCES[word + side]
            assert {"policy", "reference"} <= set(re.findall(r"{(\w+)}", sentence))
            assert side[1:] in sentence
    assert str(ENOUGH) in SENTENCES["preliminary"]
    assert "clear" not in SENTENCES["same"] + SENTENCES["preliminary"]
    assert SENTENCES["unclear"].startswith("No clear difference")


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_are_plain_text_with_names_in_braces(name):
    rest = re.sub(r"{[a-z_]+}", "", SENTENCES[name])
    assert not set("{}<>&") & set(rest)
    assert len(SENTENCES[name]) < 300


# Levers that do nothing


def set_to(lever):
    low, high = lever.bounds
    if lever.type is bool:
        return st.booleans()
    return st.sampled_from([0, 1, high]).filter(lambda value: value >= low).map(lever.type)


levers = st.fixed_dictionaries({}, optional={name: set_to(lever) for name, lever in LEVERS.items()})
timelines = st.lists(st.tuples(st.integers(1, 700), levers), max_size=3)


def acts(policy, lever):
    """Whether a policy reads what it sets a lever to, on day 0 or later."""
    return any(reads(policy, lever, day, HORIZON) for day in policy.steps())


@given(levers, timelines)
def test_a_lever_that_acts_is_never_greyed_out(first, timeline):
    policy = Policy("any", first, timeline)
    assert [name for name in LEVERS if acts(policy, name) and not may_act(policy, name, HORIZON)] == []


@given(levers)
def test_without_a_timeline_a_lever_that_does_nothing_is(first):
    policy = Policy("any", first)
    idle = [name for name in LEVERS if not acts(policy, name) and may_act(policy, name, HORIZON)]
    # A cap on approvals counts before a vetting alone, and no clause tells when that was.
    assert set(idle) <= {"partners_max"}


def test_every_need_has_its_clauses():
    assert CLAUSES.keys() == NEEDS.keys()
