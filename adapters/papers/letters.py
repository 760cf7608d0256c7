"""Letters (L codes) out of a case: every value comes from its events; what isn't there yet is refused by code.

Each shows only what its reader may see: the board head's name, members counted and amount (57 art. 19, 24); the
applicant his own name. No number, account, illness or child stands in any.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any, TypeVar

import msgspec

from adapters.bootstrap import Doudi
from domain.case import Case
from domain.case.award import AmountChanged, AwardBegan, DifferenceDrawn, GradualExitGranted, Stopped, Terms
from domain.case.change import PriorNotice
from domain.case.decision import Announced, Confirmed, LetterServed, RefusedAid
from domain.case.enquiry import HitTold
from domain.case.finding import Finding, FindingDecided, FindingNoticed, LateLine
from domain.case.intake import Extended, NotAccepted, Terminated
from domain.case.move import HandedOver
from domain.case.opinion import ObjectionRaised
from domain.codes import label
from domain.days import Month, add_month, age_on, china_day, month_of
from domain.event import CaseEvent
from domain.ids import CaseNo, DivisionCode, InstanceId, MemberKey, county_of
from domain.money import rmb_upper, show_yuan
from workflows.context import policy_of
from workflows.ports import Recorded
from workflows.refusal import refuse
from workflows.world import case_stream, division_stream

E = TypeVar("E", bound=CaseEvent)
ADULT = 18
UNNAMED = "不公开"
PROGRAMMES = {"urban": "城市最低生活保障", "rural": "农村最低生活保障"}
EFFECTS = {"increase": "增发", "reduce": "减发", "stop": "停发", "gradual_exit": "渐退"}


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter ready to be read: its fields by name, and the text they make."""

    code: str
    title: str
    reader: str
    fields: dict[str, str]
    text: str


@cache
def kinds() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (files("adapters") / "papers" / "letters.toml").read_text(encoding="utf-8")
    )
    return found


def compose(doudi: Doudi, number: CaseNo, code: str) -> Letter:
    """The letter of a case by its code. Refused: `letter-kind-unknown`, `letter-not-due` (naming what isn't there)."""
    kind = kinds().get(code)
    if kind is None:
        raise refuse("letter-kind-unknown", "kind", kinds=", ".join(kinds()))
    doudi.office.world.refresh()
    case = doudi.office.world.case(number)
    if case is None:
        raise refuse("case-unknown", "case")
    values = Values(doudi, case, doudi.store.load(case_stream(number)))
    used = _names(kind["text"])
    fields = {name: values.get(name, code) for name in used}
    return Letter(
        code=code,
        title=label("letter", code, "zh"),
        reader=kind["reader"],
        fields=fields,
        text=kind["text"].lstrip("\n").format(**fields),
    )


def _names(template: str) -> list[str]:
    return list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name))


class Values:
    """The fields of letters by name, each read from the case when asked for."""

    def __init__(self, doudi: Doudi, case: Case, history: Iterable[Recorded]) -> None:
        self.doudi = doudi
        self.case = case
        self.history = list(history)

    def get(self, name: str, code: str) -> str:
        """A field's text; raises `letter-not-due` where the case has nothing for it yet."""
        try:
            value = _FIELDS[name](self)
        except (_NotThere, AttributeError, IndexError, KeyError, StopIteration):
            raise refuse("letter-not-due", "kind", letter=label("letter", code, "zh"), lacks=name) from None
        if value is None:
            raise refuse("letter-not-due", "kind", letter=label("letter", code, "zh"), lacks=name)
        return _day(value) if isinstance(value, date) else str(value)

    def last(self, *kinds: type[E]) -> E:
        return self.recorded(*kinds)[1]

    def recorded(self, *kinds: type[E]) -> tuple[Recorded, E]:
        """The last event of these types with its envelope."""
        for recorded in reversed(self.history):
            if isinstance(recorded.event, kinds):
                return recorded, recorded.event
        raise _NotThere

    def division(self, code: DivisionCode) -> str:
        found = self.doudi.office.world.state(division_stream(code))
        return found.name if found else str(code)

    @property
    def township(self) -> str:
        return self.division(DivisionCode(self.case.division[:9]))

    @property
    def county(self) -> str:
        return self.division(county_of(self.case.division))

    @property
    def head(self) -> str:
        """The head's name on a board; nothing of a child's (57 art. 19; rules.md §3 publicity)."""
        member = self.case.members[self.case.head]
        today = china_day(self.doudi.store.clock.now())
        return member.name.text if age_on(member.born, today) >= ADULT else UNNAMED

    def decided(self, code: str = "") -> AmountChanged | Stopped | AwardBegan:
        """What the last decision of an amount, a stop or a restored award began with; with a code the last of that
        code. What only puts right the months of a finding is told in its own letter."""
        apart = {one.command for one in self.history if isinstance(one.event, FindingDecided)}
        found = [
            one
            for one in self.history
            if one.command not in apart
            and (
                (isinstance(one.event, AmountChanged) and code in ("", one.event.terms.code))
                or (isinstance(one.event, Stopped) and not code)
                or (isinstance(one.event, AwardBegan) and one.event.cause == "restored" and not code)
            )
        ]
        event = next(one.event for one in found if one.command == found[-1].command)
        assert isinstance(event, AmountChanged | Stopped | AwardBegan)
        return event

    @property
    def finding(self) -> Finding:
        """The one last told of."""
        told = [one.about for one in self.case.letters if one.letter == "L18"]
        return self.case.findings[InstanceId(str(told[-1]))]

    @property
    def today(self) -> date:
        return china_day(self.doudi.store.clock.now())

    @property
    def change_amounts(self) -> tuple[int, int]:
        event = self.decided()
        if isinstance(event, AmountChanged):
            return event.before, event.terms.amount
        if isinstance(event, AwardBegan):
            return 0, event.terms.amount
        award = self.case.award
        before = award.at(add_month(event.from_month, -1)) if award else None
        return (before.amount if before else 0), 0


class _NotThere(Exception):
    """What a field would be made of has not happened."""


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _month(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{year}年{int(number)}月"


def _reported(values: Values) -> Any:
    found = [one for one in values.case.verifications.values() if one.report]
    if not found:
        raise _NotThere
    return found[-1]


def _posted(values: Values) -> Any:
    if values.case.publicity is None:
        raise _NotThere
    return values.case.publicity


def _publicity_result(values: Values) -> str:
    raised = sum(isinstance(one.event, ObjectionRaised) for one in values.history)
    return f"收到异议{raised}件，已处理" if raised else "无异议"


def _hits(values: Values) -> str:
    report = _reported(values)
    if not report.hits:
        return "未发现不一致。"
    return "\n".join(f"- {label('source', code, 'zh')}：反馈与申报不一致" for code in report.hits)


def _whole_due(values: Values) -> date:
    """The limit as it stands, or as it last stood once the decision has met it."""
    standing = values.case.deadlines.get("application/whole")
    if standing is not None:
        return standing.due
    for recorded in reversed(values.history):
        event = recorded.event
        if getattr(event, "key", "") == "application/whole" and hasattr(event, "due"):
            found: date = event.due
            return found
        for moved in getattr(event, "moved", ()):
            for deadline in moved.sets:
                if deadline.key == "application/whole":
                    return deadline.due  # type: ignore[no-any-return]
    raise _NotThere


def _item(values: Values, item: str) -> str:
    """What is missing, in words: a member's consent is told by his name."""
    kind, _, key = item.partition(":")
    member = values.case.members.get(MemberKey(key))
    return f"{member.name.text}的核对授权书" if kind == "consent" and member else item


def _review_says(values: Values) -> str:
    """When the next review opens; of one that is open, by when it is to be concluded."""
    due = {key: one.due for key, one in values.case.deadlines.items() if key.startswith("review.")}
    for key, day in sorted(due.items()):
        return f"于{_day(day)}前完成" if key.endswith("/conclude") else f"自{_day(day)}起进行"
    raise _NotThere


def _limit_days(values: Values) -> int:
    case, accepted = values.case, values.case.intake.accepted
    if accepted is None:
        raise _NotThere
    policy = policy_of(values.doudi.office.world, case)
    name = "whole_days_township" if policy.flag("township_decides", accepted) else "whole_days"
    return policy.number(name, accepted)


_GROUNDS = {"separated_residence": "人户分离", "cross_place": "跨地区核查", "hard_survey": "调查难度较大"}

_FIELDS: dict[str, Callable[[Values], Any]] = {
    "number": lambda v: v.case.number,
    "applicant": lambda v: v.case.members[v.case.applicant].name.text,
    "head": lambda v: v.head,
    "programme": lambda v: PROGRAMMES[v.case.area],
    "township": lambda v: v.township,
    "county": lambda v: v.county,
    "entered": lambda v: v.case.entered,
    "accepted": lambda v: v.case.intake.accepted,
    "limit_days": _limit_days,
    "whole_due": _whole_due,
    "missing": lambda v: "\n".join(f"- {_item(v, item)}" for item in v.case.intake.missing) or None,
    "missing_said": lambda v: v.case.intake.missing_said,
    "missing_until": lambda v: v.case.intake.missing_until,
    "not_accepted_reason": lambda v: label("not_accepted", v.last(NotAccepted).code, "zh"),
    "terminated_reason": lambda v: label("ended", v.last(Terminated).code, "zh"),
    "ended": lambda v: v.case.ended,
    "report": lambda v: _reported(v).report,
    "report_valid": lambda v: _reported(v).valid_until,
    "hits": _hits,
    "hits_told": lambda v: v.last(HitTold).on,
    "extension_ground": lambda v: _GROUNDS.get(v.last(Extended).ground, v.last(Extended).ground),
    "extended_on": lambda v: v.last(Extended).on,
    "size": lambda v: _posted(v).size,
    "posted_amount": lambda v: show_yuan(_posted(v).amount),
    "posted": lambda v: _posted(v).posted,
    "posted_until": lambda v: _posted(v).until,
    "taken_down": lambda v: _posted(v).taken_down,
    "place": lambda v: _posted(v).place,
    "publicity_result": _publicity_result,
    "counted": lambda v: len(v.last(Confirmed).counted),
    "covered": lambda v: len(v.last(Confirmed).covered),
    "amount": lambda v: show_yuan(v.last(Confirmed).amount),
    "amount_upper": lambda v: rmb_upper(v.last(Confirmed).amount),
    "from_month": lambda v: _month(v.last(Confirmed).from_month),
    "zero_note": lambda v: "" if v.last(Confirmed).amount else "目前无应发金额：仍列入在保名册，按期核查。\n",
    "decided": lambda v: v.last(Confirmed, RefusedAid).on,
    "refused_reason": lambda v: "；".join(label("refuse", one, "zh") for one in v.last(RefusedAid).grounds),
    "announced": lambda v: v.last(Announced).on,
    "notice_reason": lambda v: _reason(v.last(PriorNotice).code),
    "notice_effect": lambda v: EFFECTS[v.last(PriorNotice).effect],
    "noticed": lambda v: v.last(PriorNotice).on,
    "answer_until": lambda v: v.last(PriorNotice).answer_until,
    "change_reason": lambda v: _reason(_change(v)[0]),
    "change_from": lambda v: _month(_change(v)[1]),
    "change_effect": lambda v: _change(v)[2],
    "change_before": lambda v: show_yuan(v.change_amounts[0]),
    "change_after": lambda v: show_yuan(v.change_amounts[1]),
    "change_decided": lambda v: v.decided().on,
    "raise_document": lambda v: _standard(v)[0],
    "raise_standard": lambda v: _standard(v)[1],
    "raise_from": lambda v: _month(_raised(v).terms.from_month),
    "raise_before": lambda v: show_yuan(_raised(v).before),
    "raise_after": lambda v: show_yuan(_raised(v).terms.amount),
    "raise_arrears": lambda v: _arrears(v),
    "raise_decided": lambda v: _raised(v).on,
    "good_reason": lambda v: _reason(_owed_code(v)),
    "good_lines": lambda v: (
        "\n".join(f"{_month(month)}：{show_yuan(fen)}元" for month, fen in _owed(v)) or None
    ),
    "good_total": lambda v: show_yuan(sum(fen for _, fen in _owed(v))),
    "good_decided": lambda v: v.last(AmountChanged).on,
    "over_lines": lambda v: "\n".join(map(_over_line, v.finding.lines)),
    "over_total": lambda v: show_yuan(v.finding.over),
    "over_says": lambda v: _over_says(v),
    "over_day": lambda v: v.finding.decided or v.last(FindingNoticed).on,
    "counted_now": lambda v: len(_terms_now(v).counted or _terms_now(v).covered),
    "amount_now": lambda v: show_yuan(_terms_now(v).amount),
    "aid_says": lambda v: _aid_says(v),
    "today": lambda v: v.today,
    "move_to": lambda v: v.division(v.last(HandedOver).to),
    "moved_on": lambda v: v.last(HandedOver).moved_on,
    "moved_from": lambda v: _moved_from(v),
    "handed_on": lambda v: v.last(HandedOver).on,
    "receive_due": lambda v: v.last(HandedOver).moved[0].sets[0].due,
    "gradual_reason": lambda v: _reason(v.last(GradualExitGranted).code),
    "gradual_from": lambda v: _month(v.last(GradualExitGranted).terms.from_month),
    "gradual_until": lambda v: _month(v.last(GradualExitGranted).until_month),
    "gradual_amount": lambda v: show_yuan(v.last(GradualExitGranted).terms.amount),
    "gradual_decided": lambda v: v.last(GradualExitGranted).on,
    "review_says": _review_says,
    "served_letter": lambda v: label("letter", v.last(LetterServed).letter, "zh"),
    "served_way": lambda v: label("service", v.last(LetterServed).way, "zh"),
    "served": lambda v: v.last(LetterServed).on,
    "served_by": lambda v: v.recorded(LetterServed)[0].actor,
}


def _moved_from(values: Values) -> str:
    """The township that handed the case over, whether or not it was received since."""
    before = [code for day, code in values.case.divisions if day >= values.last(HandedOver).on]
    return values.division(DivisionCode((before[0] if before else values.case.division)[:9]))


def _change(values: Values) -> tuple[str, str, str]:
    """(code, first month, effect) of the last decided change."""
    event = values.decided()
    if isinstance(event, Stopped):
        return event.code, event.from_month, "停发"
    if isinstance(event, AwardBegan):
        until = event.until_month
        effect = "恢复发放" if until is None else f"恢复发放（渐退，至{_month(until)}）"
    elif event.terms.amount == event.before:
        effect = "调整"
    else:
        effect = "增发" if event.terms.amount > event.before else "减发"
    return event.terms.code, event.terms.from_month, effect


def _reason(code: str) -> str:
    """The text of a coded reason, whichever list it is of."""
    name = {"S": "stop", "D": "reduce", "I": "increase"}[code[0]]
    return label(name, code, "zh")


def _raised(values: Values) -> AmountChanged:
    event = values.decided("I01")
    assert isinstance(event, AmountChanged)
    return event


def _standard(values: Values) -> tuple[str, str]:
    """(document, value) of the standard that a raise read."""
    explanation = _raised(values).explanation
    assert explanation is not None
    read = next(one for one in explanation.parameters if one.name == "standard")
    assert isinstance(read.value, int)
    a_head = "每人每年" if read.unit == "yuan/year" else "每人每月"
    return read.document or "有关文件", f"{a_head}{show_yuan(read.value)}元"


def _owed(values: Values) -> list[tuple[str, int]]:
    """What months drawn are due beyond it; once that is drawn, what the last list added for them."""
    case = values.case
    if case.award is None:
        raise _NotThere
    open_ones: list[tuple[str, int]] = [
        (month, terms.amount - line.standing)
        for month, line in sorted(case.drawn.items())
        if (terms := case.award.at(month)) is not None and terms.amount > line.standing
    ]
    if open_ones:
        return open_ones
    added = [one.event for one in values.history if isinstance(one.event, DifferenceDrawn)]
    return [(one.month, one.amount) for one in added if one.list == added[-1].list]


def _owed_code(values: Values) -> str:
    """The code of what raised them: that of the terms of the first month owed."""
    award = values.case.award
    owed = _owed(values)
    terms = award.at(Month(owed[0][0])) if award is not None and owed else None
    return terms.code if terms is not None and terms.code[:1] in "SDI" else "I05"


def _arrears(values: Values) -> str:
    owed = _owed(values)
    if not owed:
        return ""
    lines = "\n".join(f"{_month(month)}：{show_yuan(fen)}元" for month, fen in owed)
    return f"应补发以前月份：\n{lines}\n合计{show_yuan(sum(fen for _, fen in owed))}元\n"


def _over_line(line: LateLine) -> str:
    paid, due = show_yuan(line.old), show_yuan(line.new)
    if not line.over:
        return f"{_month(line.month)}：应发{due}元，没有多发（{_reason(line.code)}）"
    return f"{_month(line.month)}：已发{paid}元，应发{due}元，多发{show_yuan(line.over)}元（{_reason(line.code)}）"


def _over_says(values: Values) -> str:
    one = values.finding
    if one.decided is None:
        assert one.notice is not None
        until = _day(one.notice.answer_until)
        return f"以上款项尚未决定追回。如有不同意见，可在{until}前陈述、申辩。"
    decided = values.last(FindingDecided)
    appeal = "如不服本决定，可在收到之日起60日内申请行政复议，或在6个月内提起行政诉讼。"
    reason = f"理由：{decided.reason.text}"
    if one.outcome == "waive":
        return f"决定免于追回。{reason}\n\n{appeal}"
    if one.set_off_percent is not None:
        how = f"从每月保障金中抵扣，每月不超过当月金额的{one.set_off_percent}%"
    else:
        parts = "\n".join(f"{_day(each.due)}前：{show_yuan(each.amount)}元" for each in one.plan)
        how = f"按下列期限退还：\n{parts}"
    return f"决定追回{show_yuan(one.claim)}元，{how}\n\n{reason}\n\n{appeal}"


def _terms_now(values: Values) -> Terms:
    terms = values.case.award.at(month_of(values.today)) if values.case.award is not None else None
    if terms is None:
        raise _NotThere
    return terms


def _aid_says(values: Values) -> str:
    case = values.case
    who, programme = case.members[case.applicant].name.text, PROGRAMMES[case.area]
    award = case.award
    terms = award.at(month_of(values.today)) if award is not None else None
    if terms is None or award is None:
        return f"{who}户目前未享受{programme}（受理编号{case.number}）。"
    return (
        f"{who}户自{_month(award.began)}起享受{programme}（受理编号{case.number}），"
        f"保障人口{len(terms.covered)}人，现户月保障金额{show_yuan(terms.amount)}元。"
    )
