"""Reading a study: its tables, and estimates whose intervals are over draws alone."""
