"""Patterns of defence: how fast flaws are fixed, what a partner programme finds, and when its access leaks."""

from collections.abc import Callable
from functools import partial

from lockgate.experiments.evidence.patterns.pattern import Estimate, proportion, spread
from lockgate.experiments.evidence.patterns.study import Study, Tables, each
from lockgate.sim.model.vocabulary import Approval, EventKind

ALL_KNOWN = {  # every flaw is known on day 0 but for a tenth of a day, nothing is shared, nothing is new
    "search_days": 0.1, "common_share": 0.0, "new_code_per_day": 0.0, "bad_actors": 0, "organisations": 200,
}  # fmt: skip
MONTH, LONGEST = 30, 1000


def open_share(study: Study, day: int, world: str = "baseline") -> Estimate:
    """Share of the flaws known on day 0 that are not fixed so many days later."""
    patched = study.outcomes("open-release", day, world, **ALL_KNOWN)["flaws_patched"]
    worlds = study.ensemble(world, **ALL_KNOWN).worlds
    return spread(1.0 - patched / (worlds["organisations"] * worlds["flaws_per_organisation"]))


def programme(study: Study) -> list[Tables]:
    """The first month of a partner programme."""
    return study.runs("partner-programme", MONTH, bad_actors=0)


def found_by_partners(tables: Tables) -> float:
    """Severe flaws that partners found in their own code."""
    partners = tables["partners"]
    found = partners["found"][partners["approval"] == Approval.APPROVED].sum()
    return float(found * tables["params"]["flaws_per_organisation"][0])


def pool_patched(tables: Tables) -> float:
    """Share of the flaws found in the common pool that are fixed."""
    pool = tables["pool"][0]
    return float(pool["patched"] / (pool["patched"] + pool["known"]))


def leaked_within(tables: Tables, days: int) -> bool:
    """Whether a partner's access leaked in the first days."""
    events = tables["events"]
    return bool((events["day"][events["kind"] == EventKind.LEAK] < days).any())


def leak_share(study: Study) -> Estimate:
    """Share of programmes of about 50 partners with a leak within 14 days."""
    return proportion(sum(leaked_within(tables, 14) for tables in programme(study)), study.draws)


SIMULATED: dict[str, Callable[[Study], Estimate]] = {
    "exploited-7": partial(open_share, day=7),
    "exploited-28": partial(open_share, day=28),
    "exploited-43": partial(open_share, day=43),
    "exploited-174": partial(open_share, day=174),
    "all-flaws-90": partial(open_share, day=90, world="slow-patchers"),
    "all-flaws-365": partial(open_share, day=365, world="slow-patchers"),
    "never-patched": partial(open_share, day=LONGEST),
    "flaws-found": lambda study: spread(each(programme(study), found_by_partners)),
    "pool-patched": lambda study: spread(each(programme(study), pool_patched)),
    "leak-14": leak_share,
}
