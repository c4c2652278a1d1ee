"""Compare the model with every observed pattern, print the table, and keep the verdicts: `python -m tests.full.patterns`."""

from experiments.command.patterns import print_patterns
from experiments.credibility.record import record
from experiments.validation.study import Study
from experiments.validation.table import patterns, summary


def main() -> None:
    """All patterns with the seed and draws of the command."""
    study = Study()
    found = patterns(study=study)
    print_patterns(found, study)
    record("patterns", {**summary(found), "draws": study.draws, "seed": study.seed})


if __name__ == "__main__":
    main()
