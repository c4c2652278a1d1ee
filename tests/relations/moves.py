"""One setting moved in sampled worlds with everything reacting, and what comes of it in pairs: for relation 42."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lockgate.experiments.results.ensemble import Ensemble, draw_worlds
from lockgate.scenarios import load_policy, load_world, with_parameters
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.chance import Purpose, uniform
from lockgate.sim.model.parameters import PARAMETERS, parameter_table
from lockgate.sim.model.policy import LEVERS, Policy
from tests.generated import EAGER
from tests.relations.luck import ERRORS
from tests.relations.runs import with_held

SMALL = {"organisations": 40, "bad_actors": 200}
POLICIES = ("staged-preview", "mandatory-licence", "partner-programme", "directive-revocation", "coordinated-hold")
GENERATED = "generated"
HORIZON = 540


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
        "model_enabled_harm": -1, "harm_public_service": -1, "harm_open_weights": -1, "release_delay_days": 1,
        "mean_release_delay_days": 1}),
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


@dataclass(frozen=True)
class Place:
    """Where a move is made: a world's name and what is set otherwise in it, a policy's name and its levers."""

    world: str
    policy: str
    settings: tuple[tuple[str, Any], ...] = ()
    levers: tuple[tuple[str, Any], ...] = ()

    def loaded(self) -> Policy:
        """The policy, its programme scaled to a fifth like the number of organisations."""
        policy = load_policy(self.policy)
        places = {name: int(policy.levers.get(name, 0)) // 5 for name in ("launch_partners", "wave_partners")}
        if places["launch_partners"]:
            policy = with_held(policy, **places)
        return with_held(policy, **dict(self.levers))


@cache
def sampled(world: str, settings: tuple[tuple[str, Any], ...], draws: int, seed: int) -> Any:
    """Worlds of a name, sampled from their priors; or generated ones, whose parameters lie anywhere in wide ranges."""
    if world == GENERATED:
        return generated(draws, seed)
    return draw_worlds(with_parameters(load_world(world), {**SMALL, **dict(settings)}), draws, seed)


def generated(draws: int, seed: int) -> Any:
    """Worlds with every parameter of the generated scenarios drawn anew, evenly within its range."""
    plain = draw_worlds(with_parameters(load_world("baseline"), SMALL), draws, seed, fixed=True)
    values: dict[str, Any] = {name: plain.worlds[name] for name in PARAMETERS}
    for word, (name, (low, high)) in enumerate(EAGER.items()):
        drawn = low + (high - low) * np.array([uniform(seed, Purpose.PRIOR, draw, word) for draw in range(draws)])
        values[name] = np.round(drawn) if PARAMETERS[name].type is int else drawn
    return Ensemble(parameter_table(draws, **values), plain.seeds)


def outcomes_of(worlds: Any, seeds: Any, policy: Policy, *, compared: bool) -> Any:
    """Outcomes of a policy by name; where compared, what it gains over open release among them."""
    policies = [policy, load_policy("open-release")] if compared else [policy]
    results = simulate(worlds, policies, seeds, HORIZON, threads=2).outcomes
    table = {name: results[name][:, 0].astype(float) for name in results.dtype.names}
    harm = results["model_enabled_harm"]
    return table | ({"benefit_of_restriction": harm[:, 1] - harm[:, 0]} if compared else {})


@cache
def before(place: Place, draws: int, seed: int, *, compared: bool = False) -> Any:
    """Outcomes before the move."""
    ensemble = sampled(place.world, place.settings, draws, seed)
    return outcomes_of(ensemble.worlds, ensemble.seeds, place.loaded(), compared=compared)


def differences(move: Move, place: Place, draws: int, seed: int) -> dict[str, Any]:
    """After less before, draw by draw, by outcome."""
    ensemble = sampled(place.world, place.settings, draws, seed)
    worlds, policy = ensemble.worlds.copy(), place.loaded()
    if move.setting in LEVERS:
        policy = with_held(policy, **{move.setting: move.change(policy.levers.get(move.setting, LEVERS[move.setting].default))})
    else:
        low, high = PARAMETERS[move.setting].bounds
        worlds[move.setting] = np.clip([move.change(value) for value in worlds[move.setting].tolist()], low, high)
    compared = "benefit_of_restriction" in move.signs
    after, earlier = outcomes_of(worlds, ensemble.seeds, policy, compared=compared), before(place, draws, seed, compared=compared)
    return {name: after[name] - earlier[name] for name in move.signs}


def effect(values: Any) -> tuple[float, float]:
    """Mean paired difference and its standard error."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def wrong_way(values: Any, sign: int, errors: float = ERRORS) -> bool:
    """Whether the mean difference has the wrong sign by more than so many standard errors (else: than luck does once in a million)."""
    mean, error = effect(values)
    return -sign * mean > errors * error
