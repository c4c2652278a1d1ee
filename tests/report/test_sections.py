"""What runs do not allow is said in its place, and nothing else is: one policy, no harm, fixed worlds, own kinds, no preview."""

import numpy as np
import pytest

from lockgate.experiments.report.content import Figure
from lockgate.experiments.report.document import document
from lockgate.experiments.report.found import Found
from lockgate.experiments.report.report import report, report_content
from lockgate.experiments.report.sections.lengths import Lengths, length_section
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.stored import open_study
from lockgate.experiments.store import save_comparison
from lockgate.experiments.study.factor import Factor
from lockgate.experiments.study.study import Study
from lockgate.experiments.sweep.sweep import sweep
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine.runs import SlowRuns
from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import Policy
from tests.planted import WORLD, planted
from tests.report.made import comparison, content, section
from tests.report.tree import tree
from tests.test_own_kinds import Careful, Plain

HARM = "model_enabled_harm"
LEAKY = with_parameters(load_world("leaky-partners"), {"organisations": 20, "bad_actors": 50})


def skipped(found):
    return [each.name for each in found.sections if each.skipped]


def said(found, name):
    return section(found, name).parts[0].text


def test_one_policy_has_no_report():
    with pytest.raises(InputError, match="must be two or more"):
        report(compare(["open-release"], WORLD, 2, horizon_days=10))


def test_a_study_without_harm_has_none_either(tmp_path):
    study = Study("no-harm", "s", (Policy("a"), Policy("b")), (WORLD,), 2, ("release_delay_days",), horizon_days=10)
    sweep(study, tmp_path / "out")
    with pytest.raises(InputError, match="study no-harm does not keep model_enabled_harm"):
        report(open_study(tmp_path / "out"))


def test_with_everything_there_nothing_is_skipped_but_what_says_so():
    assert skipped(content()) == []
    assert skipped(content("partner-programme")) == ["length"]
    assert said(content("partner-programme"), "length").startswith(
        "Partner-programme holds no system for a number of days (that needs public_rel"
    )


def test_two_policies_have_no_chart_of_alternatives():
    found = report_content(compare(["open-release", "withhold"], WORLD, 12, horizon_days=60))
    assert not [part for part in section(found, "alternatives").parts if isinstance(part, Figure)]
    assert skipped(found) == ["length", "happened"]
    assert said(found, "happened") == "withhold is named after nothing that happened, so there is no case to hold it against."


def test_without_harm_the_report_says_that_nothing_differs():
    results = planted(np.zeros((60, 2)), ["open-release", load_policy("staged-preview")])
    found = report_content(results)
    assert found.answer.word == "same"
    assert found.answer.answer == "The same harm from misuse as under open-release, on every day and in all draws."
    assert "instead" in skipped(found) or section(found, "instead").parts
    assert tree(document(found)).one("h1")


def test_runs_of_another_model_are_not_added_to():
    results = planted(np.ones((60, 2)), ["open-release", load_policy("staged-preview")])
    found = report_content(results)
    assert {"length", "stories"} <= set(skipped(found))
    assert "another version of the model" in said(found, "length").lower()


def test_fixed_worlds_have_no_inputs_to_turn_it():
    found = report_content(comparison(("open-release", "staged-preview"), 12, True))
    assert "turning" in skipped(found)
    assert any("same inputs" in item for part in section(found, "turning").parts for item in part.items)
    assert section(found, "worlds").title == "One hundred runs"
    assert found.answer.turns[0].startswith("Not looked at: ")


def test_lengths_that_change_nothing_are_skipped_with_what_holds_instead():
    found, base = Found.of(comparison()), np.arange(60.0)
    held = length_section(found, Lengths((0, 14), np.column_stack([base, base]), base, 33.4), "")
    assert held.skipped
    assert (
        held.parts[0].text == "None of 0 and 14 days changes anything under staged-preview: tests hold a system for about 33 days anyway."
    )
    free = length_section(found, Lengths((0, 14), np.column_stack([base, base]), base, 0.0), "")
    assert free.parts[0].text.endswith("harm is the same in every draw.")


@pytest.mark.full
def test_own_kinds_are_named_and_their_runs_made_again():
    results = compare(["open-release", "staged-preview"], WORLD, 12, horizon_days=60, kinds={"bad_actors": Careful})
    found = report_content(results)
    assert "Careful" in found.made["Own bad_actors"]
    assert not section(found, "length").skipped
    assert not found.claims


def test_own_kinds_that_only_mesa_runs_add_no_runs(tmp_path):
    with pytest.warns(SlowRuns):
        results = compare(["open-release", "staged-preview"], WORLD, 2, horizon_days=10, kinds={"bad_actors": Plain})
    found = report_content(results)
    assert {"length", "stories"} <= set(skipped(found))
    save_comparison(results, tmp_path / "out", ["lockgate"], charts=False)
    stored = report_content(open_study(tmp_path / "out"))
    assert "their code is not in the folder" in said(stored, "length")


def test_a_folder_gives_the_report_of_its_comparison(tmp_path):
    results = comparison(("open-release", "staged-preview"), 12)
    save_comparison(results, tmp_path / "out", ["lockgate", "compare"], charts=False)
    opened = report_content(open_study(tmp_path / "out"))
    made = report_content(results, command=["lockgate", "compare"])
    assert opened.answer == made.answer
    for one, other in zip(opened.sections, made.sections, strict=True):
        if one.name not in {"instead", "annex"}:  # a folder does not keep which operations moved
            assert one == other, one.name
    assert [claim["sentence"] for claim in opened.claims] == [claim["sentence"] for claim in made.claims]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two worlds, three points, and few outcomes."""
    days = (0, 30, 60)
    asked = Study(
        name="design <b>",
        summary="two worlds, three points",
        policies=(load_policy("open-release"), load_policy("staged-preview")),
        worlds=(WORLD, LEAKY),
        draws=12,
        outcomes=(HARM, "release_delay_days", "release_censored"),
        horizon_days=60,
        factors=(Factor("lever", "preview_days", days),),
        points={"preview_days": days},
        series=("harm",),
    )
    place = tmp_path_factory.mktemp("report") / "design"
    sweep(asked, place)
    return open_study(place)


def test_a_study_has_a_table_for_its_worlds_and_its_points(study):
    found = report_content(study)
    assert found.sections[0].name == "several"
    worlds, points = (part for part in found.sections[0].parts if hasattr(part, "rows"))
    assert [row[0] for row in worlds.rows] == ["baseline", "leaky-partners"]
    assert [row[0] for row in points.rows] == ["preview_days 0", "preview_days 30", "preview_days 60"]
    for row, point in zip(points.rows, range(3), strict=True):
        known = study.where(world="baseline", point=point).verdict("staged-preview")
        assert row[-1] == (f"{known.name}: {known.direction}" if known.direction != "same" else known.name)
    middle = study.where(world="baseline", point=1)
    assert found.answer.verdict == middle.verdict("staged-preview")
    assert found.answer.honesty[-1] == "In the world baseline, at preview_days 30"
    assert found.answer.question.endswith("for 30 days?")


def test_a_study_says_what_it_did_not_keep(study):
    found = report_content(study)
    assert not any("lead" in cost for cost in found.answer.costs)
    assert "instead" in skipped(found)
    assert tree(document(found)).one("h1")


HELD = np.array([[10.0, 9.0, 8.0, 8.0], [20.0, 18.0, 15.9, 16.1], [30.0, 27.2, 24.1, 23.9]] * 20)


def test_enough_is_the_fewest_days_beyond_which_nothing_is_clearly_less():
    base = np.array([11.0, 22.0, 33.0] * 20)
    found = Lengths((0, 14, 30, 60), HELD, base, 0.0)
    assert found.enough == 30
    assert found.sentences() == ["Between 30 and 60 days the model cannot show that longer is better."]
    falling = Lengths((0, 14, 30), HELD[:, :3], base, 12.0)
    assert falling.enough == 30
    assert (
        falling.sentences()[0]
        == "Of the lengths looked at, 30 days clearly have less harm than 14: the model shows no length that is enough."
    )
    assert falling.sentences()[-1] == "Tests alone hold a system for about 12 days: a shorter preview changes nothing."
    rising = Lengths((0, 14, 30), HELD[:, 2::-1], base, 0.0)
    assert rising.enough == 0
    assert "Clearly more harm than with a shorter hold: at 14 and 30 days." in rising.sentences()


def test_few_draws_are_preliminary():
    found = Lengths((0, 14), HELD[:12, :2], np.full(12, 30.0), 0.0)
    assert found.sentences()[0].startswith("Preliminary: 12 draws; a verdict needs 50. ")
