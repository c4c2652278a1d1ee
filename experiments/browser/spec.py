"""What a page is told of the model that it holds: where fields lie, what can be set, the policies and the world, and its sentences.

Tables are base64 of their bytes, as the module reads them.
"""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from lockgate.experiments.browser.columns import ESTIMATE_DTYPE, RATIO_DTYPE, kind_of, reach_table
from lockgate.experiments.browser.module import stamp
from lockgate.experiments.browser.needs import CLAUSES, words_of
from lockgate.experiments.browser.phases import LEVER_DTYPE, NO_LEVER, SETTING_DTYPE, lever_table, settings_of
from lockgate.experiments.browser.sentences import SENTENCES
from lockgate.experiments.provenance import lockgate_version
from lockgate.experiments.results.changes import built_in_world, label
from lockgate.experiments.results.ratios import PRICES
from lockgate.experiments.results.sampling import PRIOR_DTYPE, prior_table
from lockgate.experiments.results.verdict import DIRECTIONS, ENOUGH, WORDS
from lockgate.experiments.text.scenario_file import changed_parameters
from lockgate.scenarios import World
from lockgate.scenarios.world import extent
from lockgate.sim.limits import LARGEST_SEED
from lockgate.sim.model.chance import SCHEME
from lockgate.sim.model.measures import WEEKLY, Week
from lockgate.sim.model.outcomes import OUTCOMES, Outcomes
from lockgate.sim.model.parameters import GRADES, PARAMETERS_DTYPE, Parameter, Quantiles
from lockgate.sim.model.policy import LEVERS, PHASE_DTYPE, Lever, Policy, checked_policies
from lockgate.sim.rules.row import dtype
from lockgate.sim.settings import checked_horizon, whole

Array = np.ndarray[Any, np.dtype[Any]]
PAGE_DRAWS = 1000  # in a page: so far goes the table of how far intervals reach
SO_FAR = tuple(name for name, column in WEEKLY.items() if column.meaning == "so far")


def spec(policies: Sequence[Policy], world: World, seed: int, horizon_days: int) -> dict[str, Any]:
    """What a page is told, as JSON has it. Levers and parameters are in the order of their tables.

    A policy's settings are `[day, number of the lever, value]`. `week` gives the place of each column, `so_far` names those that add up by
    themselves; the others are of the week alone, or as it ends. Under `enough` draws a verdict is preliminary; `verdicts`, `directions`
    (from -1 on) and `prices` name the codes of the module.
    Raises `InputError` for a prior that no rule knows, and for what no run allows.
    """
    priors, values = prior_table(world)
    weeks, outcomes = dtype(Week), dtype(Outcomes)
    return {
        "version": lockgate_version(),
        "stamp": stamp(),
        "scheme": SCHEME,
        "seed": whole("seed", seed, 0, LARGEST_SEED, "number that all random draws follow from"),
        "horizon": checked_horizon(horizon_days),
        "most_draws": PAGE_DRAWS,
        "world": {
            "name": world.name,
            "summary": world.summary,
            "built_in": built_in_world(world.name) is not None,
            "changed": changed_parameters(world),
        },
        "world_bytes": PARAMETERS_DTYPE.itemsize,
        "phase_bytes": PHASE_DTYPE.itemsize,
        "week_bytes": weeks.itemsize,
        "outcome_bytes": outcomes.itemsize,
        "lever_bytes": LEVER_DTYPE.itemsize,
        "estimate": places(ESTIMATE_DTYPE),
        "ratio": places(RATIO_DTYPE),
        "prior": places(PRIOR_DTYPE),
        "setting": places(SETTING_DTYPE),
        "priors": packed(priors),
        "values": packed(values),
        "levers_table": packed(lever_table()),
        "reaches": packed(reach_table(PAGE_DRAWS)),
        "outcomes": {name: outcome(name, outcomes) for name in OUTCOMES},
        "week": {name: place for name, place in places(weeks).items() if name != "bytes"},
        "so_far": list(SO_FAR),
        "grades": GRADES,
        "parameters": [parameter(known, row) for known, row in zip(world.parameters.values(), priors, strict=True)],
        "levers": [lever(known) for known in LEVERS.values()],
        "policies": [policy(each, horizon_days) for each in checked_policies(policies)],
        "words": SENTENCES,
        "enough": ENOUGH,
        "verdicts": WORDS,
        "directions": [DIRECTIONS[code] for code in sorted(DIRECTIONS)],
        "prices": PRICES,
    }


def places(kind: np.dtype[Any]) -> dict[str, int]:
    """The size of a record, and the place of each of its fields, in bytes."""
    fields: Any = kind.fields
    return {"bytes": kind.itemsize, **{name: int(fields[name][1]) for name in fields}}


def packed(table: Array) -> str:
    """The bytes of a table."""
    return b64encode(table.tobytes()).decode()


def outcome(name: str, kind: np.dtype[Any]) -> dict[str, Any]:
    """An outcome: where it lies in a record, and what is known of it. `kind` has the bits that `compare` takes."""
    known = OUTCOMES[name]
    fields: Any = kind.fields
    return {
        "offset": int(fields[name][1]), "type": known.type.__name__, "kind": kind_of(known), "unit": known.unit, "label": known.short,
        "better": known.better, "meaning": known.help, "censored_by": known.censored_by or None,
    }  # fmt: skip


def parameter(known: Parameter, row: Any) -> dict[str, Any]:
    """A parameter, where it lies in a world, and its prior as a row says it; `labels` are of values 0, 1, ... where these have names."""
    low, high = map(float, ends(known))
    fields: Any = PARAMETERS_DTYPE.fields
    return {
        "offset": int(fields[known.name][1]),
        "name": known.name, "meaning": known.meaning, "unit": known.unit, "type": known.type.__name__, "grade": known.grade,
        "source": known.source, "bounds": [float(end) for end in known.bounds], "default": known.type(known.default),
        "prior": known.prior_text, "kind": int(row["kind"]), "low": low, "middle": float(row["middle"]), "high": high,
        "labels": list(known.labels) if known.choices else [],
    }  # fmt: skip


def ends(known: Parameter) -> tuple[float, float]:
    """What a prior states as its low and its high, of quantiles those of 90 %; the value itself where it does not vary."""
    if known.prior is None:
        return float(known.default), float(known.default)
    return (known.prior.quantile(0.05), known.prior.quantile(0.95)) if isinstance(known.prior, Quantiles) else extent(known.prior)


def lever(known: Lever) -> dict[str, Any]:
    """A lever, and what it needs to do anything: in words, and as clauses that a page can test (`experiments.browser.needs`)."""
    return {
        "name": known.name, "meaning": known.meaning, "unit": known.unit, "type": known.type.__name__, "default": known.default,
        "bounds": [float(end) for end in known.bounds], "once": known.once, "needs": words_of(known.name),
        "clauses": [[list(each) for each in clause] for clause in CLAUSES.get(known.name, ())],
    }  # fmt: skip


def policy(each: Policy, horizon_days: int) -> dict[str, Any]:
    """A policy, and what it sets. A day on which it sets nothing changes nothing, and is left out."""
    settings = [list(row) for row in settings_of(each).tolist() if row[1] != NO_LEVER]
    return {"name": each.name, "label": label(each, horizon_days), "summary": each.summary, "settings": settings}
