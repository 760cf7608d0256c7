"""Fills a store's log by bulk load with true bytes: a played year's cases, again and again under other numbers.

What is sealed stays as it was sealed; a fold copies it without opening it.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import open_doudi
from adapters.copy import copy_office
from adapters.report.grammar import COLUMNS, read_figures
from adapters.simulate.play import play
from adapters.simulate.solve import solve
from adapters.store.store import EventStore

FIGURES = """
X,dibao,urban,households,M12,26,household,1
X,dibao,urban,persons,M12,45,person,1
X,dibao,urban,average_supplement,M12,323,yuan/person,1
X,dibao,urban,person_times,M1-M12,545,person-time,1
X,dibao,urban,exits_households,M1-M12,14,household,1
X,dibao,urban,exits_persons,M1-M12,30,person,1
X,dibao,rural,households,M12,14,household,1
X,dibao,rural,persons,M12,22,person,1
X,dibao,rural,average_supplement,M12,199,yuan/person,1
X,dibao,rural,exits_households,M1-M12,6,household,1
X,dibao,rural,exits_persons,M1-M12,10,person,1
"""
COUNTY, FIRST_COUNTY = "110199", 200_000
COLUMNS_OF_LOG = (
    "stream",
    "version",
    "type",
    "type_version",
    "command",
    "actor",
    "division",
    "recorded_at",
    "causation",
    "payload",
    "position",
)

Raw = tuple[str, int, str, int, str, str, str, int, str | None, bytes]


def template(folder: Path, to: str | None = None) -> EventStore:
    """A store with a small played year: in the folder, or copied to an address."""
    plan = solve(read_figures([",".join(COLUMNS), *FIGURES.split()]), "X", 2025, 1)
    url = f"sqlite:///{folder}/log.sqlite"
    play(plan, url)
    if to is not None:
        copy_office(url, to)
    return open_doudi(to or url).store


def fill(store: EventStore, count: int, *, apart: bool = False, turns: int = 0) -> int:
    """Load events until there are so many, by commands as in the year; the head. The table of commands doesn't grow.

    `turns`: so many turns of the cases lie in a county of their own, as a larger log is of more offices; 0: all in
    one. `apart`: each does, and is of the same persons, so that their names can be opened.
    """
    connection = store.database.connection
    rows: list[Raw] = [
        row[:10]
        for row in connection.execute(f"SELECT {', '.join(COLUMNS_OF_LOG)} FROM events ORDER BY position")
    ]
    again = _of_a_case if apart else _personal
    ids = re.compile(
        "|".join(re.escape(stream.partition(":")[2]) for stream in {row[0] for row in rows if again(row[0])})
    )
    parted = [(row, ids.split(row[9].decode()), ids.findall(row[9].decode())) for row in rows]
    parted = [one for one in parted if again(one[0][0])]
    position, recorded_at = store.head(), rows[-1][7]
    turn = 0
    while position < count:
        turn += 1
        county = f"{FIRST_COUNTY + turn // (1 if apart else turns)}" if apart or turns else COUNTY
        made = list(_again(parted, ids, turn, position, recorded_at, county))[: count - position]
        with store.database.transaction():
            store.database.load("events", COLUMNS_OF_LOG, made)
            store.database.settle()
        position += len(made)
        recorded_at += 1_000_000
    return position


def _of_a_case(stream: str) -> bool:
    return stream.startswith("case:")


def _personal(stream: str) -> bool:
    return stream.startswith(("case:", "person:"))


def _again(
    parted: list[tuple[Raw, list[str], list[str]]],
    ids: re.Pattern[str],
    turn: int,
    position: int,
    recorded_at: int,
    county: str,
) -> Iterator[tuple[object, ...]]:
    """The template's cases and persons under numbers of their own, in the same order."""
    names: dict[str, str] = {}

    def other(name: str) -> str:
        if name not in names:
            serial = f"{turn:06d}"
            names[name] = name[:4] + serial + name[10:] if name.isdigit() else f"{name}-{serial}"
        return names[name]

    for row, texts, found in parted:
        position += 1
        kind, _, name = row[0].partition(":")
        words = [texts[0].replace(COUNTY, county)]
        for each, text in zip(found, texts[1:], strict=True):
            words += (other(each), text.replace(COUNTY, county))
        payload = "".join(words).encode()
        yield (
            f"{kind}:{other(name)}",
            *row[1:4],
            ids.sub(lambda one: other(one[0]), row[4]) + f"#{turn}",
            row[5],
            row[6].replace(COUNTY, county),
            recorded_at,
            None,
            payload,
            position,
        )
