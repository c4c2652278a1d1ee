"""The parameters by theme, and all of them in one table."""

import numpy as np

from sim.parameters.attack import ATTACK
from sim.parameters.defence import DEFENCE
from sim.parameters.frontier import FRONTIER, OPEN_WEIGHTS
from sim.parameters.governance import GOVERNANCE
from sim.parameters.parameter import Parameter
from sim.parameters.structure import STRUCTURE
from sim.row import STORED_AS

THEMES = {
    "structure": STRUCTURE,
    "frontier": FRONTIER,
    "open weights": OPEN_WEIGHTS,
    "governance": GOVERNANCE,
    "defence": DEFENCE,
    "attack": ATTACK,
}
PARAMETERS: dict[str, Parameter] = {p.name: p for theme in THEMES.values() for p in theme}
PARAMETERS_DTYPE = np.dtype([(p.name, STORED_AS[p.type]) for p in PARAMETERS.values()], align=True)
