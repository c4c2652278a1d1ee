"""Questions asked of the model: paired comparisons of release policies, their charts, studies, and the command line.

`open_study` reads the folder of a study, `read_provenance` what a chart says of how it was made.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lockgate.experiments.provenance import read_provenance
    from lockgate.experiments.results.stored import open_study

HOMES = {"open_study": "lockgate.experiments.results.stored", "read_provenance": "lockgate.experiments.provenance"}
__all__ = ["open_study", "read_provenance"]


def __getattr__(name: str) -> Any:
    """Import what reads files only when it is needed."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    raise AttributeError(f"module 'experiments' has no attribute {name!r}")
