"""The record of the long checks: figures of runs too long for every day, kept with the code that they were made with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.sources import source_hash

RECORD = Path(__file__).with_name("record.json")


def recorded() -> dict[str, dict[str, Any]]:
    """The figures of each long check, by its name; with each, the hash of the model's sources that it was made with (`model`).

    >>> all("model" in figures for figures in recorded().values())
    True
    """
    return json.loads(RECORD.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def record(check: str, figures: Mapping[str, Any]) -> None:
    """Keep the figures of one long check in the place of older ones. Figures that name their model, as those mended in part do, keep it."""
    known = recorded() | {check: {"model": source_hash(), **figures}}
    RECORD.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
