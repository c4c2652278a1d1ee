"""Journeys through the page in both browsers, and from a server; and a visitor who does anything for as long as there is time."""

import os
import re
import threading
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

import lockgate
from lockgate.experiments.app.site import PAGE, Begin, exported_files
from lockgate.scenarios import load_policy, load_world, with_levers, with_parameters
from tests import sizes
from tests.app.client import serving
from tests.browser.chromium import address, beyond, violations
from tests.browser.visitor import Visitor
from tests.report.made import text

HARM = "model_enabled_harm"
SEED, DAYS, DRAWS = 5, 120, 100
WORLD = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
POLICIES = ("open-release", "staged-preview")
SET_DRAWS = f"""(() => {{ for (const each of document.querySelectorAll('#world details')) each.open = true;
  const at = document.querySelector('select[data-do=draws]'); at.value = '{DRAWS}';
  at.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"""
# How many worlds the answer rests on, once they are all that were asked for, and what is told is of what is set now.
ANSWERED = """(() => { const told = (document.querySelector('#answer .row .quiet')?.textContent ?? '').match(/^([\\d,]+) of ([\\d,]+)/);
  return told && !document.querySelector('#answer .pending') && told[1] === told[2] && told[2]; })()"""
ANSWER = "document.querySelector('#answer').textContent.replaceAll('\\u00a0', ' ').replaceAll('\\u2212', '-')"
# Memory that a visitor may cost, once the page has warmed up: what a browser keeps of old pages and pictures is not the page's.
MINUTES = float(os.environ.get("LOCKGATE_RANDOM_MINUTES", sizes.size("0.2", "4")))  # 30 before a release, by hand
GROWTH, SPARE = 1.3, 80 << 20


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The page as a file."""
    path = tmp_path_factory.mktemp("page") / PAGE
    path.write_bytes(exported_files(Begin(tuple(map(load_policy, POLICIES)), WORLD, SEED, DAYS))[PAGE])
    return path


@pytest.fixture
def pages(site, tmp_path):
    """The page of the app, or a report, as a file."""

    def page(which):
        if which == "app":
            return site
        (tmp_path / "report.html").write_text(text(), encoding="utf-8")
        return tmp_path / "report.html"

    return page


def until(evaluate, expression, seconds=90):
    """Wait until an expression holds in a browser."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := evaluate(expression):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{expression} never came: {evaluate(ANSWER)}")


def all_draws(evaluate):
    """The answer once all draws are there."""
    until(evaluate, "!!document.querySelector('select[data-do=draws]')")
    evaluate(SET_DRAWS)
    until(evaluate, f"({ANSWERED}) === '{DRAWS}'")
    return evaluate(ANSWER)


def said_by_program(**levers):
    """What the answer must say, by the program's own runs: percent with its interval, and shares."""
    policies = [load_policy(POLICIES[0]), with_levers(load_policy(POLICIES[1]), levers)]
    harm = lockgate.compare(policies, WORLD, DRAWS, SEED, horizon_days=DAYS).summary()["policies"][POLICIES[1]][HARM]["difference"]
    mean, low, high = (100 * harm["relative"][name] for name in ("mean", "low", "high"))
    return harm, f"{mean:.1f} % ({low:.1f} to {high:.1f})", f"{round(100 * harm['less'])} less"


def check_said(answer, **levers):
    """The answer says what the program does."""
    harm, size, shares = said_by_program(**levers)
    assert size in answer
    assert shares in answer
    assert f"{harm['verdict']}: {harm['direction']}" in answer or harm["direction"] == "same"


def test_chromium_says_what_the_program_does(open_page, site):
    page = open_page(site)
    check_said(all_draws(page.evaluate))
    page.focus("#lever-preview_days")
    before = page.input_value("#lever-preview_days")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    after = page.evaluate("lockgate.state()")
    assert page.input_value("#lever-preview_days") != before
    page.wait_for_timeout(200)
    until(page.evaluate, f"({ANSWERED}) === '{DRAWS}'")
    check_said(page.evaluate(ANSWER), preview_days=preview_of(after))
    assert page.watch.requests[0] == address(site)
    assert {each.split(":")[0] for each in page.watch.requests[1:]} <= {"blob", "data"}


def preview_of(state):
    """The days of preview that a page's state has."""
    number = list(lockgate.load_policy(POLICIES[1]).phases().dtype.names).index("preview_days") - 1  # the first is the day
    return next(value for day, lever, value in reversed(state["policies"][1]["settings"]) if (day, lever) == (0, number))


def test_firefox_says_what_the_program_does(firefox, site):
    firefox.open(address(site))
    check_said(all_draws(firefox.evaluate))
    firefox.evaluate("document.querySelector('#lever-preview_days').focus()")
    firefox.press(*["\ue014"] * 3)
    time.sleep(0.3)
    until(firefox.evaluate, f"({ANSWERED}) === '{DRAWS}'")
    check_said(firefox.evaluate(ANSWER), preview_days=preview_of(firefox.evaluate("lockgate.state()")))
    assert firefox.problems == []


def test_a_link_of_one_browser_opens_in_the_other(open_page, firefox, site):
    page = open_page(site)
    all_draws(page.evaluate)
    page.click("#bar button >> text=Hold 30 days")
    page.wait_for_timeout(300)
    until(page.evaluate, f"({ANSWERED}) === '{DRAWS}'")
    state, answer, link = (page.evaluate(each) for each in ("lockgate.state()", ANSWER, "location.hash"))
    firefox.open(address(site) + link)
    until(firefox.evaluate, f"({ANSWERED}) === '{DRAWS}'")
    assert firefox.evaluate("lockgate.state()") == state
    size = re.search(r"-?[\d.]+ % \(-?[\d.]+ to -?[\d.]+\)", answer)
    assert size
    assert size[0] in firefox.evaluate(ANSWER)
    assert firefox.problems == []


def test_a_served_page_asks_its_own_server_and_nobody_else(open_page, tmp_path):
    with serving(cwd=tmp_path) as server:
        page = open_page(f"http://{server.host}/?token={server.token}")
        until(page.evaluate, "/^[1-9][\\d,]* of /.test(document.querySelector('#answer .row .quiet')?.textContent)")
        assert beyond(page) == []
        assert violations(page) == []
        assert server.token not in page.evaluate("document.body.innerText")


AT_ONCE = """(() => { for (const each of document.querySelectorAll("button[data-do=tell]:not([disabled]), button[data-do=save]")) {
  const add = document.querySelector("select[data-do=add]");
  add.value = "=";
  add.dispatchEvent(new Event("change", { bubbles: true }));
  each.click(); } })()"""


def test_what_has_not_run_yet_is_not_told_or_saved(open_page, site):
    """A story, or a chart, of a policy that was added in the same moment."""
    page = open_page(site, accept_downloads=True)
    all_draws(page.evaluate)
    page.evaluate(AT_ONCE)
    page.wait_for_timeout(500)
    assert until(page.evaluate, ANSWERED)
    assert len(page.evaluate("lockgate.state()")["policies"]) > 2


def renderers():
    """The processes in which Chromium runs pages."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "--type=renderer" in process.cmdline():
                yield process


@contextmanager
def at_most(seconds):
    """Ends pages that are still busy then, so that a page that hangs fails its test and holds up no other."""
    timer = threading.Timer(seconds, lambda: [process.kill() for process in renderers()])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def memory_of(page):
    """Bytes that the page's process holds once what nobody needs is gone: those of scripts, and of all of Chromium's processes."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    told = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    found = 0
    for process in renderers():
        with suppress(psutil.NoSuchProcess):
            found += process.memory_info().rss
    return int(told["JSHeapUsedSize"]), found, int(told["Nodes"])


# There is no answer during a round of the workshop, and of the reference itself.
RESTS = "/Guess first|Choose another policy/.test(document.querySelector('#answer').textContent)"
READY = {
    "app": f"({ANSWERED}) || {RESTS}",
    "report": "(document.getElementById('try-draws')?.textContent ?? '').match(/^(\\d+) of \\1 /)",
}


@pytest.mark.parametrize(("which", "width"), sizes.few(1, [("app", 1440), ("app", 390), ("report", 1440), ("report", 390)]))
def test_whoever_does_anything_meets_no_error(open_page, pages, which, width):
    """For `LOCKGATE_RANDOM_MINUTES` in all: a few seconds every day, four minutes in the full run, thirty before a release."""
    page = open_page(pages(which), width, accept_downloads=True)
    page.evaluate("document.getElementById('try')?.scrollIntoView()")  # where a report's own levers wait until they are seen
    until(page.evaluate, READY[which])
    visitor, seconds = Visitor(page, seed=width), 60 * MINUTES / sizes.size(1, 4)
    with at_most(seconds + 120):
        seen, start = [memory_of(page)], time.monotonic()
        while (spent := time.monotonic() - start) < seconds:
            for _ in range(20):
                visitor.act()
                page.wait_for_timeout(visitor.below(60))
                assert page.watch.problems == [], visitor.done
            if spent > len(seen) * seconds / 10:
                seen.append(memory_of(page))
    assert visitor.count > 50
    page.wait_for_timeout(500)
    assert until(page.evaluate, READY[which])
    assert "NaN" not in page.inner_text("main")
    assert "undefined" not in page.inner_text("main")
    if seconds >= 60:
        for warm, last in zip(seen[len(seen) // 3], seen[-1], strict=True):
            assert last < GROWTH * warm + SPARE, seen
