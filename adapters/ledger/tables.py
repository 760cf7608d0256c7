"""Which sheets are ledgers, which of their rows are data, and which rows are of one household."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import msgspec

from adapters.ledger import codes
from adapters.ledger.cells import Cell, Numeric, Sheet, at, blank
from adapters.ledger.columns import Columns, columns_of
from adapters.ledger.fields import STARTS
from adapters.ledger.headers import Header, find_header, parts_of
from adapters.ledger.registers import NoRegister, check_titles
from adapters.ledger.values import given, plain
from domain.errors import BadValue


class Table(msgspec.Struct, kw_only=True):
    """A sheet that is a ledger: its header and columns, the rows of data in groups."""

    sheet: Sheet
    header: Header
    columns: Columns
    groups: list[list[int]]
    """Rows of the sheet from 0, a group a household."""
    said: str
    """Titles and names from which area is told: of the sheet, else of the file."""
    sections: dict[int, str] = {}
    """What stands alone in a row over this one, as `丁村`."""
    doubtful: bool = False
    """A household begins with somebody who isn't its head, and nothing else tells where one ends."""

    def where(self, row: int) -> str:
        """What names the place of a row where its columns don't, the nearest first, a line each."""
        titles = reversed(self.header.titles)
        stem = self.said.partition("\n")[2]
        return "\n".join((self.sections.get(row, ""), self.sheet.name, *titles, stem))


def tables_of(sheet: Sheet, stem: str, said: Mapping[str, str]) -> list[Table]:
    """The ledgers of a sheet, one below the other; none where it has no header of one (a list of codes, a summary).
    Raises `NoRegister`."""
    parts = (table_of(sheet, stem, said, begin, end) for begin, end in parts_of(sheet, said.keys()))
    return [one for one in parts if one is not None]


def table_of(
    sheet: Sheet, stem: str, said: Mapping[str, str], begin: int = 0, end: int | None = None
) -> Table | None:
    """The ledger between two rows of a sheet; None where no header of one is there. Raises `NoRegister`."""
    end = len(sheet.rows) if end is None else end
    header = find_header(sheet, said.keys(), begin, end)
    if header is None:
        return None
    headings = frozenset(plain(name.split("\n")[-1]).replace(" ", "") for name in header.names if name)
    data = [row for row in range(header.last + 1, end) if _is_data(sheet, row, headings)]
    merged_down = {
        left for top, left, bottom, right in sheet.merged if left == right and bottom > top > header.last
    }
    sample, over = [sheet.rows[row] for row in data[:200]], (*header.titles, sheet.name, stem)
    columns = columns_of(header, sample, said, merged_down, over)
    if not {"head", "name"} & columns.fields.keys() or not {"amount", "total"} & columns.fields.keys():
        return None
    check_titles([*header.titles, sheet.name], stem)
    if sheet.hidden:
        raise NoRegister("ledger-sheet-hidden", "file")
    _fill_down(sheet, columns, header.last)
    data = [row for row in data if not _is_sum(sheet.rows[row], columns)]
    kept = [row for row in data if _of_somebody(sheet.rows[row], columns)]
    if "seq" in columns.fields and any(_goes_on(sheet.rows[row], columns, "seq") for row in kept):
        columns = columns_of(header, sample, said, {*merged_down, columns.fields["seq"]}, over)
    grouping = _Grouping(sheet, columns, kept)
    return Table(
        sheet=sheet,
        header=header,
        columns=columns,
        groups=list(grouping.groups()),
        said=" ".join((*header.titles, sheet.name)) + "\n" + stem,
        sections=_sections(sheet, kept, header.last, end),
        doubtful=grouping.doubtful(),
    )


_SUM = re.compile(r"合计|小计|总计|共计|累计|^以上|^本页|^共\d+[户人]")
_FOOT = re.compile(
    r"^(制表人?|审核人?|单位负责人|填表人|负责人|制表时间|填报人|经办人|备注|注|说明|签字|分管领导|领导签)"
)
_SAMPLE = re.compile(r"^[\[【(（]?(示例|样例|例)[\]】)）]?")
_PLACE = re.compile(
    r"(村|社区|居委会?|镇|乡|街道|[村居]民小组|\d组|[一二三四五六七八九十]组)($|[(:：一-龥]*(低保|名册|名单|台账))"
)
_AMOUNT = re.compile(r"[¥￥]?-?[\d,.]+(万?元.*)?")


def _is_data(sheet: Sheet, row: int, headings: frozenset[str]) -> bool:
    """Not blank, not a sample, a foot, the header once more, or a row that numbers the columns."""
    filled = [plain(cell).replace(" ", "") for cell in sheet.rows[row] if not blank(cell)]
    if not filled or _SAMPLE.match(filled[0]):
        return False
    if len(filled) <= 3 and (_FOOT.match(filled[0]) or (len(filled) == 1 and len(filled[0]) > 12)):
        return False
    return sum(map(headings.__contains__, filled)) < 3 and not _numbered(filled)


def _numbered(filled: Sequence[str]) -> bool:
    """A row that numbers the columns: 1 2 3 4 …, or 甲 乙 1 2 …"""
    if len(filled) < 4 or (filled[-1] not in ("4", "5", "6") and len(filled[-1]) > 2):
        return False
    rest = [one for one in filled if one not in "甲乙丙丁戊"]
    return rest == [str(one) for one in range(1, len(rest) + 1)]


def _is_sum(cells: Sequence[Cell], columns: Columns) -> bool:
    """A sum says so in one of its first cells, and nobody's number stands beside."""
    words = [plain(cell).replace(" ", "") for cell in cells[:6] if not blank(cell)]
    own = at(cells, columns.fields.get("id"))
    return any(len(word) <= 16 and _SUM.search(word) for word in words) and not re.search(
        r"\d{6}", plain(own)
    )


def _of_somebody(cells: Sequence[Cell], columns: Columns) -> bool:
    """Somebody is named, has a number, or an amount stands there: else the row is a line between or a foot."""
    fields = columns.fields
    if _section(cells):
        return False
    if any(given(at(cells, fields.get(one))) for one in ("head", "name")):
        return True
    number = at(cells, fields.get("id"))
    if isinstance(number, Numeric) or re.search(r"\d{6}", plain(number)):
        return True
    amounts = (at(cells, fields.get(one)) for one in ("amount", "total"))
    return any(isinstance(one, Numeric) or _AMOUNT.fullmatch(plain(one)) for one in amounts)


def _goes_on(cells: Sequence[Cell], columns: Columns, *more: str) -> bool:
    """Somebody is named, and nothing that is of a household stands beside."""
    of = ("amount", "total", "insured", "account", *more)
    return not any(given(at(cells, columns.fields.get(one))) for one in of)


def _fill_down(sheet: Sheet, columns: Columns, last: int) -> None:
    """A place or kind that is merged over several rows is each one's."""
    filled = {
        columns.fields[one] for one in ("area", "village", "division", "category") if one in columns.fields
    }
    for top, left, bottom, right in sheet.merged:
        if left == right and left in filled and top > last:
            value = at(sheet.rows[top], left) if top < len(sheet.rows) else None
            for row in range(top + 1, min(bottom + 1, len(sheet.rows))):
                cells = sheet.rows[row]
                if cells and at(cells, left) is None:
                    cells.extend([None] * (left + 1 - len(cells)))
                    cells[left] = value


def _sections(sheet: Sheet, data: Sequence[int], last: int, end: int) -> dict[int, str]:
    """For each row of data what stands alone in the last row over it that isn't one, where it names a place, or town or
    country."""
    found, said, ours = {}, "", set(data)
    for row in range(last + 1, end):
        if row in ours:
            if said:
                found[row] = said
            continue
        said = _section(sheet.rows[row]) or said
    return found


def _section(cells: Sequence[Cell]) -> str:
    """What stands alone in a row where it names a place, or town or country; "" of any other row."""
    if len(cells) - cells.count(None) > 3:
        return ""
    filled = [cell for cell in cells if not blank(cell)]
    if not filled or not isinstance(filled[0], str):
        return ""
    text = plain(filled[0])
    if len(text) > 30 or any(plain(one) != text for one in filled[1:]):
        return ""
    told = _PLACE.search(text) or codes.area(text)
    return text if told and not _SUM.search(text) and not _FOOT.match(text) else ""


class _Grouping:
    """Members as rows under their head: he is named by his relation, by the household's key, or by a name that
    changes. Beside him or in a cell: a row a household."""

    def __init__(self, sheet: Sheet, columns: Columns, data: list[int]) -> None:
        self.rows = sheet.rows
        self.columns = columns
        self.fields = columns.fields
        self.data = data
        self.kins: dict[int, str] = {}
        self.keys = [one for one in ("household", "certificate") if self._filled(one)]
        if self._numbers_households():
            self.keys.append("seq")

    def groups(self) -> Iterator[list[int]]:
        group: list[int] = []
        for row in self.data:
            if group and self._begins(group, row):
                yield group
                group = []
            group.append(row)
        if group:
            yield group

    def doubtful(self) -> bool:
        """Where nothing but the heads' rows parts the households, the first row must be a head's."""
        told = self.keys or "head" in self.fields or self.columns.stacked is not None
        if self.columns.shape != "long" or told or not self.data:
            return False
        return self._kin(self.data[0]) not in (codes.HEAD, "")

    def _numbers_households(self) -> bool:
        """Whether `序号` counts households: it comes again in the next row, or members mostly have none."""
        if self.columns.shape != "long" or not {"seq", "relation"} <= self.fields.keys():
            return False
        found = [plain(at(self.rows[row], self.fields["seq"])) for row in self.data]
        if any(one and one == other for one, other in pairwise(found)):
            return True
        members = [seq for row, seq in zip(self.data, found, strict=True) if self._kin(row) != codes.HEAD]
        return any(found) and sum(not seq for seq in members) * 2 > len(members)

    def _begins(self, group: Sequence[int], row: int) -> bool:
        cells = self.rows[row]
        if self.columns.shape != "long":
            return not _goes_on(cells, self.columns, "seq", *STARTS, "size", "category", "status")
        for key in self.keys:
            own, before = at(cells, self.fields[key]), self._said(group, key)
            if given(own) and before:
                return plain(own) != before
        if self._kin(row) == codes.HEAD:
            return not self.keys or any(self._kin(one) == codes.HEAD for one in group)
        if "head" in self.fields and given(at(cells, self.fields["head"])):
            head = plain(at(cells, self.fields["head"]))
            return head != self._said(group, "head") or (
                self._names(row, head) and self._names(group[0], head)
            )
        return self.columns.stacked is not None and given(at(cells, self.columns.stacked))

    def _filled(self, field: str) -> bool:
        return field in self.fields and any(
            given(at(self.rows[row], self.fields[field])) for row in self.data
        )

    def _names(self, row: int, head: str) -> bool:
        return plain(at(self.rows[row], self.fields.get("name"))) == head

    def _said(self, group: Sequence[int], field: str) -> str:
        column = self.fields[field]
        return next((plain(cell) for row in group if given(cell := at(self.rows[row], column))), "")

    def _kin(self, row: int) -> str:
        """ "" where no column says it or nobody knows the word."""
        kin = self.kins.get(row)
        if kin is None:
            kin = self.kins[row] = self._kin_told(row)
        return kin

    def _kin_told(self, row: int) -> str:
        if "relation" not in self.fields:
            return ""
        try:
            return codes.kinship(at(self.rows[row], self.fields["relation"]))
        except BadValue:
            return ""
