"""lockgate: an agent-based simulation of release policies for frontier AI systems.

`compare` sets policies beside one another in the same sampled worlds; `sweep` runs a study into a folder, and `open_study` reads it: all
give `Results`. `evaluate` is the plain function below them: rows of levers and parameters in, rows of outcomes out. `ReleaseModel` is one
run as a Mesa model. Policies, worlds and studies are named, or loaded (`load_policy`, `load_world`, `load_study`), and `list_policies`,
`list_worlds`, `list_studies` say which there are.

>>> import lockgate
>>> results = lockgate.compare(["open-release", "withhold"], draws=2, horizon_days=30, fixed=True)
>>> results.outcome("release_delay_days")[0].tolist()
[0.0, 30.0]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockgate.experiments.mesa import ReleaseModel
    from lockgate.experiments.provenance import read_provenance
    from lockgate.experiments.results.compare import compare
    from lockgate.experiments.results.evaluate import evaluate
    from lockgate.experiments.results.results import Results
    from lockgate.experiments.results.stored import open_study
    from lockgate.experiments.study.load import list_studies, load_study
    from lockgate.experiments.study.study import Study
    from lockgate.experiments.sweep.sweep import sweep
    from lockgate.scenarios import World, list_policies, list_worlds, load_policy, load_world
    from lockgate.sim.errors import InputError
    from lockgate.sim.model.policy import Policy

__all__ = [
    "InputError",
    "Policy",
    "ReleaseModel",
    "Results",
    "Study",
    "World",
    "compare",
    "evaluate",
    "list_policies",
    "list_studies",
    "list_worlds",
    "load_policy",
    "load_study",
    "load_world",
    "open_study",
    "read_provenance",
    "sweep",
]
HOMES = {
    "experiments.mesa": ("ReleaseModel",),
    "experiments.provenance": ("read_provenance",),
    "experiments.results.compare": ("compare",),
    "experiments.results.evaluate": ("evaluate",),
    "experiments.results.results": ("Results",),
    "experiments.results.stored": ("open_study",),
    "experiments.study.load": ("list_studies", "load_study"),
    "experiments.study.study": ("Study",),
    "experiments.sweep.sweep": ("sweep",),
    "scenarios": ("World", "list_policies", "list_worlds", "load_policy", "load_world"),
    "sim.errors": ("InputError",),
    "sim.model.policy": ("Policy",),
}


def __getattr__(name: str) -> Any:
    """Import what reads Parquet, draws or compiles only when it is needed."""
    for home, names in HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__doc__", "__name__"]
