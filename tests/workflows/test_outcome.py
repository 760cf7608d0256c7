"""What became of a household's money: settled, returned, held until the account is right, paid again (rules.md §7)."""

from domain.case.award import AmountChanged, Stopped, Terms
from domain.case.finding import FindingOpened
from domain.case.payment import PaymentRepeated, PaymentReturned, PaymentSettled, lists_of, standing
from domain.days import Month
from domain.ids import MemberKey, StreamId
from tests.harness import COUNTY, TrialOffice
from tests.workflows.test_pay import close, draw, held, lines, living
from workflows.world import case_stream, list_stream

MAY_LIST = list_stream(COUNTY, "dibao", "rural", "2025-05")
JUNE_LIST = list_stream(COUNTY, "dibao", "rural", "2025-06")
BACK = {"month": "2025-05", "code": "K02", "on": "2025-05-12"}
CREDITED = {"month": "2025-05", "reference": "B-1", "on": "2025-05-12"}


def paid(office: TrialOffice, serial: int = 1, members: int = 1) -> str:
    """May is drawn and its list closed: 600.00 a member are with the bank."""
    case = living(office, serial, members)
    draw(office, "2025-05-08")
    close(office)
    return case


def stands(office: TrialOffice, case: str, paylist: StreamId = MAY_LIST) -> tuple[int, int, int, int, int]:
    """(pending, held, settled, returned and owed, paid again)."""
    found = standing(office.case(case), paylist)
    return sum(found.pending.values()), found.held, found.settled, found.returned, found.repeated


def drawn(office: TrialOffice, case: str) -> int:
    return sum(standing(office.case(case), one).drawn for one in lists_of(office.case(case)))


def test_what_nobody_heard_of_is_pending(office: TrialOffice) -> None:
    assert stands(office, paid(office)) == (60000, 0, 0, 0, 0)


def test_a_payment_is_settled_on_a_day_with_the_banks_reference(office: TrialOffice) -> None:
    case = paid(office)
    answer = office.quiet("SettlePayment", "payer", case, **CREDITED, amount=60000)
    assert answer.data == {"list": MAY_LIST, "amount": 60000, "months": {"2025-05": 60000}}
    assert stands(office, case) == (0, 0, 60000, 0, 0)
    (event,) = [event for event in office.events(case) if isinstance(event, PaymentSettled)]
    assert (event.on.isoformat(), event.reference) == ("2025-05-12", "B-1")


def test_a_payment_is_settled_once(office: TrialOffice) -> None:
    case = paid(office)
    office.do("SettlePayment", "payer", case, **CREDITED)
    assert office.refused("SettlePayment", "payer", case, **CREDITED) == ["payment-settled"]
    other = {**CREDITED, "reference": "B-2"}
    assert office.refused("SettlePayment", "payer", case, **other) == ["payment-none"]


def test_an_outcome_is_refused(office: TrialOffice) -> None:
    case = living(office)
    draw(office, "2025-05-08")
    assert office.refused("SettlePayment", "payer", case, **CREDITED) == ["list-not-closed"]
    close(office)
    assert office.refused("SettlePayment", "handler", case, **CREDITED) == ["not-your-desk"]
    assert office.refused("SettlePayment", "payer", case, **CREDITED, amount=50000) == ["payment-amount"]
    assert office.refused("SettlePayment", "payer", case, **{**CREDITED, "month": "2025-06"}) == [
        "payment-none"
    ]
    assert office.refused("SettlePayment", "payer", case, **{**CREDITED, "on": "2025-05-07"}) == ["on-before"]
    assert office.refused("SettlePayment", "payer", case, **{**CREDITED, "reference": "张三"}) == [
        "field-wrong"
    ]
    assert office.refused("ReturnPayment", "payer", case, **{**BACK, "code": "K77"}) == ["code-unknown"]
    assert office.refused("ReturnPayment", "payer", case, **{**BACK, "code": "K99"}) == ["words-needed"]
    assert office.refused("ReturnPayment", "payer", case, **{**BACK, "month": "2025-04"}) == ["payment-none"]


def test_whether_it_arrived_must_be_known_before_it_is_owed_again(office: TrialOffice) -> None:
    case = paid(office)
    for code in ("K14", "K15"):
        assert office.refused("ReturnPayment", "payer", case, **{**BACK, "code": code}) == ["outcome-unsure"]
    assert stands(office, case) == (60000, 0, 0, 0, 0)


def test_a_held_line_has_no_outcome_until_it_is_released(office: TrialOffice) -> None:
    case = living(office)
    office.clock("2025-05-02")
    held(office, case)
    draw(office, "2025-05-08")
    close(office)
    assert office.refused("SettlePayment", "payer", case, **CREDITED) == ["payment-held"]
    office.do("EndHold", "county", case, on="2025-05-10")
    office.do("SettlePayment", "payer", case, **CREDITED)
    assert stands(office, case) == (0, 0, 60000, 0, 0)


def test_a_returned_payment_is_owed_again_and_held_until_the_account_is_right(office: TrialOffice) -> None:
    case = paid(office)
    office.quiet("ReturnPayment", "payer", case, **BACK)
    assert stands(office, case) == (0, 0, 0, 60000, 0)
    (event,) = [event for event in office.events(case) if isinstance(event, PaymentReturned)]
    assert (event.code, event.settled, event.amount) == ("K02", False, 60000)
    assert office.refused("ReturnPayment", "payer", case, **BACK) == ["payment-none"]
    assert office.refused("SettlePayment", "payer", case, **CREDITED) == ["payment-none"]

    june = draw(office, "2025-06-03", "2025-06")["rural"]
    assert (june["households"], june["held"], june["repeated_amount"]) == (1, 1, 0)
    office.do("ChangeAccount", "handler", case, on="2025-06-04", account="6217 0000 1234", holder="m1")
    assert not office.case(case).drawn[Month("2025-06")].held
    again = draw(office, "2025-06-05", "2025-06")["rural"]
    assert (again["repeated_lines"], again["repeated_amount"], again["amount"]) == (1, 60000, 0)
    assert stands(office, case) == (0, 0, 0, 0, 60000)
    assert stands(office, case, JUNE_LIST) == (120000, 0, 0, 0, 0)
    assert len(lines(office, case)) == 2
    close(office, "2025-06")
    answer = office.do("SettlePayment", "payer", case, month="2025-06", reference="B-9", on="2025-06-09")
    assert answer.data["months"] == {"2025-05": 60000, "2025-06": 60000}
    assert draw(office, "2025-06-10", "2025-06")["rural"]["repeated_lines"] == 0
    assert drawn(office, case) == 180000


def test_a_return_after_the_credit_undoes_it_and_nothing_else(office: TrialOffice) -> None:
    case = paid(office)
    office.do("SettlePayment", "payer", case, **CREDITED)
    answer = office.do("ReturnPayment", "payer", case, **{**BACK, "on": "2025-05-20"}, reference="B-1")
    assert answer.data["amount"] == 60000
    assert stands(office, case) == (0, 0, 0, 60000, 0)
    office.do("ChangeAccount", "handler", case, on="2025-05-21", account="6217 0000 1234", holder="m1")
    assert draw(office, "2025-05-22")["rural"]["repeated_amount"] == 60000
    assert stands(office, case) == (60000, 0, 0, 0, 60000)
    assert [event.list for event in office.events(case) if isinstance(event, PaymentRepeated)] == [MAY_LIST]


def test_another_reference_than_the_credited_one_is_told(office: TrialOffice) -> None:
    case = paid(office)
    office.do("SettlePayment", "payer", case, **CREDITED)
    assert office.refused("ReturnPayment", "payer", case, **BACK, reference="B-7") == ["payment-which"]


def test_the_second_attempt_may_come_back_too(office: TrialOffice) -> None:
    case = paid(office)
    for day, month in (("2025-05-12", "2025-05"), ("2025-06-12", "2025-06"), ("2025-07-12", "2025-07")):
        office.do("ReturnPayment", "payer", case, month=month, code="K01", on=day)
        office.do("ChangeAccount", "handler", case, on=day, account=f"6217 {day}", holder="m1")
        following = f"2025-{int(month[5:]) + 1:02d}"
        draw(office, f"{following}-08", following)
        close(office, following)
    last = list_stream(COUNTY, "dibao", "rural", "2025-08")
    assert stands(office, case, last) == (4 * 60000, 0, 0, 0, 0)
    lost = sum(standing(office.case(case), one).repeated for one in lists_of(office.case(case)))
    assert drawn(office, case) - lost == 4 * 60000


def test_what_an_ended_award_is_still_owed_is_paid_again(office: TrialOffice) -> None:
    case = paid(office)
    draw(office, "2025-06-03", "2025-06")
    close(office, "2025-06")
    office.do("ReturnPayment", "payer", case, month="2025-06", code="K03", on="2025-06-12")
    stopped = Stopped(on=office.store.clock.now().date(), code="S02", from_month=Month("2025-07"))
    office.write([(case_stream(case), stopped)])
    office.do("ChangeAccount", "handler", case, on="2025-06-20", account="6217 0000 1234", holder="m1")
    found = draw(office, "2025-07-08", "2025-07")["rural"]
    assert (found["households"], found["repeated_amount"]) == (0, 60000)


def test_a_month_that_is_no_longer_due_is_not_paid_again(office: TrialOffice) -> None:
    """He had died before it: what came back stays where it is."""
    case = paid(office)
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K13", on="2025-05-12")
    stopped = Stopped(on=office.store.clock.now().date(), code="S03", from_month=Month("2025-05"))
    office.write([(case_stream(case), stopped)])
    office.do("ChangeAccount", "handler", case, on="2025-05-20", account="6217 0000 1234", holder="m1")
    assert draw(office, "2025-06-08", "2025-06")["rural"]["repeated_amount"] == 0
    assert stands(office, case) == (0, 0, 0, 60000, 0)


def test_no_more_is_paid_again_than_the_month_is_due_as_now_known(office: TrialOffice) -> None:
    case = paid(office, members=2)
    office.do("ReturnPayment", "payer", case, month="2025-05", code="K01", on="2025-05-12")
    lower = Terms(
        from_month=Month("2025-05"),
        amount=60000,
        shares={MemberKey("m1"): 60000},
        covered=(MemberKey("m1"),),
        code="D01",
        on=office.store.clock.now().date(),
    )
    office.write([(case_stream(case), AmountChanged(on=lower.on, terms=lower, before=120000))])
    office.do("ChangeAccount", "handler", case, on="2025-05-20", account="6217 0000 1234", holder="m1")
    assert draw(office, "2025-06-08", "2025-06")["rural"]["repeated_amount"] == 60000
    assert stands(office, case) == (0, 0, 0, 60000, 60000)


def test_what_came_back_is_not_found_paid_too_much(office: TrialOffice) -> None:
    """May and June are paid to two; one had died in April. June's money came back, so only May's is looked into."""
    case = paid(office, members=2)
    draw(office, "2025-06-08", "2025-06")
    close(office, "2025-06")
    office.do("ReturnPayment", "payer", case, month="2025-06", code="K13", on="2025-06-12")
    died = {"member": "m2", "died": "2025-04-28", "source": "V14"}
    office.do("RecordDeath", "handler", case, on="2025-06-13", **died)
    (opened,) = [event for event in office.events(case) if isinstance(event, FindingOpened)]
    assert [(line.month, line.over) for line in opened.lines] == [("2025-05", 60000)]
    office.do("ChangeAccount", "handler", case, on="2025-06-20", account="6217 0000 1234", holder="m1")
    assert draw(office, "2025-07-08", "2025-07")["rural"]["repeated_amount"] == 60000
    assert stands(office, case, JUNE_LIST) == (0, 0, 0, 60000, 60000)


def test_what_a_later_supplement_adds_is_a_transfer_of_its_own(office: TrialOffice) -> None:
    case = paid(office)
    other = living(office, 2)
    draw(office, "2025-05-20")
    office.do("SettlePayment", "payer", case, **{**CREDITED, "on": "2025-05-20"})
    assert office.refused("SettlePayment", "payer", other, **{**CREDITED, "on": "2025-05-20"}) == [
        "payment-none"
    ]
    close(office)
    office.do("SettlePayment", "payer", other, **{**CREDITED, "on": "2025-05-20"})
    assert stands(office, other) == (0, 0, 60000, 0, 0)
