"""Every reduction's default rows: `python -m tests.full.reductions`. It takes under a minute on two cores."""

import sys
import time

from lockgate.experiments.evidence.card import record
from lockgate.experiments.evidence.reductions import REDUCTIONS


def main() -> int:
    """Run them, print and record how many hold."""
    began = time.time()
    checks = [check for reduction in REDUCTIONS.values() for job in reduction.jobs() for check in job()]
    failed = [f"{check.name} {dict(check.parameters)}" for check in checks if not check.holds]
    figures = {
        "rows": len(checks),
        "held": sum(check.holds for check in checks),
        "failed": failed,
        "largest_share_of_a_tolerance": round(max(abs(one.simulated - one.formula) / one.tolerance for one in checks if one.tolerance), 2),
        "seconds": round(time.time() - began),
    }
    print(figures)
    record("reductions", figures)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
