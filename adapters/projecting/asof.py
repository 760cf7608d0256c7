"""Rows as they were when a position was the log's last."""
