"""The report's own levers: what the model answers in the page is what the program answers, in both browsers."""

import re
import time

import pytest

from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.verdict import verdict
from lockgate.scenarios import load_policy, with_levers, with_parameters
from tests.browser.chromium import beyond, violations
from tests.planted import WORLD
from tests.report.made import DAYS, DRAWS, text

HARM, ABOUT = "model_enabled_harm", "staged-preview"
TOLD = re.compile(r"([+−]?[\d.]+) % \(([+−]?[\d.]+) to ([+−]?[\d.]+)\).*?(\S+) less, (\S+) same, (\S+) more")
STATE = """(() => ({ draws: document.getElementById('try-draws')?.textContent, word: document.getElementById('try-word')?.textContent,
    answer: document.getElementById('try-answer')?.textContent.replaceAll('\\u00a0', ' '), state: lockgate.state?.() }))()"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("trial") / "report.html"
    path.write_text(text(), encoding="utf-8")
    return path


@pytest.fixture
def trial(open_page, page_file):
    """A report whose levers are there, with its first answer."""
    page = open_page(page_file)
    page.evaluate("lockgate.started")
    page.locator("#try").scroll_into_view_if_needed()
    whole(page.evaluate)
    return page


def whole(evaluate, holds=lambda told: True):
    """What the page says once all draws of what is set are there."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        told = evaluate(STATE)
        if told["draws"] == f"{DRAWS} of {DRAWS} worlds" and holds(told):
            return told
        time.sleep(0.05)
    raise AssertionError(f"the answer never came: {told}")


def numbers(told):
    """Mean and interval in percent, and shares of 100 worlds, as the page says them."""
    found = TOLD.search(told["answer"])
    assert found, told["answer"]
    return [float(number.replace("−", "-")) for number in found.groups()[:3]], found.groups()[3:]


def native(policy, world):
    """The same by the program."""
    results = compare(["open-release", policy], world, DRAWS, horizon_days=DAYS, ceiling=False)
    harm = results.outcome(HARM)
    found = verdict(HARM, harm[:, 1], harm[:, 0])
    return [100 * end / harm[:, 0].mean() for end in (found.mean, found.low, found.high)], found


def check(told, policy, world=WORLD):
    shown, shares = numbers(told)
    ends, found = native(policy, world)
    assert shown == pytest.approx(ends, abs=0.051)
    assert [float(share) for share in shares] == pytest.approx([100 * found.less, 100 * found.same, 100 * found.more], abs=0.51)
    assert told["word"] == f"{found.word}{'' if found.direction == 'same' else f': {found.direction}'}"


def test_the_trial_begins_with_what_the_report_says(trial):
    check(whole(trial.evaluate), ABOUT)
    trial.wait_for_selector("#try-costs .card")
    written = [cost.replace("\u00a0", " ") for cost in trial.locator("#answer .card:nth-of-type(2) li").all_inner_texts()]
    price = trial.locator("#try-costs .card:last-child p").inner_text().removesuffix(".").replace("\u2212", "-")
    assert price[0].lower() + price[1:] in written


def test_a_lever_that_is_moved_by_keys_gives_the_programs_answer_and_none_is_lost(trial):
    trial.focus("#set-preview_days")
    for _ in range(40):
        trial.keyboard.press("ArrowRight")
    days = trial.evaluate("lockgate.state().levers.preview_days")
    assert days == 14 + 40
    told = whole(trial.evaluate, lambda told: f"preview days {days}" in told["answer"])
    check(told, with_levers(load_policy(ABOUT), {"preview_days": days}))
    assert trial.locator("#try-effect svg .ghost").count() == 2  # the line of the last setting, and its key


def test_an_assumption_that_is_held_gives_the_programs_answer(trial):
    trial.fill("#find-priors", "uplift")
    trial.keyboard.press("Enter")
    trial.locator("#set-uplift").evaluate("(slider) => { slider.value = slider.max; slider.dispatchEvent(new Event('input')); }")
    uplift = trial.evaluate("lockgate.state().priors.uplift.fix")
    told = whole(trial.evaluate)
    check(told, ABOUT, with_parameters(WORLD, {"uplift": uplift}))


def test_a_link_restores_all_and_undo_goes_back(trial, open_page, page_file):
    trial.locator("#set-preview_days").evaluate("(slider) => { slider.value = 30; slider.dispatchEvent(new Event('input')); }")
    said = whole(trial.evaluate, lambda told: "preview days 30" in told["answer"])
    other = open_page(page_file)
    other.evaluate(f"location.hash = {trial.evaluate('location.hash')!r}")
    other.evaluate("lockgate.started")
    assert whole(other.evaluate, lambda told: "preview days 30" in told["answer"])["answer"] == said["answer"]
    trial.get_by_role("button", name="Undo").click()
    assert trial.evaluate("lockgate.state().levers") == {}
    trial.get_by_role("button", name="Redo").click()
    assert trial.evaluate("lockgate.state().levers") == {"preview_days": 30}
    trial.get_by_role("button", name="Reset all").click()
    assert trial.evaluate("[lockgate.state().levers, lockgate.state().priors]") == [{}, {}]


@pytest.mark.parametrize("hash_", [
    "#try=%7B", "#try=null", '#try={"levers":{"preview_days":1e9}}', '#try={"levers":{"<b>":1},"priors":{"pace":{}}}',
])  # fmt: skip
def test_a_link_of_a_stranger_is_a_sentence(trial, hash_):
    trial.evaluate(f"location.hash = {hash_!r}")
    trial.wait_for_timeout(300)
    assert trial.inner_text("#try-note").startswith("This link cannot be read: ")
    assert trial.evaluate("[lockgate.state().levers, lockgate.state().priors]") == [{}, {}]


def test_marks_tell_themselves_by_keyboard(trial):
    line = trial.locator("#chart-worlds .said")
    trial.locator("#chart-worlds svg:visible [data-i][tabindex='0']").focus()
    before = line.inner_text()
    trial.keyboard.press("ArrowRight")
    assert line.inner_text() != before
    assert "World" in line.inner_text() or "world" in line.inner_text() or "%" in line.inner_text()


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1440, True)])
def test_the_trial_fits_and_can_be_read(open_page, page_file, shot, width, dark):
    page = open_page(page_file, width, dark=dark)
    page.evaluate("lockgate.started")
    page.locator("#try").scroll_into_view_if_needed()
    whole(page.evaluate)
    page.wait_for_timeout(300)
    assert beyond(page) == []
    assert violations(page) == []
    shot(page, f"trial-{width}")


def test_firefox_gives_the_same_answer(firefox, page_file, trial):
    from tests.browser.chromium import address

    firefox.open(address(page_file), 1440, 900)
    firefox.evaluate("document.getElementById('try').scrollIntoView()")
    assert whole(firefox.evaluate)["answer"] == whole(trial.evaluate)["answer"]
    assert firefox.problems == []
