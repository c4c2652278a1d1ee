"""What makes runs of the model: compiled and many at once, or one by Mesa."""
