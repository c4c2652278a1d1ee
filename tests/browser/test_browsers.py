"""The browsers of tests see what they are there to see: errors, requests, dialogs, what does not fit, and what cannot be read."""

import http.server
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from tests.browser.chromium import Watch, address, beyond, printed, violations
from tests.sizes import few

HEAD = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">'
    "<style>{style}</style></head><body><main><h1>One</h1>"
)
GOOD = HEAD.format(style="body { color: #111; background: #fff }") + "<p>Nothing is wrong here.</p></main></body></html>"
DARK = HEAD.format(style="@media (prefers-color-scheme: dark) { body { color: #222; background: #000 } }") + "<p>Text</p></main></html>"


@pytest.fixture
def written(tmp_path):
    """Writes a page."""

    def write(text, name="page.html"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


def watched(chromium, url, offline=True):
    """A page that is opened and watched, whatever goes wrong on it."""
    context = chromium.new_context()
    context.set_offline(offline)
    page, watch = context.new_page(), Watch(url)
    watch.attach(page)
    page.goto(url)
    page.wait_for_timeout(300)
    context.close()
    return watch.problems


def test_a_good_page_passes(open_page, written):
    for width in (390, 1440):
        page = open_page(written(GOOD), width)
        assert page.inner_text("p") == "Nothing is wrong here."
        assert (beyond(page), violations(page)) == ([], [])
        assert page.evaluate("innerWidth") == width
        assert page.watch.requests == [address(written(GOOD))]


@pytest.mark.parametrize(
    ("planted", "said"),
    [
        ("<script>console.error('oh')</script>", "console: oh"),
        ("<script>null.x</script>", "error: "),
        ("<script>setTimeout(() => Promise.reject(new Error('late')), 50)</script>", "error: late"),
        ("<img src='https://example.invalid/a.png' alt=''>", "request: https://example.invalid/a.png"),
        ("<script src='other.js'></script>", "request: file://"),
        ("<script>fetch('http://127.0.0.1:9/x').catch(() => 0)</script>", "request: http://127.0.0.1:9/x"),
        ("<script>alert(1)</script>", "dialog: 1"),
        ("<script>window.open('about:blank')</script>", "popup: about:blank"),
        ("<meta http-equiv='Content-Security-Policy' content=\"script-src 'none'\"><script>1</script>", "console: "),
    ],
)
def test_what_goes_wrong_is_seen(chromium, written, planted, said):
    problems = watched(chromium, address(written(GOOD.replace("</main>", planted + "</main>"))))
    assert any(said in problem for problem in problems), problems


def test_what_does_not_fit_is_seen(open_page, written):
    wide = GOOD.replace("</main>", "<p class='wide'>x</p></main>").replace("<style>", "<style>.wide { width: 500px }")
    assert any("P.wide" in found for found in beyond(open_page(written(wide), 390)))
    assert beyond(open_page(written(wide), 1440)) == []
    held = wide.replace("<p class='wide'>x</p>", "<div class='held' tabindex='0'><p class='wide'>x</p></div>")
    assert beyond(open_page(written(held.replace("<style>", "<style>.held { overflow-x: auto }")), 390)) == []


def test_what_cannot_be_read_is_seen(open_page, written):
    bare = GOOD.replace("</main>", "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></main>")
    assert any(found.startswith("image-alt") for found in violations(open_page(written(bare))))
    assert violations(open_page(written(DARK))) == []
    assert any(found.startswith("color-contrast") for found in violations(open_page(written(DARK), dark=True)))


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_paper_has_its_pages(open_page, written, paper):
    style = "<style>section { break-after: page }"
    page = open_page(written(GOOD.replace("<style>", style).replace("</main>", "<section>1</section><section>2</section>3</main>")))
    assert printed(page, paper).pages == 3
    assert printed(page, paper).content.startswith(b"%PDF-")


def test_scripts_can_be_off(open_page, written):
    text = GOOD.replace("</main>", "<noscript>static</noscript><script>document.body.append('alive')</script></main>")
    assert "static" in open_page(written(text), scripts=False).inner_text("body")
    assert "alive" in open_page(written(text)).inner_text("body")


@contextmanager
def served(folder):
    """The address of a folder that is served."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_site_may_ask_itself_and_nobody_else(chromium, written, tmp_path):
    written("1", "other.js")
    own = written(GOOD.replace("</main>", "<script src='other.js'></script></main>"))
    elsewhere = written(GOOD.replace("</main>", "<script src='http://localhost:9/a.js'></script></main>"), "b.html")
    with served(tmp_path) as site:
        assert watched(chromium, f"{site}/{own.name}", offline=False) == []
        assert any("localhost:9" in problem for problem in watched(chromium, f"{site}/{elsewhere.name}", offline=False))


def test_firefox_reads_presses_and_sees_errors(firefox, written, tmp_path):
    firefox.open(address(written(GOOD.replace("</main>", "<label>A <input type=range id=a max=10 value=5></label></main>"))), 390, 844)
    assert firefox.evaluate("[innerWidth, document.querySelector('p').textContent]") == [390, "Nothing is wrong here."]
    firefox.evaluate("document.getElementById('a').focus()")
    firefox.press("\ue014", "\ue014")
    assert firefox.evaluate("document.getElementById('a').value") == "7"
    firefox.screenshot(tmp_path / "shot.png")
    assert (tmp_path / "shot.png").read_bytes().startswith(b"\x89PNG")
    assert firefox.problems == []
    firefox.open(address(written(GOOD.replace("</main>", "<script>null.x</script></main>"), "bad.html")))
    firefox.evaluate("fetch('http://example.invalid/x').catch(() => 0)")
    assert any("null" in problem for problem in firefox.problems)
    assert any("request: http://example.invalid/x" in problem for problem in firefox.problems)


@pytest.mark.parametrize(("required", "code", "said"), few(1, [("required", 1, "1 error"), ("", 0, "1 skipped")]))
def test_a_missing_browser_is_said_in_a_sentence(tmp_path, required, code, said):
    (tmp_path / "conftest.py").write_text("from tests.browser.conftest import chromium, open_page\n")
    (tmp_path / "test_it.py").write_text("def test_it(open_page): pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), "-rs", str(tmp_path)]
    environment = {"PATH": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path), "LOCKGATE_BROWSERS": required}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == code, done.stdout
    assert said in done.stdout
    assert "Chromium is not installed: install it (on Debian or Ubuntu: apt install chromium) to run this test" in done.stdout
