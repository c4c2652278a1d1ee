"""The most that may be asked of a run, of a study and of a sweep. Whoever checks input reads it here."""

LONGEST_DAYS = 3650  # of a run
LARGEST_RUN_SEED = 2**63 - 1  # what 64 bits hold
LARGEST_SEED = 2**53 - 1  # of a study, which the seeds of its runs follow from: beyond it JSON readers lose digits
MOST_THREADS = 1024  # or processes, side by side
MOST_DRAWS = 100_000  # that a comparison, or a study's file, asks for
MOST_DRAWS_IN_ALL = 1_000_000  # of a study to which draws were added
MOST_POINTS = 1_000_000  # of a design
MOST_CHUNK = 1_000_000  # runs in a part
MOST_SHARDS = 1_000_000  # of a study
