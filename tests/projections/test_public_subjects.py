"""Whom a subscriber is told of: the recipients of his programmes in his division, while his right lasts."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.move import DivisionFollowed, HandedOver, MoveReceived
from domain.days import Month
from domain.division import DivisionAdded, DivisionReplaced
from domain.ids import DivisionCode, InstanceId, PersonRef, level_of, parent_of
from domain.person import NumberAdded, PersonForgotten, PersonRegistered
from domain.personal import Name, Number, Words
from domain.subscriber import PublicKey, SubscriberAdmitted, SubscriberEnded
from projections.public.message import Message
from tests.projections.county import COUNTY, V1, V2, V3, County
from tests.projections.publics import compacted, log
from tests.projections.test_public import SLOW
from tests.projections.test_statistics import lives
from workflows.world import division_stream, person_stream, subscriber_stream

KEY = PublicKey(kty="OKP", crv="X25519", x="j4MSuWZgXDEWzNlzSSG6a1gPDnaheU420741KLaPgms")
TOPIC = "subjects.medical"


def register(county: County, *persons: str, number: bool = True) -> None:
    for ref in map(PersonRef, persons):
        event = PersonRegistered(
            on=date(2024, 12, 1),
            person=ref,
            name=Name(ref, "张三"),
            sex="1",
            born=date(1980, 5, 1),
            number=Number(ref, "110199198005010011") if number else None,
            number_missing=None if number else Words(ref, "…"),
        )
        county.add(person_stream(ref), event)


def admit(county: County, on: str, division: DivisionCode = COUNTY, **fields: Any) -> None:
    event = SubscriberAdmitted(
        on=date.fromisoformat(on),
        name="medical",
        programmes=fields.pop("programmes", ("dibao",)),
        division=division,
        key=KEY,
        basis="协议",
        **fields,
    )
    county.add(subscriber_stream("medical"), event)


def end(county: County, on: str) -> None:
    county.add(subscriber_stream("medical"), SubscriberEnded(on=date.fromisoformat(on), name="medical"))


def subjects(county: County) -> list[Message]:
    return log(county).messages(TOPIC)


def told(county: County) -> list[tuple[str, bool]]:
    return [(one.key, one.data is not None) for one in subjects(county)]


def two() -> County:
    county = County()
    register(county, "a-m1", "b-m1")
    county.award("a", "2025-05", division=V1)
    county.award("b", "2025-05", division=V3)
    return county


def test_who_is_admitted_later_gets_all_who_are_there_in_his_division() -> None:
    county = two()
    admit(county, "2025-05-03", DivisionCode("110199001"))
    assert told(county) == [("a-m1", True)]
    (one,) = subjects(county)
    assert one.id == "subscriber:medical@1/subject.v1/medical/a-m1"
    assert one.data is not None
    assert one.data.key == KEY  # type: ignore[attr-defined]


def test_the_top_of_all_and_other_programmes() -> None:
    county = two()
    admit(county, "2025-05-03", DivisionCode("00"))
    assert told(county) == [("a-m1", True), ("b-m1", True)]
    county = two()
    admit(county, "2025-05-03", programmes=("tekun",))
    assert told(county) == []


def test_an_approval_tells_and_an_exit_takes_back_when_its_month_is_over() -> None:
    county = County()
    register(county, "a-m1")
    admit(county, "2025-01-01")
    county.award("a", "2025-05")
    county.stop("a", "2025-07")
    assert told(county) == [("a-m1", True)]
    county.enter("z", on="2025-07-01")
    assert told(county) == [("a-m1", True), ("a-m1", False)]


def test_the_end_of_his_right_takes_all_back() -> None:
    county = two()
    admit(county, "2025-05-03")
    end(county, "2025-06-01")
    assert told(county)[2:] == [("a-m1", False), ("b-m1", False)]
    county.award("c", "2025-07")
    assert len(told(county)) == 4


def test_the_last_day_of_his_right_ends_it_by_itself() -> None:
    county = two()
    admit(county, "2025-05-03", until=date(2025, 5, 31))
    county.enter("z", on="2025-05-31")
    assert compacted(subjects(county), TOPIC).keys() == {"a-m1", "b-m1"}
    county.enter("y", on="2025-06-01")
    assert compacted(subjects(county), TOPIC) == {}
    admit(county, "2025-06-02")
    assert compacted(subjects(county), TOPIC).keys() == {"a-m1", "b-m1"}


def test_admitted_anew_the_next_day_no_message_has_the_id_of_another() -> None:
    """Nothing was recorded since his last day: the right before ends by the event that gives the next one."""
    county = two()
    admit(county, "2025-05-03", until=date(2025, 5, 31))
    admit(county, "2025-06-01", DivisionCode("110199001"))
    assert told(county)[2:] == [("b-m1", False), ("a-m1", True)]
    ids = [one.id for one in subjects(county)]
    assert len(ids) == len(set(ids))


def test_admitted_anew_to_a_day_that_is_over_takes_all_back() -> None:
    county = two()
    admit(county, "2025-05-03", until=date(2025, 5, 31))
    admit(county, "2025-06-03", until=date(2025, 6, 2))
    assert told(county)[2:] == [("a-m1", False), ("b-m1", False)]


def test_a_right_of_one_village_ends_and_begins_with_a_move_within_the_township() -> None:
    county = two()
    admit(county, "2025-05-03", V1)
    county.to("a", DivisionFollowed(on=date(2025, 6, 1), before=V1, division=V2))
    assert told(county) == [("a-m1", True), ("a-m1", False)]
    county.to("a", DivisionFollowed(on=date(2025, 6, 2), before=V2, division=V1))
    assert told(county)[2:] == [("a-m1", True)]


def test_who_is_forgotten_is_taken_back() -> None:
    county = two()
    admit(county, "2025-05-03")
    ref = PersonRef("a-m1")
    county.add(person_stream(ref), PersonForgotten(on=date(2025, 5, 4), person=ref, reason="F03"))
    county.change("a", "2025-07", "I01", 40000)
    assert told(county)[2:] == [("a-m1", False)]


def test_a_person_without_a_number_is_told_of_once_it_is_there() -> None:
    county = County()
    register(county, "a-m1", number=False)
    county.award("a", "2025-05")
    admit(county, "2025-05-03")
    assert told(county) == []
    ref = PersonRef("a-m1")
    added = NumberAdded(on=date(2025, 5, 4), number=Number(ref, "110199198005010011"))
    county.add(person_stream(ref), added)
    assert told(county) == [("a-m1", True)]


NEW, OLD, OTHER = map(DivisionCode, ("110199011", "110199012", "110199013"))


def place(code: DivisionCode, village: str = "001") -> DivisionCode:
    return DivisionCode(code + village)


def replaced(county: County, code: DivisionCode, by: DivisionCode, on: str, *, new: bool = True) -> None:
    """`new`: unknown until then, as the office records it. Cases in it follow."""
    day = date.fromisoformat(on)
    if new:
        added = DivisionAdded(on=day, code=by, name="新", level=level_of(by), parent=parent_of(by))
        county.add(division_stream(by), added)
        together[len(county.log)] = f"replaced-{code}"
    month = Month(on[:7])
    event = DivisionReplaced(on=day, since=day, from_month=month, code=code, by=by, document="文")
    county.add(division_stream(code), event)
    together[len(county.log)] = f"replaced-{code}"
    for number, case in county.cases.items():
        if case.division.startswith(code):
            to = DivisionCode(by + case.division[len(code) :])
            county.to(number, DivisionFollowed(on=day, before=case.division, division=to))


together: dict[int, str] = {}
"""Position → the command of a replacement."""


def heard(county: County) -> set[str]:
    return set(compacted(log(county, together).messages(TOPIC), TOPIC))


@pytest.fixture
def county() -> County:
    """Two townships, each with a recipient, and who may know those of the first."""
    together.clear()
    county = County()
    register(county, *(f"{one}-m1" for one in "abcdefgh"))
    admit(county, "2025-01-01", OLD)
    county.award("a", "2025-05", division=place(OLD))
    county.award("b", "2025-05", division=place(OTHER))
    assert heard(county) == {"a-m1"}
    return county


def test_a_right_goes_on_in_the_one_code_that_stands_for_its_division_alone(county: County) -> None:
    replaced(county, OLD, NEW, "2025-06-01")
    assert heard(county) == {"a-m1"}
    assert len(log(county, together).messages(TOPIC)) == 1
    county.award("c", "2025-07", division=place(NEW, "002"))
    county.award("d", "2025-07", division=place(OTHER, "002"))
    assert heard(county) == {"a-m1", "c-m1"}


def test_a_right_goes_on_for_what_came_along_alone_where_divisions_were_merged(county: County) -> None:
    replaced(county, OLD, OTHER, "2025-06-01", new=False)
    county.award("c", "2025-07", division=place(OTHER))
    assert heard(county) == {"a-m1"}


def test_two_merged_into_a_new_one_are_not_mixed_up(county: County) -> None:
    replaced(county, OLD, NEW, "2025-06-01")
    county.award("c", "2025-06", division=place(NEW))
    replaced(county, OTHER, NEW, "2025-06-15", new=False)
    county.award("d", "2025-07", division=place(NEW))
    assert heard(county) == {"a-m1", "c-m1"}


def test_a_code_that_has_cases_already_is_no_new_one(county: County) -> None:
    county.award("c", "2025-05", division=place(NEW))
    replaced(county, OLD, NEW, "2025-06-01")
    county.award("d", "2025-07", division=place(NEW))
    assert heard(county) == {"a-m1"}


def test_a_village_that_goes_to_another_township_leaves_the_right_of_its_own(county: County) -> None:
    replaced(county, place(OLD), place(OTHER, "009"), "2025-06-01")
    assert heard(county) == set()
    admit(county, "2025-06-02", place(OLD))
    assert heard(county) == {"a-m1"}
    replaced(county, OLD, NEW, "2025-07-01")
    admit(county, "2025-07-02", OLD)
    assert heard(county) == set()


def test_replaced_twice_and_then_a_part_given_away(county: County) -> None:
    replaced(county, OLD, NEW, "2025-06-01")
    last = DivisionCode("110199014")
    replaced(county, NEW, last, "2025-07-01")
    county.award("c", "2025-08", division=place(last, "002"))
    assert heard(county) == {"a-m1", "c-m1"}
    replaced(county, place(last), place(OTHER, "009"), "2025-09-01")
    assert heard(county) == {"c-m1"}


def test_a_right_of_a_village_follows_when_all_above_it_is_raised(county: County) -> None:
    admit(county, "2025-05-02", place(OLD))
    county.award("c", "2025-05", division=place(OLD, "002"))
    replaced(county, COUNTY, DivisionCode("110120"), "2025-06-01")
    assert heard(county) == {"a-m1"}
    county.award("d", "2025-07", division=DivisionCode("110120012001"))
    county.award("e", "2025-07", division=DivisionCode("110120012002"))
    assert heard(county) == {"a-m1", "d-m1"}


def test_a_village_that_goes_along_into_a_merger_is_known_by_its_new_code(county: County) -> None:
    """New cases there are its own, and of the right to the township it was of until that was merged."""
    replaced(county, OLD, OTHER, "2025-06-01", new=False)
    replaced(county, place(OLD, "002"), place(OTHER, "012"), "2025-06-01")
    county.award("c", "2025-07", division=place(OTHER, "012"))
    county.award("d", "2025-07", division=place(OTHER, "003"))
    assert heard(county) == {"a-m1", "c-m1"}


def test_who_moves_away_afterwards_is_taken_back(county: County) -> None:
    replaced(county, OLD, NEW, "2025-06-01")
    day, move = date(2025, 7, 1), InstanceId("m")
    county.to("a", HandedOver(on=day, move=move, to=place(OTHER), moved_on=day))
    assert heard(county) == {"a-m1"}
    county.to("a", MoveReceived(on=day, move=move, division=place(OTHER)))
    assert heard(county) == set()


@SLOW
@given(lives(), st.sampled_from([COUNTY, DivisionCode("110199001"), V3]))
def test_whenever_he_is_admitted_he_comes_to_know_the_same(county: County, division: DivisionCode) -> None:
    """Admitted before all or after all: who stands in his topic at the end is the same; ended, nobody."""
    persons = sorted({one.person for case in county.cases.values() for one in case.members.values()})
    early = County()
    register(early, *persons)
    admit(early, "2024-12-02", division)
    for seen in county.log:
        early.add(seen.stream, seen.event)
    late = County()
    register(late, *persons)
    for seen in county.log:
        late.add(seen.stream, seen.event)
    admit(late, "2025-06-30", division)
    one = compacted(subjects(early), TOPIC)
    assert one == compacted(subjects(late), TOPIC)
    recipients = compacted(log(early).messages())
    divisions = {number: case.division for number, case in early.cases.items()}
    wanted = {
        record.person
        for record in recipients.values()
        if any(divisions[span.case].startswith(division) for span in record.spans)
    }
    assert one.keys() == wanted
    end(early, "2025-07-01")
    assert compacted(subjects(early), TOPIC) == {}
