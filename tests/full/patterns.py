"""Compare the model with every observed pattern, print the table, and keep the verdicts: `python -m tests.full.patterns`."""

from lockgate.experiments.command.patterns import print_patterns
from lockgate.experiments.evidence.card import record
from lockgate.experiments.evidence.patterns.observed import SEED
from lockgate.experiments.evidence.patterns.study import Study
from lockgate.experiments.evidence.patterns.table import patterns, summary

OTHER_SEEDS = (SEED + 1, SEED + 2)


def main() -> None:
    """All patterns with the seed and draws of the command; and which verdicts other seeds change, for these lie on an edge."""
    study = Study()
    found = patterns(study=study)
    print_patterns(found, study)
    counts = summary(found)
    others = [summary(patterns(study=Study(seed=seed)))["verdicts"] for seed in OTHER_SEEDS]
    unstable = [name for name, verdict in counts["verdicts"].items() if any(other[name] != verdict for other in others)]
    print(f"Other verdicts with seeds {', '.join(map(str, OTHER_SEEDS))}: {', '.join(unstable) or 'none'}.")
    record("patterns", {**counts, "unstable": unstable, "draws": study.draws, "seed": study.seed})


if __name__ == "__main__":
    main()
