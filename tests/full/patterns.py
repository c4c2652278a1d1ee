"""Compare the model with every observed pattern, print the table, and keep the verdicts: `python -m tests.full.patterns`."""

from lockgate.experiments.command.evidence import print_patterns
from lockgate.experiments.evidence.card import record
from lockgate.experiments.evidence.patterns import patterns, summary
from lockgate.experiments.evidence.sampled_runs import SEED, SampledRuns

OTHER_SEEDS = (SEED + 1, SEED + 2)


def main() -> None:
    """All patterns with the seed and draws of the command; and which verdicts other seeds change, for these lie on an edge."""
    sampled = SampledRuns()
    found = patterns(sampled=sampled)
    print_patterns(found, sampled)
    counts = summary(found)
    others = [summary(patterns(sampled=SampledRuns(seed=seed)))["verdicts"] for seed in OTHER_SEEDS]
    unstable = [name for name, verdict in counts["verdicts"].items() if any(other[name] != verdict for other in others)]
    print(f"Other verdicts with seeds {', '.join(map(str, OTHER_SEEDS))}: {', '.join(unstable) or 'none'}.")
    record("patterns", {**counts, "unstable": unstable, "draws": sampled.draws, "seed": sampled.seed})


if __name__ == "__main__":
    main()
