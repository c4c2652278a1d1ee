"""The most memory that a process had."""

import sys
from pathlib import Path

from experiments.benchmark.clock import NOT_MEASURED

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Of this process, in millions of bytes; NaN where the system does not say."""
    # What Linux tells getrusage begins with the peak of the process that started this one.
    if STATUS.exists():
        lines = STATUS.read_text().splitlines()
        return next((float(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM:")), NOT_MEASURED)
    try:
        import resource
    except ImportError:  # Windows
        return NOT_MEASURED
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6
