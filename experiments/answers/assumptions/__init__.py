"""Whether an effect hangs on the assumptions: four lines, and the structures of the model."""
