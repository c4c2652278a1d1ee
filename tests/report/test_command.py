"""`lockgate report`, and the report that `lockgate compare` leaves: written whole, named last, over nothing of anybody else's."""

import json
import os

import pytest
from typer.testing import CliRunner

from lockgate.experiments.cli import app
from lockgate.experiments.store import save_comparison
from tests.report.made import comparison
from tests.report.tree import tree

SMALL = ["--set", "organisations=20", "--set", "bad_actors=50", "--horizon", "60"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("report") / "compared"
    save_comparison(comparison(("open-release", "staged-preview"), 12), place, ["lockgate", "compare"], charts=False)
    return place


def call(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_the_command_writes_one_file_and_says_where(folder, tmp_path):
    out = tmp_path / "there" / "mine.html"
    done = call("report", folder, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"Report: {out}"
    root = tree(out.read_text())
    assert root.one("h1").text.startswith("Ask every lab")
    assert "lockgate compare" in root.one("footer").text
    assert [path.name for path in out.parent.iterdir()] == ["mine.html"]
    assert out.stat().st_mode & 0o777 == 0o666 & ~umask()


def umask():
    known = os.umask(0)
    os.umask(known)
    return known


def test_it_is_the_same_every_time_and_replaces_its_own_file_only(folder, tmp_path):
    out, other = tmp_path / "a.html", tmp_path / "b.html"
    assert call("report", folder, "--out", out, "-q").exit_code == 0
    before = out.read_bytes()
    assert call("report", folder, "--out", out, "-q").exit_code == 0
    assert out.read_bytes() == before
    other.write_text("<html>mine</html>")
    done = call("report", folder, "--out", other, "-q")
    assert done.exit_code == 2
    assert "is a file that lockgate did not write" in done.stderr
    assert other.read_text() == "<html>mine</html>"


@pytest.mark.parametrize(
    ("name", "said"),
    [("report.txt", "must end in .html"), ("folder.html", "is no plain file"), ("link.html", "is no plain file")],
)
def test_what_cannot_be_written_is_said_before_anything_is_made(folder, tmp_path, name, said):
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "link.html").symlink_to(tmp_path / "elsewhere.html")
    done = call("report", folder, "--out", tmp_path / name)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "elsewhere.html").exists()


def test_a_policy_that_was_not_compared_is_one_sentence(folder, tmp_path):
    done = call("report", folder, "--policy", "withhold", "--out", tmp_path / "a.html", "-q")
    assert done.exit_code == 2
    assert done.stderr.startswith("lockgate: policy = 'withhold' must be one of those compared")
    assert not list(tmp_path.iterdir())


def test_a_study_is_run_first(tmp_path):
    (tmp_path / "mine.toml").write_text(
        'summary = "s"\npolicies = ["open-release", "withhold"]\ndraws = 2\nhorizon_days = 10\noutcomes = ["model_enabled_harm"]\n'
    )
    done = call("report", tmp_path / "mine.toml", "--runs", tmp_path / "runs", "--out", tmp_path / "a.html", "-q")
    assert done.exit_code == 0, done.stderr
    assert "Require every lab by law" in tree((tmp_path / "a.html").read_text()).one("h1").text


def test_a_study_without_what_a_report_is_about_is_not_run(tmp_path):
    study = tmp_path / "few.toml"
    study.write_text('summary = "Few."\npolicies = ["open-release", "withhold"]\ndraws = 2\nhorizon_days = 20\noutcomes = ["incidents"]\n')
    done = call("report", study, "--runs", tmp_path / "runs", "--out", tmp_path / "r.html")
    assert done.exit_code == 2
    assert "study few does not keep model_enabled_harm" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["few.toml"]


def test_compare_leaves_its_report_among_its_files_and_names_it_last(tmp_path, monkeypatch):
    asked = ["compare", "open-release", "staged-preview", "--draws", "4", *SMALL, "--out", str(tmp_path / "out")]
    monkeypatch.setattr("sys.argv", ["lockgate", *asked])
    done = call(*asked)
    assert done.exit_code == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last == f"Report, which answers: {tmp_path / 'out' / 'report.html'}"
    assert "report.html" in json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]
    root = tree((tmp_path / "out" / "report.html").read_text())
    assert "lockgate compare open-release staged-preview --draws 4" in root.one("footer").text
    assert str(tmp_path) not in (tmp_path / "out" / "report.html").read_text()


def test_without_charts_or_without_another_policy_there_is_no_report(tmp_path):
    for number, more in enumerate((["open-release", "staged-preview", "--no-charts"], ["open-release"])):
        done = call("compare", *more, "--draws", 2, *SMALL, "--out", tmp_path / f"out{number}")
        assert done.exit_code == 0, done.stderr
        assert not (tmp_path / f"out{number}" / "report.html").exists()
        assert "Report" not in done.stdout
