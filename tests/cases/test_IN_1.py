"""IN-1: one person has one spelling of his number, however it is typed; a wrong check digit is named."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.ids import mod_11_2
from tests.harness import V1, number
from tests.journeys.lives import Line, Outside, write

P = "11010119850402000X"
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})
SPELLINGS = {
    "lower case": "11010119850402000x",
    "full width": "１１０１０１１９８５０４０２０００Ｘ",
    "trailing no-break space": "11010119850402000X\u00a0",
    "full width, lower case": P.lower().translate(WIDE),
    "zero-width space inside": "110101\u200b19850402000X",
}


def entry(office: Outside, spelt: str, name: str = "陈平") -> Line:
    members = [{"key": "m1", "name": name, "kinship": "02", "number": spelt}]
    return office.line(
        "Enter", "window", division=V1, area="rural", applicant="m1", near_relative=False, members=members
    )


@pytest.fixture
def known(office: Outside) -> str:
    """The number of P's open case."""
    number: str = office.say(entry(office, P))["case"]
    return number


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
def test_IN_1_is_recognised(office: Outside, known: str, door: str, spelt: str) -> None:
    head = office.head()
    answer = office.say(entry(office, spelt), door)
    (reason,) = answer["reasons"]
    assert (reason["code"], reason["params"]) == ("already-applying", {"case": known})
    assert known in reason["message"]
    assert office.head() == head


def test_IN_1_is_refused_with_check_digit(office: Outside, known: str, door: str) -> None:
    answer = office.say(entry(office, "110101198504020000"), door)
    (reason,) = answer["reasons"]
    assert (reason["code"], reason["field"]) == ("number-check-digit", "data.members[0].number")
    assert "110101198504020000" not in str(answer)


@pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)
def test_IN_1_is_stored_in_one_spelling(office: Outside, door: str, spelt: str) -> None:
    case = office.say(entry(office, spelt), door)["case"]
    assert [one.number.text for one in office.case(case).members.values() if one.number] == [P]
    shown = office.run("case", "show", case).out + office.run("case", "show", case, "--format", "json").out
    assert "1101**********000X" in shown
    assert not any(wrong in shown for wrong in ("000x", "０００", "\u00a0", P))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), serial=st.integers(0, 999), born=st.dates(date(1940, 1, 1), date(2004, 12, 31)))
def test_IN_1_whatever_is_typed(office: Outside, data: st.DataObject, serial: int, born: date) -> None:
    digits = f"110199{born.isoformat().replace('-', '')}{serial:03d}"
    right = digits + mod_11_2(digits)
    spelt = "".join(
        data.draw(st.sampled_from(["", " ", "\u00a0", "\u3000", "\u200b", "\t"]))
        + data.draw(st.sampled_from([c, c.lower(), c.translate(WIDE)]))
        for c in right
    )
    first = office.say(entry(office, right))
    known = first.get("case") or first["reasons"][0]["params"]["case"]
    assert [one["params"]["case"] for one in office.say(entry(office, spelt))["reasons"]] == [known]
    wrong = digits + data.draw(st.sampled_from([c for c in "0123456789Xx" if c.upper() != right[-1]]))
    codes = [one["code"] for one in office.say(entry(office, wrong))["reasons"]]
    assert codes == ["number-check-digit"]


def test_IN_1_a_member_of_another_household_is_recognised_too(office: Outside, known: str) -> None:
    line = entry(office, number("1990-01-01", 1), "赵二")
    line["data"]["members"].append(
        {"key": "m2", "name": "陈平", "kinship": "12", "number": SPELLINGS["lower case"]}
    )
    (reason,) = office.say(line)["reasons"]
    assert (reason["code"], reason["params"]) == ("already-applying", {"case": known})


def test_IN_1_the_check_digit_is_said_in_words(office: Outside) -> None:
    file = office.folder / "wrong.jsonl"
    write(file, [entry(office, "110101198504020000")])
    assert "check digit" in office.run("--lang", "en", "do", str(file), code=1).out
    assert "校验" in office.run("--lang", "zh", "do", str(file), code=1).out
