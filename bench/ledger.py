"""How fast a large ledger comes in: read, checked, taken over, and in the register; beside a bare read of its cells.

`python bench/ledger.py [--rows 50000] [--out FILE]`: JSON of seconds, households and rows a second, peak memory.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import xlsxwriter
from python_calamine import CalamineWorkbook

from adapters.bootstrap import PROJECTIONS, begin, open_doudi
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


def imported(path: Path, url: str) -> dict[str, Any]:
    """The cells read, checked, and their households taken over, in this process."""
    doudi = begin(url, trial=True, clock=datetime(2025, 6, 10, 9, tzinfo=CHINA))
    clock = _Laps()
    book = read_book(path)
    clock.lap("read")
    options = Options(division=TOWNSHIP, paid_until=Month("2025-06"))
    ledger = Ledger(book, options, Places(TOWNSHIP, ()), china_day(doudi.store.clock.now()))
    clock.lap("checked")
    taking = Taking(doudi.office, "admin", let_go=doudi.store.keyring.let_go)
    outcome = taking.take(ledger)
    clock.lap("taken")
    found = {"households": outcome.households, "refused": len(outcome.refused), "events": doudi.store.head()}
    doudi.close()
    return {**found, **clock.said()}


def registered(url: str) -> dict[str, Any]:
    """The rows of the register, by a process of its own."""
    doudi = open_doudi(url)
    clock = _Laps()
    register = Projector(doudi.store, [one for one in PROJECTIONS if isinstance(one, Register)])
    register.catch_up()
    clock.lap("register")
    doudi.close()
    return clock.said()


class _Laps:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.cpu: dict[str, float] = {}
        self._at = perf_counter(), process_time()

    def lap(self, name: str) -> None:
        wall, cpu = perf_counter(), process_time()
        self.seconds[name], self.cpu[name] = round(wall - self._at[0], 2), round(cpu - self._at[1], 2)
        self._at = wall, cpu

    def said(self) -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return {"seconds": self.seconds, "cpu_seconds": self.cpu, "peak_mib": peak}


def loop() -> float:
    """CPU seconds of ten million additions: what this machine is worth now."""
    began, count = process_time(), 0
    for number in range(10_000_000):
        count += number
    return round(process_time() - began, 2)


def _apart(*arguments: str) -> dict[str, Any]:
    said = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        path, url = asked.part
        print(json.dumps(imported(Path(path), url) if path != "-" else registered(url)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path, url = Path(folder) / "2025年6月农村低保台账.xlsx", f"sqlite:///{folder}/office.sqlite"
        make(path, asked.rows)
        read_alone = min(bare(path) for _ in range(3))
        came, register = _apart("--part", str(path), url), _apart("--part", "-", url)
    seconds = {**came.pop("seconds"), **register["seconds"]}
    cpu = {**came.pop("cpu_seconds"), **register["cpu_seconds"]}
    whole = sum(seconds.values())
    found = {
        "rows": asked.rows,
        **{name: value for name, value in came.items() if name != "peak_mib"},
        "seconds": {**seconds, "whole": round(whole, 1)},
        "cpu_seconds": {**cpu, "whole": round(sum(cpu.values()), 1)},
        "ten_million_additions": loop(),
        "rows_a_second": round(asked.rows / whole),
        "bare_read": round(read_alone, 3),
        "ratio_to_bare_read": round(whole / read_alone, 1),
        "peak_mib": {"import": came["peak_mib"], "register": register["peak_mib"]},
    }
    text = json.dumps(found, ensure_ascii=False, indent=2)
    print(text)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
