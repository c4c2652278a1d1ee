"""`lockgate app` as users run it: where it serves, how it ends, and what it refuses."""

import asyncio
import json
import signal
import time

import psutil
import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.command import app as command
from lockgate.experiments.results.compare import compare
from lockgate.experiments.store import save_comparison
from lockgate.scenarios import load_world, with_parameters
from tests.app.client import serving, small

OWN = """
summary = "Mine."

[levers]
lab_programme = true
"""
STUDY = """
summary = "Two policies."
policies = ["open-release", "mine.toml"]
worlds = ["baseline"]
draws = 4
seed = 9
horizon_days = 200
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Each test in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*arguments):
    """The one sentence with which the command refuses its arguments."""
    done = CliRunner().invoke(app, ["app", *map(str, arguments)], prog_name="lockgate")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert done.stderr.startswith("lockgate: ")
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


def test_ctrl_c_ends_it_at_once_even_while_it_computes(folder):
    with serving(cwd=folder) as served:
        asked = json.dumps(small("open-release", "withhold", draws=20_000, horizon=540)).encode()

        async def begin_and_stop():
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            idle = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
            writer.write(served.head("POST", "/api/compare", [("content-length", len(asked))]) + asked)
            await reader.readuntil(b'"done"')
            served.process.send_signal(signal.SIGINT)
            began = time.monotonic()
            served.process.wait(timeout=20)
            for _, each in ((reader, writer), *idle):
                each.close()
            return time.monotonic() - began

        assert asyncio.run(begin_and_stop()) < 3.0
        assert served.process.returncode == 0
        out, errors = served.process.communicate()
    assert out == ""
    assert errors == "Whoever has this address can use the page. Ctrl-C ends it.\nThe page has ended.\n"
    assert list(folder.iterdir()) == []


def test_a_port_that_is_taken_is_a_sentence(served):
    said = refused("--port", served.port, "--no-browser")
    assert said == f"lockgate: --port {served.port} is taken, or may not be listened on; name another, or leave it out for a free one\n"


def test_it_listens_on_this_machine_alone(served):
    found = psutil.Process(served.process.pid).net_connections(kind="inet")
    assert [(each.laddr.ip, each.laddr.port) for each in found if each.status == "LISTEN"] == [("127.0.0.1", served.port)]


def test_a_study_and_its_own_policies_are_served_at_an_address_of_their_own(served, folder):
    (folder / "mine.toml").write_text(OWN)
    (folder / "two.toml").write_text(STUDY)
    with serving("two.toml", "--quiet", cwd=folder) as other:
        assert other.token != served.token
        assert other.ask("/api/library", token=served.token).status == 403
        library = other.ask("/api/library").content
        assert "mine" in [policy["name"] for policy in library["policies"]]
        assert other.post("/api/compare", small("open-release", "mine", draws=1)).lines[-1]["final"]
    begun = command.beginning("two.toml")
    assert ([policy.name for policy in begun.policies], begun.world.name, begun.seed, begun.horizon_days) == (
        ["open-release", "mine"], "baseline", 9, 200,
    )  # fmt: skip


def test_a_folder_of_results_is_what_the_page_begins_with(folder):
    world = with_parameters(load_world("baseline"), {"organisations": 20, "bad_actors": 50})
    save_comparison(
        compare(["open-release", "withhold"], world, draws=2, seed=3, horizon_days=30), folder / "results", ["test"], charts=False
    )
    begun = command.beginning(str(folder / "results"))
    assert ([policy.name for policy in begun.policies], begun.seed, begun.horizon_days) == (["open-release", "withhold"], 3, 30)
    assert begun.world.parameters == world.parameters


def test_the_browser_is_opened_unless_it_is_not_to_be(monkeypatch):
    from lockgate.experiments.app import server

    opened, told = [], []

    class Once(server.Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            self.should_exit = True

    monkeypatch.setattr(server, "Server", Once)
    monkeypatch.setattr(server.webbrowser, "open", opened.append)
    from lockgate.experiments.app.api import Api
    from lockgate.experiments.app.asked import Known

    for browser in (True, False):
        server.serve(b"", Api(Known()), 0, told.append, browser=browser)
    assert len(told) == 2
    assert opened == told[:1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", 65536], "--port = 65536 must be 0 to 65535"),
        (["--port", -1], "--port = -1"),
        (["nothing-like-it"], "is no folder and no study"),
        (["preview-lenght"], 'did you mean "preview-length"?'),
        (["absent.toml"], "no such file"),
        (["."], "holds no study"),
        (["--export", "page", "--kinds", "a.py:A"], "cannot be used together"),
        (["--export", "."], "the folder that you are in"),
    ],
)
def test_what_cannot_be_served_is_a_sentence(arguments, said):
    assert said in refused(*arguments)


def test_without_its_libraries_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "uvicorn" else name)
    assert "lockgate app needs uvicorn: pip install 'lockgate[app]'" in refused()
