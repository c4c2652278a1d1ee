"""The report: one HTML file that answers, and claim cards, by which anybody can check what it says."""
