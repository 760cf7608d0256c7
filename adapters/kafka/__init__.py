"""Kafka: what other offices read of us, and what they tell us."""
