"""Where operations go that a policy keeps from a channel: each is the same operation under every policy."""

from typing import Any

import numpy as np

from lockgate.experiments.results.results import Results
from lockgate.sim.model.vocabulary import Channel

Array = np.ndarray[Any, np.dtype[Any]]


def displaced(comparison: Results) -> Array:
    """Operations summed over draws, by policy, by channel under the reference, and by channel under the policy, (P, 5, 5)."""
    return np.asarray(comparison.displacement.sum(axis=0))


def displacement_table(comparison: Results) -> list[dict[str, Any]]:
    """One row for each policy, channel used under the reference, and channel used under the policy.

    `operations` are summed over draws, `share` is of those that used the same channel under the reference. Channels that no operation
    used under the reference have no rows.
    """
    counts = displaced(comparison)
    return [
        {
            "policy": name,
            "reference_channel": before.label,
            "channel": after.label,
            "operations": int(counts[place, before, after]),
            "share": float(counts[place, before, after] / counts[place, before].sum()),
        }
        for place, name in enumerate(comparison.names)
        for before in Channel
        if counts[place, before].sum() > 0
        for after in Channel
    ]
