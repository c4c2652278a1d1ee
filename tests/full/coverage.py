"""Branch coverage of the rules and formulas with the compiler off: `python -m tests.full.coverage [--examples N] [--package] [--keep]`.

What runs is the checks of tests/mutation, the golden scenarios among them, and generated scenarios on the Mesa driver. About a minute.
With `--package` the whole test command runs after that, with the compiler off, and the three packages are measured.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("sim", "scenarios", "experiments")


def run_rules(examples: int) -> None:
    """The checks of each rule, and generated scenarios, in plain Python."""
    import numpy as np
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    from lockgate.sim.engine.mesa import ReleaseModel
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


def run_tests() -> None:
    """The test command, in this process."""
    import pytest

    pytest.main(["-q", "-n", "0", "-p", "no:cacheprovider", str(ROOT)])


def figures_of(summaries: list[dict[str, Any]]) -> dict[str, float]:
    """Statements and branches, and the shares of them that ran."""
    names = ("num_statements", "covered_lines", "num_branches", "covered_branches")
    figures = {name: sum(summary[name] for summary in summaries) for name in names}
    figures["line_share"] = figures["covered_lines"] / figures["num_statements"]
    figures["branch_share"] = figures["covered_branches"] / figures["num_branches"]
    return figures


def main() -> int:
    """Measure, print each file, and say whether every branch of the rules and formulas was taken."""
    import coverage

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="generated scenarios")
    parser.add_argument("--package", action="store_true", help="run the whole test command too, and measure the packages")
    parser.add_argument("--keep", action="store_true", help="keep the figures in the record of credibility")
    options = parser.parse_args()
    os.chdir(ROOT)
    measured = coverage.Coverage(branch=True, source=list(PACKAGES), data_file=None, config_file=False, messages=False)
    measured.start()
    run_rules(options.examples)
    if options.package:
        run_tests()
    measured.stop()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "coverage.json"
        measured.json_report(outfile=str(report))
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    from tests.full.mutants import BEHAVIOUR

    shown = files if options.package else BEHAVIOUR
    for path in shown:
        file = files[path]
        print(f"{path}: {file['summary']['percent_covered']:.1f} %, lines {file['missing_lines']}, branches {file['missing_branches']}")
    rules = figures_of([files[path]["summary"] for path in BEHAVIOUR])
    figures: dict[str, Any] = {"examples": options.examples, "rules_and_formulas": rules}
    if options.package:
        figures |= {name: figures_of([f["summary"] for path, f in files.items() if path.startswith(name)]) for name in PACKAGES}
    print(json.dumps(figures, indent=1))
    if options.keep:
        from lockgate.experiments.evidence.card import record

        record("coverage", figures)
    return 0 if rules["branch_share"] == rules["line_share"] == 1.0 else 1


if __name__ == "__main__":
    os.environ["NUMBA_DISABLE_JIT"] = "1"  # before anything imports the compiler
    sys.exit(main())
