"""With what every row begins: nothing has happened, nothing is offered, no flaw is found."""

from typing import Any

from lockgate.sim.model.tables import ROWS
from lockgate.sim.model.vocabulary import ActorKind
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING, fields

CODE = {"latent": 1.0, "exposed": 1.0, "paced_at": -1.0, "latent_kept": 1.0, "latent_exposed": 1.0}
NO_OFFERS = {
    f"{channel}_{field}": value
    for channel in ("public", "open", "restricted")
    for field, value in (("system", NOBODY), ("capability", NOTHING), ("safeguard", 1.0))
}
# What is not 0 and not False at first.
BEGINS: dict[str, dict[str, Any]] = {
    "Constants": {"feedback": True},
    "Today": {
        "phase_begins": True, "discount": 1.0, "exposure": 1.0, "best_offer_lab": NOBODY, **NO_OFFERS,
        **dict.fromkeys(("second_research", "frontier_capability", "best_offer", "second_offer"), NOTHING),
        **{f"{who}search_{what}": 1.0 for who in ("", "idle_", "partner_") for what in ("kept", "mean")}, "adoption": 1.0,
    },
    "Pool": CODE,
    "Score": {"parity_day": NEVER},
    "System": {
        "capability": NOTHING,
        **{f"{what}_day": NEVER for what in ("fix", "flaw", "harden", "ready", "offered", "public", "unguarded", "weights", "dark")},
        "hold_until": NEVER, "dark_until": NEVER,
    },
    "Test": {"system": NOBODY, "start": NEVER, "finish": NEVER},
    "Offer": {"system": NOBODY, "capability": NOTHING, "safeguard": 1.0, "uplift": 1.0},
    "State": {"capability": NOTHING, "system": NOBODY, "next_day": NEVER},
    "Week": {"exposed_share": 1.0},
    "Event": {"who": NOBODY, "whom": NOBODY, "system": NOBODY},
    "Lab": {
        "security_level": 2.5, "service": NOBODY, **dict.fromkeys(("culture", "effort", "equilibrium"), 1.0),
        **dict.fromkeys(("offer", "served", "published", "best", "ready", "trained"), NOTHING),
    },
    "Government": dict.fromkeys(("framework_since", "framework_day", "programme_day", "background_at"), NEVER),
    "OpenWeightLab": {"capability": NOTHING, "offer": NOTHING},
    "Partner": {**CODE, "patch_kept": 1.0, "patch_mean": 1.0, "attack_surface": 1.0},
    "BadActor": {
        "kind": ActorKind.CREW, "home": NOBODY, "group": NOBODY, "state": NOBODY, "stolen_capability": NOTHING, "stolen_system": NOBODY,
        "gap_days": 15.0, "next_at": NEVER, "theft_at": NEVER,
    },
}  # fmt: skip


def test_rows_begin_where_nothing_has_happened() -> None:
    kinds = set(ROWS.values())
    assert set(BEGINS) <= {kind.__name__ for kind in kinds}
    for kind in kinds:
        values = {field.name: field.default for field in fields(kind) if field.default != 0}
        assert values == BEGINS.get(kind.__name__, {}), kind.__name__
