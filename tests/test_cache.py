"""Where compiled rules are kept: nothing of the user's is removed, and nothing that others could have put there is loaded."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

from lockgate.sim.engine.driver import driver
from lockgate.sim.errors import InputError
from lockgate.sim.model.chance import FOLDER
from lockgate.sim.model.parameters import PARAMETERS_DTYPE
from lockgate.sim.model.policy import PHASE_DTYPE
from lockgate.sim.rules import cache
from lockgate.sim.rules.compiler import kernel

OTHER = 54321  # a user id that nobody has
MONTHS_AGO = time.time() - 100 * 24 * 3600
CODE = "import sys, lockgate.sim.model.chance; from lockgate.sim.child import start; print(lockgate.sim.model.chance.FOLDER)"
CHILD = '; start("lockgate.sim.engine.driver:driver").wait(); print(lockgate.sim.model.chance.FOLDER.is_dir())'


def keep():
    """The folder of compiled rules, made and marked as used."""
    return cache.cache_folder(FOLDER.name)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """The user's cache folder, with a temporary directory beside it. What these tests change is put back."""
    root = tmp_path / "user" / "cache"
    root.mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("LOCKGATE_CACHE_DIR", str(root))
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)
    return root


@pytest.fixture
def give_away(monkeypatch):
    """Make a file another user's, or this process another user's, which is the same to it."""

    def give(path):
        if os.geteuid() == 0:
            os.chown(path, OTHER, OTHER, follow_symlinks=False)
        else:
            monkeypatch.setattr(os, "geteuid", lambda: OTHER)

    return give


def old(folder, *, marked=True):
    """A folder of another version that was not used for months."""
    folder.mkdir(parents=True)
    (folder / "compiled").touch()
    if marked:
        (folder / cache.MARKER).touch()
        os.utime(folder / cache.MARKER, (MONTHS_AGO, MONTHS_AGO))
    os.utime(folder, (MONTHS_AGO, MONTHS_AGO))
    return folder


def is_private(folder, place):
    return Path(tempfile.gettempdir()) in folder.parents and place not in folder.parents and stat.S_IMODE(folder.stat().st_mode) == 0o700


# What is removed


def test_what_the_user_has_beside_it_stays(place):
    folders = [place / name for name in (".git", *(f"thesis-{number}" for number in range(8)))]
    for folder in folders:
        folder.mkdir()
        os.utime(folder, (MONTHS_AGO, MONTHS_AGO))
    kept = keep()
    assert all(folder.is_dir() for folder in folders)
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


def test_processors_of_many_kinds_share_a_folder(place, monkeypatch):
    kept = set()
    for number in range(8):
        monkeypatch.setattr(cache, "get_host_cpu_name", lambda number=number: f"processor-{number}")
        kept.add(cache.cache_folder(cache.version_name("0123456789ab", "")))
    assert len(kept) == 8
    assert all(folder.is_dir() for folder in kept)


def test_only_our_own_that_was_not_used_for_long_goes(place):
    ours = place / cache.FOLDER
    gone = old(ours / "0123456789ab-00000001")
    unmarked = old(ours / "0123456789ab-00000002", marked=False)
    otherwise_named = old(ours / "0123456789ab-thesis")
    used = old(ours / "0123456789ab-00000003")
    (used / cache.MARKER).touch()
    linked = old(place / "elsewhere" / "0123456789ab-00000004")
    (ours / "0123456789ab-00000004").symlink_to(linked)
    marked_by_link = old(ours / "0123456789ab-00000005", marked=False)
    (marked_by_link / cache.MARKER).symlink_to(linked / cache.MARKER)
    inner_link = gone / "link"
    inner_link.symlink_to(linked)
    keep()
    assert not gone.exists()
    assert all((folder / "compiled").exists() for folder in (unmarked, otherwise_named, used, linked, marked_by_link))
    assert (ours / "0123456789ab-00000004").is_symlink()


def test_what_belongs_to_another_user_stays(place, give_away):
    foreign = old(place / cache.FOLDER / "0123456789ab-00000001")
    give_away(foreign)
    assert not cache.is_unused(foreign)
    cache.remove_unused(foreign.parent)
    assert foreign.is_dir()


def test_each_use_counts():
    kept = keep()
    os.utime(kept / cache.MARKER, (MONTHS_AGO, MONTHS_AGO))
    assert keep() == kept
    assert (kept / cache.MARKER).stat().st_mtime > MONTHS_AGO + 1000


# What is not loaded


def open_to_all(kept, place):
    kept.chmod(0o777)
    return "can be changed by other users"


def open_to_a_group(kept, place):
    kept.chmod(0o770)
    return "can be changed by other users"


def parent_open_to_all(kept, place):
    place.chmod(0o777)
    return "can be changed by other users"


def file_open_to_all(kept, place):
    kept.chmod(0o755)
    (kept / "a.nbi").touch()
    (kept / "a.nbi").chmod(0o666)
    return "a.nbi can be changed by other users"


def link_inside(kept, place):
    (kept / "compiling.lock").symlink_to(place / "precious")
    return "compiling.lock is a link"


@pytest.mark.parametrize("spoil", [open_to_all, open_to_a_group, parent_open_to_all, file_open_to_all, link_inside])
def test_a_folder_that_others_can_change_is_refused(place, spoil, monkeypatch, capsys):
    monkeypatch.setattr(cache, "is_own_group", lambda number: False)
    kept = keep()
    (kept / "compiled").touch()
    reason = spoil(kept, place)
    found = keep()
    said = capsys.readouterr().err
    assert is_private(found, place)
    assert os.listdir(found) == []
    assert reason in said
    assert len(said.splitlines()) == 1
    assert keep() == found  # and so do processes that it starts
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("part", ["the folder", "a file", "the folder above", "a link on the way"])
def test_what_belongs_to_another_user_is_refused(place, part, monkeypatch, give_away, capsys):
    kept = keep()
    (kept / "a.nbi").touch()
    link = place.parent / "link"
    link.symlink_to("cache")
    if part == "a link on the way":
        monkeypatch.setenv("LOCKGATE_CACHE_DIR", str(link))
    give_away({"the folder": kept, "a file": kept / "a.nbi", "the folder above": place, "a link on the way": link}[part])
    found = keep()
    assert place not in found.resolve().parents
    assert "belongs to another user" in capsys.readouterr().err


def test_a_link_of_the_users_own_and_a_sticky_folder_are_no_danger(place, monkeypatch, capsys):
    place.parent.chmod(0o1777)
    (place.parent / "link").symlink_to("cache")
    monkeypatch.setenv("LOCKGATE_CACHE_DIR", str(place.parent / "link"))
    assert place in keep().resolve().parents
    assert capsys.readouterr().err == ""


def test_a_group_of_the_users_own_is_nobody_else(monkeypatch):
    grp = pytest.importorskip("grp")
    monkeypatch.setattr(pwd, "getpwuid", lambda user: SimpleNamespace(pw_name="ada", pw_gid=7))
    groups = {7: ("ada", []), 8: ("ada", ["eve"]), 9: ("lab", [])}
    monkeypatch.setattr(grp, "getgrgid", lambda number: SimpleNamespace(gr_name=groups[number][0], gr_mem=groups[number][1]))
    assert [cache.is_own_group(number) for number in (7, 8, 9, 10)] == [True, False, False, False]


def test_where_there_are_no_user_ids_all_is_trusted(place, monkeypatch):
    kept = keep()
    kept.chmod(0o777)
    monkeypatch.delattr(os, "geteuid")
    assert keep() == kept


def planted(kept, trace):
    """Put code into every file that Numba loads: a pickle that makes a folder. The files."""
    files = list(kept.rglob("*.nb?"))
    for path in files:
        path.write_bytes(b"cos\nmakedirs\n(V" + str(trace).encode() + b"\nI511\nI01\ntR.")
    return files


def test_code_that_another_user_planted_is_not_run(tmp_path, place, give_away):
    source, trace = tmp_path / "twice.py", tmp_path / "trace"
    source.write_text("def twice(number):\n    return 2 * number\n")
    spec = spec_from_file_location("twice", source)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)

    def answer():
        return kernel(module.twice, keep())(21)

    assert answer() == 42
    kept = keep()
    assert planted(kept, trace)
    assert answer() == 42
    assert trace.is_dir()  # so it is run where all is the user's own
    trace.rmdir()
    for path in planted(kept, trace):
        give_away(path)
    assert answer() == 42
    assert not trace.exists()


# Where it cannot be kept


def test_nothing_waits_in_the_temporary_directory(place, monkeypatch):
    name = FOLDER.name
    prepared = [Path(tempfile.gettempdir(), f"lockgate-{who}", name) for who in (os.getuid(), "cache")]
    for folder in prepared:
        folder.mkdir(parents=True)
        (folder / "compiled").touch()
    place.rmdir()
    place.touch()  # a file is in the way
    kept = keep()
    assert is_private(kept, place)
    assert os.listdir(kept) == []


def test_a_private_folder_is_shared_with_children_and_goes_in_the_end(place, tmp_path):
    place.rmdir()
    place.touch()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    done = subprocess.run([sys.executable, "-c", CODE + CHILD], env=environment, capture_output=True, text=True, check=True)
    kept, still_there = done.stdout.split()
    assert Path(kept).is_relative_to(tmp_path / "tmp")
    assert still_there == "True"
    assert done.stderr.startswith("lockgate: compiled rules cannot be kept, since ")
    assert len(done.stderr.splitlines()) == 1
    assert list((tmp_path / "tmp").iterdir()) == []


def test_compiled_rules_that_cannot_be_added_to_are_copied(place, monkeypatch, capsys):
    kept = keep()
    (kept / "compiled").touch()
    kept.chmod(0o755)  # as shipped in an image
    prepare = cache.prepare
    monkeypatch.setattr(cache, "prepare", lambda folder: "Read-only file system" if place in folder.parents else prepare(folder))
    found = keep()
    assert place not in found.parents
    assert (found / "compiled").exists()
    assert capsys.readouterr().err == ""
    assert keep() == found


def test_compiled_rules_that_are_not_trusted_are_not_copied(place):
    kept = keep()
    kept.chmod(0o777)
    assert not cache.copied(kept, place / "other")
    assert not (place / "other").exists()


def test_without_any_folder_it_says_what_to_do(place, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(place / "not there"))
    place.chmod(0o777)
    with pytest.raises(InputError, match="set LOCKGATE_CACHE_DIR to one that only you can write"):
        keep()


# Which folder


@pytest.mark.parametrize(
    ("platform", "variable", "ending"),
    [("linux", "XDG_CACHE_HOME", ".cache/lockgate"), ("win32", "LOCALAPPDATA", "AppData/Local/lockgate/cache")],
)
def test_an_empty_or_relative_folder_of_the_system_is_ignored(place, monkeypatch, platform, variable, ending):
    monkeypatch.delenv("LOCKGATE_CACHE_DIR")
    monkeypatch.setattr(sys, "platform", platform)
    for value in ("", "relative", "."):
        monkeypatch.setenv(variable, value)
        assert cache.cache_root() == Path.home() / ending
    monkeypatch.setenv(variable, str(place))
    assert place in cache.cache_root().parents


@pytest.mark.parametrize("named", ["cache", ".", "~/cache", "../cache"])
def test_a_relative_folder_of_the_users_is_refused(monkeypatch, named):
    monkeypatch.setenv("LOCKGATE_CACHE_DIR", named)
    with pytest.raises(InputError, match=f'LOCKGATE_CACHE_DIR = "{named}" must be an absolute path'):
        keep()


def test_a_user_without_a_home_has_a_private_folder(place, monkeypatch, capsys):
    def nobody(user):
        raise KeyError(user)

    for variable in ("HOME", "LOCKGATE_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert is_private(keep(), place)
    assert "there is no home folder" in capsys.readouterr().err


def test_the_lock_is_never_what_a_link_names(place):
    precious = place / "precious"
    precious.write_text("years of work")
    (place / "compiling.lock").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic links"), cache.one_at_a_time(place):
        pass
    assert precious.read_text() == "years of work"


def test_code_is_of_no_use_where_fields_lie_elsewhere():
    layout = driver().layout
    for kind in (PARAMETERS_DTYPE, PHASE_DTYPE, *layout.dtypes.values()):
        assert repr(kind) in layout.shape
