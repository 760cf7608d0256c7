"""The log, its tables beside it, and how events are written down."""
