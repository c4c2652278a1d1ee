"""The plan of a sweep: the number of each run, what it is a run of, and how runs are cut into chunks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from experiments.provenance import content_hash, sources_hash
from experiments.study.content import content_of
from experiments.study.study import Study
from experiments.sweep.columns import described_columns
from sim.chance import SCHEME
from sim.policy import Policy

Array = np.ndarray[Any, np.dtype[Any]]
FORMAT = 1  # of the folder, and of the numbers of runs
AGENT_DAYS_OF_A_CHUNK = 300_000_000  # about a second's work of one core
MOST_RUNS_OF_A_CHUNK = 2048
DECIDES_ROWS = ("sim", "scenarios", "experiments/study", "experiments/sweep", "experiments/ensemble.py")


class RunIndex(NamedTuple):
    """Where a run stands in a study: its draw, and its place among worlds, points and policies."""

    draw: int
    world: int
    point: int
    policy: int


class Piece(NamedTuple):
    """Runs `first` to `last` - 1, which become one part."""

    first: int
    last: int


@dataclass(frozen=True)
class SweepPlan:
    """A study, and how many runs a chunk has.

    Runs are numbered draw by draw; within a draw by world, point and policy. So a sweep that is stopped has all policies, points and
    worlds in nearly the same draws, and further draws follow behind.
    """

    study: Study
    chunk: int

    @cached_property
    def runs_per_draw(self) -> int:
        """Worlds times points times policies."""
        return len(self.study.worlds) * self.study.point_count * len(self.study.policies)

    def runs(self, draws: int) -> int:
        """The number of runs of so many draws."""
        return draws * self.runs_per_draw

    def index(self, run: int) -> RunIndex:
        """What the run of this number is a run of."""
        points, policies = self.study.point_count, len(self.study.policies)
        draw, rest = divmod(run, self.runs_per_draw)
        world, rest = divmod(rest, points * policies)
        return RunIndex(draw, world, *divmod(rest, policies))

    def pieces(
        self, draws: int, done: Iterable[Piece], shard: tuple[int, int] = (1, 1), known: Iterable[Piece] = ()
    ) -> Iterator[Piece]:
        """What is left to do of so many draws, in order: chunks, or what is missing of them. Of N shards the I-th has each N-th chunk.

        `known` are pieces that were made before and are damaged: they are made again within their bounds, so that each part replaces one.
        """
        number, shards = shard
        bounds = sorted({bound for piece in known for bound in piece})
        for gap in gaps_between(sorted(done), self.runs(draws)):
            chunks = range(gap.first - gap.first % self.chunk, gap.last, self.chunk)
            cuts = [bound for bound in bounds if gap.first < bound < gap.last]
            firsts = sorted({gap.first, *chunks[1:], *cuts})
            for first, last in pairwise([*firsts, gap.last]):
                if first // self.chunk % shards == number - 1:
                    yield Piece(first, last)

    @cached_property
    def groups(self) -> Array:
        """A number for each point, (N,): points that follow one another with the same parameters share it."""
        columns = [factor.column for factor in self.study.factors if factor.role == "parameter"]
        changes = np.zeros(self.study.point_count, bool)
        for column in columns:
            values = np.asarray(self.study.points[column])
            changes[1:] |= values[1:] != values[:-1]
        return np.cumsum(changes)

    @cached_property
    def ends(self) -> Array:
        """For each group its last point, and one more."""
        return np.append(np.flatnonzero(np.diff(self.groups)) + 1, self.study.point_count)

    def policies_at(self, point: int) -> tuple[Policy, ...]:
        """The policies at a point; made once for points with the same levers and dates."""
        study = self.study
        acting = [factor.column for factor in study.factors if factor.role != "parameter"]
        key = tuple(study.points[column][point] for column in acting)
        known = self._policies
        if key not in known:
            known[key] = study.policies_at(point)
        return known[key]

    @cached_property
    def _policies(self) -> dict[Any, tuple[Policy, ...]]:
        return {}

    @cached_property
    def content(self) -> dict[str, Any]:
        """What makes a plan this one: two folders with the same content hold the same rows, whatever made them."""
        study = content_of(self.study)
        columns = described_columns(self.study)
        return {
            "format": FORMAT,
            "random_numbers": f"keyed, scheme {SCHEME}",
            "replicate": "draw",
            "chunk": self.chunk,
            "hashes": {
                "study": content_hash(study),
                "parameters": content_hash([study["worlds"], study["points"]]),
                "code": sources_hash(DECIDES_ROWS),
                "columns": content_hash(columns),
            },
            "study": study,
            "columns": columns,
        }


def gaps_between(done: Iterable[Piece], end: int) -> Iterator[Piece]:
    """What of runs 0 to `end` - 1 no piece holds; pieces in order of their first run.

    >>> list(gaps_between([Piece(2, 4), Piece(4, 6)], 9))
    [Piece(first=0, last=2), Piece(first=6, last=9)]
    """
    at = 0
    for piece in done:
        if at < min(piece.first, end):
            yield Piece(at, min(piece.first, end))
        at = max(at, piece.last)
    if at < end:
        yield Piece(at, end)


def chunk_of(study: Study) -> int:
    """How many runs take about a second, by the largest of the study's worlds; at least one draw of all policies where that is not long.

    It follows from the study alone, so that all who run it cut it in the same places.
    """
    agents = max(
        max(reach_of(study, world, "organisations") + reach_of(study, world, "bad_actors"), 100) for world in range(len(study.worlds))
    )
    runs = int(AGENT_DAYS_OF_A_CHUNK / (agents * study.horizon_days))
    return min(max(runs, 1), MOST_RUNS_OF_A_CHUNK)


def reach_of(study: Study, world: int, parameter: str) -> float:
    """The largest value that a parameter of a world has at any point."""
    return max(study.points.get(parameter, (study.worlds[world].parameters[parameter].default,)))
