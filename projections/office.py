"""What an office has set up, to be listed: its divisions and who holds which desk."""

from typing import ClassVar

from domain.division import DivisionAdded, DivisionRenamed, DivisionReplaced
from domain.event import Event
from domain.staff import Appointed, AppointmentEnded
from projections.base import Rows, Seen, Table

DIVISION, APPOINTMENT = "office_division", "office_appointment"


class Offices:
    """`office_division` by code, with what stands for it since when; `office_appointment` by division, staff, desk
    and first day."""

    name: ClassVar[str] = "office"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[type[Event], ...]] = (
        DivisionAdded,
        DivisionRenamed,
        DivisionReplaced,
        Appointed,
        AppointmentEnded,
    )
    tables: ClassVar[tuple[Table, ...]] = (
        Table(
            name=DIVISION,
            columns={
                "code": "text",
                "name": "text",
                "level": "text",
                "parent": "text",
                "by": "text",
                "since": "day",
            },
            key=("code",),
        ),
        Table(
            name=APPOINTMENT,
            columns={
                "division": "text",
                "staff": "text",
                "desk": "text",
                "since": "day",
                "until": "day",
                "name": "personal",
            },
            key=("division", "staff", "desk", "since"),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        event = seen.event
        if isinstance(event, DivisionAdded):
            rows.put(
                DIVISION,
                {
                    "code": event.code,
                    "name": event.name,
                    "level": event.level,
                    "parent": event.parent,
                    "by": None,
                    "since": None,
                },
            )
        elif isinstance(event, DivisionRenamed):
            self._division(event.code, rows, name=event.name)
        elif isinstance(event, DivisionReplaced):
            self._division(event.code, rows, by=event.by, since=event.since)
        elif isinstance(event, Appointed):
            rows.put(
                APPOINTMENT,
                {
                    "division": event.division,
                    "staff": event.staff,
                    "desk": event.desk,
                    "since": event.since,
                    "until": event.until,
                    "name": event.name,
                },
            )
        elif isinstance(event, AppointmentEnded):
            division = seen.stream.partition(":")[2]
            for row in list(rows.select(APPOINTMENT, division=division, staff=event.staff, desk=event.desk)):
                if row["until"] is None or row["until"] > event.until:
                    rows.put(APPOINTMENT, {**row, "until": event.until})

    @staticmethod
    def _division(code: str, rows: Rows, **changes: object) -> None:
        row = rows.get(DIVISION, (code,))
        assert row is not None
        rows.put(DIVISION, {**row, **changes})
