"""One setting moved in sampled worlds with everything reacting, and what comes of it in pairs: for relation 42."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from experiments.ensemble import draw_worlds
from scenarios import load_policy, load_world, with_parameters
from scenarios.world import world_names
from sim.chance import Purpose, uniform
from sim.engine import simulate
from sim.parameters import PARAMETERS, parameter_table
from sim.policy import LEVERS, Policy
from tests.generated import EAGER
from tests.relations.runs import with_held

SMALL = {"organisations": 40, "bad_actors": 200}
POLICIES = ("staged-preview", "mandatory-licence", "partner-programme", "directive-revocation", "coordinated-hold")
GENERATED = "generated"
HORIZON = 540
LEVEL = 4.9  # standard errors: one cell in a million by luck


@dataclass(frozen=True)
class Move:
    """A lever or parameter that is moved, and the sign that each outcome's mean difference should have."""

    name: str
    setting: str
    change: Callable[[Any], Any]
    signs: Mapping[str, int]


MOVES = (
    Move("34 twice the reviewers", "reviewers", lambda n: 2 * n, {"review_wait_days": -1, "longest_queue": -1, "partners_approved": 1}),
    Move("34 twice the testers", "testers", lambda n: 2 * n, {"test_wait_days": -1, "mean_release_delay_days": -1}),
    Move("35 double base hazard", "base_hazard", lambda h: 2 * h, {"incidents": 1, "model_enabled_harm": 1}),
    Move("35 uplift larger by half", "uplift", lambda u: 1.5 * u, {"incidents": 1, "model_enabled_harm": 1}),
    Move("36 a tenth more bad actors", "bad_actors", lambda n: n + n // 10, {"incidents": 1, "model_enabled_harm": 1}),
    Move("37 a month more of preview", "preview_days", lambda d: d + 30, {
        "model_enabled_harm": -1, "harm_public_service": -1, "harm_open_weights": -1, "release_delay_days": 1, "mean_release_delay_days": 1}),
    Move("38 patching twice as fast", "patch_tau_days", lambda t: t / 2, {"exposed_share": -1, "incidents": -1, "model_enabled_harm": -1}),
    Move("38 access for four times the partners", "launch_partners", lambda n: 4 * n, {
        "exposed_share": -1, "incidents": -1, "model_enabled_harm": -1}),
    Move("39 half the lag", "open_weight_lag_months", lambda lag: lag / 2, {
        "open_parity_day": -1, "harm_open_weights": 1, "model_enabled_harm": 1, "benefit_of_restriction": -1}),
    Move("40 more applications refused", "approval_refusal_chance", lambda p: min(1.0, p + 0.4), {"partners_approved": -1}),
    Move("40 half the cap on approvals", "partners_max", lambda n: n // 2, {"partners_approved": -1}),
    Move("41 stronger safeguards", "safeguard_most", lambda s: 0.5 * (1.0 + s), {"incidents": -1, "model_enabled_harm": -1}),
    Move("41 flaws found three times as fast", "detection_half_life_days", lambda d: d / 3, {
        "bypasses": -1, "incidents": -1, "model_enabled_harm": -1}),
    Move("41 twice the attribution", "attribution_chance", lambda p: min(1.0, 2 * p), {"incidents": -1, "model_enabled_harm": -1}),
    Move("41 more bans", "ban_chance", lambda p: min(1.0, 3 * p), {"incidents": -1, "model_enabled_harm": -1}),
)  # fmt: skip


@cache
def sampled(world: str, draws: int, seed: int) -> Any:
    """Worlds of a name, sampled from their priors; or generated ones, whose parameters lie anywhere in wide ranges."""
    if world != GENERATED:
        return draw_worlds(with_parameters(load_world(world), SMALL), draws, seed)
    return generated(draws, seed)


def generated(draws: int, seed: int) -> Any:
    """Worlds with every parameter of the generated scenarios drawn anew, evenly within its range."""
    plain = draw_worlds(with_parameters(load_world("baseline"), SMALL), draws, seed, fixed=True)
    values: dict[str, Any] = {name: plain.worlds[name] for name in PARAMETERS}
    for word, (name, (low, high)) in enumerate(EAGER.items()):
        drawn = low + (high - low) * np.array([uniform(seed, Purpose.PRIOR, draw, word) for draw in range(draws)])
        values[name] = np.round(drawn) if PARAMETERS[name].type is int else drawn
    return type(plain)(parameter_table(draws, **values), plain.seeds)


def outcomes_of(worlds: Any, seeds: Any, policies: Sequence[Policy]) -> Any:
    """Outcomes (D, P), what restriction gains over the first policy among them."""
    results = simulate(worlds, policies, seeds, HORIZON, threads=2).outcomes
    table = {name: results[name].astype(float) for name in results.dtype.names}
    harm = table["model_enabled_harm"]
    return table | {"benefit_of_restriction": harm[:, :1] - harm}


@cache
def before(world: str, draws: int, seed: int) -> Any:
    """Outcomes of all policies before the move."""
    ensemble = sampled(world, draws, seed)
    return outcomes_of(ensemble.worlds, ensemble.seeds, loaded())


def loaded() -> list[Policy]:
    """The reference and the policies compared."""
    return [load_policy(name) for name in ("open-release", *POLICIES)]


def differences(move: Move, world: str, draws: int, seed: int) -> dict[tuple[str, str], Any]:
    """After less before, draw by draw, by (policy, outcome)."""
    ensemble = sampled(world, draws, seed)
    worlds, policies = ensemble.worlds.copy(), loaded()
    if move.setting in LEVERS:
        default = LEVERS[move.setting].default
        policies = [with_held(policy, **{move.setting: move.change(policy.levers.get(move.setting, default))}) for policy in policies]
    else:
        low, high = PARAMETERS[move.setting].bounds
        worlds[move.setting] = np.clip([move.change(value) for value in worlds[move.setting].tolist()], low, high)
    after = outcomes_of(worlds, ensemble.seeds, policies)
    earlier = before(world, draws, seed)
    return {(policy, name): (after[name] - earlier[name])[:, place + 1] for place, policy in enumerate(POLICIES) for name in move.signs}


def effect(values: Any) -> tuple[float, float]:
    """Mean paired difference and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def wrong_way(values: Any, sign: int) -> bool:
    """Whether the mean difference has the wrong sign beyond what luck does once in a million."""
    mean, error = effect(values)
    return -sign * mean > LEVEL * error and mean != 0.0


WORLDS = tuple(name for name in world_names() if name != "direct-effects")
