"""Papers that come out of a case: letters, the board's notices, the month's change table and payment roll."""
