"""Questions asked of the model: paired comparisons of release policies, their charts, and the command line."""
