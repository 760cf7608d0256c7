"""The register out and in again after all that happens to it: the same households, amounts, months; the same raise."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.ledger.kinship import to_head
from domain.case.intake import Member
from domain.ids import MemberKey, PersonRef
from domain.personal import Name
from tests.harness import COUNTY, T2, person
from tests.ledger.corpus import People
from tests.ledger.office import LedgerOffice
from tests.ledger.papers import Sheet, Value, write
from tests.ledger.test_taking import rows_of
from tests.workflows.awards import living
from tests.workflows.test_split import leave, settle
from tests.workflows.test_takeover import raise_standard

HEAD: list[Value] = [
    "序号",
    "与户主关系",
    "姓名",
    "身份证号",
    "是否保障对象",
    "户月保障金",
    "分类施保金",
    "保障标准",
    "享受时间",
]
HEAD += ["银行账号", "开户人", "低保证号", "家庭住址"]


def couples(how_many: int) -> list[list[Value]]:
    """Each has a wife with an addition, whose account it is; the standard it stands on is the ledger's."""
    rows: list[list[Value]] = [["农村低保台账"], HEAD]
    people = People(50)
    for place in range(1, how_many + 1):
        a, b = people.one("1955-07-16"), people.one("1958-02-03", woman=True)
        account = f"62170000000009{place:02d}"
        rows.append(
            [place, "户主", *a, "是", 600, None, 480, "2018-03", account, b[0], f"DB{place}", "丁村一组"]
        )
        rows.append([None, "妻", *b, "是", None, 50, None, None, None, None, None, None])
    return rows


SON = person("m1", "2000-01-01", 913, "周丙", "01")


def family() -> list[dict[str, str]]:
    """Of an application: an amount on facts."""
    return [
        person("m1", "1970-01-01", 911, "周甲", "02"),
        person("m2", "1972-01-01", 912, "周乙", "12"),
        {**SON, "key": "m3", "kinship": "20"},
    ]


@pytest.fixture
def lived(desk: LedgerOffice) -> LedgerOffice:
    """Six households from a ledger; deaths of a wife and of a head, another head, a move; then a raise of all."""
    found = desk.take(write(desk.folder / "农村低保台账.xlsx", [Sheet(couples(6))]))
    assert found["households"] == 6
    register = desk.say("register", "--division", COUNTY, "--as-of", "2025-06-10", "--format", "json").json
    died, headed, moved, widowed, *others = (row["case"] for row in register["rows"])
    office = desk.office
    office.do(
        "RecordDeath", "handler", died, on="2025-07-10", member="m2", died="2025-07-08", source="village"
    )
    office.do("ChangeHead", "window", headed, on="2025-07-10", head="m2")
    office.do("HandOver", "handler", moved, on="2025-07-10", to=T2, moved_on="2025-07-01")
    office.do("ReceiveMove", "window-t2", moved, on="2025-07-11", division="110199002")
    office.do(
        "RecordDeath", "handler", widowed, on="2025-07-12", member="m1", died="2025-07-08", source="village"
    )
    computed = living(office, family(), [], accepted="2025-06-11")
    leave(office, computed, on="2025-07-14")
    split = living(office, [SON], [], accepted="2025-07-15", came_from=computed, came_by="split")
    settle(office, computed, "2025-08-12")
    assert office.case(split).state("award") == "living"
    raise_standard(office, 65_000, "2025-08-01")
    for case in (died, headed, moved, widowed, *others, computed):
        office.do("RaiseStandard", "county", case, on="2025-08-19", from_month="2025-08")
    office.do("RaiseStandard", "county", split, on="2025-08-19", from_month="2025-09")
    office.clock("2025-09-05")
    return desk


def away(desk: LedgerOffice, folder: Path) -> tuple[list[Any], list[Any], LedgerOffice]:
    """The register as it is written, and as another office that took it over writes it."""
    one = desk.export("out.xlsx")
    folder.mkdir()
    other = LedgerOffice(folder, today="2025-09-05")
    found = other.take(one, division=COUNTY, until="2025-09")
    assert found["refused_households"] == 0, found["problems"]
    return rows_of(one), rows_of(other.export("out.xlsx")), other


def test_out_and_in_again_is_the_same(lived: LedgerOffice, tmp_path: Path) -> None:
    one, two, other = away(lived, tmp_path / "other")
    assert one == two
    raised = [after_a_raise(each) for each in (lived, other)]
    assert raised[0] == raised[1] != one
    other.office.doudi.close()


def after_a_raise(desk: LedgerOffice) -> list[Any]:
    """The register of October, whose standard is another."""
    raise_standard(desk.office, 70_000, "2025-10-01")
    register = desk.say("register", "--division", COUNTY, "--as-of", "2025-09-05", "--format", "json").json
    for row in register["rows"]:
        desk.office.do("RaiseStandard", "county", row["case"], on="2025-09-20", from_month="2025-10")
    desk.office.clock("2025-10-08")
    return rows_of(desk.export("october.xlsx"))


def test_who_a_member_is_to_another_head() -> None:
    """What follows for certain when the head changes; of the others that they are of the family."""
    kin = {"m1": "02", "m2": "12", "m3": "20", "m4": "51"}
    members = [
        Member(
            key=MemberKey(key),
            person=PersonRef(f"p-{key}"),
            name=Name(f"p-{key}", key),
            number=None,
            kinship=kinship,
            sex="2" if key == "m2" else "1",
            born=date(1970, 1, 1),
        )
        for key, kinship in kin.items()
    ]
    assert [to_head(one, members[0], members) for one in members] == ["02", "12", "20", "51"]
    assert [to_head(one, members[1], members) for one in members] == ["11", "02", "20", "97"]
    assert [to_head(one, members[2], members) for one in members] == ["51", "97", "02", "97"]
    assert [to_head(one, members[3], members) for one in members] == ["20", "97", "97", "02"]
    assert [to_head(one, members[1], members[1:]) for one in members[1:]] == ["02", "20", "51"]
