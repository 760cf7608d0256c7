"""Refusals are read in names: states, desks, grounds; what has none stays as it is."""

import pytest

from adapters.catalogue import Catalogue, Lang
from adapters.wording import remedy_of, text_of
from workflows.refusal import reason


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "现在不能办理上报：目前处于“公示中”，由村(居)委会负责，期限 2025-03-26"),
        (
            "en",
            "forward can't be done now: it stands at posted, with village or residents' committee, due 2025-03-26",
        ),
    ],
)
def test_a_state_and_a_desk_are_named(lang: Lang, said: str) -> None:
    one = reason(
        "not-now", life="application", state="posted", owner="village", until="2025-03-26", command="Forward"
    )
    assert text_of(Catalogue(lang), one) == said


def test_several_desks_and_grounds_are_named_each() -> None:
    one = reason("county-visit-due", grounds="near_relative complaint", desks="county_handler, section_chief")
    assert text_of(Catalogue("zh"), one) == "县级应先入户：近亲属、投诉举报；由县级经办人、股长办理"


def test_what_has_no_name_stays_and_numbers_are_numbers() -> None:
    zh = Catalogue("zh")
    assert text_of(zh, reason("not-begun", life="nowhere", command="X")) == "尚未开始：nowhere，不能办理 X"
    assert text_of(zh, reason("code-needs-words", given="N99")) == "代码 N99 须附文字说明"
    assert (
        text_of(zh, reason("not-eligible", grounds="R01 R98"))
        == "按现有情况不符合条件：R01 收入不低于标准、R98"
    )
    assert text_of(zh, reason("no-such-code", state="posted")) == "no-such-code (state=posted)"
    assert remedy_of(zh, reason("no-such-code")) is None


def test_what_a_letter_lacks_is_named() -> None:
    one = reason("letter-not-due", letter="变更决定书", lacks="change_reason")
    assert text_of(Catalogue("zh"), one) == "还不能出具《变更决定书》：尚无变动决定"
    assert "a decision of a change is not there" in text_of(Catalogue("en"), one)
    unnamed = reason("letter-not-due", letter="变更决定书", lacks="elsewhere")
    assert text_of(Catalogue("zh"), unnamed).endswith("elsewhere")
