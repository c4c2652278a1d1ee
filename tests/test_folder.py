"""Output folders: whole or not at all, and never over another study."""

import json
from pathlib import Path

import pytest

from lockgate.experiments.folder import check_folder, plain, write_folder
from lockgate.sim.errors import InputError

STUDY = {"policies": {"a": "1"}, "draws": 5}


def write_text(text: str):  # type: ignore[no-untyped-def]
    return lambda path: path.write_text(text)


def test_files_and_manifest_are_written_together(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "deep" / "out", {"sub/one.txt": write_text("1")}, {"study": STUDY})
    assert (folder / "sub" / "one.txt").read_text() == "1"
    assert json.loads((folder / "manifest.json").read_text())["study"] == STUDY
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_the_same_study_is_replaced(tmp_path: Path) -> None:
    for text in "12":
        write_folder(tmp_path / "out", {"one.txt": write_text(text)}, {"study": STUDY})
    assert (tmp_path / "out" / "one.txt").read_text() == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {"one.txt": write_text("1")}, {"study": STUDY})

    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(tmp_path / "out", {"one.txt": write_text("2"), "two.txt": fail}, {"study": STUDY})
    assert (tmp_path / "out" / "one.txt").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_another_study_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path / "out", {}, {"study": STUDY})
    with pytest.raises(InputError, match=r"holds another study \(it differs in draws\)"):
        check_folder(tmp_path / "out", {**STUDY, "draws": 6})


@pytest.mark.parametrize("name", ["notes.md", "sub/notes.md", "link"])
def test_a_file_of_the_user_among_the_results_is_not_lost(tmp_path: Path, name: str) -> None:
    out = write_folder(tmp_path / "out", {"sub/one.txt": write_text("1")}, {"study": STUDY})
    (out / name).symlink_to(tmp_path / "nowhere") if name == "link" else (out / name).write_text("mine")
    with pytest.raises(InputError, match=f"holds {name}, which is not among its results and would be lost"):
        write_folder(out, {"sub/one.txt": write_text("2")}, {"study": STUDY})
    assert (out / "sub" / "one.txt").read_text() == "1"
    (out / name).unlink()
    write_folder(out, {"sub/one.txt": write_text("2")}, {"study": STUDY})
    assert (out / "sub" / "one.txt").read_text() == "2"


def test_a_link_to_a_folder_stays_and_what_it_points_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "disk" / "results").mkdir(parents=True)
    (tmp_path / "out").symlink_to(tmp_path / "disk" / "results")
    for text in "12":
        write_folder(tmp_path / "out", {"one.txt": write_text(text)}, {"study": STUDY})
    assert (tmp_path / "disk" / "results" / "one.txt").read_text() == "2"
    assert (tmp_path / "out").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk", "out"]


@pytest.mark.parametrize("manifest", ["[]", "null", "[" * 100_000, '{"study": []}', '{"study": {}, "files": 7}', ""])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match="name a new folder"):
        check_folder(tmp_path, STUDY)


@pytest.mark.parametrize("there", ["file", "stray"])
def test_files_and_foreign_folders_are_refused(tmp_path: Path, there: str) -> None:
    target = tmp_path / "out"
    if there == "file":
        target.write_text("mine")
    else:
        target.mkdir()
        (target / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="name a"):
        check_folder(target, STUDY)


def test_what_json_cannot_hold_becomes_null() -> None:
    assert plain({"a": [float("inf"), 1.0]}) == {"a": [None, 1.0]}
