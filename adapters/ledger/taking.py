"""The import of a ledger: read, checked, taken over in chunks that may be broken off and said again; undone whole.

A household is named by its own content, so the same file twice, or mended rows alone, adds nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from adapters.ledger import codes
from adapters.ledger.cells import Book, letter
from adapters.ledger.fields import STARTS
from adapters.ledger.households import Household, Read, Reading, Table, Trouble, tables_of
from adapters.ledger.places import Places
from adapters.ledger.registers import NoRegister
from adapters.ledger.starting import months_in
from domain.case.takeover import UNDONE, LedgerRow
from domain.days import Month
from domain.errors import BadValue
from domain.ids import CaseNo, CommandId, DivisionCode, MemberKey, county_of
from domain.money import Fen
from domain.policy import Area
from workflows.chunks import chunks
from workflows.command import Answer, Request
from workflows.commands.takeover import LedgerFact, LedgerMember, TakeOver, UndoTakeOver
from workflows.office import Office
from workflows.refusal import Reason, refuse

A_CHUNK = 1000


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`since`: the first month in aid where the ledger has none; `area`: where neither it nor its title says one."""

    division: DivisionCode
    paid_until: Month
    programme: Literal["dibao"] = "dibao"
    area: Area | None = None
    since: Month | None = None
    said: Mapping[str, str] = {}


class Outcome(msgspec.Struct, kw_only=True):
    """What an import came to, or would."""

    name: str
    households: int = 0
    persons: int = 0
    amount: Fen = 0
    already: int = 0
    refused: list[tuple[Table, Read]] = []
    repairs: Counter[str] = msgspec.field(default_factory=Counter)
    tables: list[Table] = []
    skipped: dict[str, tuple[str, dict[str, str | int]]] = {}
    """Sheets that are left out, and why: a code with what it names."""


class Ledger:
    """One file, read and checked for one office."""

    def __init__(self, book: Book, options: Options, places: Places, today: date) -> None:
        self.book = book
        self.options = options
        self.places = places
        self.name = f"imp-{book.file[:16]}"
        self.outcome = Outcome(name=self.name)
        self._tables()
        self._area_known()
        self.ready: list[tuple[Table, Read, DivisionCode]] = []
        self._months: dict[int, int | None] = {}
        for table in self.outcome.tables:
            for read in Reading(table, today).each():
                self._check(table, read)
        self._twice()
        for _, read, _ in self.ready:
            self.outcome.repairs.update(read.repairs)

    def _tables(self) -> None:
        """Sheets that are ledgers, and why the others are left out. Refused where none is."""
        why: list[NoRegister] = []
        for sheet in self.book.sheets:
            try:
                tables = tables_of(sheet, self.book.stem, self.options.said)
            except NoRegister as error:
                why.append(error)
                self.outcome.skipped[sheet.name or str(sheet.place)] = (error.code, dict(error.params))
                continue
            if not tables:
                self.outcome.skipped[sheet.name or str(sheet.place)] = ("ledger-no-header", {})
            self.outcome.tables.extend(tables)
        if not self.outcome.tables:
            first = why[0] if why else NoRegister("ledger-no-header", "file")
            raise refuse(first.code, "file", **first.params)

    def _area_known(self) -> None:
        if self.options.area is not None:
            return
        for table in self.outcome.tables:
            told = bool({"category", "hukou"} & table.columns.fields.keys())
            told = told or any(codes.area(text) for text in table.sections.values())
            if not told and Reading(table, date.max).area is None:
                raise refuse("ledger-area-unknown", "area")

    def _check(self, table: Table, read: Read) -> None:
        household, wrong = read.household, self._lacking(table, read)
        if household is None:
            read.troubles.extend(wrong)
            self.outcome.refused.append((table, read))
            return
        division = None
        try:
            where = table.where(read.rows[0] - 1)
            division = self.places.of(household.division, household.township, household.village, where)
        except BadValue as error:
            column = table.columns.fields.get(error.field, table.columns.fields.get("village"))
            wrong.append(Trouble(row=read.rows[0], column=column, code=error.code, params=dict(error.params)))
        if wrong or division is None:
            read.troubles.extend(wrong)
            self.outcome.refused.append((table, read))
        else:
            self.ready.append((table, read, division))

    def _lacking(self, table: Table, read: Read) -> list[Trouble]:
        """What neither ledger nor office says; a first month that can't be read is told already."""
        fields, lacking = table.columns.fields, []
        if (read.area or self.options.area) is None:
            lacking.append(
                Trouble(row=read.rows[0], column=fields.get("category"), code="ledger-area-unknown")
            )
        told = {fields[one] for one in STARTS if one in fields} & {one.column for one in read.troubles}
        if (read.from_month or self.options.since) is None and not told:
            lacking.append(self._no_start(table, read.rows[0]))
        return lacking

    def _no_start(self, table: Table, row: int) -> Trouble:
        """Named is the column that holds months under a heading nobody knows."""
        place = id(table)
        if place not in self._months:
            self._months[place] = months_in(table)
        column = self._months[place]
        if column is None:
            return Trouble(row=row, column=table.columns.fields.get("start"), code="ledger-start-missing")
        params: dict[str, str | int] = {"column": letter(column), "heading": table.columns.heading(column)}
        return Trouble(row=row, column=column, code="ledger-start-heading", params=params)

    def _twice(self) -> None:
        """Two households that name one person: neither is taken, whose he is can't be told here."""
        rows: dict[str, list[str]] = {}
        several = len(self.outcome.tables) > 1
        for table, read, _ in self.ready:
            sheet = f"{table.sheet.name or table.sheet.place}!" if several else ""
            for person in _of(read).persons:
                if person.number:
                    rows.setdefault(person.number, []).append(f"{sheet}{person.row}")
        again = {number: found for number, found in rows.items() if len(found) > 1}
        if not again:
            return
        ready = []
        for table, read, division in self.ready:
            wrong = [
                Trouble(
                    row=person.row,
                    column=table.columns.fields.get("id"),
                    code="ledger-number-twice",
                    params={"rows": ", ".join(again[person.number])},
                )
                for person in _of(read).persons
                if person.number in again
            ]
            if wrong:
                read.troubles.extend(wrong)
                self.outcome.refused.append((table, read))
            else:
                ready.append((table, read, division))
        self.ready = ready

    def command(self, table: Table, read: Read, division: DivisionCode) -> TakeOver:
        household = _of(read)
        document = LedgerRow(
            taken=self.name,
            file=self.book.file,
            sheet=household.sheet,
            rows=household.rows,
            name=self.book.name,
        )
        keys = [MemberKey(f"m{place}") for place in range(1, len(household.persons) + 1)]
        area = household.area or self.options.area
        start = household.from_month or self.options.since
        assert area is not None
        assert start is not None
        return TakeOver(
            division=division,
            programme=self.options.programme,
            area=area,  # type: ignore[arg-type]
            head=keys[0],
            members=tuple(
                LedgerMember(
                    key=key,
                    name=person.name,
                    kinship=person.kinship,
                    number=person.number,
                    number_missing=None if person.number else "台账无证件号码",
                    born=person.born,
                    sex=person.sex,  # type: ignore[arg-type]
                    covered=person.covered,
                    uplift=person.uplift,
                    facts=tuple(
                        LedgerFact(kind=kind, code=code)  # type: ignore[arg-type]
                        for kind, code in person.facts
                    ),
                )
                for key, person in zip(keys, household.persons, strict=True)
            ),
            amount=household.amount,
            from_month=start,
            paid_until=self.options.paid_until,
            standard=household.standard,
            document=document,
            review_class=household.review_class or "A",  # type: ignore[arg-type]
            address=household.address or None,
            phone=household.phone or None,
            account=household.account or None,
            account_holder=keys[household.holder] if household.account else None,
            bank=household.bank or None,
            certificate=household.certificate or None,
            remarks=household.remarks or None,
            causes=household.causes,
        )

    def content(self, read: Read) -> bytes:
        """What names a household, wherever it stands: all that is typed of it, without its place in a file."""
        household = _of(read)
        persons = tuple(msgspec.structs.replace(one, row=0) for one in household.persons)
        plain = msgspec.structs.replace(
            household,
            sheet=0,
            rows=(),
            persons=persons,
            area=household.area or self.options.area,
            from_month=household.from_month or self.options.since,
        )
        return msgspec.json.encode((county_of(self.options.division), self.options.programme, plain))


def _of(read: Read) -> Household:
    assert read.household is not None
    return read.household


class _NotKept(Exception):
    """What a dry run decided is let go of."""


class Taking:
    """Takes a ledger over into an office. `let_go`: what was held for a chunk isn't needed any more."""

    def __init__(
        self,
        office: Office,
        actor: str,
        size: int = A_CHUNK,
        let_go: Callable[[], object] = lambda: None,
    ) -> None:
        self.office = office
        self._let_go = let_go
        self.actor = actor
        self.size = size

    def take(self, ledger: Ledger, *, dry: bool = False) -> Outcome:
        """All households that are ready, a chunk a transaction."""
        for chunk in chunks(ledger.ready, self.size):
            try:
                with self.office.batch():
                    for table, read, division in chunk:
                        self._one(ledger, table, read, division)
                    if dry:
                        raise _NotKept
            except _NotKept:
                pass
            self.office.world.forget()
            self._let_go()
        ledger.outcome.refused.sort(key=lambda one: (one[0].sheet.place, one[1].rows))
        return ledger.outcome

    def _one(self, ledger: Ledger, table: Table, read: Read, division: DivisionCode) -> None:
        outcome = ledger.outcome
        digest = self.office.store.digest(ledger.content(read)).hex()[:40]
        name = self._fresh(digest)
        if name is None:
            outcome.already += 1
            return
        command = ledger.command(table, read, division)
        answer = self.office.handle(Request(id=name, actor=self.actor, data=command, causation=ledger.name))
        if answer.status == "refused":
            read.troubles.extend(_trouble(table, read, reason) for reason in answer.reasons)
            outcome.refused.append((table, read))
            return
        outcome.households += 1
        outcome.persons += sum(one.covered for one in command.members)
        outcome.amount += command.amount

    def _fresh(self, digest: str) -> CommandId | None:
        """The name a household is taken under; None if it stands in the office already. One that was undone is
        taken anew under the next."""
        turn = 1
        while True:
            name = CommandId(f"take-over-{digest}-{turn}")
            known = self.office.store.answer(name)
            if known is None:
                return name
            answer = msgspec.json.decode(known[1], type=Answer)
            case = self.office.world.case(CaseNo(answer.case)) if answer.case else None
            if case is None or case.ended_code != UNDONE:
                return None
            turn += 1

    def undo(self, name: str, cases: Sequence[CaseNo]) -> int:
        """Every case of an import, together or not at all. Raises `Refused` naming what stands in the way."""
        with self.office.batch():
            for case in cases:
                answer = self.office.handle(
                    Request(
                        id=CommandId(f"undo-{name}-{case}"),
                        actor=self.actor,
                        case=case,
                        data=UndoTakeOver(),
                        causation=name,
                    )
                )
                if answer.status == "refused":
                    raise refuse(answer.reasons[0].code, "case", **answer.reasons[0].params)
        return len(cases)


_FIELDS = {
    "number": "id",
    "born": "born",
    "sex": "sex",
    "name": "name",
    "kinship": "relation",
    "from_month": "start",
    "amount": "amount",
    "account": "account",
    "address": "address",
    "phone": "phone",
    "causes": "cause",
}


def _trouble(table: Table, read: Read, reason: Reason) -> Trouble:
    """What the office says of a command, at the row and column it came from."""
    household, fields = _of(read), table.columns.fields
    row, rest = read.rows[0], reason.field.removeprefix("data.")
    if rest.startswith("members["):
        place, _, rest = rest.removeprefix("members[").partition("]")
        row = household.persons[int(place)].row or row
        rest = rest.lstrip(".") or "number"
    column = fields.get(_FIELDS.get(rest, rest))
    return Trouble(row=row, column=column, code=reason.code, params=dict(reason.params))


def problems(refused: Iterable[tuple[Table, Read]]) -> Counter[str]:
    """How many rows were refused for which code."""
    return Counter(trouble.code for _, read in refused for trouble in read.troubles)
