"""The report's drawings: the same in Python and in the page, safe with any text, and readable."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lockgate.experiments.report import drawing
from lockgate.experiments.report.drawing import DRAWINGS, svg
from lockgate.experiments.report.drawing.whiskers import told
from tests.report import drawn

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync"
)
PAGE = Path(drawing.__file__).parents[1] / "page"
TAGS = {"svg", "title", "desc", "text", "path", "rect"}
UNSHRUNK = settings(phases=[Phase.generate])  # in a browser a smaller example costs minutes
NARROW = pytest.mark.parametrize("narrow", [False, True])
REALISTIC = pytest.mark.parametrize(
    ("name", "data"), drawn.REALISTIC, ids=[f"{name}{place}" for place, (name, _) in enumerate(drawn.REALISTIC)]
)
# Pairs of texts that touch, and texts that leave the drawing.
TOUCHING = """() => {
  const svg = document.querySelector('svg'), wide = svg.viewBox.baseVal, found = [];
  const boxes = [...svg.querySelectorAll('text')].filter((each) => each.getComputedTextLength() > 0).map((each) => [each, each.getBBox()]);
  for (const [one, a] of boxes) {
    if (a.x < -2 || a.x + a.width > wide.width + 2 || a.y < -2 || a.y + a.height > wide.height + 2) found.push('out: ' + one.textContent);
    for (const [other, b] of boxes) {
      const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
      const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
      if (one !== other && across > 0.5 && down > 3) found.push(one.textContent + ' | ' + other.textContent);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    """A page of Chromium with the drawings and the style of the report."""
    program = shutil.which("chromium") or shutil.which("google-chrome-stable")
    if program is None:
        pytest.skip("Chromium is not installed: install it (on Debian or Ubuntu: apt install chromium) to run this test")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        opened = browser.new_page(viewport={"width": 800, "height": 900})
        opened.set_content("<!doctype html><html lang=en><meta charset=utf-8><title>Drawings</title><main></main>")
        opened.add_style_tag(path=PAGE / "page.css")
        opened.add_script_tag(path=PAGE / "draw.js")
        yield opened
        browser.close()


def in_page(page: Any, name: str, data: dict[str, Any]) -> str:
    """The drawing as the page makes it."""
    found: str = page.evaluate("([name, data]) => lockgate.draw[name](data)", [name, data])
    return found


def shown(page: Any, drawings: str) -> None:
    """Put drawings into the page as a report has them."""
    page.evaluate("(drawings) => { document.querySelector('main').innerHTML = drawings; }", drawings)


@NARROW
@REALISTIC
def test_the_page_draws_the_same(page: Any, name: str, data: dict[str, Any], narrow: bool) -> None:
    data = {**data, "narrow": narrow}
    assert in_page(page, name, data) == DRAWINGS[name](data)


@pytest.mark.parametrize("name", DRAWINGS)
@UNSHRUNK
@given(data=st.data())
def test_the_page_draws_any_data_the_same(page: Any, name: str, data: Any) -> None:
    for content in data.draw(st.lists(drawn.ANY[name], min_size=5, max_size=5)):
        assert in_page(page, name, content) == DRAWINGS[name](content)


@pytest.mark.parametrize("name", DRAWINGS)
@UNSHRUNK
@given(data=st.data())
def test_any_text_stays_text(page: Any, name: str, data: Any) -> None:
    found = page.evaluate(
        """(text) => { const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
          return [...parsed.querySelectorAll('*')].map((each) => [each.localName, ...each.getAttributeNames()]); }""",
        DRAWINGS[name](data.draw(drawn.ANY[name])),
    )
    assert {tag for tag, *_ in found} <= TAGS
    names = {attribute for _, *attributes in found for attribute in attributes}
    assert not {each for each in names if each.startswith("on")} | (names & {"style", "href", "id"})


@NARROW
@REALISTIC
def test_no_label_touches_another(page: Any, name: str, data: dict[str, Any], narrow: bool) -> None:
    shown(page, DRAWINGS[name]({**data, "narrow": narrow}))
    assert page.evaluate(TOUCHING) == []


@NARROW
@pytest.mark.parametrize("label", [drawn.HOSTILE[3], drawn.HOSTILE[4], "W" * 60, "x"])
@REALISTIC
def test_no_label_touches_another_however_long_it_is(page: Any, name: str, data: dict[str, Any], label: str, narrow: bool) -> None:
    shown(page, DRAWINGS[name]({**relabelled(data, label), "narrow": narrow}))
    assert page.evaluate(TOUCHING) == []


def relabelled(data: Any, label: str) -> Any:
    """The same data with all their labels exchanged for another."""
    if isinstance(data, dict):
        kept = ("word", "direction", "symbol", "x")
        return {name: value if name in kept and isinstance(value, str) else relabelled(value, label) for name, value in data.items()}
    if isinstance(data, list):
        return [relabelled(each, label) for each in data]
    return label if isinstance(data, str) else data


@UNSHRUNK
@given(marks=st.lists(st.tuples(st.integers(0, 539), st.integers(1, 40)), max_size=12), narrow=st.booleans())
def test_marks_keep_apart_however_many_they_are(page: Any, marks: list[tuple[int, int]], narrow: bool) -> None:
    flags = [{"day": day, "label": "m" * letters} for day, letters in marks]
    shown(page, DRAWINGS["effect"]({**drawn.effect(), "marks": flags, "narrow": narrow}))
    assert page.evaluate(TOUCHING) == []
    assert page.locator("svg [data-i^=m]").count() == len(marks)


def test_widths_are_no_less_than_the_browser_s(page: Any) -> None:
    said = ["".join(map(chr, range(first, first + 19))) for first in range(32, 127, 19)] + ["−+×→↑ äöüßéÅ ЖШЩ Ωαω", "Mean of 1,684.3"]
    texts = "".join(f'<text class="{look}" y="20">{svg.escape(each)}</text>' for each in said for look in ("", "strong"))
    shown(page, f'<svg class="chart" viewBox="0 0 720 40">{texts}</svg>')
    measured = page.evaluate("() => [...document.querySelectorAll('svg text')].map((each) => each.getComputedTextLength())")
    expected = [svg.width(each, svg.SIZE * factor) for each in said for factor in (1.0, svg.BOLD)]
    assert len(measured) == len(expected)
    assert all(found <= 1.03 * least for found, least in zip(measured, expected, strict=True))


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_to_draw_is_said(name: str) -> None:
    assert "There is nothing to draw." in DRAWINGS[name]({"title": "Empty", "alt": "Nothing.", "narrow": True})


@REALISTIC
def test_a_drawing_says_what_it_is(name: str, data: dict[str, Any]) -> None:
    found = DRAWINGS[name](data)
    start = f'role="img"><title>{data["title"]}</title><desc>{data["alt"]}</desc>'
    assert re.match(r'<svg xmlns="http://www.w3.org/2000/svg" class="chart [a-z-]+ wide" viewBox="0 0 720 [0-9.]+"', found)
    assert start in found


def indices(found: str, look: str) -> list[str]:
    """The places among the data of all marks of a class."""
    return re.findall(rf'<path class="{look}[^"]*" data-i="([^"]+)"', found)


@NARROW
def test_each_world_is_a_mark_with_its_side_in_colour_and_shape(narrow: bool) -> None:
    data = drawn.worlds()
    found = DRAWINGS["worlds"]({**data, "narrow": narrow})
    assert indices(found, "world") == [str(place) for place in range(100)]
    shapes = {}
    for side in ("less", "same", "more"):
        marks = re.findall(rf'<path class="world {side}( hollow)?" data-i="(\d+)" d="M[^"]*?([AHL])[^"]*"', found)
        shapes[side] = {shape for _, _, shape in marks}
        wanted = [index for index, value in enumerate(data["side"]) if value == {"less": -1, "same": 0, "more": 1}[side]]
        assert [int(index) for _, index, _ in marks] == wanted
        assert [int(index) for hollow, index, _ in marks if hollow] == [index for index in wanted if data["hollow"][index]]
    assert shapes == {"less": {"A"}, "same": {"H"}, "more": {"L"}}
    assert [f">{said}</text>" in found for said in ("52 less harm", "7 same", "41 more harm")] == [True] * 3


def test_verdicts_are_in_words_and_shapes() -> None:
    found = DRAWINGS["whiskers"](drawn.whiskers())
    for word in ("clear", "leaning", "unclear", "same"):
        assert re.search(rf'class="strong word {word}">{word}</text>', found)
    shapes = dict(re.findall(r'class="verdict (clear|leaning|unclear|same)[^"]*" data-i="\d" d="[^"]*?([AHL])', found))
    assert shapes == {"clear": "A", "leaning": "L", "unclear": "H", "same": "H"}


@given(ends=st.tuples(st.floats(-100, 100), st.floats(-100, 100)).map(sorted))
def test_an_interval_without_zero_is_told_without_it(ends: list[float]) -> None:
    low, high = ends
    said = told({"mean": (low + high) / 2, "low": low, "high": high}, 1)
    near = min(abs(low), abs(high))
    if (low > 0 or high < 0) and near > 1e-6:
        first, last = re.findall(r"[−0-9.,]+", said)[-2:]
        assert float(first.replace("−", "-")) != 0.0 != float(last.replace("−", "-"))


def test_a_map_has_a_cell_for_each_verdict_and_hatches_what_is_unclear() -> None:
    found = DRAWINGS["flip_map"](drawn.flip_map())
    assert indices(found, "cell") == [str(place) for place in range(30)]
    cells = re.findall(r'<path class="cell ([a-z ]+)" data-i="\d+"[^>]*><title>[^<]*</title></path>(<path class="hatch")?', found)
    assert {look for look, hatch in cells if hatch} == {"unclear"}
    assert [look for look, _ in cells[:6]] == ["clear less", "leaning less", "unclear", "same", "leaning more", "clear more"]
    assert found.count(">we think we are here</text>") == 1


def test_the_plot_says_where_its_data_are(page: Any) -> None:
    data = drawn.effect()
    found = DRAWINGS["effect"](data)
    left, top, right, bottom, first, last, most, least = map(float, re.search(r'data-box="([^"]+)"', found)[1].split())  # type: ignore[index]
    index = int(indices(found, "mean")[0])
    x = float(re.search(rf'class="mean" data-i="{index}" d="M([0-9.]+)', found)[1]) + 4.0  # type: ignore[index]
    y = float(re.search(rf'class="mean" data-i="{index}" d="M[0-9.]+ ([0-9.]+)', found)[1])  # type: ignore[index]
    assert first + (x - left) / (right - left) * (last - first) == pytest.approx(data["days"][index], abs=0.1)
    assert most + (y - top) / (bottom - top) * (least - most) == pytest.approx(data["mean"][index], abs=0.01)


@given(value=st.floats(-1e9, 1e9), decimals=st.integers(0, 4))
def test_numbers_are_rounded_to_the_nearest(value: float, decimals: int) -> None:
    said = svg.fixed(value, decimals)
    again = float(said.replace("−", "-").replace(",", ""))
    assert abs(again - value) <= 0.5 * 10.0**-decimals + 1e-6
    assert len(said.partition(".")[2]) == decimals


def test_text_without_a_place_in_a_document_is_replaced() -> None:
    assert svg.escape("a\udc80b\x00c\u202ed\ufffee") == "a\ufffdb\ufffdc\ufffdd\ufffde"


def test_a_column_of_text_and_a_phone_each_see_one_of_two(page: Any) -> None:
    both = "".join(DRAWINGS["bars"]({**drawn.bars(), "narrow": narrow}) for narrow in (False, True))
    shown(page, f'<figure class="both">{both}</figure>')
    seen = "() => [...document.querySelectorAll('svg')].map((each) => each.getClientRects().length > 0)"
    assert page.evaluate(seen) == [True, False]
    try:
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate(seen) == [False, True]
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390
        page.emulate_media(media="print")
        assert page.evaluate(seen) == [True, False]
    finally:
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": 800, "height": 900})


def colours(scheme: str) -> dict[str, str]:
    """The colours of the style in a scheme: light, and what dark changes."""
    blocks = re.findall(r":root\{([^}]*)\}", (PAGE / "page.css").read_text(encoding="utf-8"))
    light, dark = (dict(re.findall(r"--([a-z0-9-]+):(#[0-9a-f]{3,6})", block)) for block in blocks[:2])
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, definition of relative luminance."""
    full = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(full[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours. Source: WCAG 2.2, definition of contrast ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_known_where_it_is_known() -> None:
    assert contrast("#fff", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_stand_out(scheme: str) -> None:
    found = colours(scheme)
    grounds = ("paper", "ground", "plain", "less-pale", "more-pale", "band50", "band90", "p0", "p1", "p2", "p3", "p4", "p5")
    texts = [("ink", ground) for ground in grounds]
    texts += [(word, "paper") for word in ("quiet", "less", "more", "focus", "ghost")] + [
        ("quiet", "ground"),
        ("on", "less"),
        ("on", "more"),
    ]
    marks = [("line", "paper"), ("line", "band90"), ("line", "band50"), ("hatch", "paper"), ("less", "less-pale"), ("more", "more-pale")]
    assert {
        pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in texts if contrast(found[pair[0]], found[pair[1]]) < 4.5
    } == {}
    assert {
        pair: round(contrast(found[pair[0]], found[pair[1]]), 2) for pair in marks if contrast(found[pair[0]], found[pair[1]]) < 3.0
    } == {}
