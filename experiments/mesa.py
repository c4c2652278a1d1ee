"""The Mesa model by names: policies and worlds of the library, or files of one's own, in place of objects."""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from lockgate.scenarios import World, load_policy, load_world
from lockgate.sim.engine.mesa import ReleaseModel as Model
from lockgate.sim.model.policy import Policy


class ReleaseModel(Model):
    """One run of a release policy in a world: a Mesa model of which `step()` is one day.

    `policy` and `world` are built-in names, paths of TOML files, or what `load_policy` and `load_world` give; `world` may also map
    parameters to values. Of a world, the central values are taken. All else is as in `sim.engine.mesa.ReleaseModel`.

    >>> model = ReleaseModel("staged-preview", world="under-resourced-testers", horizon_days=7)
    >>> model.policy, model.world.params.staffing
    (Policy(name='staged-preview'), 0.2)
    """

    # Mesa's viewer looks for `rng` and for the name kwargs.
    def __init__(
        self,
        policy: Policy | str | PathLike[str] = "open-release",
        world: World | Mapping[str, Any] | str | PathLike[str] = "baseline",
        *,
        rng: int | None = None,
        **kwargs: Any,
    ) -> None:
        chosen = load_policy(policy) if isinstance(policy, str | PathLike) else policy
        place = load_world(world) if isinstance(world, str | PathLike) else world
        super().__init__(chosen, place.central() if isinstance(place, World) else place, rng=rng, **kwargs)
