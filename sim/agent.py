"""The base of all agents: a Mesa agent whose annotated fields are also the columns of its kind's table."""

from typing import Any

import mesa

from sim.row import Row, fields


class Agent(Row, mesa.Agent):
    """An agent of the model. A kind adds annotated fields and one method, `step(world, day)`."""

    def __init__(self, model: mesa.Model) -> None:
        mesa.Agent.__init__(self, model)
        for field in fields(type(self)):
            setattr(self, field.name, field.default)

    def step(self, world: Any, day: int) -> None:
        """What the agent does on a day."""
        raise NotImplementedError(f"{type(self).__name__} needs a method step(self, world, day)")
