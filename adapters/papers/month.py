"""增减变动表 and 发放花名册 of a month, from the register's and the statistics' rows (forms of an office).

Money is fen in the columns of `MONEY`; who prints shows yuan.
"""

from collections.abc import Callable
from typing import Any

from domain.codes import label
from domain.days import Month, add_month, first_day
from projections.base import Row, Rows
from projections.places import Places
from projections.register import SEGMENT
from projections.statistics import DIFFERENCE, LINE

ROLL = (
    "division",
    "head",
    "number",
    "covered",
    "household_part",
    "uplift",
    "total",
    "arrears",
    "set_off",
    "sent",
    "holder",
    "account",
    "supplementary",
    "held",
)
CHANGES = (
    "division",
    "head",
    "number",
    "covered",
    "amount",
    "uplift",
    "changed_on",
    "kind",
    "before",
    "difference",
    "reason",
)
SUMMARY = ("kind", "households", "persons", "amount")
MONEY = frozenset(
    {"household_part", "uplift", "total", "arrears", "set_off", "sent", "amount", "before", "difference"}
)
KINDS = {
    "new": "新增",
    "taken_over": "台账移入",
    "moved_in": "迁入",
    "increase": "保障金增加",
    "reduce": "保障金减少",
    "moved_out": "迁出",
    "stop": "停保",
}
BEGUN = {
    "new": "新审核确认",
    "merged": "并户",
    "moved": "迁移",
    "restored": "恢复",
    "split": "分户",
    "taken_over": "台账移入",
}
MOVED = "迁移"
NOT_LISTED = "未列入当月名单"
Seen = Callable[[str], bool]
"""Whether the cases of a division may be seen: by where each is now."""


def _all(division: str) -> bool:
    return True


def _lines(statistics: Rows, month: Month, area: str | None, divisions: str, until: Month) -> dict[str, Row]:
    """Of the divisions as they are in month `until`."""
    places = Places(statistics)
    lines = (
        {**row, "division": places.now(row["division"], month, until)}
        for row in statistics.select(LINE, month=month)
        if area in (None, row["area"])
    )
    return {line["case_no"]: line for line in lines if line["division"].startswith(divisions)}


def roll(
    register: Rows, statistics: Rows, division: str, month: Month, area: str | None, seen: Seen = _all
) -> list[dict[str, Any]]:
    """发放花名册: a line a household as drawn on the month's lists; names and numbers masked, the account by its last
    digits. `arrears`: what those lists add for earlier months; `sent`: what goes out, as it was drawn."""
    own, more = _on_lists(statistics, month, area, division)
    rows = []
    for case in sorted(own.keys() | more.keys()):
        of_month = own.get(case)
        line = of_month or {**more[case][0], "amount": 0, "uplift": 0, "covered": [], "supplementary": False}
        household = register.get("register_case", (case,))
        assert household is not None
        if not seen(household["division"]):
            continue
        holder = register.get("register_member", (case, household["account_holder"] or household["head"]))
        uplift = line["uplift"]
        taken = line.get("set_off", 0) if of_month else 0
        added = more.get(case, [])
        sent = [one["amount"] for one in (line, *added) if not one["held"]]
        rows.append(
            {
                "division": line["division"],
                "head": household["head_name"].masked(),
                "number": _number(register, case, household["head"]),
                "covered": len(line["covered"]),
                "household_part": line["amount"] - uplift,
                "uplift": uplift,
                "total": line["amount"],
                "arrears": sum(one["amount"] for one in added),
                "set_off": taken,
                "sent": sum(sent) - taken,
                "holder": holder["name"].masked() if holder else "",
                "account": household["account"].masked() if household["account"] else "",
                "supplementary": "补" if line["supplementary"] else "",
                "held": "缓" if line["held"] else "",
            }
        )
    return rows


def _on_lists(
    statistics: Rows, month: Month, area: str | None, divisions: str
) -> tuple[dict[str, Row], dict[str, list[Row]]]:
    """Lines of the month, and what was added for earlier ones, by case."""
    own: dict[str, Row] = {}
    more: dict[str, list[Row]] = {}
    lists = {row["list"] for row in statistics.select(LINE, month=month) if row["list"].endswith(f"/{month}")}
    lists.update(f"{divisions[:6]}/dibao/{one}/{month}" for one in ("urban", "rural"))
    for paylist in sorted(lists):
        drawn = [(row["month"] == month, row) for row in statistics.select(LINE, list=paylist)]
        added = [(False, row) for row in statistics.select(DIFFERENCE, list=paylist)]
        for of_month, row in (*drawn, *added):
            if not row["division"].startswith(divisions) or area not in (None, row["area"]):
                continue
            if of_month:
                own[row["case_no"]] = row
            else:
                more.setdefault(row["case_no"], []).append(row)
    return own, more


def _number(register: Rows, case: str, member: str) -> str:
    row = register.get("register_member", (case, member))
    return row["number"].masked() if row and row["number"] else ""


def changes(
    register: Rows, statistics: Rows, division: str, month: Month, area: str | None, seen: Seen = _all
) -> list[dict[str, Any]]:
    """Who is new on the month's list, paid more or less than on the last, gone from it or moved, and why."""
    now = _lines(statistics, month, area, division, month)
    before = _lines(statistics, add_month(month, -1), area, division, month)
    rows = []
    for case in sorted(now.keys() | before.keys()):
        new, old = now.get(case), before.get(case)
        kind = _kind(new, old) if new and old else _came_or_went(statistics, case, month, new)
        if kind is None:
            continue
        line = new or old
        assert line is not None
        household = register.get("register_case", (case,))
        assert household is not None
        if not seen(household["division"]):
            continue
        reason = _reason(register, case, month, kind)
        if reason == BEGUN["taken_over"]:
            kind = "taken_over"
        was, amount = old["amount"] if old else 0, new["amount"] if new else 0
        rows.append(
            {
                "division": line["division"],
                "head": household["head_name"].masked(),
                "number": _number(register, case, household["head"]),
                "covered": len(line["covered"]),
                "amount": amount,
                "uplift": new["uplift"] if new else 0,
                "changed_on": first_day(month),
                "kind": KINDS[kind],
                "before": was,
                "difference": amount - was,
                "reason": reason,
            }
        )
    return rows


def _came_or_went(statistics: Rows, case: str, month: Month, new: Row | None) -> str:
    """New or stopped; or moved, where it is on the other month's list in another division."""
    other = add_month(month, -1) if new else month
    moved = statistics.get(LINE, (case, other)) is not None
    return ("moved_in" if moved else "new") if new else ("moved_out" if moved else "stop")


def _kind(new: Row, old: Row) -> str | None:
    if new["amount"] == old["amount"]:
        return None
    return "increase" if new["amount"] > old["amount"] else "reduce"


def _reason(register: Rows, case: str, month: Month, kind: str) -> str:
    """Why: the coded reason of the terms that hold, or held last; of who is new how the award came to be."""
    if kind in ("moved_in", "moved_out"):
        return MOVED
    spans = sorted(register.select(SEGMENT, case_no=case), key=lambda row: str(row["from_month"]))
    begun = [row for row in spans if row["from_month"] <= month]
    if not begun:
        return NOT_LISTED
    last = begun[-1]
    if kind == "new":
        return BEGUN.get(last["cause"], BEGUN["new"])
    if kind == "stop":
        over = last["end_code"] and last["until_month"] is not None and last["until_month"] < month
        return _coded("stop", last["end_code"]) if over else NOT_LISTED
    return (
        _coded("increase" if last["code"].startswith("I") else "reduce", last["code"]) if last["code"] else ""
    )


def _coded(name: str, code: str) -> str:
    return f"{code} {label(name, code, 'zh')}"


def summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Households, persons and money by kind of change."""
    found = []
    for kind in KINDS.values():
        mine = [row for row in rows if row["kind"] == kind]
        moved = sum(row["difference"] for row in mine)
        found.append(
            {
                "kind": kind,
                "households": len(mine),
                "persons": sum(row["covered"] for row in mine),
                "amount": moved,
            }
        )
    return found
