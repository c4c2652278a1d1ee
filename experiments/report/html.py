"""HTML from elements: all text is escaped in one place, and what a strict content security policy forbids cannot be written."""

import html
import json
import re
from typing import Any

from lockgate.experiments.folder import plain
from lockgate.experiments.text.numbers import printable_lines

EMPTY = {"meta", "br", "hr"}  # without an end
NUMBERS = re.compile(r"(\d|US\$) (%|\d)")  # which no line may part


class Markup(str):
    """Text that is HTML or SVG already, from `element` or from a drawing."""

    __slots__ = ()


def escaped(text: str) -> str:
    r"""Text of anybody as HTML shows it: no markup, and nothing that cannot be seen.

    >>> print(escaped('<script>"&\u202e'))
    &lt;script&gt;&quot;&amp;\u202e
    """
    return html.escape(printable_lines(text), quote=True)


def element(kind: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """An element. Children that are no `Markup` are escaped; of attributes, `class_` is class, `data_day` is data-day, None is left out.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    told = "".join(attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    if kind in EMPTY:
        return Markup(f"<{kind}{told}>")
    inner = "".join(child if isinstance(child, Markup) else NUMBERS.sub("\\1\u00a0\\2", escaped(child)) for child in children)
    return Markup(f"<{kind}{told}>{inner}</{kind}>")


def attribute(key: str, value: str | bool) -> str:
    """An attribute. Raises `ValueError` for styles and handlers, which the page's own policy would not run."""
    name = key.rstrip("_").replace("_", "-")
    if name == "style" or name.startswith("on"):
        raise ValueError(f"attribute {name} is not for pages with a content security policy")
    return f" {name}" if value is True else f' {name}="{escaped(str(value))}"'


def joined(*children: str) -> Markup:
    """Elements after one another."""
    return Markup("\n".join(child if isinstance(child, Markup) else escaped(child) for child in children if child))


def data_block(content: Any, **attributes: str) -> Markup:
    r"""JSON for scripts, in which nothing can end the block that holds it.

    >>> data_block({"name": "</script>"})
    '<script type="application/json">{"name":"\\u003c/script>"}</script>'
    """
    text = json.dumps(plain(content), separators=(",", ":")).replace("<", "\\u003c")
    return element("script", Markup(text), type="application/json", **attributes)
