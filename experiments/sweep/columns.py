"""The columns of a study's tables: name, type, unit and meaning of each, and the role that it plays."""

from experiments.study.study import Study
from sim.measures import WEEK_END, WEEKLY
from sim.outcomes import OUTCOMES, Outcome
from sim.parameters import PARAMETERS

OK = "ok"
STATUSES = {
    OK: "finished",
    "failed": "raised an error",
    "broken-invariant": "broke an invariant of the model",
    "not-finite": "has an outcome that is no number",
    "timed-out": "took longer than the study's time limit",
    "died": "its process died, again and again",
}
NAME, TEXT = "name", "text"  # units of columns that hold words
TYPES = {float: "double", int: "int64", bool: "bool"}
KEYS = {
    "run": ("int64", "number", "Number of the run in its study."),
    "draw": ("int64", "number", "Sampled world and seed: the unit of replication, the same under every policy and at every point."),
    "world": ("string", NAME, "World from which the draw was sampled."),
    "point": ("int64", "number", "Point of the design."),
    "policy": ("string", NAME, "Release policy."),
    "seed": ("int64", "number", "Seed of the run."),
}
ENDING = {
    "status": ("string", NAME, "ok, or what was wrong: " + "; ".join(f"{name}: {what}" for name, what in STATUSES.items()) + "."),
    "reason": ("string", TEXT, "Why a run has no outcomes."),
    "replay": ("string", "command", "Command, given in the study's folder, that makes the run again."),
}


def sampled_columns(study: Study) -> tuple[str, ...]:
    """The parameters that differ between draws, in the order of their table: those sampled in any world, and not varied by the design."""
    if study.fixed:
        return ()
    varied = {factor.name for factor in study.factors if factor.role == "parameter"}
    sampled = {name for world in study.worlds for name in world.sampled} - varied
    return tuple(name for name in PARAMETERS if name in sampled)


def described_columns(study: Study) -> dict[str, list[dict[str, str]]]:
    """`{"runs": [{name, role, type, unit, meaning}, ...], "series": [...]}`; no series where the study keeps none."""
    runs = [column(name, "key", kind, unit, meaning) for name, (kind, unit, meaning) in KEYS.items()]
    runs += [column(factor.column, "factor", TYPES[factor.type], factor.unit, factor.meaning) for factor in study.factors]
    sampled = [PARAMETERS[name] for name in sampled_columns(study)]
    runs += [column(known.name, "parameter", TYPES[known.type], known.unit, known.meaning) for known in sampled]
    runs += [column(name, "outcome", *typed(OUTCOMES[name])) for name in study.outcomes]
    runs += [column(name, "status", kind, unit, meaning) for name, (kind, unit, meaning) in ENDING.items()]
    if not study.series:
        return {"runs": runs}
    series = [column(name, "key", *KEYS[name]) for name in KEYS if name != "seed"]
    series += [column(known.name, "week", *typed(known)) for known in (WEEK_END, *(WEEKLY[name] for name in study.series))]
    return {"runs": runs, "series": series}


def typed(outcome: Outcome) -> tuple[str, str, str]:
    """The type, the unit and the meaning of an outcome, or of a column of the weekly series."""
    return TYPES[outcome.type], outcome.unit, outcome.help


def column(name: str, role: str, kind: str, unit: str, meaning: str) -> dict[str, str]:
    """One column, in words."""
    return {"name": name, "role": role, "type": kind, "unit": unit, "meaning": meaning}
