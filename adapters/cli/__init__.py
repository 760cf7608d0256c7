"""The command line: one door among others, it sends the same commands and asks the same projections."""
