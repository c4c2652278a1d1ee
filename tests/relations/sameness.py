"""In what two runs differ, table by table and field by field, bit for bit."""

from collections.abc import Collection
from typing import Any

import numpy as np

from tests.relations.lively import Tables


def differences(left: Tables, right: Tables, but: Collection[str] = ()) -> list[str]:
    """Names of the tables, or `table.field`, in which two runs differ; those named in `but` are not compared."""
    found = []
    for name in left:
        if name in but:
            continue
        mine, other = left[name], right[name]
        if len(mine) != len(other):
            found.append(f"{name}: {len(mine)} and {len(other)} rows")
        elif mine.dtype.names is None:
            found += [name] if mine.tobytes() != other.tobytes() else []
        elif mine.tobytes() != other.tobytes():  # the bytes between fields may differ: only fields count
            fields = (field for field in mine.dtype.names if mine[field].tobytes() != other[field].tobytes())
            found += [f"{name}.{field}" for field in fields if f"{name}.{field}" not in but]
    return found


def ordered(events: Any) -> Any:
    """The lines of the event log in an order that does not depend on who was visited first."""
    return np.sort(events, order=list(events.dtype.names))


def unordered(tables: Tables) -> Tables:
    """A run with what only tells the order of visits within a day taken out."""
    leaking = np.sort(tables["leaking"][: tables["today"]["leaks"][0]])
    return tables | {"events": ordered(tables["events"]), "operations": np.sort(tables["operations"]), "leaking": leaking}


def of_kind(events: Any, *kinds: int) -> Any:
    """The lines of the event log of these kinds."""
    return events[np.isin(events["kind"], kinds)]
