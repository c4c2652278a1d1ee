"""Where a policy turns into harm: maps, thresholds, boxes and trees over inputs."""
