"""The words in which the rule book's examples are written: members, facts and parameters in yuan."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pytest_bdd import given, parsers, then, when

from domain.case.award import Terms
from domain.days import Month, first_day, parse_day
from domain.explain import Explanation, ParameterRead, out_of_sum
from domain.facts import Fact
from domain.ids import DivisionCode, FactKey, MemberKey
from domain.means import Assessment, Incomplete, Person, assess
from domain.means.calculation import Calculation
from domain.means.rulebook import rules
from domain.money import parse_yuan
from domain.policy import Parameter, Policy, PolicyGap
from domain.policy_file import Setting, read_policy, setting
from workflows.decide.ledger import carried_over

BASE = Path(__file__).parents[2] / "adapters/seed/policy/base.json"
COUNTY = DivisionCode("110199")
SEX = {"男": "1", "女": "2"}
KINSHIP = {"户主": "02", "配偶": "10", "子": "20", "女": "30", "父": "51", "母": "52", "其他": "97"}
KINDS = {
    "收入": "income",
    "扣减": "deduction",
    "未申报": "nothing_declared",
    "财产": "property",
    "类别": "category",
    "劳动能力": "labour",
    "残疾": "disability",
    "状态": "status",
    "超限": "limit_breach",
    "对账": "statement",
}
CODES = {
    "特困": "tekun",
    "服刑": "prison",
    "强制戒毒": "detox",
    "出家": "clergy",
    "失踪": "missing",
    "在校": "student",
    "儿童保障": "child_aid",
    "新就业": "new_work",
    "转入合计": "transfers_in",
    "全部转入": "all_in",
    "全部": "all",
    "工资": "wage",
}
NAMES = "甲乙丙丁戊己庚辛"


@dataclass
class Story:
    members: list[Person] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    anchor: date = date(2025, 3, 6)
    survey_done: bool = True
    covered: frozenset[MemberKey] | None = None
    kept: int | None = None
    answer: Assessment | None = None
    error: Exception | None = None

    @property
    def outcome(self) -> Assessment:
        if self.error is not None:
            raise self.error
        assert self.answer is not None, "nothing was calculated"
        return self.answer

    def policy(self) -> Policy:
        parameters: list[Parameter] = [
            each.parameter(f"policy:{COUNTY}/dibao#{number}") for number, each in enumerate(self.settings, 1)
        ]
        return Policy(parameters, (COUNTY, DivisionCode("1101"), DivisionCode("11")), "dibao", "rural")

    def add(self, **fields: Any) -> None:
        key = FactKey(f"f{len(self.facts) + 1:02d}")
        self.facts.append(Fact(**{"key": key, "since": date(2020, 1, 1), "source": "申报", **fields}))


def member(name: str) -> MemberKey | None:
    return MemberKey(name) if name and name not in ("家庭", "全家") else None


def day(text: str | None) -> date | None:
    return parse_day(text) if text else None


def signed(text: str) -> Fraction:
    return Fraction(parse_yuan(text.strip().lstrip("+−-="), signed=True))


def rows(table: list[list[str]]) -> list[dict[str, str]]:
    head, *body = table
    return [dict(zip(head, row, strict=True)) for row in body]


@pytest.fixture
def story() -> Story:
    return Story()


@given("基础政策")
def base(story: Story) -> None:
    story.settings.extend(read_policy(json.loads(BASE.read_text(encoding="utf-8"))))


def _set(story: Story, **row: Any) -> None:
    story.settings.append(setting({"since": "2020-01-01", **row}, division=COUNTY, programme="dibao"))


@given(parsers.parse("保障标准每人每月 {yuan} 元"))
def standard_a_month(story: Story, yuan: str) -> None:
    _set(story, name="standard", value=yuan, unit="yuan/month", area="rural")


@given(parsers.parse("保障标准每人每年 {yuan} 元"))
def standard_a_year(story: Story, yuan: str) -> None:
    _set(story, name="standard", value=yuan, unit="yuan/year", area="rural")


@given("参数")
def parameters(story: Story, datatable: list[list[str]]) -> None:
    keys = {"名称": "name", "值": "value", "单位": "unit", "起": "since", "止": "until", "文件": "document"}
    for row in rows(datatable):
        given_row: dict[str, Any] = {keys[name]: text for name, text in row.items() if text}
        if given_row.get("name") == "standard":
            given_row["area"] = "rural"
        if given_row.get("value") == "无":
            given_row["value"] = None
        _set(story, **given_row)


@given("家庭成员")
def members(story: Story, datatable: list[list[str]]) -> None:
    for row in rows(datatable):
        kinship = row.get("关系", "其他")
        story.members.append(
            Person(
                key=MemberKey(row["成员"]),
                sex=SEX[row.get("性别", "男")],
                born=parse_day(row["出生"]),
                kinship=KINSHIP[kinship],
                head=kinship == "户主",
            )
        )


@given(parsers.parse("一户 {number:d} 人，月收入合计 {yuan} 元"))
def plain(story: Story, number: int, yuan: str) -> None:
    for place in range(number):
        story.members.append(
            Person(
                key=MemberKey(NAMES[place]),
                sex="1",
                born=date(1980, 1, 1),
                kinship="02" if place == 0 else "97",
                head=place == 0,
            )
        )
    story.add(kind="income", code="W1", member=MemberKey("甲"), amount=parse_yuan(yuan))


@given("事实")
def facts(story: Story, datatable: list[list[str]]) -> None:
    for row in rows(datatable):
        numbers = {"count": int(row["数量"])} if row.get("数量") else {}
        story.add(
            kind=KINDS[row["种类"]],
            code=CODES.get(row["代码"], row["代码"]),
            member=member(row["成员"]),
            amount=parse_yuan(row["金额"]) if row.get("金额") else None,
            since=day(row.get("起")) or date(2020, 1, 1),
            until=day(row.get("止")),
            received=day(row.get("收到")),
            source=row.get("来源") or "申报",
            exempt=row.get("豁免") or None,
            unreported=row.get("查明") == "事后",
            numbers=numbers,
        )


@given("赡养人")
def supporters(story: Story, datatable: list[list[str]]) -> None:
    for row in rows(datatable):
        numbers = {"children": int(row["子女数"]), "supported": int(row["被赡养人数"])}
        if row["月收入"]:
            numbers |= {"income": parse_yuan(row["月收入"]), "heads": int(row["家庭人数"])}
        ordered = row.get("判决或协议")
        story.add(
            kind="supporter",
            code="child",
            member=member(row["被赡养人"]),
            numbers=numbers,
            amount=parse_yuan(ordered) if ordered else None,
        )


@given("种植")
def farming(story: Story, datatable: list[list[str]]) -> None:
    for row in rows(datatable):
        story.add(
            kind="farming",
            code=row["作物"],
            member=member(row["成员"]),
            numbers={"mu_hundredths": parse_yuan(row["亩"])},
        )


@given(parsers.parse("{text} 受理"))
def accepted(story: Story, text: str) -> None:
    story.anchor = parse_day(text)


@given("调查尚未完成")
def survey_open(story: Story) -> None:
    story.survey_done = False


@given(parsers.parse("只保障 {names}"))
def only(story: Story, names: str) -> None:
    story.covered = frozenset(MemberKey(name) for name in names.split("、"))


@given(parsers.parse("渐退保留 {yuan} 元"))
def kept(story: Story, yuan: str) -> None:
    story.kept = parse_yuan(yuan)


def stands_on_its_page(explanation: Explanation) -> None:
    """Each line reads no fact and no parameter but those its page names."""
    kinds = {fact.key: fact.kind for fact in explanation.facts}
    for line in explanation.lines:
        rule = rules()[line.rule]
        assert {kinds[key] for key in line.facts} <= set(rule.facts), line
        named = {name for name in line.parameters if not name.startswith("uplift_C")}
        assert named <= set(rule.parameters), line


def calculate(story: Story, month: Month, decided: date) -> None:
    try:
        story.error = None
        story.answer = assess(
            story.members,
            story.facts,
            story.policy(),
            anchor=story.anchor,
            month=month,
            decided_on=decided,
            survey_done=story.survey_done,
            covered=story.covered,
            kept=story.kept,
        )
        assert out_of_sum(story.answer.explanation) == ()
        stands_on_its_page(story.answer.explanation)
    except (Incomplete, PolicyGap) as error:
        story.error = error


@when(parsers.parse("核算 {month} 的金额"))
def calculated(story: Story, month: str) -> None:
    calculate(story, Month(month), first_day(Month(month)) - timedelta(days=1))


@when(parsers.parse("{decided} 决定，核算 {month} 的金额"))
def calculated_on(story: Story, decided: str, month: str) -> None:
    calculate(story, Month(month), parse_day(decided))


@when("调查确认完成")
def survey_done(story: Story) -> None:
    story.survey_done = True


@then(parsers.parse("月收入为 {yuan} 元"))
def income_is(story: Story, yuan: str) -> None:
    assert story.outcome.income_month.fraction == parse_yuan(yuan)


@then(parsers.parse("年收入为 {yuan} 元"))
def income_a_year(story: Story, yuan: str) -> None:
    assert story.outcome.income_month.fraction * 12 == parse_yuan(yuan)


@then(parsers.parse("金额为 {yuan} 元"))
def amount_is(story: Story, yuan: str) -> None:
    outcome = story.outcome
    assert outcome.amount == parse_yuan(yuan)
    assert sum(outcome.shares.values()) == outcome.amount


@then(parsers.parse("保障部分为 {yuan} 元"))
def part_is(story: Story, yuan: str) -> None:
    assert story.outcome.household_part == parse_yuan(yuan)


@then("符合条件")
def eligible(story: Story) -> None:
    assert story.outcome.eligible


@then(parsers.parse("不符合条件，理由 {codes}"))
def refused(story: Story, codes: str) -> None:
    assert not story.outcome.eligible
    assert list(story.outcome.grounds) == codes.split("、")


@then(parsers.parse("计入 {counted:d} 人，保障 {covered:d} 人"))
def heads(story: Story, counted: int, covered: int) -> None:
    assert (len(story.outcome.counted), len(story.outcome.covered)) == (counted, covered)


def _table(
    story: Story, datatable: list[list[str]], of: Callable[[Assessment], dict[MemberKey, int]]
) -> None:
    wanted = {MemberKey(row["成员"]): parse_yuan(row["金额"]) for row in rows(datatable)}
    assert of(story.outcome) == wanted


@then("份额")
def shares(story: Story, datatable: list[list[str]]) -> None:
    _table(story, datatable, lambda outcome: outcome.shares)


@then("分类施保")
def uplifted(story: Story, datatable: list[list[str]]) -> None:
    _table(story, datatable, lambda outcome: {each.member: each.amount for each in outcome.uplifts})


@then("缺少")
def incomplete(story: Story, datatable: list[list[str]]) -> None:
    assert isinstance(story.error, Incomplete)
    named = {(missing.member or "家庭", missing.field) for missing in story.error.fields}
    assert named == {(row["成员"], row["字段"]) for row in rows(datatable)}


@then(parsers.parse("停止计算，{text} 没有参数 {name}"))
def stopped(story: Story, text: str, name: str) -> None:
    assert isinstance(story.error, PolicyGap)
    assert (story.error.day, story.error.name) == (parse_day(text), name)


@then("说明中有")
def explained(story: Story, datatable: list[list[str]]) -> None:
    lines = story.outcome.explanation.lines
    signs = {"+": "+", "-": "-", "−": "-", "=": "="}
    for row in rows(datatable):
        amount = row.get("金额", "")
        fitting = [
            line
            for line in lines
            if line.rule == row["规则"]
            and row.get("成员", "") in ("", line.member)
            and row.get("原因", "") in ("", line.text)
        ]
        assert fitting, f"no line {row}"
        if amount:
            op = signs.get(amount[0], "note")
            assert (op, signed(amount)) in [
                (line.op, line.amount.fraction if line.amount else None) for line in fitting
            ], f"{row} is not among {fitting}"


@then(parsers.parse("说明中没有 {rule}"))
def not_explained(story: Story, rule: str) -> None:
    assert rule not in {line.rule for line in story.outcome.explanation.lines}


@dataclass
class InLedger:
    amount: int = 0
    persons: int = 0
    known: dict[str, ParameterRead] = field(default_factory=dict)
    answer: int = 0
    explanation: Explanation | None = None

    def carry(self, **values: Any) -> None:
        """What a raise makes of it, at these parameters."""
        keys = tuple(MemberKey(f"m{place}") for place in range(1, self.persons + 1))
        month, on = Month("2025-07"), date(2025, 7, 1)
        before = Terms(
            from_month=Month("2020-01"),
            amount=self.amount,
            shares=dict.fromkeys(keys, self.amount // self.persons),
            covered=keys,
            code="taken_over",
            on=on,
        )
        set_now = [
            Parameter(
                ref=f"policy:{COUNTY}/dibao#{place}",
                name=name,
                value=value,
                unit="yuan/month",
                since=date(2025, 7, 1),
                division=COUNTY,
                programme="dibao",
            )
            for place, (name, value) in enumerate(values.items(), 1)
        ]
        book = Calculation(Policy(set_now, (COUNTY,), "dibao", "rural"), first_day(month))
        terms, self.explanation = carried_over(before, self.known, book, keys[0], month, on)
        assert sum(terms.shares.values()) == terms.amount
        self.answer = terms.amount


def _known(name: str, value: Any) -> ParameterRead:
    return ParameterRead(ref="policy:1#1", name=name, value=value, unit="yuan/month", since=date(2020, 1, 1))


@pytest.fixture
def in_ledger() -> InLedger:
    return InLedger()


@given(parsers.parse("台账金额 {yuan} 元，保障 {persons:d} 人，依据的标准每人每月 {standard} 元"))
def stands_in_ledger(in_ledger: InLedger, yuan: str, persons: int, standard: str) -> None:
    in_ledger.amount, in_ledger.persons = parse_yuan(yuan), persons
    in_ledger.known["standard"] = _known("standard", parse_yuan(standard))


def _tiers(datatable: list[list[str]]) -> tuple[str, ...]:
    return tuple(f"{row['收入低于']} {row['每人']}" for row in rows(datatable))


@given("台账依据的分档")
def tiers_of_ledger(in_ledger: InLedger, datatable: list[list[str]]) -> None:
    in_ledger.known["tiers"] = _known("tiers", _tiers(datatable))


@when(parsers.parse("标准提到每人每月 {yuan} 元"))
def standard_raised(in_ledger: InLedger, yuan: str) -> None:
    in_ledger.carry(standard=parse_yuan(yuan))


@when("分档提到")
def tiers_raised(in_ledger: InLedger, datatable: list[list[str]]) -> None:
    in_ledger.carry(standard=65000, gap_or_tier="tier", tiers=_tiers(datatable))


@then(parsers.parse("台账金额变为 {yuan} 元"))
def ledger_amount(in_ledger: InLedger, yuan: str) -> None:
    assert in_ledger.answer == parse_yuan(yuan)
    assert in_ledger.explanation is not None
    assert out_of_sum(in_ledger.explanation) == ()
