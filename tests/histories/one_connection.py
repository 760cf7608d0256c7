"""In place of psycopg_pool, which eventsourcing's recorder imports and doudi doesn't need: a pool of one connection."""

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
        self._connection: Any = None

    def open(self, *_: Any) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._conninfo, **self._kwargs)
            self._configure(self._connection)

    @contextmanager
    def connection(self) -> Iterator[Any]:
        yield self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def stand_in() -> None:
    if "psycopg_pool" not in sys.modules:
        pool, abc = ModuleType("psycopg_pool"), ModuleType("psycopg_pool.abc")
        pool.ConnectionPool = ConnectionPool  # type: ignore[attr-defined]
        abc.CT = CT  # type: ignore[attr-defined]
        for name in ("ConnectFailedCB", "ConnectionCB", "ConninfoParam", "KwargsParam"):
            setattr(abc, name, object)
        sys.modules.update({"psycopg_pool": pool, "psycopg_pool.abc": abc})
