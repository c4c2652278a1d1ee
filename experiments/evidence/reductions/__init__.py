"""Verification: every reduction with a closed form, run through the same interface as every study."""

from lockgate.experiments.evidence.reductions import (
    approval_queue,
    incidents,
    leaks,
    patch_curve,
    race,
    release_delay,
    substitutes,
    timing_threshold,
)
from lockgate.experiments.evidence.reductions.reduction import Check, Reduction, Setting

MODULES = (timing_threshold, approval_queue, patch_curve, incidents, race, leaks, release_delay, substitutes)
REDUCTIONS: dict[str, Reduction] = {module.REDUCTION.name: module.REDUCTION for module in MODULES}

__all__ = ["REDUCTIONS", "Check", "Reduction", "Setting"]
