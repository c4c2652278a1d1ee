"""Mechanisms that can be taken out of the model: for each, the values of parameters at which it does nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lockgate.sim.errors import InputError, nearest

Value = float | int | bool


@dataclass(frozen=True)
class Mechanism:
    """Something that the model describes, and the values of parameters (`neutral`) at which it is as if it were not there."""

    name: str
    meaning: str
    neutral: dict[str, Value] = field(hash=False)


MECHANISMS: dict[str, Mechanism] = {
    mechanism.name: mechanism
    for mechanism in (
        Mechanism("theft", "Spies steal weights.", {"theft_on": False}),
        Mechanism("leaks", "Partners' access leaks.", {"leaks_on": False}),
        Mechanism("insiders", "Rogue insiders act.", {"insiders_on": False}),
        Mechanism("stripping", "Safeguards of published weights come off.", {"stripping_on": False}),
        Mechanism("head start", "Partners search with restricted systems before others can.", {"head_start_on": False}),
        Mechanism("distillation", "Open-weight labs learn from frontier systems that are broadly served.", {"distillation_on": False}),
        Mechanism("benefit", "Access to systems is worth something to organisations.", {"benefit": 0.0}),
        Mechanism("queues", "Testers and reviewers are scarce.", {"queues_on": False}),
    )
}


def without(names: Iterable[str]) -> dict[str, Value]:
    """The values of parameters at which none of these mechanisms does anything. An `InputError` names one that is unknown.

    >>> without(["theft", "leaks"])
    {'theft_on': False, 'leaks_on': False}
    """
    values: dict[str, Value] = {}
    for name in names:
        if name not in MECHANISMS:
            raise InputError(f"unknown mechanism {name!r}{nearest(name, MECHANISMS)}; known are {', '.join(MECHANISMS)}")
        values |= MECHANISMS[name].neutral
    return values
