"""Processes: what waits for time or goes over many cases, each step a command of its own."""
