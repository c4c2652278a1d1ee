"""Results: what came of runs, in memory or in a folder, with estimates whose intervals are over draws alone."""
