"""What makes a report alive: the model itself, and what the page is told of policies and the world."""

import gzip
from base64 import b64encode
from typing import Any

from lockgate.experiments.browser.module import module_bytes
from lockgate.experiments.browser.spec import PAGE_DRAWS, spec
from lockgate.experiments.report.found import Found
from lockgate.experiments.report.sections.alternatives import shown_places
from lockgate.experiments.results.changes import at_point
from lockgate.sim.limits import LONGEST_DAYS


def living(found: Found) -> dict[str, Any]:
    """The compressed module, its `spec`, and which policies are compared: their places among those of the `spec`.

    Nothing where the page could not make these runs: where agents are of other kinds, or a prior is one that no rule knows. `InputError`
    where the module is not that of these sources is told to nobody: the report is whole without it.
    """
    if found.results.kinds:
        return {}
    return found.attempt("living", lambda: alive(found)) or {}


def alive(found: Found) -> dict[str, Any]:
    """All of it."""
    cell, places = found.cell, sorted(shown_places(found))
    point = int(cell.selection.points[0])
    world = at_point(cell.world, cell.study.parameters_at(point) if cell.study.factors else {})
    return {
        "reference": 0,
        "policy": places.index(found.place),
        "draws": min(cell.draws, PAGE_DRAWS),
        "fixed": cell.fixed,
        "spec": spec([cell.policies[place] for place in places], world, cell.seed, min(cell.horizon_days, LONGEST_DAYS)),
        "module": b64encode(gzip.compress(module_bytes(), 9, mtime=0)).decode(),
    }
