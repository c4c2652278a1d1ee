"""Policies as phases: what holds, from which day on."""

from typing import Any

from lockgate.sim.errors import InputError
from lockgate.sim.model.policy import LEVERS, Policy, checked

DEFAULTS = {name: lever.default for name, lever in LEVERS.items()}


def rows(*arguments: Any) -> list[dict[str, Any]]:
    """The phases of a policy, as what differs from the default levers."""
    table = Policy("made", *arguments).phases()
    return [{name: row[name].item() for name in table.dtype.names if row[name] != DEFAULTS.get(name)} for row in table]


def test_what_is_not_changed_goes_on() -> None:
    timeline = [(9, {"preview_days": 3}), (5, {"reviewers": 7, "framework": True}), (9, {"testers": 4})]
    assert rows({"preview_days": 30}, timeline) == [
        {"from_day": 0, "preview_days": 30},
        {"from_day": 5, "preview_days": 30, "reviewers": 7, "framework": True},
        {"from_day": 9, "preview_days": 3, "reviewers": 7, "framework": True, "testers": 4},
    ]
    assert rows() == [{"from_day": 0}]
    assert rows({"preview_days": 30}, [(0, {"preview_days": 3})]) == [{"from_day": 0, "preview_days": 3}]


def test_an_order_holds_for_its_phase_alone() -> None:
    assert rows({}, [(5, {"directive": True}), (9, {"restore": True}), (12, {"testers": 4})]) == [
        {"from_day": 0},
        {"from_day": 5, "directive": True},
        {"from_day": 9, "restore": True},
        {"from_day": 12, "testers": 4},
    ]


def fails(name: str, value: Any) -> bool:
    """Whether a lever's value is refused, by an error that names it."""
    try:
        checked(name, value)
    except InputError as error:
        return name in str(error)
    return False


def test_levers_are_checked() -> None:
    for name, value, refused in (
        ("sign_offs", 0, False),
        ("sign_offs", 8, False),
        ("sign_offs", 9, True),
        ("sign_offs", -1, True),
        ("sign_offs", 2.5, True),
        ("sign_offs", 3.0, False),
        ("mandatory", 0.5, False),
        ("mandatory", 1.5, True),
        ("framework", True, False),
        ("framework", 2, True),
        ("no such lever", 1, True),
        ("framework", 0.5, True),
        ("threshold_months", -60, False),
        ("threshold_months", 0.25, False),
    ):
        assert fails(name, value) == refused, (name, value)
    for name, value, kept in (("sign_offs", 3.0, 3), ("mandatory", 1, 1.0), ("framework", 1, True), ("threshold_months", 2, 2.0)):
        assert checked(name, value) == kept
        assert type(checked(name, value)) is type(kept)
    assert LEVERS["mandatory"].type is float
