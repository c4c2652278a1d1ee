"""Running a study so that nothing is lost: a numbered plan of runs, chunks of them, and a folder that survives being killed."""
