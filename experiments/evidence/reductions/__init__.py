"""Verification: every reduction with a closed form, run through the same interface as every study."""

from lockgate.experiments.evidence.reductions import approval_queue, hazards, release
from lockgate.experiments.evidence.reductions.reduction import Check, Reduction, Setting

REDUCTIONS: dict[str, Reduction] = {
    reduction.name: reduction
    for reduction in (
        release.TIMING_THRESHOLD,
        approval_queue.APPROVAL_QUEUE,
        hazards.PATCH_CURVE,
        hazards.INCIDENTS,
        release.RACE,
        hazards.LEAKS,
        release.RELEASE_DELAY,
        release.SUBSTITUTES,
    )
}

__all__ = ["REDUCTIONS", "Check", "Reduction", "Setting"]
