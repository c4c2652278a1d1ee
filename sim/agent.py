"""The base of all agents: a row whose annotated fields are also the columns of its kind's table, and what it does on a day.

Nothing here knows Mesa: `sim.model` makes Mesa agents of these classes, and the compiled driver never loads it.
"""

from typing import Any

from sim.row import Row


class Agent(Row):
    """An agent of the model. A kind adds annotated fields and one method, `step(world, day)`."""

    def step(self, world: Any, day: int) -> None:
        """What the agent does on a day."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step(self, world, day)")
