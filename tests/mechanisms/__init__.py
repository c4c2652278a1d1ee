"""One file for each mechanism that can be taken out of the model: what it must show."""
