"""lockgate: an agent-based simulation of release policies for frontier AI systems.

`compare` sets policies beside one another in the same sampled worlds; `sweep` runs a study into a folder, and `open_study` reads it: all
give `Results`. `evaluate` is the plain function below them: rows of levers and parameters in, rows of outcomes out. `ReleaseModel` is one
run as a Mesa model. Wherever they take a policy, a world or a study, its name will do, or the path of a TOML file, or what `load_policy`,
`load_world` or `load_study` gives; `list_policies`, `list_worlds` and `list_studies` say which names there are. Input that cannot be used
is an `InputError`, which says in one sentence what to do.

>>> import lockgate
>>> results = lockgate.compare(["open-release", "withhold"], draws=2, horizon_days=30, fixed=True)
>>> results.outcome("release_delay_days")[0].tolist()
[0.0, 30.0]
"""

from lockgate.sim.search_path import public

TYPE_CHECKING = False  # that of `typing` may be somebody's own `typing.py` (`sim.search_path`)

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
    "lockgate.experiments.mesa": ("ReleaseModel",),
    "lockgate.experiments.provenance": ("read_provenance",),
    "lockgate.experiments.results.compare": ("compare",),
    "lockgate.experiments.results.evaluate": ("evaluate",),
    "lockgate.experiments.results.results": ("Results",),
    "lockgate.experiments.results.stored": ("open_study",),
    "lockgate.experiments.study.load": ("list_studies", "load_study"),
    "lockgate.experiments.study.study": ("Study",),
    "lockgate.experiments.sweep.sweep": ("sweep",),
    "lockgate.scenarios": ("World", "list_policies", "list_worlds", "load_policy", "load_world"),
    "lockgate.sim.errors": ("InputError",),
    "lockgate.sim.model.policy": ("Policy",),
}


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name):
        """Import what reads Parquet, draws or compiles only when it is needed."""
        return public(__name__, HOMES, name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__doc__", "__name__"]
