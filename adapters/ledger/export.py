"""The register as a ledger of one form, which an import reads back to the same register.

A row a person, the head first; what is of the household stands in the head's row. Numbers and accounts are text.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import xlsxwriter

from adapters.ledger.kinship import to_head
from domain.case import Case
from domain.case.award import Terms
from domain.case.intake import Member
from domain.codes import label
from domain.days import Month
from domain.explain import Explanation
from domain.ids import MemberKey
from domain.money import show_yuan
from domain.personal import Personal

TITLE = "最低生活保障对象台账"
HEADINGS = (
    *("序号", "行政区划代码", "低保类别", "户主姓名", "姓名", "与户主关系", "身份证号码", "性别", "出生日期"),
    *("是否保障对象", "家庭人口", "保障人口", "户月保障金（元）", "分类施保金（元）", "发放合计（元）"),
    *(
        "最低生活保障标准（元/月）",
        "起始保障年月",
        "管理类别",
        "致贫原因",
        "残疾类别",
        "残疾等级",
        "劳动能力",
        "家庭住址",
        "联系电话",
    ),
    *("开户银行", "账户名称", "银行账号", "低保证号", "备注"),
)
_SEX = {"1": "男", "2": "女"}
_AREA = {"urban": "城市低保", "rural": "农村低保"}
_WIDTHS = {1: 15, 3: 10, 4: 10, 6: 21, 8: 12, 16: 12, 22: 30, 23: 14, 24: 16, 26: 24, 27: 20, 28: 20}
Row = tuple[str, ...]


def write_register(path: Path, cases: Iterable[tuple[Case, Month, Explanation | None]]) -> tuple[int, int]:
    """Households and rows written. Each case with the month and what its amount then stands on."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
    )
    sheet = book.add_worksheet("台账")
    text = book.add_format({"num_format": "@"})
    bold = book.add_format({"bold": True, "text_wrap": True})
    for column in range(len(HEADINGS)):
        sheet.set_column(column, column, _WIDTHS.get(column, 9), text)
    sheet.write_string(0, 0, TITLE, bold)
    for column, name in enumerate(HEADINGS):
        sheet.write_string(1, column, name, bold)
    line, households = 2, 0
    for case, month, explanation in cases:
        households += 1
        for row in rows_of(case, month, households, explanation):
            for column, cell in enumerate(row):
                if cell:
                    sheet.write_string(line, column, cell, text)
            line += 1
    book.close()
    return households, line - 2


def rows_of(case: Case, month: Month, place: int, explanation: Explanation | None = None) -> Iterator[Row]:
    """A row for each member who lives with the household or is paid; forgotten values stay empty."""
    award = case.award
    assert award is not None
    terms = award.at(month)
    assert terms is not None
    members = [
        one
        for key, one in case.members.items()
        if key in terms.covered or (one.left is None and one.died is None)
    ]
    if not members:
        return
    head = _head(case, members)
    members.sort(key=lambda one: one.key != head.key)
    for one in members:
        first = one.key == head.key
        own = _household(case, terms, _standard(explanation), members) if first else {}
        told = {"户主姓名": _open(head.name), "与户主关系": label("kinship", to_head(one, head, members))}
        yield _row(case, terms, one, {**own, **told}, str(place) if first else "")


def _head(case: Case, members: Sequence[Member]) -> Member:
    """Who heads it; where he died or left and nobody took his place, the account's holder, else the eldest."""
    there = {one.key: one for one in members}
    for key in (case.head, case.account_holder):
        if key is not None and key in there:
            return there[key]
    return min(members, key=lambda one: (one.born, one.key))


def _household(case: Case, terms: Terms, standard: str, members: Sequence[Member]) -> dict[str, str]:
    """An account goes with its holder: of one who died or left it isn't written."""
    assert case.award is not None
    holder = next((one for one in members if one.key == case.account_holder), None)
    causes = [fact.code for fact in case.facts.values() if fact.kind == "cause" and fact.member is None]
    return {
        "行政区划代码": case.division,
        "低保类别": _AREA[case.area],
        "家庭人口": str(len(members)),
        "保障人口": str(len(terms.covered)),
        "户月保障金（元）": _yuan(terms.household_part),
        "发放合计（元）": _yuan(terms.amount),
        "最低生活保障标准（元/月）": standard,
        "起始保障年月": case.award.began,
        "管理类别": f"{case.review_class}类",
        "致贫原因": "、".join(label("cause", code) for code in causes),
        "家庭住址": _open(case.address),
        "联系电话": _open(case.phone),
        "开户银行": case.kept.bank or "",
        "账户名称": _open(holder.name) if holder else "",
        "银行账号": _open(case.account) if holder else "",
        "低保证号": _open(case.kept.certificate),
        "备注": _open(case.kept.remarks),
    }


def _row(case: Case, terms: Terms, one: Member, own: dict[str, str], place: str) -> Row:
    cells = {
        **own,
        "序号": place,
        "姓名": _open(one.name),
        "身份证号码": _open(one.number),
        "性别": _SEX.get(one.sex, ""),
        "出生日期": one.born.isoformat(),
        "是否保障对象": "是" if one.key in terms.covered else "否",
        "分类施保金（元）": _yuan(terms.uplifts[one.key]) if terms.uplifts.get(one.key) else "",
        **_facts(case, one.key),
    }
    return tuple(cells.get(name, "") for name in HEADINGS)


def _facts(case: Case, key: MemberKey) -> dict[str, str]:
    own = [fact for fact in case.facts.values() if fact.member == key]
    found: dict[str, str] = {}
    for fact in own:
        if fact.kind == "disability":
            kind, _, grade = fact.code.partition("-")
            found["残疾类别"] = label("disability_kind", kind)
            found["残疾等级"] = label("disability_grade", grade)
        elif fact.kind == "labour":
            found["劳动能力"] = fact.code
    return found


def _standard(explanation: Explanation | None) -> str:
    """The standard that the amount stands on, from which a raise counts; none that doesn't divide to a month's fen."""
    known = explanation.parameters if explanation else ()
    found = next((one for one in known if one.name == "standard"), None)
    if found is None or not isinstance(found.value, int):
        return ""
    months = 12 if found.unit == "yuan/year" else 1
    return "" if found.value % months else _yuan(found.value // months)


def _yuan(fen: int) -> str:
    return show_yuan(fen).replace(",", "")


def _open(value: Personal | None) -> str:
    return "" if value is None or value.forgotten else value.text
