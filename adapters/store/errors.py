"""What can be wrong with a store or with what stands in it; each names its remedy in the catalogue."""

from collections.abc import Mapping


class StoreError(Exception):
    """`code` and `remedy` are names in the message catalogue, `params` what their texts name."""

    code = "store.failed"

    def __init__(self, **params: str | int) -> None:
        super().__init__(self.code, params)
        self.params: Mapping[str, str | int] = params

    @property
    def remedy(self) -> str:
        return f"{self.code}.remedy"

    def __str__(self) -> str:
        named = ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code} ({named})" if named else self.code


class StoreMissing(StoreError):
    """There is no store at the address (params: url)."""

    code = "store.missing"


class StoreExists(StoreError):
    """There is one already (params: url)."""

    code = "store.exists"


class NotAStore(StoreError):
    """The file or database holds something else (params: url)."""

    code = "store.foreign"


class BadAddress(StoreError):
    """The address is none that doudi knows (params: url)."""

    code = "store.address"


class Unreachable(StoreError):
    """The database's server doesn't answer or refuses the connection (params: reason)."""

    code = "store.unreachable"


class OutcomeUnknown(StoreError):
    """The connection was lost while a command was being written, and whether it was can't be seen.

    Sent again under its id, it is written once (params: command).
    """

    code = "store.outcome-unknown"


class NewerStore(StoreError):
    """The store was made by a newer doudi (params: found, known)."""

    code = "store.newer"


class StoreBusy(StoreError):
    """Another process held the write lock for too long (params: seconds)."""

    code = "store.busy"


class StoreFailed(StoreError):
    """The database can't be read or written (params: reason)."""


class BrokenLog(StoreError):
    """The log isn't what was written (params: reason = end-cut-off | marks-differ, position)."""

    code = "store.broken"


class RealClock(StoreError):
    """A real store's clock is the machine's and can't be set."""

    code = "store.real-clock"


class CodecError(StoreError):
    """An event that can't be written or read."""

    code = "event.unreadable"

    def located(self, position: int, count: int) -> "CodecError":
        """The same, with where it was met and how many events of the log share its type and version."""
        self.params = {**self.params, "position": position, "count": count}
        self.args = (self.code, self.params)
        return self


class UnknownEvent(CodecError):
    """A type that no class stands for (params: type)."""

    code = "event.unknown"


class NewerVersion(CodecError):
    """Written by a newer doudi: upgrade readers before writers (params: type, version, known)."""

    code = "event.newer"


class NoUpcaster(CodecError):
    """An old version that nothing lifts to the next (params: type, version)."""

    code = "event.no-upcaster"


class BadPayload(CodecError):
    """The payload isn't of its class's shape (params: type, version, path, reason); never holds a value."""

    code = "event.payload"


class Unwritable(CodecError):
    """A value that no store may hold (params: type, path, reason = nul | surrogate | integer | kind)."""

    code = "event.unwritable"
