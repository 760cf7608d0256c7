"""Who looked at what, and what was refused: apart from the events, without anything personal."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from adapters.store.database import Database
from adapters.store.meta import from_micros, to_micros


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """`purpose` is what was asked for (a read's or command's name), `outcome` `seen` or a refusal's code."""

    at: datetime
    actor: str
    purpose: str
    outcome: str
    case: str | None = None
    command: str | None = None


class AccessLog:
    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, access: Access) -> None:
        row = (
            to_micros(access.at),
            access.actor,
            access.case,
            access.purpose,
            access.outcome,
            access.command,
        )
        with self._database.transaction() as session:
            session.connection.execute(
                "INSERT INTO access (at, actor, case_no, purpose, outcome, command)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def entries(self, case: str | None = None) -> Iterator[Access]:
        """In the order they were noted; those of one case if it is given."""
        where, params = ("WHERE case_no = ?", (case,)) if case is not None else ("", ())
        found = self._database.connection.execute(
            f"SELECT at, actor, case_no, purpose, outcome, command FROM access {where} ORDER BY id", params
        )
        for at, actor, number, purpose, outcome, command in found:
            yield Access(
                at=from_micros(at),
                actor=actor,
                case=number,
                purpose=purpose,
                outcome=outcome,
                command=command,
            )
