"""在保名册: who receives what, from which month to which; a register as of a day is read from it."""

from typing import ClassVar

from domain.case.award import AmountChanged, AwardBegan, GradualExitGranted, Stopped, Terms
from domain.days import Month, add_month
from projections.base import Row, Rows, Seen, Table
from projections.household import Households

SEGMENT = "register_segment"


class Register:
    """`register_segment`: a case's terms from a month to a month (null: without end). Amounts in fen a month."""

    name: ClassVar[str] = "register"
    version: ClassVar[int] = 1
    households: ClassVar[Households] = Households("register")
    tables: ClassVar[tuple[Table, ...]] = (
        *households.tables,
        Table(
            name=SEGMENT,
            columns={
                "case_no": "text",
                "from_month": "text",
                "until_month": "text",
                "division": "text",
                "area": "text",
                "amount": "int",
                "covered": "json",
                "shares": "json",
                "cause": "text",
                "gradual": "bool",
                "end_code": "text",
            },
            key=("case_no", "from_month"),
            indexes=(("division", "from_month"),),
        ),
    )

    def apply(self, seen: Seen, rows: Rows) -> None:
        kind, _, case = seen.stream.partition(":")
        if kind != "case":
            return
        event = seen.event
        self.households.apply(case, event, rows)
        if isinstance(event, AwardBegan):
            self._begin(case, event.terms, event.cause, False, rows)
        elif isinstance(event, AmountChanged):
            self._begin(case, event.terms, event.terms.code, False, rows)
        elif isinstance(event, GradualExitGranted):
            self._begin(case, event.terms, event.terms.code, True, rows)
            self._end(case, add_month(event.until_month, 1), event.code, rows)
        elif isinstance(event, Stopped):
            self._end(case, event.from_month, event.code, rows)

    def _begin(self, case: str, terms: Terms, cause: str, gradual: bool, rows: Rows) -> None:
        household = self.households.of(case, rows)
        self._cut(case, terms.from_month, rows)
        rows.put(
            SEGMENT,
            {
                "case_no": case,
                "from_month": terms.from_month,
                "until_month": None,
                "division": household["division"],
                "area": household["area"],
                "amount": terms.amount,
                "covered": list(terms.covered),
                "shares": dict(terms.shares),
                "cause": cause,
                "gradual": gradual,
                "end_code": None,
            },
        )

    def _cut(self, case: str, month: Month, rows: Rows) -> None:
        """End what runs into the month, drop what begins in it or later."""
        for row in list(rows.select(SEGMENT, case_no=case)):
            if row["from_month"] >= month:
                rows.delete(SEGMENT, (case, row["from_month"]))
            elif row["until_month"] is None or row["until_month"] >= month:
                rows.put(SEGMENT, {**row, "until_month": add_month(month, -1)})

    def _end(self, case: str, first_without: Month, code: str, rows: Rows) -> None:
        last = add_month(first_without, -1)
        for row in list(rows.select(SEGMENT, case_no=case)):
            if row["from_month"] > last:
                rows.delete(SEGMENT, (case, row["from_month"]))
            elif row["until_month"] is None or row["until_month"] >= last:
                rows.put(SEGMENT, {**row, "until_month": last, "end_code": code})


def living(rows: Rows, month: Month) -> list[Row]:
    """Segments that hold in a month, in order of case number."""
    return [
        row
        for row in rows.select(SEGMENT)
        if row["from_month"] <= month and (row["until_month"] is None or month <= row["until_month"])
    ]
