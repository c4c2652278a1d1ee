"""The app's page as a visitor uses it, in Chromium, from a file and with the network refused: every journey, by mouse and by keyboard."""

import csv
import io
import json
import re
import shlex
import tomllib

import numpy as np
import pytest

import lockgate
from lockgate.experiments.answers.flips.paired import paired_cases
from lockgate.experiments.answers.flips.signs import most_influential
from lockgate.experiments.app.site import PAGE, Begin, exported_files
from lockgate.experiments.results.verdict import verdict
from lockgate.scenarios import list_policies, load_policy, load_world, with_levers, with_parameters
from lockgate.scenarios.reads import reads
from lockgate.sim.model.policy import LEVERS
from tests.browser.chromium import beyond, violations

NAMES = list(LEVERS)
HORIZON, SEED, DRAWS = 180, 3, 100
HARM = "model_enabled_harm"
HOSTILE = "<img src=x onerror=alert(1)>\"'&{{7*7}}\u202e"
SMALL = {"organisations": 20, "bad_actors": 50}
CHANGED_LEVER = "#lever-preview_days"


@pytest.fixture(scope="module")
def world():
    """A small one."""
    return with_parameters(load_world("baseline"), SMALL)


@pytest.fixture(scope="module")
def site(tmp_path_factory, world):
    """The page as a file."""
    begin = Begin((load_policy("open-release"), load_policy("staged-preview")), world, SEED, HORIZON)
    path = tmp_path_factory.mktemp("page") / PAGE
    path.write_bytes(exported_files(begin)[PAGE])
    return path


@pytest.fixture
def visit(open_page, site):
    """Opens the page, with few worlds, and waits for its answer."""

    def opened(width=1440, link="", draws=DRAWS, wait=True, **more):
        page = open_page(f"{site.as_uri()}{link}" if link else site, width, **more)
        if draws and not link:
            page.wait_for_selector("#policy h2")
            page.evaluate("document.querySelectorAll('#world details').forEach((each) => { each.open = true; })")
            page.select_option("select[data-do=draws]", str(draws))
        if wait:
            answered(page)
        page.wait_for_selector("#policy h2")
        return page

    return opened


def until(page, expression, seconds=60):
    """Wait until something holds; the page's policy forbids what Playwright would use for it."""
    for _ in range(int(seconds * 20)):
        if found := page.evaluate(expression):
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{expression} never came: {page.inner_text('#answer')}")


def answered(page):
    """Wait for all draws of what is asked now."""
    page.wait_for_timeout(100)
    until(page, "(() => { const text = document.querySelector('#answer .row .quiet')?.textContent ?? '', [, done, all] = "
                "text.match(/^([\\d,]+) of ([\\d,]+)/) ?? []; return done && done === all; })()")  # fmt: skip


def state(page):
    """What the reader has set."""
    return page.evaluate("lockgate.state()")


def settings(page, place=1):
    """What a policy sets, by day and lever."""
    return {(day, NAMES[lever]): value for day, lever, value in state(page)["policies"][place]["settings"]}


def add_step(page, day, lever, value=None):
    """Fill in and send the form of a step; gives what is said against it."""
    page.select_option("form[data-do=step] select[name=lever]", label=lever)
    page.wait_for_timeout(100)
    page.fill("#step-day", str(day))
    if value is not None:
        page.fill("form[data-do=step] input[name=value]", str(value))
    page.click("form[data-do=step] button[type=submit]")
    page.wait_for_timeout(100)
    said = page.query_selector('[data-key="note step"]')
    return said.inner_text() if said else ""


def saved(page, kind, tmp_path):
    """Save something; gives its name and content."""
    with page.expect_download() as coming:
        page.click(f"button[data-do=save][data-arg='[\"{kind}\"]']")
    path = tmp_path / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def told_harm(page):
    """The mean difference in percent, and the shares of worlds, as the answer tells them."""
    text = page.inner_text("#answer .answer").replace("−", "-")
    size = re.search(r"([+-]?[\d.]+) % ", text)
    shares = re.search(r"(<?\d+) less, (<?\d+) same, (<?\d+) more", text)
    assert size, text
    assert shares, text
    return float(size[1]), [int(each.strip("<")) for each in shares.groups()]


def test_the_answer_is_the_programs_own(visit, world):
    page = visit()
    results = lockgate.compare(["open-release", "staged-preview"], world, draws=DRAWS, seed=SEED, horizon_days=HORIZON)
    harm = results.outcome(HARM)
    found = verdict(HARM, harm[:, 1], harm[:, 0])
    size, shares = told_harm(page)
    assert size == pytest.approx(100 * found.mean / harm[:, 0].mean(), abs=0.051)
    assert np.allclose(shares, [100 * found.less, 100 * found.same, 100 * found.more], atol=1)
    assert page.inner_text("#answer strong.word").startswith(found.word)
    assert len(page.query_selector_all('[data-painted="worlds"] path.world')) == 100
    assert page.query_selector('[data-painted="effect"] svg title').text_content()


def test_a_lever_is_moved_by_keys_and_none_is_lost(visit):
    page = visit()
    page.focus(CHANGED_LEVER)
    for key in [*("ArrowRight", "ArrowLeft") * 80, *("ArrowRight",) * 40]:  # 200
        page.keyboard.press(key)
    steps = page.evaluate(f"JSON.parse(document.querySelector('{CHANGED_LEVER}').dataset.steps)")
    assert settings(page)[0, "preview_days"] == steps[steps.index(14) + 40]
    assert page.evaluate("document.activeElement.id") == CHANGED_LEVER[1:]
    answered(page)
    assert "preview days" in page.inner_text("#answer .question")
    assert page.query_selector('[data-painted="effect"] path.ghost'), "the last setting is kept as a ghost"
    assert "last change" in page.inner_text("#answer")
    page.click(f'[data-key="{CHANGED_LEVER[1:]}"] button')
    page.wait_for_timeout(100)
    assert settings(page)[0, "preview_days"] == 14
    page.click("button[data-do=undo]")
    page.click("button[data-do=undo]")
    page.wait_for_timeout(100)
    assert settings(page)[0, "preview_days"] == 14
    page.click("button[data-do=redo]")
    page.wait_for_timeout(100)
    assert settings(page)[0, "preview_days"] == steps[steps.index(14) + 40]


def test_steps_are_added_moved_refused_and_removed(visit):
    page = visit()
    assert "outside the run" in add_step(page, HORIZON, "preview days", 30)
    assert "outside the run" in add_step(page, 0, "preview days", 30)
    assert add_step(page, 90, "preview days", 30) == ""
    assert settings(page)[90, "preview_days"] == 30
    assert "Two values" in add_step(page, 90, "preview days", 40)
    assert "at most" in add_step(page, 91, "preview days", 4000) or "not allowed" in add_step(page, 91, "preview days", 4000)
    assert "20 organisations" in add_step(page, 90, "launch partners", 21)
    assert "Nothing to restore" in add_step(page, 95, "restore")
    assert add_step(page, 60, "directive") == ""
    assert add_step(page, 95, "restore") == ""
    page.click("button[aria-label='Move directive one week earlier']")
    page.wait_for_timeout(100)
    assert settings(page)[53, "directive"] == 1
    page.fill("input[aria-label='Day of the step preview days']", "120")
    page.keyboard.press("Tab")
    page.wait_for_timeout(100)
    assert settings(page)[120, "preview_days"] == 30
    page.click("button[aria-label='Remove preview days on day 120']")
    page.wait_for_timeout(200)
    assert (120, "preview_days") not in settings(page)
    assert page.evaluate("document.activeElement.id") == "step-day", "the focus is not lost with what was removed"
    answered(page)


def test_a_link_restores_all_and_a_foreign_one_does_no_harm(visit, open_page, site):
    page = visit()
    page.fill("input[data-do=name]", HOSTILE)
    page.keyboard.press("Tab")
    add_step(page, 60, "directive")
    page.select_option("select[data-do=mode] >> nth=0", "fix")
    page.wait_for_timeout(500)
    before, link = state(page), page.evaluate("location.hash")
    assert before["priors"]
    other = visit(link=link)
    assert state(other) == before
    assert HOSTILE.rstrip("\u202e") in other.inner_text("#answer")
    for foreign in ("#s=abc", "#s=" + "A" * 400, "#s=eyJwb2xpY2llcyI6W119", "#s=%F0%9F", "#other=1"):
        broken = visit(link=foreign, wait=False)
        assert state(broken)["policies"][0]["name"] == "open-release"
        assert ("cannot be read" in broken.inner_text("#bar")) == foreign.startswith("#s")


def test_assumptions_are_apart_and_give_four_lines(visit):
    page = visit()
    assert page.query_selector("#policy [data-do=mode], #world [data-do=lever]") is None
    page.select_option("select[data-do=mode] >> nth=0", "fix")
    page.wait_for_selector("#fix-leak_hazard")
    page.focus("#fix-leak_hazard")
    for _ in range(40):
        page.keyboard.press("ArrowRight")
    answered(page)
    until(page, "!!document.querySelector('[data-painted=\"lines\"] svg')")
    assert len(page.query_selector_all('[data-painted="lines"] path.four')) == 8, "four lines, and four in the key"
    assert "under yours" in page.inner_text("#lines")
    page.select_option("select[data-do=mode] >> nth=1", "wide")
    page.wait_for_timeout(100)
    prior = list(state(page)["priors"].values())[-1]
    assert prior["low"] < prior["middle"] < prior["high"]
    page.click("button[data-do=unworld]")
    page.wait_for_timeout(100)
    assert state(page)["priors"] == {}


def test_the_flip_map_comes_by_itself_and_goes_where_it_is_touched(visit):
    page = visit()
    until(page, "!!document.querySelector('[data-painted=\"map\"] [data-i]')", 120)
    page.locator('[data-painted="map"] [data-i="0"]').click()  # which is drawn anew while the map gets finer
    page.wait_for_timeout(200)
    assert len(state(page)["priors"]) == 2
    answered(page)
    page.click("button[data-do=undo]")
    page.wait_for_timeout(100)
    assert state(page)["priors"] == {}


def test_the_map_is_over_the_inputs_that_a_report_would_choose(visit, world):
    page = visit()
    until(page, "document.querySelectorAll('#turns select[data-do=axis]').length === 2", 120)
    axes = [page.input_value(f"#turns select[data-arg='[{place}]']") for place in (0, 1)]
    results = lockgate.compare(["open-release", "staged-preview"], world, draws=DRAWS, seed=SEED, horizon_days=HORIZON)
    paired = paired_cases(results, "staged-preview", HARM)
    assert axes == [name for name in most_influential(paired, len(paired.inputs)) if not paired.known[name].labels][:2]


def test_policies_stand_side_by_side(visit):
    page = visit()
    page.select_option("select[data-do=add]", "partner-programme")
    page.select_option("select[data-do=add]", "=")
    answered(page)
    assert [each["name"] for each in state(page)["policies"]] == [
        "open-release",
        "staged-preview",
        "partner-programme",
        "partner-programme 2",
    ]
    assert len(page.query_selector_all("#sides tbody tr")) == 4
    page.select_option("select[data-do=pair] >> nth=0", "2")
    page.select_option("select[data-do=pair] >> nth=1", "1")
    page.wait_for_timeout(300)
    assert "staged-preview against partner-programme" in page.inner_text("#sides")
    page.click("button[data-do=remove]")
    page.wait_for_timeout(100)
    assert len(state(page)["policies"]) == 3


@pytest.mark.parametrize("names", [["open-release", "withhold"], pytest.param(list_policies(), marks=pytest.mark.full)], ids=["two", "all"])
def test_levers_that_do_nothing_are_grey_and_say_why(visit, names):
    page = visit(draws=0)
    for name in names:
        page.select_option("select[data-do=add]", name)
        page.wait_for_timeout(150)
        grey = page.evaluate("[...document.querySelectorAll('#policy .lever.idle')].map((each) => each.dataset.key.slice(6))")
        policy = load_policy(name)
        tests = {"preview_days"}  # shorter than tests: that is no need of other levers
        assert not [lever for lever in grey if lever not in tests and reads(policy, lever, 0, HORIZON)], name
        assert page.evaluate("[...document.querySelectorAll('#policy .lever.idle strong')].every((each) => each.textContent.length > 10)")
        page.click("button[data-do=remove]")
        page.wait_for_timeout(50)


def test_downloads_give_the_same_runs(visit, tmp_path, world):
    page = visit(accept_downloads=True)
    page.focus(CHANGED_LEVER)
    page.keyboard.press("ArrowRight")
    add_step(page, 90, "launch partners", 5)
    page.select_option("select[data-do=mode] >> nth=0", "fix")
    answered(page)
    policy, assumed = saved(page, "toml", tmp_path), saved(page, "world", tmp_path)
    loaded = load_policy(policy)
    assert {day: step for day, step in loaded.steps().items() if step} == by_day(settings(page))
    names = {name: load_world(assumed).parameters[name].default for name in (*SMALL, "leak_hazard")}
    assert names == {**SMALL, "leak_hazard": state(page)["priors"]["leak_hazard"]["fix"]}
    words = shlex.split(saved(page, "command", tmp_path).read_text())
    assert words[:4] == ["lockgate", "compare", "open-release", policy.name]
    assert words[4:] == ["--world", assumed.name, "--draws", str(DRAWS), "--seed", str(SEED), "--horizon", str(HORIZON)]
    harm = run_saved(saved(page, "python", tmp_path)).outcome(HARM)
    rows = list(csv.reader(io.StringIO(saved(page, "csv", tmp_path).read_text())))
    start = next(place for place, row in enumerate(rows) if row[:2] == ["policy", "world"])
    shown = np.array([float(row[2]) for row in rows[start + 1 :]]).reshape(2, DRAWS)
    assert np.array_equal(shown, harm.T)
    assert saved(page, "png", tmp_path).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert "<style" in saved(page, "svg", tmp_path).read_text()
    assert "summary" in tomllib.loads(policy.read_text())


def by_day(found):
    """Settings as a policy has its steps."""
    days = {}
    for (day, name), value in found.items():
        days.setdefault(day, {})[name] = LEVERS[name].type(value)
    return days


def run_saved(path):
    """The results that a saved program prints."""
    scope = {}
    exec(compile(path.read_text().replace("print(results)", ""), path.name, "exec"), scope)  # what the page wrote
    return scope["results"]


def test_a_round_of_the_workshop(visit):
    page = visit()
    page.click("button[data-do=workshop]")
    page.wait_for_timeout(200)
    assert "Guess first" in page.inner_text("#answer")
    assert page.query_selector('[data-painted="effect"] svg') is None, "nobody sees the answer before the guesses"
    for table, side in ((HOSTILE, "-1"), ("Table 2", "1")):
        page.fill("input[name=table]", table)
        page.select_option("select[name=side]", side)
        page.keyboard.press("Enter")
        page.click("form[data-do=guess] button")
        page.wait_for_timeout(100)
    assert len(state(page)["workshop"]["guesses"]) == 2
    page.click("button[data-do=reveal]")
    page.wait_for_timeout(500)
    assert len(page.query_selector_all('[data-painted="effect"] path.guess[data-i]')) == 2
    page.select_option("select[data-do=role]", "Testers")
    page.wait_for_timeout(200)
    free = page.evaluate("[...document.querySelectorAll('#policy .lever input[type=range]:not(:disabled)')].map((each) => each.id)")
    assert free == ["lever-testers", "lever-sign_offs"]
    page.evaluate("window.print = () => {}")
    page.click("button[data-do=print]")
    page.emulate_media(media="print")
    assert page.inner_text("#record").startswith("Record of the workshop")
    assert "Table 2" in page.inner_text("#record")


def test_the_story_of_a_world_follows_the_scrubber(visit):
    page = visit()
    page.click("#story button >> nth=0")
    page.wait_for_selector('[data-painted="tale0"] svg')
    whole = len(page.query_selector_all("#story li"))
    page.focus("input[data-do=day]")
    page.keyboard.press("Home")
    page.wait_for_timeout(200)
    assert len(page.query_selector_all("#story li")) <= whole
    assert "Up to day 0" in page.inner_text("#story")


@pytest.mark.parametrize(
    ("width", "dark"),
    [(390, False), (1440, True), pytest.param(390, True, marks=pytest.mark.full), pytest.param(1440, False, marks=pytest.mark.full)],
)
def test_nothing_reaches_beyond_the_window_and_axe_finds_nothing(visit, shot, width, dark):
    page = visit(width, dark=dark)
    assert beyond(page) == []
    shot(page, f"app-{width}-{'dark' if dark else 'light'}")
    assert violations(page) == []
    page.click("button[data-do=workshop]")
    page.wait_for_timeout(200)
    shot(page, f"app-workshop-{width}-{'dark' if dark else 'light'}")
    assert beyond(page) == []
    assert violations(page) == []


def test_with_levers_writes_what_the_page_does(visit):
    page = visit(draws=0)
    page.click("#bar button >> text=Hold 30 days")
    page.wait_for_timeout(100)
    expected = with_levers(load_policy("staged-preview"), {"preview_days": 30})
    assert by_day(settings(page)) == {day: step for day, step in expected.steps().items() if step}
    assert json.dumps(state(page))
