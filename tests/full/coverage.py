"""Branch coverage of the rules and formulas with the compiler off: `python -m tests.full.coverage [--examples N] [--keep]`.

What runs is the checks of tests/mutation, the golden scenarios among them, and generated scenarios on the Mesa driver. About a minute.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run_everything(examples: int) -> None:
    """The checks of each rule, and generated scenarios, in plain Python."""
    import numpy as np
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    from sim.model import ReleaseModel
    from tests.generated import policies, worlds
    from tests.mutation.suite import golden_checks, meaning_checks

    for check in [*meaning_checks(""), *golden_checks("")]:
        check()

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(policies(), worlds(), st.integers(0, 2**32))
    def run(policy: Any, world: Any, seed: int) -> None:
        with np.errstate(over="ignore"):
            ReleaseModel(policy, world, seed=seed, horizon_days=60, check=True).run()

    run()


def main() -> int:
    """Measure, print each file, and say whether every branch was taken."""
    import coverage

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="generated scenarios")
    parser.add_argument("--keep", action="store_true", help="keep the figures in the record of credibility")
    options = parser.parse_args()
    measured = coverage.Coverage(branch=True, source=[str(ROOT / "sim")], data_file=None, config_file=False, messages=False)
    measured.start()
    run_everything(options.examples)
    measured.stop()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    from tests.full.mutants import BEHAVIOUR

    found = {path: files[next(name for name in files if Path(name).resolve() == ROOT / path)] for path in BEHAVIOUR}
    branches = {key: sum(file["summary"][key] for file in found.values()) for key in ("num_branches", "covered_branches")}
    statements = {key: sum(file["summary"][key] for file in found.values()) for key in ("num_statements", "covered_lines")}
    for path, file in found.items():
        print(f"{path}: {file['summary']['percent_covered']:.1f} %, lines {file['missing_lines']}, branches {file['missing_branches']}")
    figures = {**branches, **statements, "branch_share": branches["covered_branches"] / branches["num_branches"]}
    figures["examples"] = options.examples
    figures["line_share"] = statements["covered_lines"] / statements["num_statements"]
    print(json.dumps(figures, indent=1))
    if options.keep:
        from experiments.credibility.record import record

        record("coverage", figures)
    return 0 if figures["branch_share"] == figures["line_share"] == 1.0 else 1


if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # before anything imports the compiler
    sys.exit(main())
