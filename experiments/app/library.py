"""What a page can choose from: policies, worlds, levers, parameters, studies, and what is allowed of each."""

from typing import Any

from lockgate.experiments.app.asked import LEVER_NAMES, MOST_AGENT_DAYS, MOST_NAME, MOST_POLICIES, MOST_STEPS, SERVED_DRAWS, Known
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.study.load import list_studies
from lockgate.experiments.study.load import summary_of as summary_of_study
from lockgate.experiments.text.describe import level
from lockgate.experiments.text.policy import described
from lockgate.scenarios import World, list_policies, list_worlds, load_policy, load_world
from lockgate.sim.limits import LARGEST_SEED, LONGEST_DAYS
from lockgate.sim.model.parameters import PARAMETERS, Parameter
from lockgate.sim.model.policy import LEVERS, Lever, Policy

LIMITS = {
    "policies": MOST_POLICIES,
    "draws": SERVED_DRAWS,
    "horizon": LONGEST_DAYS,
    "seed": LARGEST_SEED,
    "settings": MOST_STEPS,
    "name": MOST_NAME,
    "agent_days": MOST_AGENT_DAYS,
}


def library(known: Known, *, native: bool) -> dict[str, Any]:
    """All of it, as `GET /api/library` gives it. `native` says that the page's own model is not this program's, so that it has to ask."""
    policies = {name: load_policy(name) for name in list_policies()} | dict(known.policies)
    worlds = {name: load_world(name) for name in list_worlds()} | dict(known.worlds)
    return {
        "version": lockgate_version(),
        "native": native,
        "limits": LIMITS,
        "policies": [policy_told(policy) for policy in policies.values()],
        "worlds": [world_told(world) for world in worlds.values()],
        "levers": [lever_told(lever) for lever in LEVERS.values()],
        "parameters": [parameter_told(parameter) for parameter in PARAMETERS.values()],
        "studies": [{"name": name, "summary": summary_of_study(name)} for name in list_studies()],
    }


def policy_told(policy: Policy) -> dict[str, Any]:
    """A policy, and all that it sets as `[day, number of the lever, value]`."""
    settings = [[day, LEVER_NAMES.index(name), value] for day, step in sorted(policy.steps().items()) for name, value in step.items()]
    return {"name": policy.name, "summary": policy.summary, "does": described(policy), "settings": settings}


def world_told(world: World) -> dict[str, Any]:
    """A world, and the parameters that differ from their table, in words."""
    differs = {name: level(here) for name, here in world.parameters.items() if here != PARAMETERS[name]}
    return {"name": world.name, "summary": world.summary, "differs": differs}


def lever_told(lever: Lever) -> dict[str, Any]:
    """A lever."""
    return {**bounded_told(lever), "once": lever.once}


def parameter_told(parameter: Parameter) -> dict[str, Any]:
    """A parameter, its prior in words, and how well it is known."""
    return {**bounded_told(parameter), "grade": parameter.grade, "prior": parameter.prior_text, "labels": list(parameter.labels)}


def bounded_told(known: Lever | Parameter) -> dict[str, Any]:
    """What a lever and a parameter have in common."""
    return {
        "name": known.name,
        "meaning": known.meaning,
        "unit": known.unit,
        "type": known.type.__name__,
        "default": known.default,
        "bounds": list(known.bounds),
    }
