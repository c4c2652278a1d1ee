"""The race between labs: how careful they are, and whether they do as they are asked."""

import math

from lockgate.sim.model.vocabulary import RaceInformation
from lockgate.sim.rules.rule import rule


@rule
def safety_effort(information: int, lead: float, position: float, spread: float, enmity: float, teams: int) -> float:
    """A lab's safety effort (share of full caution) in the race's equilibrium.

    `lead` over the next lab, `position` (own capability) and `spread` (largest capability) in race units.
    Source: Armstrong, Bostrom and Shulman (2016), "Racing to the precipice", AI & Society 31.

    >>> safety_effort(RaceInformation.PUBLIC, 0.25, 1.0, 1.0, 0.5, 2)
    0.5
    >>> safety_effort(RaceInformation.NONE, 0.0, 0.0, 1.0, 1.0, 2)
    0.5
    """
    if information == RaceInformation.PRIVATE:
        return min(1.0, max(0.0, position) / (enmity * teams - enmity + 1.0))
    if enmity <= 0.0:
        return 1.0
    if information == RaceInformation.PUBLIC:
        return min(1.0, max(0.0, lead) / enmity)
    return min(1.0, spread / (enmity * teams))


@rule
def pressed_effort(culture: float, pressure: float, gap: float, least: float) -> float:
    """Safety effort (share) of a lab of this culture (share), pressed by rivals; `gap` is how far their best offer is ahead, 0 to 1.

    >>> pressed_effort(0.8, 0.5, 0.0, 0.05), pressed_effort(0.8, 0.5, 1.0, 0.05), pressed_effort(0.8, 1.0, 1.0, 0.05)
    (0.8, 0.4, 0.05)
    """
    return min(1.0, max(least, culture * (1.0 - pressure * gap)))


@rule
def cooperation_left(cooperation: float, spent: float) -> float:
    """Chance of cooperation after its log-odds have fallen by this much; 0 and 1 are certain and stay.

    >>> cooperation_left(0.9, 0.0), round(cooperation_left(0.5, math.log(3.0)), 6), cooperation_left(1.0, 5.0)
    (0.9, 0.25, 1.0)
    """
    if spent <= 0.0 or cooperation <= 0.0 or cooperation >= 1.0:
        return cooperation
    return cooperation / (cooperation + (1.0 - cooperation) * math.exp(min(500.0, spent)))


@rule
def compliance_chance(cooperation: float, mandate: float, mandatory: float, race_weight: float, threat: float) -> float:
    """Chance that a lab does as a government asks; threat in months by which the best rival is ahead of its offer.

    >>> round(compliance_chance(0.9, 5.0, 0.0, 0.4, 0.0), 6)
    0.9
    """
    if cooperation <= 0.0:
        return 0.0
    if cooperation >= 1.0:
        return 1.0
    logit = math.log(cooperation / (1.0 - cooperation)) + mandate * mandatory - race_weight * threat
    return 1.0 / (1.0 + math.exp(-max(-500.0, logit)))  # beyond that the chance is 0 and the power overflows


@rule
def heed_chance(heed: float, reciprocity: float, held: float) -> float:
    """Chance that an open-weight lab heeds a hold when this share of equal systems is held back where it was asked for.

    >>> heed_chance(0.8, 0.0, 0.3), heed_chance(0.8, 1.0, 0.0), heed_chance(0.8, 0.5, 1.0)
    (0.8, 0.0, 0.8)
    """
    return heed * (1.0 - reciprocity + reciprocity * held)


@rule
def reinvested_pace(pace: float, customers: float, customers_at_start: float, elasticity: float) -> float:
    """Pace of research (months of capability per month) when revenue is put back into it.

    >>> reinvested_pace(1.0, 0.3, 0.3, 0.5)
    1.0
    """
    return pace * math.exp(elasticity * math.log(max(1e-12, customers / customers_at_start)))


@rule
def effective_lag(lag: float, distillation: float, exposure: float) -> float:
    """Lag of an open-weight lab in months. `lag` is the one seen while the frontier is broadly served (exposure 1).

    The undistilled lag is lag / (1 - distillation), so that the seen lag is met at exposure 1.

    >>> effective_lag(4.0, 0.5, 1.0), effective_lag(4.0, 0.5, 0.0)
    (4.0, 8.0)
    """
    return lag / (1.0 - distillation) * (1.0 - distillation * exposure)


@rule
def customer_pull(months: float, doubling: float, elasticity: float) -> float:
    """Logarithm of how strongly an offer of this capability draws customers: elasticity times the log of its task horizon.

    >>> round(customer_pull(4.7, 4.7, 1.0), 6)
    0.693147
    """
    return elasticity * math.log(2.0) * months / doubling
