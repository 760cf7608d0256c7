"""What a projection stops at, by name."""

from adapters.faults import Fault
from adapters.store.errors import StoreError

_DATABASES = frozenset({"sqlite3", "psycopg", "psycopg_pool"})


class PoisonEvent(StoreError):
    """A projection can't take an event (params: projection, position, type); the cause is chained."""

    code = "projection.poison"


class WrongLog(StoreError):
    """A projection stands at an event that isn't there (params: projection, position, wanted, found)."""

    code = "projection.wrong-log"


class NewerRows(StoreError):
    """The rows were folded by a newer doudi (params: projection, found, known)."""

    code = "projection.newer"


class TooManyParked(StoreError):
    """So many cases wait that the fold itself must be wrong (params: projection, count, position)."""

    code = "projection.too-many"


class RebuildRunning(StoreError):
    """The projection is being rebuilt already (params: projection)."""

    code = "projection.rebuilding"


class UnknownProjection(StoreError):
    """No projection has the name (params: projection)."""

    code = "projection.unknown"


class NothingParked(StoreError):
    """Nothing of the case waits in a projection (params: case)."""

    code = "projection.nothing-parked"


def is_poison(error: Exception) -> bool:
    """Whether the fold stumbled over the event, and not over the store or the machine."""
    if isinstance(error, StoreError | Fault | OSError | MemoryError):
        return False
    return all(cls.__module__.partition(".")[0] not in _DATABASES for cls in type(error).__mro__)


def whereabouts(error: BaseException) -> str:
    """Kind of error and line of code; never its words, which may hold a personal value."""
    found = error.__traceback__
    while found is not None and found.tb_next is not None:
        found = found.tb_next
    name = type(error).__name__
    if found is None:
        return name
    file = found.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{name} {file}:{found.tb_lineno}"
