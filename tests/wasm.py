"""The model for browsers under wasmtime: what a page does with the module, in Python."""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import wasmtime

from lockgate.sim.engine.plan import Records, no_results
from lockgate.sim.model.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]


class Module:
    """An instance of the module. It has no imports."""

    def __init__(self, code: bytes) -> None:
        engine = wasmtime.Engine()
        module = wasmtime.Module(engine, code)
        assert not module.imports
        self.store = wasmtime.Store(engine)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        self.names = {export.name for export in module.exports}

    def call(self, name: str, *given: Any) -> Any:
        """Call what the module offers."""
        return self.exports[name](self.store, *given)

    def alloc(self, size: int) -> int:
        """The address of so many new bytes."""
        address = self.call("alloc", size) & 0xFFFFFFFF
        assert address % 8 == 0
        assert address or not size
        return int(address)

    def put(self, table: Array) -> int:
        """The address of a copy of a table."""
        address = self.alloc(table.nbytes)
        self.exports["memory"].write(self.store, table.tobytes(), address)
        return address

    def read(self, address: int, like: Array) -> Array:
        """What lies there, in the form of this table."""
        data = self.exports["memory"].read(self.store, address, address + like.nbytes)
        return np.frombuffer(bytes(data), like.dtype).reshape(like.shape)

    @property
    def memory_bytes(self) -> int:
        """How large its memory is."""
        return ctypes.sizeof(ctypes.c_char) * self.exports["memory"].data_len(self.store)


class Runs:
    """Runs in a module, with room for the results of one of so many days."""

    def __init__(self, module: Module, horizon: int) -> None:
        self.module, self.horizon = module, horizon
        self.like = no_results(1, horizon)
        self.at = [module.alloc(array.nbytes) for array in vars(self.like).values()]

    def run(self, seed: int, world: int, phases: tuple[int, int], first: bool) -> int:
        """One run; gives what the module says."""
        outcomes, weeks, displacement = self.at
        given = float(seed), self.horizon, world, *phases, int(first), outcomes, weeks, self.like.weeks.shape[1], displacement
        return int(self.module.call("run", *given))

    def results(self) -> Records:
        """Those of the last run, (1,)."""
        return Records(*(self.module.read(at, like) for at, like in zip(self.at, vars(self.like).values(), strict=True)))


def simulate_in(module: Module, worlds: Array, policies: Sequence[Policy], seeds: Sequence[int] | Array, horizon: int) -> Records:
    """What `simulate` gives, (D, P)."""
    runs = Runs(module, horizon)
    phases = [(module.put(table), len(table)) for table in (policy.phases() for policy in policies)]
    found = []
    for draw, seed in enumerate(seeds):
        world = module.put(worlds[draw : draw + 1])
        for number, own in enumerate(phases):
            assert runs.run(int(seed), world, own, number == 0) == 0
            found.append(runs.results())
    together = Records(*(np.concatenate([vars(one)[name] for one in found]) for name in vars(found[0])))
    return together.reshape(len(worlds), len(policies))
