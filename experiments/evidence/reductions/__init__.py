"""Verification: every reduction with a closed form, run through the same interface as every study."""

from lockgate.experiments.evidence.reductions import approval_queue
from lockgate.experiments.evidence.reductions import incidents
from lockgate.experiments.evidence.reductions import leaks
from lockgate.experiments.evidence.reductions import patch_curve
from lockgate.experiments.evidence.reductions import race
from lockgate.experiments.evidence.reductions import release_delay
from lockgate.experiments.evidence.reductions import substitutes
from lockgate.experiments.evidence.reductions import timing_threshold
from lockgate.experiments.evidence.reductions.reduction import Check
from lockgate.experiments.evidence.reductions.reduction import Reduction
from lockgate.experiments.evidence.reductions.reduction import Setting

MODULES = (timing_threshold, approval_queue, patch_curve, incidents, race, leaks, release_delay, substitutes)
REDUCTIONS: dict[str, Reduction] = {module.REDUCTION.name: module.REDUCTION for module in MODULES}

__all__ = ["REDUCTIONS", "Check", "Reduction", "Setting"]
