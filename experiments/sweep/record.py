"""The records of a journal: what a sweep set out to do, a part that it kept, and how many draws it had in the end."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from scenarios.notation import shown
from scenarios.schema import Table
from scenarios.strict import validated
from sim.errors import InputError
from sim.limits import MOST_CHUNK, MOST_DRAWS_IN_ALL, MOST_SHARDS

LAST_RUN = 2**53 - 1  # beyond it JSON readers lose digits

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Draws = Annotated[int, Field(ge=1, le=MOST_DRAWS_IN_ALL)]
Count = Annotated[int, Field(ge=0, le=LAST_RUN)]
Chunk = Annotated[int, Field(ge=1, le=MOST_CHUNK)]
Shard = Annotated[int, Field(ge=1, le=MOST_SHARDS)]
Text = Annotated[str, Field(max_length=100_000)]


class Begun(Table):
    """A sweep began: the hash of its plan, how many draws there are to be, and what made it."""

    plan: Hash
    draws: Draws
    added: Annotated[int, Field(ge=0, le=MOST_DRAWS_IN_ALL)]
    shard: Annotated[list[Shard], Field(min_length=2, max_length=2)]
    chunk: Chunk
    by: dict[Text, Text | dict[Text, Text]]


class Kept(Table):
    """A part is whole: its runs `first` to `last` - 1, the hashes of its files by table, how many went wrong, and what progress shows."""

    first: Count
    last: Count
    files: Annotated[dict[Literal["runs", "series"], Hash], Field(min_length=1)]
    wrong: Count
    tally: dict[Text, Annotated[list[float], Field(min_length=2, max_length=2)]]


class Finished(Table):
    """All runs of so many draws are there."""

    finished: Draws


def check_record(record: Mapping[str, Any]) -> None:
    """Raise `InputError`, with the place and the value, unless this is a record of a sweep."""
    kind = Begun if "plan" in record else Kept if "first" in record else Finished
    checked = validated(kind, record)
    if isinstance(checked, Kept) and not checked.first + checked.wrong <= checked.last <= checked.first + MOST_CHUNK:
        raise InputError(f"runs {checked.first} to {checked.last} with {checked.wrong} that went wrong are no part of a study")
    if isinstance(checked, Begun) and checked.shard[0] > checked.shard[1]:
        raise InputError(f"shard = {shown(checked.shard)} must be I of N with I from 1 to N")
