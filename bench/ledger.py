"""How fast a large ledger comes in: read, checked, taken over, and in the register; beside a bare read of its cells.

`python bench/ledger.py [--rows 50000] [--out FILE]`: JSON of seconds, households and rows a second, peak memory.
"""

import argparse
import json
import resource
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import xlsxwriter
from python_calamine import CalamineWorkbook

from adapters.bootstrap import PROJECTIONS, begin
from adapters.ledger.places import Places
from adapters.ledger.reading import read_book
from adapters.ledger.taking import Ledger, Options, Taking
from adapters.projector import Projector
from domain.days import CHINA, Month, china_day
from domain.ids import DivisionCode, mod_11_2
from projections.register import Register

HEADINGS: tuple[str, ...] = ("序号", "与户主关系", "姓名", "性别", "身份证号", "保障人口", "户月保障金")
HEADINGS += ("分类施保金", "合计", "享受时间")
HEADINGS += ("家庭住址", "联系电话", "开户银行", "银行账号", "低保证号")
NAMES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
TOWNSHIP = DivisionCode("110199001")


def make(path: Path, rows: int) -> None:
    """Households of one to three persons, a row each; nobody twice."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_string(0, 0, "2025年6月农村低保台账")
    for column, name in enumerate(HEADINGS):
        sheet.write_string(1, column, name)
    row, household = 0, 0
    while row < rows:
        household += 1
        size = min(household % 3 + 1, rows - row)
        for place in range(size):
            for column, value in enumerate(_row(row, household, place, size)):
                if value != "":
                    sheet.write(row + 2, column, value)
            row += 1
    book.close()


def _row(row: int, household: int, place: int, size: int) -> list[Any]:
    born = date(1940, 1, 1) + timedelta(days=row % 20_000)
    digits = f"110199{born:%Y%m%d}{row // 20_000 * 100 + row % 50 * 2 + 1:03d}"
    name = f"张{NAMES[row % 22]}{NAMES[row // 22 % 22]}"
    who = [
        household if not place else "",
        ("户主", "弟弟", "侄子")[place],
        name,
        "男",
        digits + mod_11_2(digits),
    ]
    if place:
        return who
    amount = 300 + household % 400
    of = [
        size,
        amount,
        60,
        amount + 60,
        f"20{household % 20 + 5:02d}年{household % 12 + 1}月",
        "甲省乙县丙镇丁村",
    ]
    return [*who, *of, f"138{household:08d}", "农商行", f"6217{household:012d}", f"DB{household:08d}"]


def bare(path: Path) -> float:
    """Seconds to read the cells and nothing else."""
    began = perf_counter()
    book = CalamineWorkbook.from_path(str(path))
    count = sum(len(row) for row in book.get_sheet_by_index(0).iter_rows())
    assert count
    return perf_counter() - began


def measure(path: Path, folder: Path) -> dict[str, Any]:
    from datetime import datetime

    read_alone = min(bare(path) for _ in range(3))
    doudi = begin(
        f"sqlite:///{folder / 'office.sqlite'}", trial=True, clock=datetime(2025, 6, 10, 9, tzinfo=CHINA)
    )
    times: dict[str, float] = {}
    cpus: dict[str, float] = {}
    began, cpu = perf_counter(), process_time()

    def lap(name: str, since: float) -> float:
        now = perf_counter()
        times[name] = round(now - since, 2)
        cpus[name] = round(process_time() - cpu - sum(cpus.values()), 2)
        return now

    book = read_book(path)
    at = lap("read", began)
    options = Options(division=TOWNSHIP, paid_until=Month("2025-06"))
    ledger = Ledger(book, options, Places(TOWNSHIP, ()), china_day(doudi.store.clock.now()))
    at = lap("checked", at)
    outcome = Taking(doudi.office, "admin", let_go=doudi.store.keyring.let_go).take(ledger)
    at = lap("taken", at)
    rows = len(book.sheets[0].rows) - 2
    del ledger, book
    register = Projector(doudi.store, [one for one in PROJECTIONS if isinstance(one, Register)])
    register.catch_up()
    lap("register", at)
    whole = perf_counter() - began
    found = {
        "rows": rows,
        "households": outcome.households,
        "refused": len(outcome.refused),
        "events": doudi.store.head(),
        "seconds": {**times, "whole": round(whole, 2)},
        "cpu_seconds": {**cpus, "whole": round(process_time() - cpu, 2)},
        "rows_a_second": round(rows / whole),
        "bare_read": round(read_alone, 3),
        "ratio_to_bare_read": round(whole / read_alone, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    doudi.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--made", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.made or Path(folder) / "2025年6月农村低保台账.xlsx"
        if asked.made is None:
            make(path, asked.rows)
        found = measure(path, Path(folder))
    text = json.dumps(found, ensure_ascii=False, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
