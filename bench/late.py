"""A raise over a county, and a late death: households a second against a bare pass over them in memory; milliseconds.

`python bench/late.py [--households 2000] [--out FILE]`: JSON, seconds unless named otherwise. One household is brought
to its award by commands; the others are its events under other names. `--households 100000` is the whole measure.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from adapters.bootstrap import Doudi, begin
from adapters.late import late
from domain.case.award import MonthDrawn
from domain.days import CHINA, Month, add_month
from domain.event import Event
from domain.ids import CaseNo, CommandId, DivisionCode, MemberKey, StaffId, StreamId, make_case_no, mod_11_2
from domain.office import ParameterSet
from domain.personal import Name, Personal
from domain.staff import Appointed
from workflows.command import Request
from workflows.commands.raising import Raise
from workflows.context import Context
from workflows.decide.raising import raises
from workflows.ports import Commit
from workflows.world import case_stream, list_stream, policy_stream, staff_stream

COUNTY, VILLAGE = DivisionCode("110199"), DivisionCode("110199001001")
STAFF = {
    "window": ("window", "110199001"),
    "handler": ("handler", "110199001"),
    "handler2": ("handler", "110199001"),
    "leader": ("leader", "110199001"),
    "village": ("village", VILLAGE),
    "surveyor": ("surveyor", "110199001"),
    "centre": ("centre", COUNTY),
    "county": ("county_handler", COUNTY),
    "chief": ("section_chief", COUNTY),
    "decider": ("decider", COUNTY),
}
LONG_AGO, ACCEPTED = date(2000, 1, 1), date(2025, 3, 6)
PHOTO = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
APPLICATION = {"division": VILLAGE, "area": "rural", "applicant": "m1", "near_relative": False}
MONTHS = tuple(add_month(Month("2025-05"), step) for step in range(6))
A_COMMIT = 100


def number(born: str, serial: int) -> str:
    digits = f"110199{born}{serial:03d}"
    return digits + mod_11_2(digits)


def write(
    doudi: Doudi, name: str, events: list[tuple[StreamId, Event]], expected: dict[StreamId, int]
) -> None:
    doudi.store.write(
        Commit(
            command=CommandId(name),
            digest=b"",
            answer=b'{"id":"","status":"done"}',
            actor="given",
            division=COUNTY,
            expected=expected,
            events=events,
        )
    )


def given(doudi: Doudi, name: str, *events: tuple[StreamId, Event]) -> None:
    world = doudi.office.world
    world.refresh()
    write(doudi, name, list(events), {stream: world.version(stream) for stream, _ in events})


def standard(fen: int, since: date) -> tuple[StreamId, Event]:
    event = ParameterSet(
        on=since, division=COUNTY, programme="dibao", name="standard", value=fen, unit="yuan/month", since=since,
        document="bench",
    )  # fmt: skip
    return policy_stream(COUNTY, "dibao"), event


def first_household(doudi: Doudi) -> CaseNo:
    """Three persons with 1,400.00 a month, by commands, to their award."""
    said = [
        (0, "Enter", "window", {**APPLICATION, "members": [
            {"key": "m1", "name": "王强", "kinship": "02", "number": number("19750101", 11)},
            {"key": "m2", "name": "李梅", "kinship": "12", "number": number("19760101", 12)},
            {"key": "m3", "name": "王明", "kinship": "20", "number": number("20060101", 13)}]}),
        *((0, "Consent", "window", {"member": key, "until": "2035-12-31"}) for key in ("m1", "m2", "m3")),
        (0, "Accept", "window", {}),
        (1, "AskVerification", "handler", {"sources": ["V02"]}),
        (1, "StartVerification", "centre", {}),
        (4, "Visit", "surveyor", {"surveyors": ["surveyor", "handler2"], "result": "true", "present": ["m1"]}),
        (8, "AnswerVerification", "centre", {"source": "V02", "answer": "agrees", "data_day": "2025-03-06"}),
        (8, "IssueReport", "centre", {"report": "HD-1"}),
        (8, "StateFacts", "handler", {"facts": [
            {"kind": "income", "code": code, "member": member, "since": "2024-09-01", "until": "2025-02-28",
             "amount": amount, "source": "V02"}
            for code, member, amount in (("W1", "m1", 480_000), ("B1", "m2", 360_000))]}),
        (11, "Assess", "handler", {}),
        (11, "GiveOpinion", "handler", {"favourable": True}),
        (11, "ConfirmOpinion", "leader", {}),
        (12, "Post", "village", {"place": "村务公开栏", "photo": PHOTO}),
        (19, "TakeDown", "village", {"photo": PHOTO, "no_objection": True}),
        (20, "Forward", "handler", {}),
        (20, "SignHand", "chief", {}),
        (27, "Confirm", "decider", {}),
    ]  # fmt: skip
    case = ""
    for place, (days, kind, actor, data) in enumerate(said):
        on = ACCEPTED + timedelta(days=days)
        doudi.store.clock.set(datetime(on.year, on.month, on.day, 9, tzinfo=CHINA))
        line: dict[str, Any] = {"id": f"b{place}", "type": kind, "actor": actor, "data": data}
        answer = doudi.office.take({**line, "case": case} if case else line)
        assert answer.status == "done", answer
        case = case or str(answer.case)
    return CaseNo(case)


def drawn(doudi: Doudi, case: CaseNo) -> list[Event]:
    found = doudi.office.world.case(case)
    assert found is not None
    assert found.award is not None
    return [
        MonthDrawn(
            on=date.fromisoformat(f"{month}-08"),
            month=month,
            list=list_stream(COUNTY, "dibao", "rural", month),
            amount=terms.amount,
            shares=terms.shares,
            area="rural",
            division=VILLAGE,
        )
        for month in MONTHS
        if (terms := found.award.at(month)) is not None
    ]


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """An event's values with the references of another household."""
    if isinstance(value, Personal):
        return type(value)(names.get(value.of, value.of), value.text)
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple):
        return tuple(renamed(one, names) for one in value)
    if isinstance(value, dict):
        return {key: renamed(one, names) for key, one in value.items()}
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: renamed(getattr(value, name), names) for name in value.__struct_fields__})
    return value


def others(doudi: Doudi, case: CaseNo, households: int) -> None:
    """The first household's events again and again, each time as another's."""
    events = [one.event for one in doudi.store.load(case_stream(case))]
    entered: Any = events[0]
    for start in range(0, households - 1, A_COMMIT):
        commit: list[tuple[StreamId, Event]] = []
        expected: dict[StreamId, int] = {}
        for serial in range(start + 2, min(start + A_COMMIT, households - 1) + 2):
            own = make_case_no(COUNTY, 2025, serial)
            names = {case: own, entered.household: f"h-b{serial}"}
            names |= {member.person: f"p-b{serial}-{member.key}" for member in entered.members}
            expected[case_stream(own)] = 0
            commit += [(case_stream(own), renamed(event, names)) for event in events]
        write(doudi, f"others-{start}", commit, expected)


def timed(work: Any) -> tuple[float, float, Any]:
    begun, used = perf_counter(), process_time()
    found = work()
    return perf_counter() - begun, process_time() - used, found


def measure(households: int, folder: Path) -> dict[str, Any]:
    clock = datetime(2025, 3, 6, 9, tzinfo=CHINA)
    doudi = begin(f"sqlite:///{folder / 'late.sqlite'}", trial=True, seed=1, clock=clock)
    given(
        doudi,
        "staff",
        *(
            (
                staff_stream(division),
                Appointed(
                    on=LONG_AGO,
                    staff=StaffId(staff),
                    name=Name(staff, staff),
                    desk=desk,  # type: ignore[arg-type]
                    division=DivisionCode(division),
                    since=LONG_AGO,
                ),
            )
            for staff, (desk, division) in STAFF.items()
        ),
    )
    given(doudi, "standard", standard(60_000, LONG_AGO))
    case = first_household(doudi)
    given(doudi, "drawn", *((case_stream(case), line) for line in drawn(doudi, case)))
    built, _, _ = timed(lambda: others(doudi, case, households))
    doudi.store.clock.set(datetime(2025, 10, 20, 9, tzinfo=CHINA))
    given(doudi, "raise", standard(65_000, date(2025, 7, 1)))

    world = doudi.office.world
    command = Raise(division=COUNTY, from_month=Month("2025-07"), leads=False)
    request = Request(id=CommandId("raise-1"), actor="county", data=command)
    world.refresh()
    loaded, _, cases = timed(
        lambda: [world.case(make_case_no(COUNTY, 2025, serial)) for serial in range(1, households + 1)]
    )
    bare, bare_cpu, sum_before = timed(lambda: sum(one.award.at(Month("2025-11")).amount for one in cases))
    now = doudi.store.clock.now()

    def decide() -> int:
        found = 0
        for one in cases:
            context = Context(world, request, now, one, lambda prefix: prefix)
            found += len(raises(context, Month("2025-07")))
        return found

    decided, decided_cpu, changed = timed(decide)
    assert changed == households
    cases.clear()
    looking, looking_cpu, preview = timed(lambda: doudi.raising.preview(request))
    assert len(preview.rises) == households
    raising, raising_cpu, answer = timed(lambda: doudi.office.handle(request))
    assert answer.data["raised"] == households, answer.data
    times = []
    for _ in range(20):
        seconds, _, lines = timed(
            lambda: late(doudi, case, "county", died={MemberKey("m2"): date(2025, 6, 11)})
        )
        assert len([one for one in lines if one.line.drawn]) == 4
        times.append(seconds * 1_000)
    doudi.close()
    return {
        "households": households,
        "built": round(built, 2),
        "loaded": round(loaded, 2),
        "bare_pass": {
            "seconds": round(bare, 4),
            "cpu_seconds": round(bare_cpu, 4),
            "fen_a_month": sum_before,
        },
        "decided_in_memory": _rate(households, decided, decided_cpu, bare_cpu),
        "looked_at_with_projections_from_nothing": _rate(households, looking, looking_cpu, bare_cpu),
        "raised_through_the_office": _rate(households, raising, raising_cpu, bare_cpu),
        "late_death_shown_ms": {"median": round(median(times), 2), "most": round(max(times), 2)},
    }


def _rate(households: int, seconds: float, cpu: float, bare: float) -> dict[str, float]:
    """The ratio is of processor seconds: it says more where others work beside."""
    return {
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu, 2),
        "households_per_second": round(households / seconds),
        "ratio_to_bare_pass": round(cpu / bare),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=2_000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        found = measure(asked.households, Path(folder))
    text = json.dumps(found, indent=2, ensure_ascii=False)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
