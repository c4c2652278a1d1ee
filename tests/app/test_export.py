"""The page as files: whole or not there, over nothing of anybody's, from any address, and closed to everything outside of it."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from lockgate.experiments.app import site
from lockgate.experiments.browser.module import module_bytes
from lockgate.experiments.cli import app
from lockgate.scenarios import list_policies, load_policy, load_world
from lockgate.sim.model.policy import Policy

BEGIN = site.Begin((load_policy("open-release"), load_policy("withhold")), load_world("baseline"), 7, 200)
HOSTILE = "</script><script>alert(1)</script><!--"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments):
    return CliRunner().invoke(app, ["app", *arguments], prog_name="lockgate")


class Read(HTMLParser):
    """The elements of a page, and the text within its styles and scripts."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.within = [], {"script": [], "style": []}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.within = self.texts.get(tag)
        if self.within is not None:
            self.within.append((dict(attrs), ""))

    def handle_endtag(self, tag):
        self.within = None

    def handle_data(self, data):
        if self.within is not None:
            attributes, before = self.within[-1]
            self.within[-1] = attributes, before + data

    @property
    def data(self):
        (found,) = [json.loads(text) for attributes, text in self.texts["script"] if attributes.get("type") == "application/json"]
        return found

    @property
    def script(self):
        (found,) = [text for attributes, text in self.texts["script"] if not attributes]
        return found

    @property
    def policy(self):
        (found,) = [each["content"] for tag, each in self.elements if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"]
        return dict(part.split(" ", 1) for part in found.split("; "))


@pytest.fixture(scope="module")
def page():
    return site.page(BEGIN)


def test_it_is_two_files_and_a_manifest(folder, page):
    done = call("--export", "out/page")
    assert done.exit_code == 0, done.output
    assert done.stdout == "The page: out/page\n"
    assert sorted(path.name for path in (folder / "out" / "page").iterdir()) == ["index.html", "manifest.json", "sw.js"]
    manifest = json.loads((folder / "out" / "page" / "manifest.json").read_text())
    assert manifest["files"] == ["index.html", "sw.js"]
    assert manifest["study"]["kind"] == "page"
    assert str(folder) not in json.dumps(manifest)
    assert call("--export", "out/page", "--quiet").stdout == ""  # the same again is replaced
    assert len(page) < 1_000_000


def test_the_same_is_asked_for_in_the_same_bytes(page):
    assert page == site.page(BEGIN)


def test_over_anything_else_it_is_not_written(folder):
    for name, content in (("a.txt", "mine"), ("index.html", "my own page"), ("manifest.json", '{"study": {"kind": "comparison"}}')):
        place = folder / name.replace(".", "-")
        place.mkdir()
        (place / name).write_text(content)
        done = call("--export", str(place))
        assert done.exit_code == 2
        assert "holds" in done.stderr
        assert (place / name).read_text() == content
        assert [path.name for path in place.iterdir()] == [name]
    assert call("--export", "page").exit_code == 0
    (folder / "page" / "notes.txt").write_text("mine")
    assert "which is not among its results" in call("--export", "page").stderr
    assert "differs in policies" in call("preview-length", "--export", "page").stderr


def test_a_failure_leaves_nothing(folder, monkeypatch):
    def fail(self, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    assert "No space left on device" in call("--export", "page").stderr
    assert list(folder.iterdir()) == []


def test_its_own_style_and_script_run_and_no_others(page):
    read = Read(page)
    for kind, text in (("script-src", read.script), ("style-src", read.texts["style"][0][1])):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in read.policy[kind]
    assert read.policy["default-src"] == "'none'"
    assert read.policy["connect-src"] == "'self'"
    assert "unsafe-inline" not in str(read.policy)
    assert "'unsafe-eval'" not in str(read.policy)
    names = [tag for tag, _ in read.elements]
    assert names.index("meta") < names.index("style")
    policy = next(place for place, (_, each) in enumerate(read.elements) if each.get("http-equiv"))
    assert policy < names.index("style") < names.index("script")


def test_it_asks_for_nothing_beside_it(page):
    """No link leads away but within the page, and no attribute holds a style or a script."""
    for tag, attributes in Read(page).elements:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href", "action", "srcset", "data", "poster"):
                assert value.startswith(("#", "data:,")), (tag, name, value)
    code = Read(page).script + Read(page).texts["style"][0][1]
    assert not re.findall(r"@import|url\((?!\"?data:)|https?://(?!www\.w3\.org/)", code)
    assert not re.findall(r"\beval\(|new Function|innerHTML|document\.write|insertAdjacentHTML", code)
    assert "</script" not in code.lower()
    assert "<!--" not in code


def test_it_carries_the_model_and_the_library(page):
    data = Read(page).data
    assert gzip.decompress(base64.b64decode(data["module"])) == module_bytes()
    names = [policy["name"] for policy in data["spec"]["policies"]]
    assert sorted(names) == list(list_policies())
    assert data["spec"]["chosen"] == names[:2] == ["open-release", "withhold"]
    assert (data["spec"]["seed"], data["spec"]["horizon"], data["spec"]["world"]["name"]) == (7, 200, "baseline")


def test_hostile_names_stay_text():
    made = site.page(site.Begin((Policy(HOSTILE, summary=HOSTILE),), load_world("baseline"), 1, 30))
    read = Read(made)
    assert read.data["spec"]["policies"][0]["name"] == HOSTILE
    assert made.count("<script") == 2
    assert [tag for tag, _ in read.elements].count("script") == 2


def test_the_worker_keeps_the_page_of_its_version(page):
    one, two = site.exported_files(BEGIN), site.exported_files(replace(BEGIN, seed=2))
    versions = [re.search(r"`\$\{MINE\}(\S+ [0-9a-f]{16})`", files["sw.js"].decode())[1] for files in (one, two)]
    assert versions[0] != versions[1]
    assert versions[0].endswith(hashlib.sha256(one["index.html"]).hexdigest()[:16])


def test_a_stale_model_is_not_exported(monkeypatch):
    monkeypatch.setattr("lockgate.experiments.browser.module.fresh_stamp", lambda: "0" * 12)
    done = call("--export", "page")
    assert done.exit_code == 2
    assert "renew it in a checkout" in done.stderr
    assert site.is_native()
    assert "</html>" in site.page(BEGIN, native=True)
