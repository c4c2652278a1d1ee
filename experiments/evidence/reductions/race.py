"""R5, the race: the winner's risk of disaster in the equilibria of Armstrong, Bostrom and Shulman (2016).

Every lab starts at a gap drawn from 0 to mu race units (one month each), so that capability is uniform on [0, mu]; research stands
still and one day is a race. With no information all are as careful as one another and the risk is the same in every race.
"""

from functools import cache

from lockgate.experiments.evidence.reductions.reduction import SIGMAS, Check, Given, Reduction, Setting, mean, sample
from lockgate.sim.model.policy import Policy
from lockgate.sim.model.vocabulary import RaceInformation

CAPABILITIES = 1_000_000  # drawn in all, one for each lab of a race
CERTAIN_RACES = 1000  # where each has the same risk
BARE = Policy("race", {"agencies": 0, "testers": 0, "reviewers": 0})  # nobody to make room for
ROUNDING = 1e-9
INFORMATION = {kind.label: kind for kind in RaceInformation}


def disaster_risk(mu: float, teams: int, enmity: float, information: str) -> float:
    """Chance that the winner meets disaster.

    Source: Armstrong, Bostrom and Shulman (2016), "Racing to the precipice", AI & Society 31.

    >>> [round(disaster_risk(1.0, 5, 0.5, information), 4) for information in ("none", "private", "public")]
    [0.6, 0.7222, 0.6719]
    """
    if information == "none":
        return max(0.0, 1 - mu / (enmity * teams))
    if information == "private":
        k = enmity * teams - enmity + 1
        return 1 - teams * mu / ((teams + 1) * k) if mu <= k else (k / mu) ** teams / (teams + 1)
    careful = mu / (enmity * (teams + 1))
    return 1 - careful if mu <= enmity else 1 - careful * (1 - (1 - enmity / mu) ** (teams + 1))


@cache
def simulated_risk(mu: float, teams: int, enmity: float, information: str) -> tuple[float, float]:
    """Mean risk of many races, and its standard error."""
    races = CERTAIN_RACES if information == "none" else CAPABILITIES // teams
    found = sample(
        BARE, races, 1, ["race_risk"], labs=teams, cadence_days=730, open_weight_labs=0, organisations=1, bad_actors=0,
        covered_leads=False, pace=0.0, rival_gap_min_months=0.0, rival_gap_max_months=mu, race_scale_months=1.0,
        race_spread=mu, enmity=enmity, race_information=INFORMATION[information],
    )  # fmt: skip
    return mean(found["race_risk"])


def run(row: Given) -> list[Check]:
    """The risk under the row's information."""
    simulated, error = simulated_risk(row["mu"], row["teams"], row["enmity"], row["information"])
    formula = disaster_risk(row["mu"], row["teams"], row["enmity"], row["information"])
    return [Check("R5 disaster risk", row, formula, simulated, error, SIGMAS * error + ROUNDING)]


RACE_ROWS = ((1.0, 2, 1.0), (1.0, 2, 0.5), (1.0, 5, 0.5), (2.0, 5, 1.0))


def orderings() -> list[Check]:
    """What labs know of one another never makes the race safer: by how much it does in the rows, which is nothing."""
    checks = []
    for mu, teams, enmity in RACE_ROWS:
        ignorant, _ = simulated_risk(mu, teams, enmity, "none")
        for information in ("private", "public"):
            risk, error = simulated_risk(mu, teams, enmity, information)
            parameters = {"mu": mu, "teams": teams, "enmity": enmity, "information": information}
            safer = max(0.0, ignorant - risk)
            checks.append(Check("R5 safer than with none", parameters, 0.0, safer, error, SIGMAS * error))
    return checks


REDUCTION = Reduction(
    "R5",
    "race",
    (
        Setting("mu", 1.0, (0.01, 10.0), "largest capability: how much capability counts against caution"),
        Setting("teams", 2, (2, 20), "racing labs"),
        Setting("enmity", 0.5, (0.001, 10.0), "how much worse it is that a rival wins, relative to disaster"),
        Setting("information", "public", (0, 0), "what labs know of one another", tuple(INFORMATION)),
    ),
    tuple({"mu": mu, "teams": teams, "enmity": enmity, "information": known} for mu, teams, enmity in RACE_ROWS for known in INFORMATION),
    run,
    beside=orderings,
)
