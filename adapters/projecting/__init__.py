"""How projections are kept: their place in the log, live, built anew beside, as of the past, what waits."""
