"""The report as one HTML file: complete without scripts, and closed to everything outside of it."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lockgate.experiments.folder import plain
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.report.content import Answer, Figure, Heading, Paragraph, Part, Points, Report, Section, Table, Terms
from lockgate.experiments.report.drawing import DRAWINGS as SHARED
from lockgate.experiments.report.drawing.case import case
from lockgate.experiments.report.html import Markup, data_block, element, escaped, joined

PAGE = Path(__file__).with_name("page")
STYLES = ("page.css", "report.css")
SCRIPTS = ("draw.js", "model.js", "worker.js", "telling.js", "report.js")  # in this order
LANGUAGE = "en-GB"
DRAWINGS = {**SHARED, "case": case}  # a case is drawn here alone: nothing in it moves


def document(report: Report) -> str:
    """The text of the file."""
    style, script = "\n".join(texts(STYLES)), "\n".join(texts(SCRIPTS))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy_of(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"lockgate {lockgate_version()}"),
        element("title", report.title),
        element("style", Markup(style)),
    )
    skip = element("a", "Skip to the answer", class_="skip", href="#answer")
    foot = element("footer", *(element("p", f"{name}: {report.made[name]}") for name in ("Command", "Version")))
    alive = [data_block(told(report), id="lockgate-data"), element("script", Markup(script))] if script else []
    body = element("body", joined(skip, main(report), foot, *alive))
    return f"<!doctype html>\n{element('html', joined(head, body), lang=LANGUAGE)}\n"


def texts(names: tuple[str, ...]) -> list[str]:
    """The files of the page that are there."""
    return [(PAGE / name).read_text(encoding="utf-8") for name in names if (PAGE / name).exists()]


def policy_of(style: str, script: str) -> str:
    """The content security policy: nothing but the style and the script that are within, by their hashes."""
    scripts = f"{hashed(script)} 'wasm-unsafe-eval'" if script else "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; worker-src blob:; style-src {hashed(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def hashed(text: str) -> str:
    """The source expression of a text within the page.

    >>> hashed("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def told(report: Report) -> dict[str, Any]:
    """What scripts are told: the data of each drawing, and the model where it is within."""
    figures = {figure.name: {"drawing": figure.drawing, "data": figure.data} for figure in report.figures}
    return {"figures": figures, **report.living}


def main(report: Report) -> Markup:
    """The page itself."""
    contents = element("nav", element("ol", *(element("li", link(each)) for each in report.sections)), aria_label="Sections")
    trial = element("section", id="try", hidden=True, aria_label="Try it")
    sections = [section(each, annex(report) if each.name == "annex" else ()) for each in report.sections]
    return element("main", joined(answer(report.answer), contents, trial, *sections), id="main")


def link(each: Section) -> Markup:
    """A section in the contents."""
    return element("a", each.title, href=f"#{each.name}")


# The first screen


def answer(first: Answer) -> Markup:
    """Question, answer and all that belongs to them."""
    side = first.verdict.direction if first.verdict.direction != "same" else ""
    badge = element("strong", first.word, class_=f"word {first.verdict.word} {side}".rstrip())
    shares = listing(first.misuse, class_="shares") if first.misuse else ""
    what = element("p", "Of 100 worlds, harm is:", class_="note") if first.misuse else ""
    size = [element("p", first.size, class_="number"), element("p", first.interval, class_="note") if first.interval else ""]
    cards = [
        card("Misuse", *size, what, shares),
        card("Costs", listing(first.costs) if first.costs else element("p", "Not told by these runs.")),
        card("What would turn it", listing(first.turns)),
    ]
    drawn = figure_of(first.figure) if first.figure else element("p", first.why_none, class_="note")
    return element(
        "section",
        joined(
            element(
                "div",
                joined(
                    element("p", first.subject, class_="subject"),
                    element("h1", first.question, id="question"),
                    element("p", element("span", first.answer), Markup(" "), badge, class_="answer"),
                    element("div", joined(*cards), class_="cards"),
                ),
                class_="first",
            ),
            drawn,
            element("p", " · ".join(first.honesty), class_="honesty"),
        ),
        id="answer",
        aria_labelledby="question",
    )


def card(title: str, *children: str) -> Markup:
    """One of the columns of the first screen."""
    return element("div", element("h2", title), *(child for child in children if child), class_="card")


def listing(items: tuple[str, ...], class_: str | None = None, *, numbered: bool = False) -> Markup:
    """A list."""
    return element("ol" if numbered else "ul", *(element("li", item) for item in items), class_=class_)


# Sections


def section(each: Section, more: tuple[Markup, ...]) -> Markup:
    """A section with its heading."""
    heading = element("h2", each.title, id=f"{each.name}-title")
    kind = "skipped" if each.skipped else None
    parts = [part(one) for one in each.parts]
    return element("section", joined(heading, *parts, *more), id=each.name, aria_labelledby=f"{each.name}-title", class_=kind)


def part(one: Part) -> Markup:
    """A part of a section."""
    match one:
        case Heading(text):
            return element("h3", text)
        case Paragraph(text, kind):
            return element("p", text, class_=kind or None)
        case Points(items, numbered):
            return listing(items, numbered=numbered)
        case Terms(items):
            return element("dl", *(element("div", element("dt", name), element("dd", text)) for name, text in items))
        case Table():
            return table(one)
        case Figure():
            return figure_of(one)


def table(one: Table) -> Markup:
    """A table, in a frame that scrolls where the page is narrow."""
    head = element("thead", element("tr", *(element("th", name, scope="col") for name in one.head)))
    rows = [element("tr", element("th", first, scope="row"), *(element("td", cell) for cell in rest)) for first, *rest in one.rows]
    whole = element("table", element("caption", one.caption), head, element("tbody", *rows))
    return element("div", whole, class_="scroll", role="region", tabindex="0", aria_label=one.caption)


def figure_of(one: Figure) -> Markup:
    """A drawing twice, for wide and for narrow pages, of which the style shows one; its notes, and where its numbers are."""
    data: Mapping[str, Any] = plain(one.data)
    drawn = [Markup(DRAWINGS[one.drawing]({**data, "narrow": narrow})) for narrow in (False, True)]
    numbers = element("a", "Numbers", href=f"#csv-{one.name}", class_="numbers", aria_label=f"Numbers of the chart {one.name}")
    caption = element("figcaption", element("span", one.note), Markup(" "), numbers)
    return element("figure", joined(element("div", *drawn, class_="both"), caption), id=f"chart-{one.name}", class_=one.drawing)


# The end of the annex


def annex(report: Report) -> tuple[Markup, ...]:
    """The cards of claims, and the numbers of all charts."""
    parts: list[Markup] = []
    if report.claims:
        parts.append(element("h3", "Claims that can be checked"))
        parts.append(element("p", "Save this page and run: lockgate check-claim report.html", class_="note"))
        name = report.claims[0]["policy"]["name"]
        mine, others = ([claim for claim in report.claims if (claim["policy"]["name"] == name) is same] for same in (True, False))
        parts.append(cards(mine))
        parts += [element("details", element("summary", "Claims of the other policies"), cards(others), class_="csv")] if others else []
    parts.append(element("h3", "Numbers of the charts"))
    parts += [numbers(figure) for figure in report.figures]
    return tuple(parts)


def cards(claims: list[Mapping[str, Any]]) -> Markup:
    """The sentences of some claims, each with the card that makes it again."""
    return element("ul", *(element("li", str(claim["sentence"]), data_block(claim, class_="claim")) for claim in claims))


def numbers(figure: Figure) -> Markup:
    """The numbers of a chart as comma-separated values, which can be copied into a file."""
    summary = element("summary", f"{figure.data['title']} (CSV, {figure.name})")
    text = element(
        "pre", Markup(escaped(figure.csv)), tabindex="0", id=f"csv-{figure.name}", aria_label=f"Numbers of the chart {figure.name}"
    )
    return element("details", summary, text, class_="csv")
