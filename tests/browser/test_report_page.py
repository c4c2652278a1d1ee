"""A report as its reader meets it: opened from a disk with no network, without scripts, by keyboard, on a telephone, and on paper."""

import csv
import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lockgate.experiments.report.claim_card import read_claims
from lockgate.experiments.report.claim_check import check
from lockgate.experiments.report.report import report
from lockgate.experiments.results.compare import compare
from lockgate.scenarios import load_policy
from lockgate.sim.model.policy import Policy
from tests.browser.chromium import WIDTHS, address, beyond, printed, violations
from tests.planted import WORLD
from tests.report.made import comparison, text
from tests.sizes import few

HARM = "model_enabled_harm"
HOSTILE = "<img src=x onerror=alert(1)>\"'&</script><script>alert(1)</script>\u202e"
MOST_PAGES = 8  # of paper: the numbers of the charts are not printed
ABOUT = "staged-preview"
# What a reader reads on the first screen: one expression for both browsers.
FIRST = """(() => { const text = (where) => [...document.querySelectorAll('#answer ' + where)]
    .map((each) => each.textContent.trim().replaceAll('\u00a0', ' '));
  return { question: text('h1'), word: text('strong.word'), size: text('.number'), interval: text('.number + .note'),
           shares: text('.shares li'), costs: text('.card:nth-of-type(2) li') }; })()"""


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """The report of a small comparison."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(text(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    """The report of one in which somebody chose the names."""
    policies = [Policy(f"open {HOSTILE}"), replace(load_policy(ABOUT), name=f"staged {HOSTILE}", summary=HOSTILE)]
    results = compare(policies, replace(WORLD, name=HOSTILE, summary=HOSTILE), 12, horizon_days=60)
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(report(results, command=["lockgate", "compare", HOSTILE]), encoding="utf-8")
    return path


def told_of(results):
    """What the first screen must say of a comparison, by its summary."""
    difference = results.summary()["policies"][ABOUT][HARM]["difference"]
    mean, low, high = (100 * difference["relative"][name] for name in ("mean", "low", "high"))
    assert abs(low) > 0.1  # so that one decimal tells it
    assert abs(high) > 0.1
    shares = [f"{round(100 * difference[name])} {name}" for name in ("less", "same", "more")]
    return difference, f"{mean:+.1f} %", f"95 % interval {low:.1f} to {high:.1f} %", shares


def check_first(told, results):
    """The first screen says what the summary does."""
    difference, mean, interval, shares = told_of(results)
    assert told["size"][0].startswith(f"{mean} harm")
    assert told["interval"] == [interval]
    assert told["shares"] == shares
    assert told["word"][0].startswith(difference["verdict"])
    assert told["question"] == ["Ask every lab to hold each critical system with approved partners for 14 days?"]
    lead = results.summary()["policies"][ABOUT]["usable_lead_months"]["difference"]
    assert any(cost.startswith(f"usable lead: {abs(lead['mean']):.1f} months shorter") for cost in told["costs"])


def test_the_numbers_are_the_summarys_in_chromium(open_page, page_file, shot):
    for width in (390, 1440):
        page = open_page(page_file, width)
        check_first(page.evaluate(FIRST), comparison())
        # Its workers are made of its own text.
        assert [url for url in page.watch.requests if not url.startswith("blob:null/")] == [address(page_file)]
        shot(page, f"report-{width}")


def test_the_numbers_are_the_summarys_in_firefox(firefox, page_file, tmp_path):
    firefox.open(address(page_file), 390, 844)
    check_first(firefox.evaluate(FIRST), comparison())
    assert firefox.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert firefox.evaluate("document.querySelectorAll('svg.chart').length") > 10
    assert firefox.problems == []


def test_everything_is_there_without_scripts(open_page, page_file):
    with_scripts, page = open_page(page_file), open_page(page_file, scripts=False)
    for where in ("h1", ".answer", ".cards", "main > nav"):
        assert page.inner_text(where) == with_scripts.inner_text(where)
    assert page.inner_text("#answer .word").startswith("clear")
    assert page.locator("#try").is_hidden()
    for name in ("length", "worlds", "turning", "alternatives", "instead", "stories", "happened", "limits", "annex"):
        assert page.locator(f"section#{name} h2").is_visible(), name
    charts = [chart for chart in page.query_selector_all("figure") if chart.is_visible()]
    for chart in charts:
        (shown,) = [drawn for drawn in chart.query_selector_all("svg.chart") if drawn.is_visible()]
        assert shown.bounding_box()["height"] > 40
        assert len(shown.query_selector("title").text_content()) > 20
    assert len(charts) >= 8
    assert page.locator("table:visible").count() >= 1


def numbers_of(page, name):
    """The numbers of a chart, as the page offers them."""
    return list(csv.DictReader(io.StringIO(page.locator(f"#csv-{name}").text_content())))


def test_the_numbers_of_charts_are_the_results(open_page, page_file):
    page, results = open_page(page_file), comparison()
    harm = results.outcome(HARM)
    whole = harm[:, 0].mean()
    differences = results.summary()["policies"]
    for row in numbers_of(page, "alternatives"):
        relative = differences[row["label"]][HARM]["difference"]["relative"]
        assert [float(row[end]) for end in ("mean", "low", "high")] == pytest.approx(
            [100 * relative[end] for end in ("mean", "low", "high")]
        )
    for row in numbers_of(page, "worlds"):
        gap = harm[int(row["draw"]), 1] - harm[int(row["draw"]), 0]
        assert int(row["side"]) == np.sign(gap)
    weekly = results.weekly("harm")
    saved = np.cumsum(weekly[:, 0] - weekly[:, 1], axis=1)
    effect = numbers_of(page, "effect")
    assert [int(row["day"]) for row in effect] == [0, *(results.days + 1).tolist()]
    assert [float(row["mean"]) for row in effect[1:]] == pytest.approx((100 * saved.mean(axis=0) / whole).tolist(), abs=1e-9)
    assert [float(row["q50"]) for row in effect[1:]] == pytest.approx((100 * np.median(saved, axis=0) / whole).tolist(), abs=1e-9)


@pytest.mark.parametrize(("width", "dark"), few(2, [(390, False), (1440, True), (390, True), (1440, False)]))
def test_everything_fits_and_can_be_read(open_page, page_file, shot, width, dark):
    page = open_page(page_file, width, dark=dark)
    assert beyond(page) == []
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert beyond(page) == []
    assert violations(page) == []
    if dark:
        shot(page, f"report-dark-{width}")
    visible = [one.bounding_box() for one in page.query_selector_all("svg.chart text") if one.is_visible()]
    assert min(box["height"] for box in visible) >= 9, "text in charts"


def test_the_first_screen_answers(open_page, page_file):
    page = open_page(page_file)
    for where in ("h1", ".answer", "#answer .word", "#answer .number", "#chart-effect svg:visible"):
        box = page.locator(where).first.bounding_box()
        assert box["y"] + box["height"] <= 900, where
    narrow = open_page(page_file, 390)
    for where in ("h1", ".answer", "#answer .word", "#answer .number"):
        box = narrow.locator(where).first.bounding_box()
        assert box["y"] + box["height"] <= 844, where


FOCUSED = """(() => { const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  return [at.tagName, at.getAttribute('href') || at.id || at.className, box.width * box.height,
          style.outlineStyle !== 'none' || style.boxShadow !== 'none' || parseFloat(style.strokeWidth) >= 4, scrollY + box.top,
          at.getAttribute('aria-label') || at.labels?.[0]?.textContent || at.textContent]; })()"""


def test_it_can_be_read_by_keyboard_alone(open_page, page_file):
    page = open_page(page_file)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#answer"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    places = []
    for _ in range(200):
        page.keyboard.press("Tab")
        found = page.evaluate(FOCUSED)
        if found[0] == "BODY":
            break
        places.append(found)
    tags = [tag for tag, *_ in places]
    assert {"A", "SUMMARY", "DIV"} <= set(tags)
    assert all(area > 0 and ring for _, _, area, ring, *_ in places), places
    assert all(label.strip() for *_, label in places)
    tops = [top for *_, top, _ in places if top > 0]
    assert sum(later < earlier - 200 for earlier, later in pairwise(tops)) <= 2  # two columns go back up once each
    page.locator("details > summary").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")
    page.locator("nav a[href='#limits']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.getElementById('limits').getBoundingClientRect().top < innerHeight / 2")


def test_a_link_to_numbers_shows_them(open_page, page_file):
    page = open_page(page_file)
    page.locator("#chart-effect .numbers").click()
    page.wait_for_timeout(200)
    assert page.locator("#csv-effect").is_visible()


@pytest.mark.parametrize("paper", WIDTHS)
def test_it_prints(open_page, page_file, shot, paper):
    page = open_page(page_file)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = printed(page, paper)
    assert 3 <= found.pages <= MOST_PAGES
    page.emulate_media(media="print")
    page.set_viewport_size({"width": int(WIDTHS[paper] - 2 * 0.39 * 96), "height": 1000})
    assert beyond(page) == []
    shot(page, f"report-print-{paper}")
    for where in ("figure", "tr", ".card", "h2"):
        kept = page.evaluate(f"getComputedStyle(document.querySelector('main section {where}')).breakInside")
        assert kept in {"avoid", "avoid-page"} or where == "h2", where
    assert page.evaluate("getComputedStyle(document.querySelector('main section h2')).breakAfter") in {"avoid", "avoid-page"}
    assert not any(one.is_visible() for one in page.query_selector_all("pre, details.csv pre, .skip, main > nav"))
    held = page.evaluate("[...document.querySelectorAll('.scroll')].filter((each) => each.scrollWidth > each.clientWidth + 1).length")
    assert held == 0, "what scrolls on a screen is cut on paper"


def test_names_of_strangers_do_no_harm(open_page, firefox, hostile_file):
    for width in (390, 1440):
        page = open_page(hostile_file, width)
        assert HOSTILE.rstrip("\u202e") in page.inner_text("#answer")
        assert page.query_selector_all("img") == []
        assert beyond(page) == []
        assert violations(page) == []
    assert all("\u202e" not in page.inner_text(where) for where in ("#answer", "footer", "#annex"))
    firefox.open(address(hostile_file), 390, 844)
    assert firefox.evaluate("document.images.length") == 0
    assert firefox.problems == []


def test_its_claims_hold(page_file, hostile_file):
    claims = read_claims(page_file)
    assert {(claim.policy.name, claim.outcome) for claim in claims} >= {(ABOUT, HARM), ("partner-programme", HARM)}
    assert check(claims[0]).exact
    (mine, *_) = read_claims(hostile_file)
    assert mine.policy.name == f"staged {HOSTILE}"
    assert check(mine).exact
