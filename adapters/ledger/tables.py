"""Which sheets are ledgers, which of their rows are data, and which rows are of one household."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from adapters.ledger import codes
from adapters.ledger.cells import Cell, Sheet, at, blank
from adapters.ledger.columns import Columns, columns_of
from adapters.ledger.headers import Header, find_header
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


def table_of(sheet: Sheet, stem: str, said: Mapping[str, str]) -> Table | None:
    """The ledger of a sheet; None where it has no header of one (a list of codes, a summary)."""
    header = find_header(sheet, said.keys())
    if header is None:
        return None
    headings = frozenset(plain(name.split("\n")[-1]).replace(" ", "") for name in header.names if name)
    data = [row for row in range(header.last + 1, len(sheet.rows)) if _is_data(sheet, row, headings)]
    merged_down = {
        left for top, left, bottom, right in sheet.merged if left == right and bottom > top > header.last
    }
    columns = columns_of(header, [sheet.rows[row] for row in data[:200]], said, merged_down)
    if not {"head", "name"} & columns.fields.keys() or not {"amount", "total"} & columns.fields.keys():
        return None
    data = [row for row in data if not _is_sum(sheet.rows[row], columns)]
    return Table(
        sheet=sheet,
        header=header,
        columns=columns,
        groups=list(_groups(sheet, columns, data)),
        said=" ".join((*header.titles, sheet.name)) + "\n" + stem,
    )


_SUM = re.compile(r"^(合计|小计|总计|共计|总合计|本页小计|本页合计)")
_FOOT = re.compile(
    r"^(制表人?|审核人?|单位负责人|填表人|负责人|制表时间|填报人|经办人|备注|注|说明|签字|分管领导|领导签)"
)
_SAMPLE = re.compile(r"^[\[【(（]?(示例|样例|例)[\]】)）]?")


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
    words = [plain(cell).replace(" ", "") for cell in cells[:6] if not blank(cell)]
    number = columns.fields.get("id")
    own = at(cells, number) if number is not None else None
    return any(_SUM.match(word) for word in words) and not re.search(r"\d", plain(own))


def _groups(sheet: Sheet, columns: Columns, data: Iterable[int]) -> Iterator[list[int]]:
    """Members as rows under their head: he is named by his relation, by the household's key, or by a name that
    changes. Beside him or in a cell: a row a household."""
    if columns.shape != "long":
        for row in data:
            yield [row]
        return
    group: list[int] = []
    for row in data:
        if group and _begins(sheet, columns, group, row):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _begins(sheet: Sheet, columns: Columns, group: Sequence[int], row: int) -> bool:
    fields = columns.fields
    cells, first = sheet.rows[row], sheet.rows[group[0]]
    for key in ("household", "certificate"):
        if key in fields and given(at(cells, fields[key])) and given(at(first, fields[key])):
            return plain(at(cells, fields[key])) != plain(at(first, fields[key]))
    if "relation" in fields:
        try:
            kin = codes.kinship(at(cells, fields["relation"]))
        except BadValue:
            kin = ""
        if kin == codes.HEAD:
            return True
    if "head" in fields and given(at(cells, fields["head"])):
        return plain(at(cells, fields["head"])) != plain(at(first, fields["head"]))
    return columns.stacked is not None and given(at(cells, columns.stacked))
