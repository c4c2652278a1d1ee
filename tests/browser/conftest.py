"""Browsers for tests. Where one is missing, its tests are skipped with a sentence, or fail if `LOCKGATE_BROWSERS=required` says so."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import chromium as chrome
from tests.browser import firefox as fox
from tests.browser.chromium import Watch

REQUIRED = os.environ.get("LOCKGATE_BROWSERS") == "required"
SHOTS = os.environ.get("LOCKGATE_SCREENSHOTS")  # a folder for pictures of every view, to be looked at


def missing(browser: str, package: str) -> None:
    """Skip or fail, with what to install."""
    said = f"{browser} is not installed: install it (on Debian or Ubuntu: apt install {package}) to run this test"
    (pytest.fail if REQUIRED else pytest.skip)(said)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A running Chromium. It ends with the module: while Playwright runs, nothing else may use asyncio in this process."""
    program = chrome.executable()
    if program is None:
        missing("Chromium", "chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(chrome.FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[fox.Firefox]:
    """A running Firefox."""
    program = fox.executable()
    if program is None:
        missing("Firefox", "firefox-esr")
        raise AssertionError
    with fox.Firefox(program, tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages, each with nothing kept from before. A test fails on any error, dialog, or request to elsewhere on one of them.

    `open_page(path_or_url, width=1440, dark=False, scripts=True, **context)` gives a page of Playwright; `page.watch` has what was noted.
    """
    opened: list[tuple[Any, Watch]] = []

    def open_(place: str | Path, width: int = 1440, *, dark: bool = False, scripts: bool = True, **more: Any) -> Any:
        size = {"width": width, "height": chrome.HEIGHT.get(width, 900)}
        scheme = "dark" if dark else "light"
        context = chromium.new_context(viewport=size, color_scheme=scheme, java_script_enabled=scripts, **more)
        url = chrome.address(place)
        context.set_offline(url.startswith("file:"))
        page, watch = context.new_page(), Watch(url)
        watch.attach(page)
        page.watch = watch
        opened.append((context, watch))
        page.goto(url)
        return page

    yield open_
    for context, _ in opened:
        context.close()
    assert [problem for _, watch in opened for problem in watch.problems] == []


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Callable[[Any, str], None]:
    """Saves a picture of a whole page, where `LOCKGATE_SCREENSHOTS` names a folder for them."""

    def save(page: Any, name: str) -> None:
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)

    return save
