"""Verification: every reduction with a closed form, run through the same interface as every study."""

from experiments.verification import (
    approval_queue,
    incidents,
    leaks,
    patch_curve,
    race,
    release_delay,
    substitutes,
    timing_threshold,
)
from experiments.verification.check import Check
from experiments.verification.reduction import Reduction, Setting

MODULES = (timing_threshold, approval_queue, patch_curve, incidents, race, leaks, release_delay, substitutes)
REDUCTIONS: dict[str, Reduction] = {module.REDUCTION.name: module.REDUCTION for module in MODULES}

__all__ = ["REDUCTIONS", "Check", "Reduction", "Setting"]
