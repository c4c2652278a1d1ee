"""Desks: who is free first, and that nobody is hired into the past."""

from sim.desks import days_taken, freest, hire
from sim.row import NEVER
from sim.world import Desk


def times(desks: list[Desk]) -> list[float]:
    """When each desk is free."""
    return [desk.free_at for desk in desks]


def test_new_desks_are_free_from_today() -> None:
    desks = [Desk(free_at=1.0), Desk(free_at=2.0), Desk(free_at=9.0), Desk(free_at=3.0)]
    hire(desks, 1, 3, 5)
    assert times(desks) == [1.0, 5.0, 9.0, 3.0]
    assert type(desks[1].free_at) is float
    hire(desks, 3, 2, 7)
    assert times(desks) == [1.0, 5.0, 9.0, 3.0]


def test_the_first_of_the_freest() -> None:
    desks = [Desk(free_at=time) for time in (0.0, 4.0, 2.0, 2.0, 1.0)]
    assert freest(desks, 1, 3) == 2
    assert freest(desks, 1, 4) == 4
    assert freest(desks, 1, 1) == 1
    assert freest(desks, 0, 5) == 0
    assert freest([Desk(free_at=time) for time in (9.0, 1.0, 5.0, 6.0)], 2, 2) == 2, "another agency's desk is not its own"


def test_days_taken() -> None:
    assert (days_taken(6.0, 1.0), days_taken(6.0, 0.5), days_taken(6.0, 3.0)) == (6.0, 12.0, 2.0)
    assert days_taken(1.0, 1e-308) == NEVER
