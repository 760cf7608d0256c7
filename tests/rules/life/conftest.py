"""The steps of the examples: a beginning, what somebody does on a day, and what then holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from adapters.catalogue import Catalogue
from adapters.wording import remedy_of, text_of
from domain.case import Case
from domain.case.change import DeadlineEscalated, DeadlineWarned
from domain.codes import label
from domain.days import Month, add_month, last_day
from domain.ids import MemberKey
from domain.money import parse_yuan
from domain.policy_file import setting
from tests.harness import COUNTY, TrialOffice, at
from tests.rules.life.offices import STAGES, Beginnings, living
from tests.rules.life.vocabulary import ACTS, PAPER, PLACES, WHO, Act, Name, newcomer
from tests.workflows import awards
from workflows.command import Answer
from workflows.engine import definition_of

ZH = Catalogue("zh")
DAY = r"\d{4}-\d{2}-\d{2}"
OF = r"(?:（(?P<of>[^（）]+)）)?"


def any_of(words: Any) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


@dataclass
class Story:
    beginnings: Beginnings
    folder: Path
    office: TrialOffice | None = None
    cases: dict[str, str] = field(default_factory=dict)
    answer: Answer | None = None
    looked_at: bool = True

    @property
    def there(self) -> TrialOffice:
        if self.office is None:
            self.office, _ = self.beginnings.at("empty", lambda office: "")
        return self.office

    def number(self, of: str | None) -> str:
        return self.cases[of] if of else list(self.cases.values())[-1]

    def case(self, of: str | None = None) -> Case:
        return self.there.case(self.number(of))

    def member(self, name: str, of: str | None) -> str:
        found = {one.name.text: key for key, one in self._people(of)}
        assert name in found, f"no member {name}; there are {', '.join(found)}"
        return found[name]

    def _people(self, of: str | None) -> list[tuple[str, Any]]:
        case = self.case(of)
        return [(key, self.there.doudi.office.world.person(one.person)) for key, one in case.members.items()]

    def said(self) -> list[str]:
        assert self.answer is not None, "nothing was done"
        return [text_of(ZH, one) for one in self.answer.reasons]

    def deadline(self, name: str, of: str | None) -> tuple[str, date]:
        """The running due day of that name; of several the one that began last."""
        found = [
            (key, one.due)
            for key, one in self.case(of).deadlines.items()
            if ZH.text(f"deadline.{key.split('/')[1]}") == name
        ]
        assert found, f"no due day {name}"
        return found[-1]


@pytest.fixture(scope="session")
def beginnings(tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    return Beginnings(tmp_path_factory.mktemp("beginnings"))


@pytest.fixture
def story(beginnings: Beginnings, tmp_path: Path) -> Iterator[Story]:
    """A refusal that no step looks at is a defect of the example."""
    story = Story(beginnings, tmp_path)
    yield story
    assert story.looked_at, story.said()


@pytest.fixture
def datatable() -> None:
    """What a step without a table gets."""


def rows(table: list[list[str]] | None) -> list[dict[str, str]]:
    if table is None:
        return []
    head, *body = table
    return [dict(zip(head, row, strict=True)) for row in body]


@given("本地参数")
def parameters(story: Story, datatable: list[list[str]]) -> None:
    for row in rows(datatable):
        told: dict[str, Any] = {"name": row["名称"], "value": row["值"], "since": "2000-01-01"}
        read = setting({**told, "document": "样例"}, division=COUNTY, programme="dibao")
        story.there.set_policy(**{read.name: read.value})


@given(parsers.re(rf"自 (?P<day>{DAY}) 起保障标准每人每月 (?P<yuan>\S+) 元"))
def standard(story: Story, day: str, yuan: str) -> None:
    story.there.set_policy(since=date.fromisoformat(day), standard=parse_yuan(yuan))


@given(parsers.re(rf"王芳一家 (?P<day>{DAY}) (?P<stage>{any_of(STAGES)})"))
def at_a_stage(story: Story, day: str, stage: str) -> None:
    due, begin = STAGES[stage]
    assert day == due, f"{stage}: {due}"
    if story.office is None:
        story.office, case = story.beginnings.at(stage, begin)
    else:
        case = begin(story.office)
    story.cases["王芳"] = case


@given("王强一家自 2025-05 在保，每月 400.00 元")
def living_from_may(story: Story) -> None:
    if story.office is None:
        story.office, case = story.beginnings.at("在保", living)
    else:
        case = living(story.office)
    story.cases["王强"] = case


@given(parsers.re(rf"(?P<name>\S+)一家 (?P<day>{DAY}) 受理，后经确认"))
def lived(story: Story, name: str, day: str, datatable: list[list[str]]) -> None:
    """27 days from acceptance to confirmation; income by the month, of the six months before."""
    told = rows(datatable)
    members = [newcomer(row, f"m{place}") for place, row in enumerate(told, 1)]
    first = Month(day[:7])
    since, until = add_month(first, -6), add_month(first, -1)
    facts = [
        awards.income(f"m{place}", 6 * parse_yuan(row["月收入"]), f"{since}-01", last_day(until).isoformat())
        for place, row in enumerate(told, 1)
        if row.get("月收入")
    ]
    story.cases[name] = awards.living(story.there, members, facts, accepted=day)


@given(parsers.re(rf"(?P<months>[\d、-]+) 已列入名单{OF}"))
def drawn(story: Story, months: str, of: str | None) -> None:
    awards.draw(story.there, story.number(of), *months.split("、"))


@when(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记(?P<name>\S+?)的申请"))
@given(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记(?P<name>\S+?)的申请"))
def entered(story: Story, day: str, who: str, name: str, datatable: list[list[str]]) -> None:
    """The columns 区划, 来源个案, 来由 and 委托 of the first row are the application's, the others a member's."""
    told = rows(datatable)
    head = told[0]
    about: dict[str, Any] = {"division": PLACES[head.get("区划") or "一村"]}
    if head.get("来源个案"):
        about["came_from"] = story.cases[head["来源个案"]]
    if head.get("来由"):
        about["came_by"] = {"分户": "split", "迁入": "moved", "并户": "merged"}[head["来由"]]
    if head.get("委托") == "是":
        about["entrusted"] = PAPER
    members = [newcomer(row, f"m{place}") for place, row in enumerate(told, 1)]
    keep(
        story,
        story.there.say(
            "Enter",
            WHO[who],
            on=day,
            members=members,
            area="rural",
            applicant="m1",
            near_relative=False,
            **about,
        ),
    )
    assert story.answer is not None
    if story.answer.case:
        story.cases[name] = story.answer.case


def keep(story: Story, answer: Answer) -> None:
    assert story.looked_at, f"nothing says of this refusal: {story.said()}"
    story.answer, story.looked_at = answer, answer.status == "done"


@when(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})(?P<what>{any_of(ACTS)}){OF}"))
def act(
    story: Story, day: str, who: str, what: str, of: str | None, datatable: list[list[str]] | None
) -> None:
    keep(story, _say(story, day, who, what, of, datatable))


@given(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})(?P<what>{any_of(ACTS)}){OF}"))
def acted(
    story: Story, day: str, who: str, what: str, of: str | None, datatable: list[list[str]] | None
) -> None:
    keep(story, _say(story, day, who, what, of, datatable))
    assert story.looked_at, story.said()


def _say(
    story: Story, day: str, who: str, what: str, of: str | None, table: list[list[str]] | None
) -> Answer:
    found = ACTS[what]
    told = rows(table)
    assert len(told) <= 1, "one row a step"
    data = {**found.unsaid, **_read(story, found, told[0] if told else {}, of)}
    return story.there.say(found.command, WHO[who], story.number(of), on=day, **data)


def _read(story: Story, found: Act, row: dict[str, str], of: str | None) -> dict[str, Any]:
    data: dict[str, Any] = {}
    newly = {"姓名", "出生", "关系"} & set(row) if found.command in ("AddMember", "JoinMember") else set()
    if newly:
        data["member"] = newcomer(row, f"m{len(story.case(of).members) + 1}")
    for column, text in row.items():
        if text and column not in newly:
            name, parse = found.columns[column]
            data[name] = _named(story, parse(text), of)
    return data


def _named(story: Story, value: Any, of: str | None) -> Any:
    if isinstance(value, list):
        return [_named(story, one, of) for one in value]
    return story.member(value, of) if isinstance(value, Name) else value


@given(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记收入{OF}"))
@when(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记收入{OF}"))
def income(story: Story, day: str, who: str, of: str | None, datatable: list[list[str]]) -> None:
    """By the month: 起 and 止 say how long, 事后查明 that nobody had reported it."""
    facts = []
    for row in rows(datatable):
        fact: dict[str, Any] = {
            "kind": "income",
            "code": row.get("种类") or "W1",
            "member": story.member(row["成员"], of),
            "since": row["起"],
            "amount": parse_yuan(row["月收入"]),
            "source": "V03",
            "monthly": True,
            "item": int(row.get("第几项") or 1),
        }
        if row.get("止"):
            fact["until"] = row["止"]
        if row.get("事后查明") == "是":
            fact["unreported"] = True
            fact.pop("monthly")
        facts.append(fact)
    keep(story, story.there.say("StateFacts", WHO[who], story.number(of), on=day, facts=facts))


@given(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记无收入{OF}"))
@when(parsers.re(rf"(?P<day>{DAY}) (?P<who>{any_of(WHO)})登记无收入{OF}"))
def no_income(story: Story, day: str, who: str, of: str | None, datatable: list[list[str]]) -> None:
    facts = [
        {
            "kind": "nothing_declared",
            "code": "all",
            "member": story.member(row["成员"], of),
            "since": row["起"],
            "source": "survey",
        }
        for row in rows(datatable)
    ]
    keep(story, story.there.say("StateFacts", WHO[who], story.number(of), on=day, facts=facts))


@given(parsers.re(rf"时间到 (?P<day>{DAY})"))
@when(parsers.re(rf"时间到 (?P<day>{DAY})"))
def time(story: Story, day: str) -> None:
    """The clock goes there and everything due until the end of that day fires."""
    if story.there.store.clock.now() < at(day):
        story.there.clock(day)
    story.there.doudi.deadlines.run(date.fromisoformat(day))


@then("办成")
def done(story: Story) -> None:
    assert story.answer is not None
    assert story.answer.status == "done", story.said()


@then(parsers.parse("被拒绝“{text}”"))
def refused(story: Story, text: str) -> None:
    assert story.answer is not None
    assert story.answer.status == "refused", "it was done"
    story.looked_at = True
    assert story.said() == [text]


@then("被拒绝")
def refused_for_all(story: Story, datatable: list[list[str]]) -> None:
    assert story.answer is not None
    assert story.answer.status == "refused", "it was done"
    story.looked_at = True
    assert story.said() == [row["原因"] for row in rows(datatable)]


@then(parsers.parse("提示“{text}”"))
def remedy(story: Story, text: str) -> None:
    """What the refusal says to do."""
    assert story.answer is not None
    assert text in [remedy_of(ZH, one) for one in story.answer.reasons]


@then(parsers.re(rf"“(?P<life>[^”]+)”处于“(?P<state>[^”]+)”{OF}"))
def stands(story: Story, life: str, state: str, of: str | None) -> None:
    case = story.case(of)
    found = [key for key in case.lives if definition_of(case, key).zh == life]
    assert found, f"none of {[definition_of(case, key).zh for key in case.lives]}"
    now = definition_of(case, found[-1]).state(case.lives[found[-1]].state)
    assert now.zh == state


@then(parsers.re(rf"没有“(?P<life>[^”]+)”{OF}"))
def none_of(story: Story, life: str, of: str | None) -> None:
    case = story.case(of)
    assert life not in [definition_of(case, key).zh for key in case.lives]


@then(parsers.re(rf"期限“(?P<name>[^”]+)”为 (?P<day>{DAY}){OF}"))
def due(story: Story, name: str, day: str, of: str | None) -> None:
    assert story.deadline(name, of)[1].isoformat() == day


@then(parsers.re(rf"(?P<day>{DAY}) 预警“(?P<name>[^”]+)”{OF}"))
def warned(story: Story, day: str, name: str, of: str | None) -> None:
    found = [
        one.on.isoformat()
        for one in story.there.events(story.number(of))
        if isinstance(one, DeadlineWarned) and ZH.text(f"deadline.{one.key.split('/')[1]}") == name
    ]
    assert day in found, found


@then(parsers.re(rf"(?P<day>{DAY}) “(?P<name>[^”]+)”逾期报(?P<to>分管领导|县级){OF}"))
def escalated(story: Story, day: str, name: str, to: str, of: str | None) -> None:
    level = {"分管领导": "leader", "县级": "county"}[to]
    found = [
        one.on.isoformat()
        for one in story.there.events(story.number(of))
        if isinstance(one, DeadlineEscalated)
        and one.to == level
        and ZH.text(f"deadline.{one.key.split('/')[1]}") == name
    ]
    assert day in found, found


@then(parsers.re(rf"(?P<month>\d{{4}}-\d{{2}}) 每月金额为 (?P<yuan>\S+) 元{OF}"))
def pays(story: Story, month: str, yuan: str, of: str | None) -> None:
    assert awards.amount(story.there, story.number(of), month) == parse_yuan(yuan)


@then(parsers.re(rf"(?P<month>\d{{4}}-\d{{2}}) 不发放{OF}"))
def pays_nothing(story: Story, month: str, of: str | None) -> None:
    assert awards.amount(story.there, story.number(of), month) is None


@then(parsers.parse("自 {month} 起"))
def from_month(story: Story, month: str) -> None:
    assert story.answer is not None
    assert story.answer.data["from_month"] == month


@then(parsers.parse("补发 {months}"))
def arrears(story: Story, months: str) -> None:
    assert story.answer is not None
    assert story.answer.data["arrears"] == months.split("、")


@then(parsers.parse("多发的月份为 {months}"))
def over_months(story: Story, months: str) -> None:
    assert story.answer is not None
    found = story.answer.data.get("findings") or story.answer.data["lines"]
    assert [one["month"] if isinstance(one, dict) else one for one in found] == months.split("、")


@then(parsers.re(rf"已制发“(?P<name>[^”]+)”{OF}"))
def letter(story: Story, name: str, of: str | None) -> None:
    assert name in [label("letter", one.letter, "zh") for one in story.case(of).letters]


@then(parsers.parse("{name} 不再是待遇中的人口，自 {month} 起"))
def covered_no_more(story: Story, name: str, month: str) -> None:
    award = story.case().award
    assert award is not None
    terms = award.at(Month(month))
    assert terms is not None
    assert MemberKey(story.member(name, None)) not in terms.covered
