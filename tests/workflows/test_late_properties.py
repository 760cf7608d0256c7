"""Late truth: in any order the same end; a correction and its reversal leave nothing; a raise in one step or in two,
before a late fact or after it, the same money. Each example is played through the whole office on a store of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.late import looking
from domain.days import Month, add_month
from tests.harness import TrialOffice, person
from tests.workflows.awards import draw, income, living
from tests.workflows.test_difference import drawn, raised
from workflows.decide.recompute import late_lines

FIRST, LAST = Month("2025-05"), Month("2025-10")
MONTHS = [add_month(FIRST, step) for step in range(6)]
FEW = settings(max_examples=3, deadline=None)
Act = Callable[["Story"], None]


class Story:
    """A couple with 200.00, paid 1,000.00 a month from May to October; what comes to light later, decided at once."""

    def __init__(self, office: TrialOffice) -> None:
        self.office = office
        members = [
            person("m1", "1980-01-01", 11, "周一", "02"),
            person("m2", "1982-01-01", 12, "周二", "12"),
        ]
        self.case = living(office, members, [income("m1", 120_000, "2024-09-01", "2025-02-28")])
        draw(office, self.case, *MONTHS)
        self.days = iter(f"2025-11-{day:02d}" for day in range(1, 31))
        self.facts = 2
        self.items = 1

    @property
    def on(self) -> str:
        return next(self.days)

    def state(self, fact: dict[str, Any]) -> str:
        self.items += 1
        on = self.on
        happened = {"kind": "income", "happened": fact["since"], "source": "V03"}
        self.office.do("DetectChange", "county", self.case, on=on, **happened)
        change = list(self.office.case(self.case).changes)[-1]
        stated = {**fact, "item": self.items, "source": "V03", "unreported": True}
        answer = self.office.do("StateFacts", "handler", self.case, on=on, facts=[stated])
        self.open = change
        return str(answer.data["facts"][0])

    def settle(self) -> None:
        """Whatever is now too much is heard, decided and claimed; whatever is too little is made good."""
        office, case = self.office, self.case
        office.say("MakeGood", "decider", case, on=self.on, reason="更正")
        on = self.on
        for key, one in office.case(case).findings.items():
            if one.decided is None:
                office.do("DropFinding", "decider", case, on=on, instance=key, reason="重新核定")
        if office.say("FindDifference", "county", case, on=on).status == "done":
            office.do("HearFinding", "county", case, on=on, words="知道了")
            office.do("DecideFinding", "decider", case, on=on, outcome="recover", reason="多发")

    def end(self) -> dict[str, tuple[int, int]]:
        """By month: what it is due, and what the household has of it in the end, after the next draw."""
        drawn(self.office, "2025-12", then_close=False)
        case = self.office.case(self.case)
        award = case.award
        assert award is not None
        due = {month: terms.amount if (terms := award.at(month)) else 0 for month in MONTHS}
        return {month: (due[month], case.drawn[month].standing) for month in MONTHS}

    def open_claims(self) -> int:
        return sum(one.open for one in self.office.case(self.case).findings.values())


@contextmanager
def story() -> Iterator[Story]:
    with TemporaryDirectory() as folder:
        office = TrialOffice(Path(folder))
        try:
            yield Story(office)
        finally:
            office.doudi.close()


def wage(since: str, until: str | None, yuan: int, member: str = "m2") -> dict[str, Any]:
    fact = {"kind": "income", "code": "W3", "member": member, "since": since, "amount": yuan * 100}
    return {**fact, "until": until} if until else fact


SPANS = [
    ("2025-05-10", "2025-07-09"),
    ("2025-06-15", None),
    ("2025-04-20", "2025-05-19"),
    ("2025-08-01", None),
]
wages = st.lists(
    st.tuples(st.sampled_from(SPANS), st.integers(1, 1_300), st.sampled_from(["m1", "m2"])),
    min_size=2,
    max_size=3,
)


def late_wage(span: tuple[str, str | None], yuan: int, member: str) -> Act:
    def act(one: Story) -> None:
        one.state(wage(*span, yuan, member))

    return act


def death(one: Story) -> None:
    one.office.do("RecordDeath", "handler", one.case, on=one.on, member="m2", died="2025-08-14", source="V14")


def played(acts: Sequence[Act], between: bool) -> tuple[dict[str, tuple[int, int]], int]:
    with story() as one:
        for act in acts:
            act(one)
            if between:
                one.settle()
        one.settle()
        return one.end(), one.open_claims()


@FEW
@given(data=st.data(), facts=wages, dies=st.booleans())
def test_facts_in_any_order_have_the_same_end(data: st.DataObject, facts: list[Any], dies: bool) -> None:
    acts: list[Act] = [late_wage(*fact) for fact in facts]
    order = data.draw(st.permutations(acts))
    if dies:
        acts, order = [*acts, death], [death, *order]
    first, second = played(acts, False), played(order, data.draw(st.booleans()))
    assert first == second
    assert all(due == standing for due, standing in first[0].values())


@FEW
@given(yuan=st.integers(0, 1_150), between=st.booleans())
def test_a_correction_and_its_reversal_leave_no_difference(yuan: int, between: bool) -> None:
    with story() as one:
        office, case = one.office, one.case
        before = {month: line.standing for month, line in office.case(case).drawn.items()}
        office.do("ReportChange", "window", case, on=one.on, kind="correction", happened="2025-10-31")
        stated = income("m1", 120_000, "2024-09-01", "2025-02-28")
        office.do(
            "CorrectFact", "handler", case, on=one.on, fact="f1", corrected=stated | {"amount": yuan * 600}
        )
        if between:
            one.settle()
        key = next(key for key, fact in office.case(case).facts.items() if fact.kind == "income")
        office.do("CorrectFact", "handler", case, on=one.on, fact=key, corrected=stated)
        one.settle()
        end = one.end()
        assert {month: standing for month, (_, standing) in end.items()} == before
        assert all(due == standing for due, standing in end.values())
        assert one.open_claims() == sum(
            line.drawn - line.standing for line in office.case(case).drawn.values()
        )
        more = office.say("FindDifference", "county", case, on="2025-12-20").data.get("lines", [])
        assert {line["month"] for line in more} <= {"2025-12"}, "what was to come, drawn as it was put right"


standards = st.lists(
    st.tuples(st.integers(601, 700), st.sampled_from(["2025-06", "2025-08"])), min_size=2, max_size=2
)


@FEW
@given(steps=standards, draws=st.booleans())
def test_a_raise_in_one_step_or_in_two_is_the_same_money(steps: list[tuple[int, str]], draws: bool) -> None:
    (low, _), (high, since) = sorted(steps)
    with story() as one:
        raised(one.office, low * 100, since, one.case, one.on)
        if draws:
            drawn(one.office, "2025-11", then_close=False)
        if high > low:
            raised(one.office, high * 100, since, one.case, "2025-11-20")
        two = one.end()
    with story() as one:
        raised(one.office, high * 100, since, one.case, one.on)
        assert one.end() == two


@FEW
@given(
    facts=wages,
    standard=st.integers(610, 700),
    since=st.sampled_from(["2025-06", "2025-08"]),
    decided=st.booleans(),
)
def test_a_late_fact_before_or_after_a_raise_is_the_same_money(
    facts: list[Any], standard: int, since: str, decided: bool
) -> None:
    def lift(one: Story) -> None:
        raised(one.office, standard * 100, since, one.case, one.on)

    late = [late_wage(*fact) for fact in facts[:2]]
    before, after = played([*late, lift], decided), played([lift, *late], decided)
    assert before[0] == after[0]


@FEW
@given(facts=wages)
def test_a_month_that_no_fact_reaches_is_not_touched(facts: list[Any]) -> None:
    with story() as one:
        for fact in facts:
            late_wage(*fact)(one)
        context = looking(one.office.doudi, one.case, "county")  # type: ignore[arg-type]
        touched = {line.line.month for line in late_lines(context) if line.line.drawn}
        could = {
            month
            for (since, until), _, _ in facts
            for month in MONTHS
            if since[:7] < month and (until is None or month <= until[:7])
        }
        assert touched <= could
        assert all(line.terms is not None for line in late_lines(context))


def test_a_raise_reaches_the_months_to_come_of_who_was_found_out() -> None:
    """What a finding leaves as it stood stands on what it stood on: a raise after it reaches it as one before did."""

    def low(one: Story) -> None:
        raised(one.office, 62_000, "2025-06", one.case, one.on)

    def high(one: Story) -> None:
        raised(one.office, 70_000, "2025-09", one.case, one.on)

    def to_come(*acts: Act) -> int:
        with story() as one:
            for act in acts:
                act(one)
                one.settle()
            award = one.office.case(one.case).award
            assert award is not None
            terms = award.at(Month("2025-12"))
            assert terms is not None
            return terms.amount

    late = late_wage(SPANS[1], 300, "m2")
    assert to_come(low, late, high) == to_come(low, high, late) == 120_000
