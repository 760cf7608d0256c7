"""A month is closed once, whole, in order, by its county; its table is kept and never changes (rules.md §8)."""

import pytest

from adapters.closing import closing_of, unlike, whole
from domain.days import Month
from domain.ids import StreamId
from domain.month import MonthClosed, digest_of, read_table
from domain.payment import ListOpened
from projections.figures import month_table
from projections.month_tables import correction_lines
from tests.harness import COUNTY, T1, V1, TrialOffice, at, number
from tests.workflows.test_difference import drawn, raised
from tests.workflows.test_finding import MONTHS, decide, found, put_right, single, stopped
from tests.workflows.test_pay import close, draw, lines, living
from tests.workflows.test_takeover import COUPLE, DOCUMENT, take
from workflows.world import list_stream

OTHERS = [{**one, "number": number("1960-07-16", 40 + place)} for place, one in enumerate(COUPLE)]
MAY = {"division": COUNTY, "month": "2025-05"}


def closed(office: TrialOffice, month: str = "2025-05") -> MonthClosed:
    found = closing_of(office.store, COUNTY, "dibao", Month(month))
    assert found is not None
    return found


def listed(office: TrialOffice, month: str = "2025-05") -> None:
    """The month's lists are drawn on the 8th, signed and closed."""
    draw(office, f"{month}-08", month)
    for area in ("urban", "rural"):
        stream = list_stream(COUNTY, "dibao", area, month)
        office.doudi.office.world.refresh()
        if office.doudi.office.world.state(stream).draws:
            close(office, month, area)


def test_a_month_is_closed_with_its_table(office: TrialOffice) -> None:
    living(office, 1, 2)
    living(office, 2, 1, "urban")
    listed(office)
    answer = office.quiet("CloseMonth", "chief", **MAY, on="2025-06-03")
    event = closed(office)
    assert (answer.data["digest"], answer.data["position"]) == (event.digest, event.position)
    assert digest_of(event.table) == event.digest
    table = read_table(event.table)
    assert table.text() == event.table
    assert table.lists == {"rural": at("2025-05-08").date(), "urban": at("2025-05-08").date()}
    assert event.figures["all"]["persons"] == 3
    assert event.figures["rural"]["paid"] == 120000
    assert (table.rows[V1]["rural"]["persons"], table.rows[T1]["all"]["persons"]) == (2, 3)
    assert table.rows[COUNTY]["rural"]["average_supplement"] == "60000/1"
    assert event.figures["rural"]["pending"] == 120000


def test_a_month_is_closed_once_and_in_order(office: TrialOffice) -> None:
    living(office)
    listed(office)
    listed(office, "2025-06")
    listed(office, "2025-07")
    office.do("CloseMonth", "payer", division=COUNTY, month="2025-06", on="2025-08-03")
    assert office.refused("CloseMonth", "payer", division=COUNTY, month="2025-06") == ["month-closed"]
    assert office.refused("CloseMonth", "payer", **MAY) == ["month-later-closed"]
    assert office.refused("CloseMonth", "payer", division=COUNTY, month="2025-08") == [
        "month-not-over",
        "month-earlier-open",
        "list-not-open",
    ]
    office.do("CloseMonth", "payer", division=COUNTY, month="2025-07")


def test_closing_is_refused_by_name(office: TrialOffice) -> None:
    living(office)
    office.clock("2025-05-08")
    assert office.refused("CloseMonth", "payer", **MAY) == ["month-not-over", "list-not-open"]
    draw(office, "2025-05-08")
    office.clock("2025-06-03")
    assert office.refused("CloseMonth", "payer", **MAY) == ["list-not-closed"]
    assert office.refused("CloseMonth", "handler", **MAY) == ["out-of-scope"]
    assert office.refused("CloseMonth", "decider", **MAY) == ["not-your-desk"]
    close(office)
    for division in (T1, V1, "11"):
        codes = office.refused("CloseMonth", "admin", division=division, month="2025-05")
        assert codes == ["not-your-desk"]
    office.appoint("payer", "payer", T1)
    assert office.refused("CloseMonth", "payer", division=T1, month="2025-05") == ["month-county"]
    office.do("CloseMonth", "payer", **MAY)


def test_where_awards_live_there_is_a_list(office: TrialOffice) -> None:
    living(office, 1)
    living(office, 2, 1, "urban")
    draw(office, "2025-05-08", area="rural")
    close(office)
    office.clock("2025-06-03")
    assert office.refused("CloseMonth", "payer", **MAY) == ["list-not-open"]
    draw(office, "2025-06-03", "2025-05", area="urban")
    assert office.refused("CloseMonth", "payer", **MAY) == ["list-not-closed"]
    close(office, area="urban")
    office.do("CloseMonth", "payer", **MAY)


def test_a_list_of_a_closed_month_is_not_opened_any_more_and_comes_as_arrears(office: TrialOffice) -> None:
    living(office, 1)
    listed_rural = draw(office, "2025-05-08", area="rural")
    assert listed_rural["rural"]["households"] == 1
    close(office)
    office.do("CloseMonth", "payer", **MAY, on="2025-06-03")
    urban = {**MAY, "area": "urban"}
    assert office.refused("OpenList", "payer", **urban) == ["month-closed"]
    assert draw(office, "2025-06-03", "2025-05")["urban"]["households"] == 0


def test_a_closed_table_never_changes_and_folds_again(office: TrialOffice) -> None:
    case = living(office)
    listed(office)
    office.do("CloseMonth", "payer", **MAY, on="2025-06-03")
    before = closed(office)
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K01", on="2025-06-12")
    office.do("ChangeAccount", "handler", case, on="2025-06-16", account="6217 0000 1234", holder="m1")
    other = living(office, 2)
    draw(office, "2025-06-18", "2025-06")
    assert closed(office) == before
    assert whole(before)
    assert unlike(office.doudi.projector, before) == []
    assert len(lines(office, other)) >= 1


def test_payments_may_be_pending_when_a_month_is_closed(office: TrialOffice) -> None:
    case = living(office)
    listed(office)
    office.do("CloseMonth", "payer", **MAY, on="2025-06-03")
    assert closed(office).figures["rural"]["pending"] == 60000
    office.do("SettlePayment", "payer", case, month="2025-05", reference="B-1", on="2025-06-04")
    assert "settled" not in closed(office).figures["rural"]


@pytest.mark.parametrize("month", ["2025-05"])
def test_a_list_that_was_only_opened_asks_for_nothing(office: TrialOffice, month: str) -> None:
    living(office)
    draw(office, "2025-05-08", month)
    close(office)
    urban = StreamId(list_stream(COUNTY, "dibao", "urban", month))
    assert isinstance(office.store.load(urban)[0].event, ListOpened)
    office.do("CloseMonth", "payer", division=COUNTY, month=month, on="2025-05-31")


def test_months_that_were_paid_elsewhere_are_neither_due_nor_corrected(office: TrialOffice) -> None:
    """A ledger comes in after May is closed: paid there up to May, and from April on by a late look into it."""
    living(office, 1)
    listed(office)
    office.do("CloseMonth", "payer", **MAY, on="2025-06-03")
    take(office, paid_until="2025-05")
    late = take(office, paid_until="2025-04", members=OTHERS, document={**DOCUMENT, "rows": [9, 10]})
    projector = office.doudi.projector
    projector.catch_up()
    rows, event = projector.rows("statistics"), closed(office)
    reported = read_table(event.table).rows[COUNTY]
    found = correction_lines(rows, "dibao", COUNTY, Month("2025-05"), reported)
    rural = [line for line in found if line["area"] == "rural"]
    assert [(one["figure"], one["old"], one["new"], one["why"]) for one in rural] == [
        ("due", 60000, 130000, "taken_over")
    ]
    office.do("UndoTakeOver", "county", late)
    projector.catch_up()
    assert month_table(rows, "dibao", COUNTY, Month("2025-05"))["rural"]["due"] == 60000


def test_two_reasons_of_one_list_are_two_lines(office: TrialOffice) -> None:
    """June's list pays again what came back of May to one, and the raise of May to the other."""
    first, other = living(office, 1), living(office, 2)
    listed(office)
    office.do("CloseMonth", "payer", **MAY, on="2025-06-03")
    office.do("ReturnPayment", "payer", first, month="2025-05", code="K01", on="2025-06-04")
    office.do("ChangeAccount", "handler", first, on="2025-06-04", account="6217 0000 1234", holder="m1")
    raised(office, 65_000, "2025-05", other, "2025-06-05")
    listed(office, "2025-06")
    projector = office.doudi.projector
    projector.catch_up()
    reported = read_table(closed(office).table).rows[COUNTY]
    found = correction_lines(projector.rows("statistics"), "dibao", COUNTY, Month("2025-05"), reported)
    rural = [one for one in found if (one["figure"], one["area"]) == ("paid", "rural")]
    paid = [(one["old"], one["new"], one["why"]) for one in rural]
    assert paid == [(120_000, 60_000, "K01"), (60_000, 65_000, "I01"), (65_000, 125_000, "repeated")]


def reasons(office: TrialOffice, month: str) -> set[str]:
    """Why the paid sum of a closed month was corrected."""
    projector = office.doudi.projector
    projector.catch_up()
    reported = read_table(closed(office, month).table).rows[COUNTY]
    found = correction_lines(projector.rows("statistics"), "dibao", COUNTY, Month(month), reported)
    return {one["why"] for one in found if one["figure"] == "paid"}


def overpaid(office: TrialOffice) -> str:
    """September is closed; what it paid is claimed back."""
    case = single(office)
    drawn(office, *MONTHS)
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-09", on="2025-11-03")
    stopped(office, case, "S09", "2025-08-10", "2025-11-03")
    decide(office, case, on="2025-11-04")
    assert reasons(office, "2025-09") == {"S09"}
    return case


def test_a_finding_that_a_restore_takes_back_is_told_as_a_correction(office: TrialOffice) -> None:
    case = overpaid(office)
    office.do("Restore", "decider", case, on="2025-11-20", code="I05", reason="重名，错停")
    assert reasons(office, "2025-09") == {"S09", "I05"}


def test_a_finding_that_an_appeal_takes_back_is_told_as_an_appeal(office: TrialOffice) -> None:
    case = overpaid(office)
    office.do("FileAppeal", "county", case, on="2025-11-10", kind="reconsideration")
    office.do("DecideAppeal", "county", case, on="2025-11-19", outcome="set_aside")
    office.do("Restore", "decider", case, on="2025-11-20", code="I06", reason="复议撤销")
    assert reasons(office, "2025-09") == {"S09", "I06"}


def test_a_finding_that_was_a_mistake_is_told_as_a_correction(office: TrialOffice) -> None:
    case = single(office)
    drawn(office, *MONTHS)
    office.do("CloseMonth", "chief", division=COUNTY, month="2025-07", on="2025-11-02")
    found(office, case, fen=30_000)
    office.do("HearFinding", "county", case, on="2025-11-04", words="是")
    decide(office, case, on="2025-11-04")
    put_right(office, case, "2025-11-06", 15_000)
    assert reasons(office, "2025-07") == {"D03", "I05"}
