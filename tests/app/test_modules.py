"""The modules of the page: what each takes from another is there and needed, and together they make one script."""

import re
from collections import Counter

import pytest

from lockgate.experiments.app.site import FOLDERS, IMPORT, MODULE, joined, modules, parts, text

DECLARED = re.compile(r"^(export )?(?:async )?(?:const|let|function)\*? ([{\[][^=]*[}\]]|[\w$]+)", re.MULTILINE)
NAME = re.compile(r"[\w$]+")
MODULES = modules("app.js")
TAKEN = {(each, other) for name in MODULES for said, other in IMPORT.findall(text(name)) for each in NAME.findall(said)}


def declared(name, *, exported=False):
    """The names that a module declares for all of itself, or for others."""
    return [each for export, said in DECLARED.findall(text(name)) if export or not exported for each in NAME.findall(said)]


def test_all_modules_are_reached():
    assert {each.name for each in FOLDERS[0].iterdir() if each.name.endswith(".js")} == {*MODULES, "sw.js"}
    assert MODULE.findall(text("app.html")) == ["app.js"] == [*MODULES[-1:]]
    assert len(MODULES) == len(set(MODULES)) > 20


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_takes_and_gives_is_there_and_used(name):
    rest = IMPORT.sub("", text(name))
    assert not re.search(r"^import ", rest, re.MULTILINE)
    for said, other in IMPORT.findall(text(name)):
        for each in NAME.findall(said):
            assert each in declared(other, exported=True), f"{other} does not export {each}"
            assert re.search(rf"(?<![\w$]){re.escape(each)}(?![\w$])", rest), f"{name} does not use {each}"
    assert [each for each in declared(name, exported=True) if (each, name) not in TAKEN] == []


def test_no_two_modules_declare_the_same_name():
    """They share one scope once they are joined, in which a second function of a name would replace the first."""
    count = Counter(each for name in MODULES for each in declared(name))
    assert len(count) > 150
    assert [each for each, times in count.items() if times > 1] == []


def test_they_are_one_strict_script_without_imports():
    script = joined("app.js")
    assert script.startswith('(() => {\n"use strict";\n')
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    assert parts()[1].endswith(script)
