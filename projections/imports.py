"""Imports of offices' ledgers: which cases came with each, and whether they were undone."""

from collections.abc import Iterator
from typing import Any, ClassVar

from domain.case.takeover import TakenOver, TakeOverUndone
from domain.event import Event
from projections.base import Rows, Seen, Table

CASE = "imports_case"


class Imports:
    """`imports_case`: a case that was taken over, by its import; `file`: the ledger's sha256; `called`: its name, as it
    may be kept."""

    name: ClassVar[str] = "imports"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[type[Event], ...]] = (TakenOver, TakeOverUndone)
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=CASE,
            columns={
                "case_no": "text",
                "import": "text",
                "file": "text",
                "called": "text",
                "division": "text",
                "undone": "bool",
            },
            key=("case_no",),
            indexes=(("import",),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event, case = seen.event, seen.stream.partition(":")[2]
        if isinstance(event, TakenOver):
            rows.put(
                CASE,
                {
                    "case_no": case,
                    "import": event.document.taken,
                    "file": event.document.file,
                    "called": event.document.name,
                    "division": event.division,
                    "undone": False,
                },
            )
        elif isinstance(event, TakeOverUndone):
            row = rows.get(CASE, (case,))
            assert row is not None
            rows.put(CASE, {**row, "undone": True})


def cases_of(rows: Rows, name: str) -> list[str]:
    """Cases of an import that stand, by number."""
    return [row["case_no"] for row in rows.select(CASE, **{"import": name}) if not row["undone"]]


def imports(rows: Rows) -> Iterator[dict[str, Any]]:
    """`import`, `name`, `file`, `households` that stand, `undone` ones, `divisions` they lie in; as they came."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows.select(CASE):
        one = found.setdefault(
            row["import"],
            {
                "import": row["import"],
                "name": row["called"],
                "file": row["file"],
                "households": 0,
                "undone": 0,
                "divisions": set(),
            },
        )
        one["undone" if row["undone"] else "households"] += 1
        one["divisions"].add(row["division"])
    yield from found.values()
