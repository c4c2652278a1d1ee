"""Mechanisms that can be taken out of the model: for each, the values of parameters at which it does nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.vocabulary import RaceRule, Services

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
        Mechanism("cost of the guard", "A guarded configuration is less capable than the full one.", {"guard_cost_months": 0.0}),
        Mechanism("insiders as users", "Insiders of an organisation with restricted access use it.", {"insider_access_on": False}),
        Mechanism("nationality", "Some organisations are foreign.", {"domestic_share": 1.0}),
        Mechanism("bypass effort", "Safety effort makes flaws harder to find.", {"bypass_effort": 1.0}),
        Mechanism("measured capability", "Capability is measured with an error.", {"preview_error_months": 0.0}),
        Mechanism("measured refusal", "Safeguards are measured with an error.", {"refusal_error": 0.0}),
        Mechanism("infighting", "Quarrels delay a framework.", {"infighting_days": 0.0}),
        Mechanism("weighed directives", "Not every cause leads to a directive.", {"revocation_chance": 1.0}),
        Mechanism("reciprocal hold", "A foreign hold asks for one in return.", {"heed_reciprocity": 0.0}),
        Mechanism("bypass in the preview", "Partners can find a system's flaw.", {"preview_bypass_share": 0.0}),
        Mechanism("culture", "Labs have a lasting safeguard culture.", {"race_rule": int(RaceRule.WINNER), "least_effort": 0.0}),
        Mechanism("goodwill", "Restrictions that nobody announced cost cooperation.", {"goodwill_cost": 0.0, "overrun_cost": 0.0}),
        Mechanism("one market", "Early access and copies of published weights draw customers by one rule.", {"one_market_on": False}),
        Mechanism("benefit", "Access to systems is worth something to organisations.", {"benefit": 0.0}),
        Mechanism("queues", "Testers and reviewers are scarce.", {"queues_on": False}),
        Mechanism("every service", "Bad actors see each lab's service.", {"services": int(Services.BEST)}),
        Mechanism("leak groups", "A leak reaches one group of crews, without public safeguards.", {"leak_group": 0.0, "leaked_safeguard": 1.0}),
        Mechanism("shared loot", "What a spy stole reaches its state's other spies.", {"share_days": -1}),
        Mechanism(
            "capability step", "Search and attack jump at the critical level.", {"covered_search_step": 1.0, "covered_uplift_step": 1.0}
        ),
        Mechanism("adoption", "Not everyone searches, and not at full intensity.", {"adoption_on": False}),
        Mechanism("remediation capacity", "Finding can outrun fixing.", {"fix_capacity": 1e9, "pool_capacity": 1.0}),
        Mechanism("n-day exploitation", "A fix discloses, until it is installed.", {"nday_factor": 1.0, "install_on": False}),
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
