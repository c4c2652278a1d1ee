"""What happens in the worst worlds, and what is special about them."""
