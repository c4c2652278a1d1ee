"""Safeguards: how strong they are, how flaws in them are found, and how securely weights are kept."""

import math

from lockgate.sim.rules.rule import rule


@rule
def safeguard_reached(least: float, most: float, effort: float) -> float:
    """Refusal chance of a service built with this share of full safety effort.

    >>> safeguard_reached(0.5, 0.9, 1.0)
    0.9
    """
    return least + (most - least) * effort


@rule
def guarded_safeguard(safeguard: float, guard: float) -> float:
    """Refusal chance of a guarded configuration: the guard stops this share of the misuse that the safeguard lets through.

    >>> guarded_safeguard(0.5, 0.8)
    0.9
    """
    return safeguard + guard * (1.0 - safeguard)


@rule
def detection_chance(days: float, half_life_days: float) -> float:
    """Chance that so many days of testing find a hidden flaw.

    >>> detection_chance(60.0, 60.0)
    0.5
    """
    return 1.0 - math.exp2(-days / half_life_days)


@rule
def bypass_hazard(with_no_effort: float, effort_factor: float, effort: float) -> float:
    """Hazard per day with which the public finds a flaw: full safety effort divides it by the factor.

    >>> bypass_hazard(0.04, 40.0, 0.0), round(bypass_hazard(0.04, 40.0, 1.0), 6)
    (0.04, 0.001)
    """
    return with_no_effort * math.exp(-effort * math.log(effort_factor))


@rule
def refusal_chance(safeguard: float, evasion: float, skill: float) -> float:
    """Chance that a service refuses an actor of this skill.

    >>> refusal_chance(0.9, 0.5, 1.0)
    0.45
    """
    return safeguard * (1.0 - evasion * skill)


@rule
def theft_chance(chance_at_level_3: float, level: float) -> float:
    """Chance that one attempt takes weights kept at this RAND security level; each level divides it by ten, level 5 stops all.

    >>> theft_chance(0.002, 3.0), theft_chance(0.002, 5.0)
    (0.002, 0.0)
    """
    if level >= 5.0:
        return 0.0
    return min(1.0, chance_at_level_3 * math.exp(math.log(10.0) * (3.0 - level)))
