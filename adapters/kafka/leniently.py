"""Records whose header names aren't UTF-8 are read, with marks in place of what isn't.

kafka-python 3.0.12 raises out of poll at such a record, for ever: one sender could stop a partition. It uses what
isn't public there, therefore the exact pin.
"""

from typing import Any

from kafka.record.default_records import DefaultRecordBatch


class _Lenient(bytes):
    """Bytes whose parts decode to something always."""

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return _Lenient(found) if isinstance(found, bytes) else found

    def decode(self, encoding: str = "utf-8", errors: str = "replace") -> str:
        return super().decode(encoding, "replace")


_strictly = DefaultRecordBatch._read_msg


def _read_msg(batch: Any) -> Any:
    try:
        return _strictly(batch)
    except UnicodeDecodeError:
        batch._buffer = _Lenient(batch._buffer)
        return _strictly(batch)


def read_leniently() -> None:
    """For all consumers of this process; said again it changes nothing."""
    DefaultRecordBatch._read_msg = _read_msg
