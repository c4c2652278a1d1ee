"""What the figures were measured on."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from experiments.benchmark.clock import NOT_MEASURED
from experiments.provenance import provenance

PROCESSORS = Path("/proc/cpuinfo")


def processor() -> str:
    """The processor's name, where the system tells it."""
    if PROCESSORS.exists():
        for line in PROCESSORS.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def load() -> float:
    """How many processes wanted a core over the last minute; NaN where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return NOT_MEASURED


def machine(command: list[str]) -> dict[str, Any]:
    """The program, its libraries, the machine and the time."""
    return {
        **provenance(command),
        "platform": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
