"""The plan of a sweep: the number of each run, what it is a run of, and how runs are cut into chunks."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import Field

from lockgate.experiments.provenance import content_hash, sources_hash
from lockgate.experiments.study.study import Study, content_of, study_of
from lockgate.experiments.sweep.journal import Chunk, Text
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import Table, validated
from lockgate.sim.engine.kinds import OwnKind
from lockgate.sim.errors import InputError
from lockgate.sim.model.agent import Agent
from lockgate.sim.model.chance import SCHEME
from lockgate.sim.model.day import KINDS
from lockgate.sim.model.measures import WEEK_END, WEEKLY
from lockgate.sim.model.outcomes import OUTCOMES, Outcome
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy

OK = "ok"
STATUSES = {
    OK: "finished",
    "failed": "raised an error",
    "broken-invariant": "broke an invariant of the model",
    "not-finite": "has an outcome that is no number",
    "timed-out": "took longer than the study's time limit",
    "died": "its process died, again and again",
}
NAME, TEXT = "name", "text"  # units of columns that hold words
CEILING_HARM = "ceiling_harm"
CEILING_COLUMN = (
    "double",
    "US$",
    "Model-enabled harm in the same draw, world and point if nobody ever released a covered system: what no release policy can prevent.",
)
TYPES = {float: "double", int: "int64", bool: "bool"}
KEYS = {
    "run": ("int64", "number", "Number of the run in its study."),
    "draw": ("int64", "number", "Sampled world and seed: the unit of replication, the same under every policy and at every point."),
    "world": ("string", NAME, "World from which the draw was sampled."),
    "point": ("int64", "number", "Point of the design."),
    "policy": ("string", NAME, "Release policy."),
    "seed": ("int64", "number", "Seed of the run."),
}
ENDING = {
    "status": ("string", NAME, "ok, or what was wrong: " + "; ".join(f"{name}: {what}" for name, what in STATUSES.items()) + "."),
    "reason": ("string", TEXT, "Why a run has no outcomes."),
    "replay": ("string", "command", "Command, given in the study's folder, that makes the run again."),
}


def sampled_columns(study: Study) -> tuple[str, ...]:
    """The parameters that differ between draws, in the order of their table: those sampled in any world, and not varied by the design."""
    if study.fixed:
        return ()
    varied = {factor.name for factor in study.factors if factor.role == "parameter"}
    sampled = {name for world in study.worlds for name in world.sampled} - varied
    return tuple(name for name in PARAMETERS if name in sampled)


def described_columns(study: Study) -> dict[str, list[dict[str, str]]]:
    """`{"runs": [{name, role, type, unit, meaning}, ...], "series": [...]}`; no series where the study keeps none."""
    runs = [column(name, "key", kind, unit, meaning) for name, (kind, unit, meaning) in KEYS.items()]
    runs += [column(factor.column, "factor", TYPES[factor.type], factor.unit, factor.meaning) for factor in study.factors]
    sampled = [PARAMETERS[name] for name in sampled_columns(study)]
    runs += [column(known.name, "parameter", TYPES[known.type], known.unit, known.meaning) for known in sampled]
    runs += [column(name, "outcome", *typed(OUTCOMES[name])) for name in study.outcomes]
    runs += [column(CEILING_HARM, "ceiling", *CEILING_COLUMN)] if study.ceiling else []
    runs += [column(name, "status", kind, unit, meaning) for name, (kind, unit, meaning) in ENDING.items()]
    if not study.series:
        return {"runs": runs}
    series = [column(name, "key", *KEYS[name]) for name in KEYS if name != "seed"]
    series += [column(known.name, "week", *typed(known)) for known in (WEEK_END, *(WEEKLY[name] for name in study.series))]
    return {"runs": runs, "series": series}


def typed(outcome: Outcome) -> tuple[str, str, str]:
    """The type, the unit and the meaning of an outcome, or of a column of the weekly series."""
    return TYPES[outcome.type], outcome.unit, outcome.help


def column(name: str, role: str, kind: str, unit: str, meaning: str) -> dict[str, str]:
    """One column, in words."""
    return {"name": name, "role": role, "type": kind, "unit": unit, "meaning": meaning}


Array = np.ndarray[Any, np.dtype[Any]]
FORMAT = 1  # of the folder, and of the numbers of runs
AGENT_DAYS_OF_A_CHUNK = 300_000_000  # about a second's work of one core
MOST_RUNS_OF_A_CHUNK = 2048
DECIDES_ROWS = ("sim", "scenarios", "experiments/study", "experiments/sweep", "experiments/results/ensemble.py")


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
    kinds: tuple[OwnKind, ...] = ()

    @property
    def classes(self) -> dict[str, type[Agent]]:
        """The kinds of one's own, by table. Raises `InputError` where only their names are known: no folder names code to run."""
        for own in self.kinds:
            if own.kind is None:
                raise InputError(
                    f"its runs were made with {own.table}: {own}; "
                    f"hand in the same kinds again, with --kinds FILE.py:{own.name} or kinds=..."
                )
        return {own.table: own.kind for own in self.kinds if own.kind}

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

    def pieces(self, draws: int, done: Iterable[Piece], shard: tuple[int, int] = (1, 1), known: Iterable[Piece] = ()) -> Iterator[Piece]:
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
        own = {own.table: {"name": own.name, "digest": own.digest} for own in self.kinds}
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
            **({"kinds": own} if own else {}),
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


MOST_LISTS = 1_000_000  # each takes twenty times as much memory as its two characters


class StoredHashes(Table):
    """By which a study, its parameters, the code that decides its rows, and its columns are known again."""

    study: Text
    parameters: Text
    code: Text
    columns: Text


class StoredKind(Table):
    """A kind of agents that stood in place of the model's own: the name of its class, and a digest of what it does."""

    name: Annotated[str, Field(pattern=r"^\w{1,100}$")]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]


class StoredColumn(Table):
    """A column of a table, in words."""

    name: Text
    role: Literal["key", "factor", "parameter", "outcome", "ceiling", "status", "week"]
    type: Literal["double", "int64", "bool", "string"]
    unit: Text
    meaning: Text


class StoredPlan(Table):
    """The content of a plan file, but for the study, which has a schema of its own."""

    format: Literal[FORMAT]  # type: ignore[valid-type]
    random_numbers: Text
    replicate: Literal["draw"]
    chunk: Chunk
    hashes: StoredHashes
    study: dict[str, Any]
    kinds: dict[Literal[tuple(KINDS)], StoredKind] = {}  # type: ignore[valid-type]
    columns: dict[Literal["runs", "series"], list[StoredColumn]]


@dataclass(frozen=True)
class Stored:
    """What a plan file says, and the study that it tells of; name and summary of the study are not part of a plan."""

    content: dict[str, Any]
    study: Study

    @property
    def plan(self) -> SweepPlan:
        """The plan of the study, as this version of the program has it."""
        return SweepPlan(self.study, self.content["chunk"], self.kinds)

    @property
    def kinds(self) -> tuple[OwnKind, ...]:
        """The kinds of agents that stood in place of the model's own, without their classes."""
        told = self.content.get("kinds", {})
        return tuple(OwnKind(table, told[table]["name"], told[table]["digest"]) for table in KINDS if table in told)


def read_plan(content: bytes) -> Stored:
    """What a plan file says. Raises `InputError`, with the place and the value, where that is no study that can be run."""
    if (lists := content.count(b"[") + content.count(b"{")) > MOST_LISTS:
        raise InputError(f"it has {lists:,} lists and tables, and a study has at most {MOST_LISTS:,}")
    try:
        stored = json.loads(content)
    except (ValueError, RecursionError):  # also digits by the thousand, and bytes that are no text
        raise InputError("it is not JSON that can be read") from None
    if isinstance(stored, dict) and (other := stored.get("format", FORMAT)) != FORMAT:
        raise InputError(f"it has format {shown(other)}, and this lockgate reads {FORMAT}; read it with the one that wrote it")
    validated(StoredPlan, stored)
    study = study_of(stored["study"], "study")
    check_columns(stored["columns"], study)
    return Stored(stored, study)


def check_columns(stored: Mapping[str, Sequence[Mapping[str, str]]], study: Study) -> None:
    """Refuse columns that are not those of the study. Another version may word them otherwise, or have them in another order."""
    wanted = described_columns(study)
    for table in (*stored, *wanted):
        there, here = ({same(column) for column in columns.get(table, ())} for columns in (stored, wanted))
        if there != here or len(there) != len(stored[table]):
            name = min(column[0] for column in there ^ here) if there != here else ""
            raise InputError(f"columns.{table}: {shown(name)} is not, or not as it is told, a column of this study")


def same(column: Mapping[str, str]) -> tuple[str, str, str, bool]:
    """What decides how a column is stored."""
    return column["name"], column["role"], column["type"], column["unit"] == NAME
