"""Several projections built by one pass over the log: it is read and decoded once, each folds its own rows."""

from collections.abc import Sequence

from adapters.projecting.errors import PoisonEvent, RebuildRunning
from adapters.projecting.fold import A_PAGE, read_page, uncollected
from adapters.projecting.rebuild import Rebuild
from adapters.store.store import EventStore

MOST = 500_000
"""So many rows of all of them are held in memory; beyond it the largest is left for a pass of its own."""

Outcome = PoisonEvent | RebuildRunning | None
"""What stopped one; nothing, if its rows serve now."""


def build_together(store: EventStore, rebuilds: Sequence[Rebuild]) -> tuple[dict[str, Outcome], list[str]]:
    """What became of each, by name; and those that were left out because there was no room for their rows.

    One that an event stops, or that another process builds, leaves the others alone. Raises what stops every reader.
    """
    told: dict[str, Outcome] = {}
    left: list[str] = []
    going: list[Rebuild] = []
    try:
        for one in rebuilds:
            try:
                one.begin()
            except RebuildRunning as error:
                told[one.name] = error
            else:
                going.append(one)
        _fold(store, going, told, left)
        while going:
            _finish(going.pop(0), told)
            _keep(going, told)
    except BaseException:
        for one in going:
            one.abandon()
        raise
    return told, left


def _finish(one: Rebuild, told: dict[str, Outcome]) -> None:
    try:
        one.finish()
        told[one.name] = None
    except BaseException as error:
        one.abandon()
        if not isinstance(error, PoisonEvent | RebuildRunning):
            raise
        told[one.name] = error


def _keep(going: list[Rebuild], told: dict[str, Outcome]) -> None:
    """Those that wait for their turn tell that they go on."""
    for one in tuple(going):
        try:
            one.renew()
        except RebuildRunning as error:
            told[one.name] = error
            going.remove(one)
            one.abandon()


def _fold(store: EventStore, going: list[Rebuild], told: dict[str, Outcome], left: list[str]) -> None:
    after, head = 0, store.head()
    while going and after < head:
        with uncollected():
            page = read_page(store, after, min(A_PAGE, head - after))
            if not page:
                return
            for one in tuple(going):
                try:
                    one.take(page)
                except (PoisonEvent, RebuildRunning) as error:
                    told[one.name] = error
                    going.remove(one)
                    one.abandon()
        after = page[-1].position
        while len(going) > 1 and sum(one.count() for one in going) > MOST:
            largest = max(going, key=Rebuild.count)
            left.append(largest.name)
            going.remove(largest)
            largest.abandon()
