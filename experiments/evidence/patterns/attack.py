"""Patterns of attack: how often, by whom, at what cost, and what safeguards stop."""

from collections.abc import Callable
from functools import partial

import numpy as np

from lockgate.experiments.evidence.patterns.pattern import Estimate, mean, quantile, spread
from lockgate.experiments.evidence.patterns.study import Array, Study, Tables, each
from lockgate.sim.model.vocabulary import Channel, EventKind

YEAR_DAYS = 365
LARGEST = 0.05  # share of organisations
TRIES = 10


def year(study: Study) -> list[Tables]:
    """A year of open release in which systems add nothing to an attack, as in the years in which incidents were counted."""
    return study.runs("open-release", YEAR_DAYS, uplift=1.0)


def actors(tables: Tables, share: str) -> float:
    """How many bad actors are of a kind."""
    params = tables["params"][0]
    return float(params["bad_actors"] * (params[share] if share else 1.0 - params["spy_share"] - params["insider_share"]))


def per_crew(tables: Tables) -> float:
    """Incidents that one crew causes in a year."""
    return float(tables["outcomes"]["incidents_crews"][0]) / actors(tables, "")


def struck(tables: Tables) -> float:
    """Share of organisations with at least one incident in a year."""
    return float((tables["partners"]["incidents"] > 0).mean())


def on_largest(tables: Tables) -> float:
    """Incidents that one of the largest organisations suffers in a year."""
    partners = tables["partners"]
    rows = np.argsort(-partners["size"], kind="stable")[: max(1, round(LARGEST * len(partners)))]
    return float(partners["incidents"][rows].mean())


def state_share(tables: Tables) -> float:
    """Spies' share of the incidents of spies and crews."""
    out = tables["outcomes"][0]
    both = out["incidents_spies"] + out["incidents_crews"]
    return float(out["incidents_spies"] / both) if both else float("nan")


def by_insiders(tables: Tables) -> float:
    """Incidents that insiders cause at one organisation in a year."""
    return float(tables["outcomes"]["incidents_insiders"][0] / len(tables["partners"]))


def losses(study: Study) -> Array:
    """Losses of all incidents of all draws, US$."""
    runs = year(study)
    return np.concatenate([tables["events"]["value"][tables["events"]["kind"] == EventKind.INCIDENT] for tables in runs])


def refused(tables: Tables, channel: Channel) -> float:
    """Share of the attempts at a channel that it refused."""
    used = tables["channels"][channel]
    attempts = used["refusals"] + used["operations"]
    return float(used["refusals"] / attempts) if attempts else float("nan")


def some_try(tables: Tables) -> float:
    """Chance that at least one of ten independent attempts at a public service is not refused."""
    return float(1.0 - refused(tables, Channel.PUBLIC_SERVICE) ** TRIES)


def bans(tables: Tables) -> float:
    """Bans an actor and half a year."""
    return float(tables["outcomes"]["bans"][0] / tables["params"]["bad_actors"][0] / 2.0)


def over_draws(measure: Callable[[Tables], float], study: Study) -> Estimate:
    """The spread of one number of the year over draws."""
    return spread(each(year(study), measure))


SIMULATED: dict[str, Callable[[Study], Estimate]] = {
    "crew-incidents": partial(over_draws, per_crew),
    "incidents-all": partial(over_draws, struck),
    "incidents-largest": partial(over_draws, on_largest),
    "state-share": partial(over_draws, state_share),
    "insider-incidents": partial(over_draws, by_insiders),
    "loss-median": lambda study: quantile(losses(study), 0.5),
    "loss-p95": lambda study: quantile(losses(study), 0.95),
    "loss-p99": lambda study: quantile(losses(study), 0.99),
    "loss-median-2024": lambda study: quantile(losses(study), 0.5),
    "loss-mean": lambda study: mean(losses(study)),
    "refusal-service": partial(over_draws, partial(refused, channel=Channel.PUBLIC_SERVICE)),
    "refusal-stripped": partial(over_draws, partial(refused, channel=Channel.OPEN_WEIGHTS)),
    "ten-tries": partial(over_draws, some_try),
    "bans": partial(over_draws, bans),
}
