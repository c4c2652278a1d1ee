"""The project as a whole: linters, types, import contracts, what is shipped, and that it stands alone."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest

from tests import sizes
from tests.checkout import PARTS, ROOT, linked, tracked, wheel_in

TOP_LEVEL = {
    "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "AGENTS.md", "docs", "tests", *PARTS,
}  # fmt: skip
FOREIGN = re.compile(rb"/wor[k]/|\bshare[d]/|py[p]i\.org|python[h]osted")  # brackets, so that this line is not foreign
RUFF = ["-m", "ruff", "check", "--output-format=concise"]
TOOLS = {
    "ruff": RUFF,
    "mypy": ["-m", "mypy"],
    "import contracts": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
}
SETTINGS = {"mypy": f"--config-file={ROOT / 'pyproject.toml'}", "import contracts": f"{ROOT / 'pyproject.toml'}"}
BANNED = (
    "eval('1')",
    "exec('1')",
    "np.random.default_rng(1)",
    "from numpy import random",
    "from numpy.random import default_rng",
    "import random",
    "from random import choice",
    "import pickle",
    "import marshal",
    "import shelve",
    "import socket",
    "import requests",
    "import http.client",
    "from urllib.request import urlopen",
)
WOBBLY = {"cos", "exp", "exp2", "expm1", "log", "log10", "log1p", "log2", "power", "sin", "tan", "tanh"}


@pytest.mark.parametrize("tool", ["ruff", "import contracts", *sizes.in_full("mypy")])
def test_tool_finds_nothing(tool, tmp_path):
    """Ruff looks at the checkout as it lies; the others at the package that it is."""
    place, settings = (ROOT, []) if tool == "ruff" else (linked(tmp_path), [SETTINGS[tool]])
    environment = os.environ | ({} if tool == "ruff" else {"PYTHONPATH": str(place)})
    command = [sys.executable, *TOOLS[tool], *settings]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{tool}\n{done.stdout}{done.stderr}"


def everyday_tests(path):
    """The tests of a file that are not in the full run alone."""
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef) and node.name[:5] == "test_"]
    return [node.name for node in functions if "pytest.mark.full" not in map(ast.unparse, node.decorator_list)]


def test_the_full_run_has_what_the_everyday_one_leaves_out(request, tmp_path):
    assert sizes.full_run == ("not full" not in request.config.option.markexpr)
    assert sizes.size(1, 2) == 1 + sizes.full_run
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-m=not full" in options
    assert (ROOT / ".ci" / "run").read_text().endswith("\n.venv/bin/pytest -m ''\n")
    assert [str(path) for path in (ROOT / "tests").rglob("test_*.py") if not everyday_tests(path)] == []
    (tmp_path / "long.py").write_text("@pytest.mark.full\ndef test_long(): pass\n")
    assert everyday_tests(tmp_path / "long.py") == []


def test_ruff_knows_what_is_banned():
    command = [sys.executable, *RUFF, "--select=S,TID", "--stdin-filename=sim/rules/rule.py", "-"]
    source = "\n".join(["import numpy as np", *BANNED])
    found = subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, check=False).stdout
    lines = {int(number) for number in re.findall(r"^\S+?:(\d+):", found, re.MULTILINE)}
    assert lines == set(range(2, 2 + len(BANNED))), found


def wobbly(source):
    """The numbers of the lines that take from numpy what differs in the last bits when compiled."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in WOBBLY and ast.unparse(node.value) in {"np", "numpy"}:
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "numpy" and WOBBLY & {name.name for name in node.names}:
            yield node.lineno


def test_rules_use_math_and_not_numpy():
    assert list(wobbly("from numpy import exp\nx = np.tanh(1)\ny = math.exp(1)")) == [1, 2]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in (ROOT / "sim").rglob("*.py") for line in wobbly(path.read_text())]
    assert not found, f"use math, not numpy: {found}"


def test_nothing_else_stands_at_the_top_level():
    assert {path.parts[0] for path in tracked() if path.parts[0][0] != "."} <= TOP_LEVEL


def test_the_project_stands_alone():
    found = {str(path): words for path in tracked() if (words := FOREIGN.findall((ROOT / path).read_bytes()))}
    assert not found


def test_the_wheel_holds_one_package(tmp_path):
    """Nothing else goes to site-packages, where other people's `sim` and `experiments` may be."""
    wheel = wheel_in(tmp_path)
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == {f"lockgate/{path.as_posix()}" for path in tracked() if path.parts[0] in PARTS}


def test_the_changelog_and_the_citation_tell_this_release():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[(\S+)\] - (\S+)$(.*?)(^## |\Z)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE | re.DOTALL)
    assert newest is not None
    assert newest[1] == version
    assert "**Numbers changed:**" in newest[3]
    assert f"date-released: {newest[2]}" in (ROOT / "CITATION.cff").read_text()
