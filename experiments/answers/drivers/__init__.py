"""What drives a difference: indices of influence on it, on its sign and on its size."""
