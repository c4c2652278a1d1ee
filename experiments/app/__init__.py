"""The page: served on this machine with what needs Python, or exported as files that any web host can serve."""
