"""The sections of a report, one file each: each is a function of what was found."""
