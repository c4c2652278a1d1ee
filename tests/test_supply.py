"""What the project is made with: every dependency is locked with its hashes, and under a licence that goes with Apache-2.0."""

import json
import re
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / ".ci" / "locked.txt").read_text()
HASHES = r"(?:\n    --hash=sha256:[0-9a-f]{64}(?: \\)?)+"
LOCKED = re.compile(rf"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+?))? \\{HASHES}", re.MULTILINE)
PYTHONS = [line.split()[-1] for line in PROJECT["classifiers"] if re.search(r":: Python :: 3\.\d+$", line)]
EXTRAS = {"": PROJECT["dependencies"], **{extra: PROJECT["optional-dependencies"][extra] for extra in ("app", "cluster", "search", "test")}}
FREE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Apache 2.0", "Apache Software License", "BSD", "BSD License", "BSD-2-Clause",
    "BSD-3-Clause", "CC0-1.0", "HPND", "ISC License (ISCL)", "MIT", "MIT License", "MIT-CMU", "PSF-2.0",
    "Python Software Foundation License", "Zlib",
}  # fmt: skip
# The Mozilla Public License asks for the source of its own files alone, which are used as they are.
MOZILLA = {
    "certifi": "Mozilla Public License 2.0 (MPL 2.0)",  # of httpx: for tests
    "hypothesis": "MPL-2.0",  # for tests
    "pathspec": "Mozilla Public License 2.0 (MPL 2.0)",  # of mypy and of hatchling: for tests, and to build
    "tqdm": "MPL-2.0",  # of Mesa
}

# Those whose licence stands in a file alone, which somebody has read.
READ = {"axe-playwright-python": ["MIT"]}  # the axe that it brings is under the Mozilla Public License


def environment(python):
    """Where a marker is evaluated."""
    return {**default_environment(), "python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux", "extra": ""}


def locked(python):
    """Name and version of what the lock installs on Linux."""
    found = {}
    for entry in LOCKED.finditer(LOCK):
        if not entry["marker"] or Requirement(f"x ; {entry['marker']}").marker.evaluate(environment(python)):
            assert entry["name"] not in found, f"{entry['name']} is locked twice for Python {python}"
            found[entry["name"]] = entry["version"]
    return found


def test_the_lock_is_hashes_and_nothing_else():
    assert LOCKED.sub("", LOCK).strip() == ""


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("extra", EXTRAS)
def test_the_lock_holds_what_is_asked_for(python, extra):
    versions = locked(python)
    for asked in map(Requirement, EXTRAS[extra]):
        version = versions.get(canonicalize_name(asked.name))
        assert version, f"{asked} is not locked for Python {python}; run .ci/lock"
        assert version in asked.specifier, f"{asked} is locked at {version}; run .ci/lock"


def test_the_bill_of_materials_is_of_the_lock():
    content = json.loads((ROOT / ".ci" / "sbom.json").read_text())
    listed = {canonicalize_name(each["name"]): each["version"] for each in content["components"]}
    assert listed.items() <= locked("3.11").items()
    assert {canonicalize_name(Requirement(asked).name) for asked in PROJECT["dependencies"]} <= listed.keys()


def licences(name):
    """The licences that an installed distribution names: as an expression, by classifiers, or in a word."""
    if canonicalize_name(name) in READ:
        return READ[canonicalize_name(name)]
    told = distribution(name).metadata
    classified = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    if classified and not told.get("License-Expression"):
        return classified
    return re.split(r" AND | OR ", told.get("License-Expression") or told.get("License") or "none")


def needed(name, extras):
    """All that a distribution with some extras needs here, and what that needs, with the licences of each."""
    found = {}
    for asked in map(Requirement, distribution(name).requires or ()):
        if asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            found |= {canonicalize_name(asked.name): licences(asked.name), **needed(asked.name, asked.extras)}
    return found


def test_dependencies_are_free():
    found = needed("lockgate", ["test"])
    assert {"numpy", "networkx", "tqdm", "hypothesis"} <= found.keys()
    bad = {name: names for name, names in found.items() if not set(names) <= FREE | {MOZILLA.get(name)}}
    assert not bad, f"licences that nobody has looked at: {bad}; add them to FREE once somebody has"


def test_a_licence_that_nobody_has_looked_at_is_seen(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "FREE", FREE - {"MIT"})
    with pytest.raises(AssertionError, match="'ruff': \\['MIT'\\]"):
        test_dependencies_are_free()
