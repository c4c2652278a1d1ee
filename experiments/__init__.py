"""Questions asked of the model: paired comparisons of release policies, their charts, studies, and the command line.

`open_study` reads the folder of a study, `read_provenance` what a chart says of how it was made.
"""

from typing import TYPE_CHECKING, Any

from lockgate.sim.search_path import public

if TYPE_CHECKING:
    from lockgate.experiments.provenance import read_provenance
    from lockgate.experiments.results.stored import open_study

HOMES = {"lockgate.experiments.results.stored": ("open_study",), "lockgate.experiments.provenance": ("read_provenance",)}
__all__ = ["open_study", "read_provenance"]


def __getattr__(name: str) -> Any:
    """Import what reads files only when it is needed."""
    return public(__name__, HOMES, name)
