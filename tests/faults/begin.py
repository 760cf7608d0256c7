"""A store's making, killed on its way."""

from adapters.bootstrap import begin
from tests.faults.hooks import Armed, hooked
from tests.harness import at


def die(url: str, point: str, nth: int) -> None:
    """In a process of its own: begin a store and be killed at a point."""
    with hooked(Armed(point=point, how="kill", nth=nth)):
        begin(url, trial=True, seed=1, clock=at("2025-01-02"))
