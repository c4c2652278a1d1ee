"""The first event in which two paired runs differ is found, every time one is planted, and no other."""

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from lockgate.experiments.answers.divergence.chain import Happening, first_lines
from lockgate.experiments.answers.divergence.divergence import divergence, divergence_of, run_of
from lockgate.experiments.answers.divergence.examples import typical
from lockgate.experiments.answers.divergence.traced import Traced, displacement_of, unmatched
from lockgate.experiments.charts.divergence import divergence as chart
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.ensemble import draw_worlds
from lockgate.experiments.results.pairing import Run
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine.run import trace
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import EventKind
from tests.sizes import size
from tests.test_own_kinds import CAREFUL, PLAIN

WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
DAYS = 120
DRAWS = size(3, 12)
ALL = {"threshold_months": -60.0}  # every system is covered, however its capability is misjudged
PROGRAMME = {**ALL, "lab_programme": True, "launch_partners": 10, "sign_offs": 0, "agencies": 0, "refusal_needed": 0.0}


@pytest.fixture(scope="module")
def comparison():
    names = ("open-release", "staged-preview", "industry-programme", "directive-revocation")
    return compare(names, WORLD, DRAWS, horizon_days=240)


DRAWN = draw_worlds(WORLD, DRAWS, 1)


def runs(base, other, draw):
    """Runs of two policies in a draw of the world."""
    return tuple(Run(DRAWN.worlds[draw : draw + 1], policy, int(DRAWN.seeds[draw]), None) for policy in (base, other))


def found(base, other, draw):
    return divergence_of(*runs(Policy("base", *base), Policy("other", *other), draw), DAYS, f"draw {draw}")


@pytest.mark.parametrize("draw", range(DRAWS))
@pytest.mark.parametrize("day", size((1, 40), (0, 1, 2, 3, 10, 17, 40, 77, 119)))
def test_a_planted_directive_is_the_first_event(draw, day):
    one = found((ALL,), (ALL, [(day, {"directive": True})]), draw)
    assert (one.day, one.first.kind, one.first.policy) == (day, "directive", "other")
    assert one.first.text.startswith("The government takes Lab A's system ")
    assert one.instead is None or one.instead.day == day
    assert one.state_day == day


@pytest.mark.parametrize("draw", range(DRAWS))
@pytest.mark.parametrize("shorter", size((1, 25), (1, 5, 12, 25, 30)))
def test_a_shorter_preview_shows_when_it_ends(draw, shorter):
    one = found(({**PROGRAMME, "preview_days": 30},), ({**PROGRAMME, "preview_days": 30 - shorter},), draw)
    assert (one.day, one.first.kind, one.first.policy) == (30 - shorter, "public", "other")


@pytest.mark.parametrize("draw", range(DRAWS))
def test_partners_at_the_launch_are_in_the_first_event(draw):
    one = found(({**PROGRAMME, "launch_partners": 0},), (PROGRAMME,), draw)
    assert (one.day, one.first.kind, one.instead.kind) == (0, "programme", "programme")
    assert "with no partners at the start" in one.instead.text
    assert "10 partners" in one.first.text


@pytest.mark.parametrize("draw", range(DRAWS))
@pytest.mark.parametrize("day", size((0, 60), (0, 1, 20, 60, 90)))
def test_published_weights_are_the_first_event_of_the_next_system(draw, day):
    base, other = Policy("base", ALL), Policy("other", ALL, [(day, {"publish_weights": True})])
    one = divergence_of(*runs(base, other, draw), DAYS, "")
    log = Traced.of(runs(base, base, draw)[0], DAYS, None, "base").events
    ready = log[(log.kind == EventKind.READY) & (log.who == 0) & (log.day >= day)]
    ready = ready[~Traced.of(runs(base, base, draw)[0], DAYS, None, "base").tables["systems"]["open_lab"][ready.system]]
    if len(ready):
        assert one.day == ready.day[0]
        assert {one.first.kind, one.instead.kind} == {"weights", "public"}
    else:
        assert one.first is None


@pytest.mark.parametrize("draw", range(DRAWS))
def test_the_same_policies_never_part(draw):
    one = found((PROGRAMME,), (PROGRAMME, [(50, {"lab_programme": True})]), draw)
    assert (one.day, one.first, one.state_day, one.chain, one.events) == (None, None, None, (), ((), ()))
    assert "the same in every event and field" in one.sentences()[0]
    assert one.total[0] == one.total[1]
    assert (np.array(one.displacement) == np.diag(np.diag(one.displacement))).all()


def day_by_day(first, second):
    """The first day on which two logs have other lines, by brute force."""
    days = range(max(first["day"].max(), second["day"].max()) + 1)
    on = ([Counter(log[log["day"] == day].tolist()) for day in days] for log in (first, second))
    return next((day for day, (one, two) in enumerate(zip(*on, strict=True)) if one != two), None)


@pytest.mark.parametrize("policy", ["staged-preview", "industry-programme", "directive-revocation"])
def test_the_first_day_is_that_of_brute_force_and_not_after_the_state(comparison, policy):
    place = comparison.names.index(policy)
    for draw in range(DRAWS):
        one = divergence(comparison, policy, draw)
        chosen = comparison.where(draw=draw)
        logs = [trace(*run_of(chosen, each)[:3], 240)["events"] for each in (0, place)]
        assert one.day == day_by_day(*logs)
        if one.day is not None and one.state_day < one.day:
            assert all(np.array_equal(*(log[log["day"] <= day] for log in logs)) for day in range(one.state_day + 1))
            assert "No event shows" in " ".join(one.sentences())
        assert (np.array(one.displacement) == comparison.displacement[draw, place]).all()
        assert one.weeks[-1][1:] == pytest.approx(one.total)
        assert one.day == min(map(min, filter(None, one.events)), default=None)
        assert one.total == (comparison.outcome("model_enabled_harm")[draw, 0], comparison.outcome("model_enabled_harm")[draw, place])
        assert sum(two - base for base, two in one.harm.values()) == pytest.approx(one.total[1] - one.total[0], abs=1e-6 * one.total[0])


def test_by_default_the_draw_is_the_typical_one_and_says_so(comparison):
    one, example = divergence(comparison), typical(comparison)
    assert one.where == f"draw {example.draw} of world baseline"
    assert one.example in example.note
    assert replace(one, example="") == divergence(comparison, "staged-preview", example.draw)
    told = one.sentences()
    assert 6 <= len(told) <= 13
    assert all(sentence.endswith((".", "!")) for sentence in told)
    assert one.content()["day"] == one.day
    assert one.content()["operations"]["public-service"] == one.used["public-service"]


def test_the_chain_is_in_order_and_in_one_log_only(comparison):
    one = divergence(comparison, "industry-programme", 0)
    assert 1 <= len(one.chain) <= 5
    assert [each.day for each in one.chain] == sorted(each.day for each in one.chain)
    for each in one.chain:
        assert each.day >= one.day or each.other_day is not None
        assert each.other_day != each.day


def test_an_event_on_another_day_is_told_once():
    one = found(({**PROGRAMME, "preview_days": 30},), ({**PROGRAMME, "preview_days": 5},), 0)
    moved = [each for each in one.chain if each.other_day is not None]
    assert all(each.policy == "other" for each in moved)
    said = Happening(5, "public", "other", "It is open.", 3, 30).said("base")
    assert said == "Day 5 under other, and day 30 under base: It is open."


def test_of_two_first_lines_the_earlier_in_its_log_comes_first(comparison):
    made = [Traced.of(run_of(comparison.where(draw=0), place), 240, None, str(place)) for place in (0, 2)]
    only = unmatched(made[0].events, made[1].events), unmatched(made[1].events, made[0].events)
    first, instead = first_lines((made[0], made[1]), only)
    assert first[0].events[first[1]].day <= instead[0].events[instead[1]].day
    none = tuple(np.zeros(len(each), bool) for each in only)
    assert first_lines((made[0], made[1]), none) == (None, None)
    assert (displacement_of(made[0], made[0]) == np.diag(np.diag(displacement_of(made[0], made[0])))).all()


def test_what_cannot_be_told_is_refused(comparison):
    with pytest.raises(InputError, match=r"where\(draw=99\)"):
        divergence(comparison, draw=99)
    with pytest.raises(InputError, match="must be one of those compared"):
        divergence(comparison, "open-release")
    base, other = (run_of(comparison.where(draw=0), place) for place in (0, 1))
    with pytest.raises(InputError, match=r"made again, has incidents = .*make them again"):
        divergence_of(base, other._replace(outcomes={"incidents": -1.0}), 240, "")
    with pytest.raises(InputError, match="two or more"):
        divergence(compare([load_policy("withhold")], WORLD, 2, horizon_days=5))


def test_the_chart_has_every_number_that_it_tells(comparison):
    one = divergence(comparison)
    figure = chart(one, caption="small")
    lanes, harm, below = figure.axes
    told = [each for each in (one.first, one.instead, *one.chain) if each]
    numbers = [text.get_text() for text in lanes.texts]
    assert set(numbers) == {str(number) for number in range(1, len(told) + 1)}
    assert len(numbers) == len(told) + sum(each.other_day is not None for each in told)
    (line,) = [line for line in harm.get_lines() if line.get_gid() == "harm"]
    assert np.sign(line.get_ydata()[-1]) == np.sign(one.total[1] - one.total[0])
    assert "Lab A" in below.texts[0].get_text()
    assert f"part on day {one.day}" in figure.get_suptitle()
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in lanes.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_the_chart_of_runs_that_never_part_says_so():
    one = found((PROGRAMME,), (PROGRAMME,), 0)
    assert "nothing that is logged happens otherwise" in chart(one).get_suptitle()


@pytest.mark.full
def test_runs_with_kinds_of_ones_own_are_made_again_with_them():
    lively = with_parameters(WORLD, {"base_hazard": 0.3, "crew_gap_days": 5.0})
    asked = {"world": lively, "draws": 2, "horizon_days": 60, "ceiling": False}
    made = compare(("open-release", "withhold"), **asked, kinds=CAREFUL)
    assert divergence(made, draw=1).total == tuple(made.outcome("model_enabled_harm")[1])
    assert divergence(made, draw=1).total != divergence(compare(("open-release", "withhold"), **asked), draw=1).total


def test_kinds_that_only_mesa_can_run_are_refused():
    base, other = runs(Policy("base"), Policy("other"), 0)
    with pytest.raises(InputError, match="only Mesa can run them: Plain"):
        divergence_of(base, other, DAYS, "", PLAIN)
