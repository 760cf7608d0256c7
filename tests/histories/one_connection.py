"""In place of psycopg_pool, which eventsourcing's recorder imports and doudi doesn't need.

It has as many connections as are in use at once.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Generic, TypeVar

import psycopg

CT = TypeVar("CT")


class ConnectionPool(Generic[CT]):
    def __init__(
        self, conninfo: str = "", *, kwargs: dict[str, Any], configure: Callable[[Any], None], **_: Any
    ) -> None:
        self._conninfo, self._kwargs, self._configure = conninfo, kwargs, configure
        self._free: list[Any] = []

    def open(self, *_: Any) -> None:
        if not self._free:
            self._free.append(self._made())

    def _made(self) -> Any:
        made: Any = psycopg.connect(self._conninfo, **self._kwargs)
        self._configure(made)
        return made

    @contextmanager
    def connection(self) -> Iterator[Any]:
        try:
            taken = self._free.pop()
        except IndexError:
            taken = self._made()
        try:
            yield taken
        finally:
            if not taken.closed:
                self._free.append(taken)

    def close(self) -> None:
        while self._free:
            self._free.pop().close()


def stand_in() -> None:
    if "psycopg_pool" not in sys.modules:
        pool, abc = ModuleType("psycopg_pool"), ModuleType("psycopg_pool.abc")
        pool.ConnectionPool = ConnectionPool  # type: ignore[attr-defined]
        abc.CT = CT  # type: ignore[attr-defined]
        for name in ("ConnectFailedCB", "ConnectionCB", "ConninfoParam", "KwargsParam"):
            setattr(abc, name, object)
        sys.modules.update({"psycopg_pool": pool, "psycopg_pool.abc": abc})
