"""The page on the model says how to take each mechanism out, and names every policy, world and parameter that is there."""

import re
from pathlib import Path

import pytest

from lockgate.scenarios import list_policies, list_worlds
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.parameters.mechanisms import MECHANISMS, Mechanism
from lockgate.sim.model.policy import LEVERS

PAGE = (Path(__file__).parents[2] / "docs" / "model.md").read_text(encoding="utf-8")


def written(name: str, value: float) -> str:
    """A neutral value as a world's file has it."""
    choices = PARAMETERS[name].choices
    if choices:
        return f'"{choices(value).label}"'
    return str(value).lower() if isinstance(value, bool) else f"{value:g}"


@pytest.mark.parametrize("mechanism", MECHANISMS.values(), ids=lambda mechanism: mechanism.name)
def test_neutral_values_are_those_of_the_table(mechanism: Mechanism) -> None:
    values = ", ".join(f"`{name} = {written(name, value)}`" for name, value in mechanism.neutral.items())
    assert f"\n| {mechanism.name} | {values} | " in PAGE


@pytest.mark.parametrize("name", [*list_policies(), *list_worlds()])
def test_every_policy_and_world_is_named(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_names_in_the_page_are_there():
    named = {word for code in re.findall(r"`([^`\n]+)`", PAGE) for word in re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", code)}
    assert len(named & (PARAMETERS.keys() | LEVERS.keys())) > 80
    others = named - PARAMETERS.keys() - LEVERS.keys()
    assert others <= {
        "covered_in_error", "covered_missed", "race_risk", "covered_revenue", "rivals_revenue", "unguarded_delay_days", "break_even",
        "lab", "code_base", "open_weight_lab", "bad_actor",
    }, sorted(others)  # fmt: skip
