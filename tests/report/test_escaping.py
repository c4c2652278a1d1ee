"""Names of anybody: policies, worlds, summaries and commands with markup in them change no element of the page."""

import json
from dataclasses import replace

import pytest

from lockgate.experiments.report.content import Figure
from lockgate.experiments.report.report import report
from lockgate.scenarios import load_policy
from lockgate.sim.model.policy import Policy
from tests.planted import WORLD
from tests.report.made import DAYS
from tests.report.tree import tree

HOSTILE = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><style>*{display:none}",
    "<!--",
    "]]>",
    "' onmouseover='alert(1)",
    "&lt;b&gt;&#60;",
    "\u202eesrever\u202c",
)


def made(name, world="here"):
    """A report whose reference, policy and world have such names."""
    from lockgate.experiments.results.compare import compare

    changed = load_policy("staged-preview")
    policies = [Policy(f"open {name}"), replace(changed, name=f"staged {name}", summary=name)]
    return report(
        compare(policies, replace(WORLD, name=f"{world} {name}", summary=name), 12, horizon_days=DAYS), command=["lockgate", name]
    )


@pytest.fixture(scope="module")
def harmless():
    return tree(made("plain"))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_adds_an_element_or_an_attribute(harmless, name):
    text = made(name)
    found = tree(text)
    (outside, drawn), (usual, usual_drawn) = found.shape, harmless.shape
    assert outside == usual
    assert drawn <= usual_drawn | {("text", ("x", "y", *more)) for more in ((), ("class",), ("text-anchor",), ("text-anchor", "class"))}
    assert "\u202e" not in text
    if name.isascii() and name.isprintable() and "&" not in name:
        assert f"staged {name} against open {name}" in found.one(id="answer").text


@pytest.mark.parametrize("name", HOSTILE)
def test_what_scripts_are_told_is_the_name_itself(name):
    for node in tree(made(name)).all("script", type="application/json"):
        raw = "".join(node.children)
        assert "<" not in raw
        json.loads(raw)


def test_numbers_of_a_chart_keep_their_cells_apart():
    figure = Figure("f", "effect", {}, "", {"name": ['a,"b"\nc'], "value": [1.5]})
    assert figure.csv == 'name,value\n"a,""b""\nc",1.5\n'
