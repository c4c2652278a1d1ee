"""What each mechanism does: its closed form where there is one, its direction, and that it does nothing at its neutral value."""
