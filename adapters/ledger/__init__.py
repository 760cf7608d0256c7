"""An office's own ledgers: read as offices keep them, checked cell by cell, taken over, written back."""
