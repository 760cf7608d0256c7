"""What other offices read: public events, mapped from the log's, versioned by themselves (architecture 8)."""
