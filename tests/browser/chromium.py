"""Chromium as a visitor uses it: pages are opened, watched for anything that goes wrong or leaves the machine, and printed."""

import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
HEIGHT = {390: 844, 1440: 900}
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
# Elements that reach beyond the window, unless something around them scrolls or hides what is beyond its own edge.
BEYOND = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  const held = (one) => { for (let at = one.parentElement; at && at !== document.body; at = at.parentElement)
    if (getComputedStyle(at).overflowX !== 'visible') return true; return false; };
  for (const one of document.body.querySelectorAll('*')) {
    const box = one.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && (box.right > wide + 1 || (box.left < -1 && box.right > 0)) && !held(one))
      found.push(one.tagName + '.' + (one.getAttribute('class') || '') + ' ' + Math.round(box.left) + ' to ' + Math.round(box.right));
  }
  if (document.scrollingElement.scrollWidth > wide + 1) found.push('the page is ' + document.scrollingElement.scrollWidth + ' wide');
  return found.slice(0, 10);
}"""


def executable() -> str | None:
    """Where Chromium is, if it is installed."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Watch:
    """What went wrong on pages: errors, and requests to anything but the page itself, its site, and what it made in memory."""

    allowed: str
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def attach(self, page: Any) -> None:
        """Watch a page from now on."""
        page.on("console", lambda said: self.problems.append(f"console: {said.text}") if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error.message}\n{error.stack}"))
        page.on("request", lambda request: self.note(request.url))
        page.on("requestfailed", lambda request: self.problems.append(f"failed: {request.url}"))
        page.on("popup", lambda other: self.problems.append(f"popup: {other.url}"))
        page.on("dialog", self.dialog)

    def dialog(self, asked: Any) -> None:
        """A dialog that no test expects, such as an alert of a hostile name."""
        self.problems.append(f"dialog: {asked.message}")
        asked.dismiss()

    def note(self, url: str) -> None:
        """Note a request; one to elsewhere is a problem."""
        self.requests.append(url)
        if urlsplit(url).scheme not in {"blob", "data", "about"} and not self.is_own(url):
            self.problems.append(f"request: {url}")

    def is_own(self, url: str) -> bool:
        """Whether this is the file itself, or the site."""
        asked, own = urlsplit(url), urlsplit(self.allowed)
        if own.scheme == "file":
            return (asked.scheme, asked.path) == ("file", own.path)
        return (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


def address(place: str | Path) -> str:
    """The address of a file, or the address itself."""
    return place.resolve().as_uri() if isinstance(place, Path) else place


def beyond(page: Any) -> list[str]:
    """What reaches beyond the window to the left or the right."""
    found: list[str] = page.evaluate(BEYOND)
    return found


@dataclass(frozen=True)
class Printed:
    """A page on paper."""

    content: bytes
    pages: int


WIDTHS = {"A4": 210 / 25.4 * 96, "Letter": 8.5 * 96}  # of paper, in CSS pixels


def printed(page: Any, paper: str) -> Printed:
    """The page as Chromium prints it."""
    content = page.pdf(format=paper, print_background=True, prefer_css_page_size=False)
    return Printed(content, len(PAGE.findall(content)))


def violations(page: Any) -> list[str]:
    """What axe finds: rule, impact, and the first elements."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{each['id']} ({each['impact']}): {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]
