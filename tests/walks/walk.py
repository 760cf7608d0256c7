"""An office at random: several households, any command by mostly right staff, the clock, ticks, draws, closings.

`Walk.check` says what must hold at every moment; `Walk.end` what must hold of the whole log.
"""

import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from hypothesis import strategies as st

from adapters import replay
from domain.case import Case, evolve
from domain.case.award import DifferenceDrawn, MonthDrawn
from domain.case.payment import PaymentRepeated, PaymentReturned, lists_of, standing
from domain.days import CHINA, Month, add_month, china_day, first_day, month_of, months
from domain.event import CaseEvent
from domain.ids import CaseNo, DivisionCode
from domain.payment import ListClosed
from projections.figures import AREAS, balance, cells, tallies
from tests.harness import COUNTY, STAFF, T1, T2, V1, V2
from tests.harness import number as resident
from tests.journeys.lives import NAMES, Outside, pages
from tests.walks.commands import PHOTO, SPECS, actors, data
from workflows.command import Answer
from workflows.decide.terms import award_of
from workflows.engine import definition_of

START = date(2025, 3, 3)
END = date(2026, 10, 31)
"""The calendars reach a little further."""
TWO = ["surveyor", "surveyor2"]
V3 = DivisionCode("110199002001")
LEVELS = ("11", "1101", COUNTY, T1, T2, V1, V2, V3)

OF_T2 = {
    "leader-t2": "leader",
    "village-t2": "village",
    **{f"surveyor{n}-t2": "surveyor" for n in ("", "2", "3", "4")},
}
CHANGES = [
    ("joined", "increase", "I02"),
    ("birth", "increase", "I02"),
    ("marriage", "stop", "S17"),
    ("left", "reduce", "D02"),
    ("income", "increase", "I03"),
    ("income", "reduce", "D03"),
    ("income", "stop", "S01"),
    ("work", "gradual_exit", "S04"),
    ("moved_out", "stop", "S05"),
    ("own_request", "stop", "S06"),
    ("no_cooperation", "stop", "S10"),
]

Next = tuple[str, str, dict[str, Any]]


def households() -> list[dict[str, Any]]:
    """Six, two of which share a member; urban and rural, in two townships; a nearly old one, a child."""
    born = ["1980-05-01", "1955-07-16", "1990-01-01", "1956-02-29", "1985-08-08", "1978-03-03"]
    found = []
    for place, day in enumerate(born):
        members = [
            {
                "key": "m1",
                "name": f"户主{'甲乙丙丁戊己'[place]}",
                "kinship": "02",
                "number": resident(day, 10 * place + 1),
            }
        ]
        if place in (0, 2, 3):
            members.append(
                {
                    "key": "m2",
                    "name": "小儿",
                    "kinship": "20",
                    "number": resident("2012-06-01", 10 * place + 3),
                }
            )
        if place in (3, 4):
            members.append(
                {"key": "m3", "name": "两边", "kinship": "51", "number": resident("1950-06-01", 100)}
            )
        found.append(
            {
                "division": V3 if place == 5 else V1,
                "area": "urban" if place in (1, 3) else "rural",
                "applicant": "m1",
                "near_relative": False,
                "account": f"62220212345678901{place:02d}",
                "members": members,
            }
        )
    return found


class Walk:
    """On a new office, or on a copy of one where four households have an award already."""

    def __init__(self, folder: Path, *, settled: bool = True) -> None:
        if settled:
            shutil.copytree(_settled(), folder)
        self.outside = Outside(folder)
        self.doudi = self.outside.open()
        self.world = self.doudi.office.world
        self._ids = count(self.doudi.store.head())
        self.cases = [CaseNo(row["case"]) for row in self.outside.json("case", "list")["rows"]]
        self.kept: list[tuple[str, list[str], Any]] = []
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        if settled:
            return
        self.set_clock(datetime(START.year, START.month, START.day, 9, tzinfo=CHINA))
        for staff, desk in OF_T2.items():
            at = V3 if desk == "village" else T2
            appointed = {"staff": staff, "name": staff, "desk": desk, "since": "2000-01-01"}
            self.must("Appoint", "admin", division=at, **appointed)
        for name, value in (("uplift_age_70", "20%"), ("uplift_C01", "100.00")):
            given = {
                "division": COUNTY,
                "name": name,
                "value": value,
                "since": "2020-01-01",
                "document": "walk",
            }
            self.must("SetParameter", "admin", **given)
        urban = {"name": "standard", "value": "720.50", "since": "2020-01-01", "document": "walk"}
        self.must("SetParameter", "admin", division=COUNTY, area="urban", **urban)

    # commands

    @property
    def now(self) -> datetime:
        return self.doudi.store.clock.now()

    @property
    def today(self) -> date:
        return china_day(self.now)

    def say(self, kind: str, actor: str, case: str | None = None, /, **values: Any) -> Answer:
        """A command; refused, it leaves no event."""
        line: dict[str, Any] = {"id": f"w{next(self._ids)}", "type": kind, "actor": actor, "data": values}
        if case:
            line["case"] = case
        head = self.doudi.store.head()
        answer = self.doudi.office.take(line)
        if answer.status == "refused":
            self.refused[kind] += 1
            assert self.doudi.store.head() == head, (kind, answer)
            assert answer.reasons
        else:
            self.done[kind] += 1
        return answer

    def must(self, kind: str, actor: str, case: str | None = None, /, **values: Any) -> Answer:
        answer = self.say(kind, actor, case, **values)
        assert answer.status == "done", (kind, answer.reasons)
        return answer

    def set_clock(self, to: datetime) -> None:
        self.must("SetClock", "admin", to=to.isoformat())

    def case(self, number: CaseNo) -> Case:
        self.world.refresh()
        found = self.world.case(number)
        assert found is not None
        return found

    def apply(self, household: dict[str, Any]) -> None:
        actor = "window-t2" if household["division"] == V3 else "window"
        answer = self.say("Enter", actor, **household)
        if answer.case and answer.status == "done":
            self.cases.append(CaseNo(answer.case))

    def step(self, number: CaseNo) -> bool:
        """The next right step of a case's application, if there is one."""
        case = self.case(number)
        following = next_step(case, self.today)
        if following is None:
            return False
        kind, actor, values = following
        if kind == "wait":
            day = date.fromisoformat(values["until"])
            if day > END:
                return False
            self.set_clock(datetime(day.year, day.month, day.day, 10, tzinfo=CHINA))
            return True
        if case.division == V3 and f"{actor}-t2" in OF_T2.keys() | STAFF.keys():
            actor = f"{actor}-t2"
            if "surveyors" in values:
                values = {**values, "surveyors": [f"{one}-t2" for one in values["surveyors"]]}
        return self.say(kind, actor, number, **values).status == "done"

    def change(self, draw: Callable[[st.SearchStrategy[Any]], Any], number: CaseNo) -> None:
        """A change of a living award, more or less as it should go."""
        case = self.case(number)
        kind, effect, code = draw(st.sampled_from(CHANGES))
        happened = (self.today - timedelta(days=draw(st.integers(0, 100)))).isoformat()
        if draw(st.booleans()):
            self.say("ReportChange", "window", number, kind=kind, happened=happened)
        else:
            self.say("DetectChange", "county", number, kind=kind, happened=happened, source="V02")
        newcomer = SPECS["JoinMember"], SPECS["LeaveMember"]
        if code == "I02" or kind == "marriage":
            self.say("JoinMember", "county", number, **draw(data(newcomer[0], case, self.today)))
        if code == "D02":
            self.say("LeaveMember", "county", number, **draw(data(newcomer[1], case, self.today)))
        if code in ("I03", "D03", "S01", "S04", "S17"):
            since = add_month(month_of(self.today), -6) + "-01"
            wage = {"kind": "income", "code": "W1", "member": "m1", "since": since, "source": "V02"}
            near, heads = 70_000 * len(case.members), len(case.members)
            to_nothing = (72_050 if case.area == "urban" else 60_000) * heads - 50
            less = draw(st.sampled_from([30_000, to_nothing]))
            fen = {"I03": 0, "D03": less, "S04": near}.get(code, 300_000)
            self.say("StateFacts", "handler", number, facts=[{**wage, "amount": fen}])
        if draw(st.integers(0, 4)):
            self.say("Hear", "county", number, words="知道了")
        self.say("ProposeChange", "county", number, effect=effect, code=code)
        if draw(st.integers(0, 4)):
            self.say("DecideChange", "decider", number)

    def review(self, number: CaseNo, fen: int) -> None:
        """An open review to its end, with a wage of so many fen a month."""
        two = {"surveyors": TWO, "result": "true", "present": ["m1"]}
        self.say("OpenReview", "handler", number)
        if self.say("VisitForReview", "surveyor", number, **two).status == "refused":
            return
        since = add_month(month_of(self.today), -6) + "-01"
        wage = {
            "kind": "income",
            "code": "W3",
            "member": "m1",
            "since": since,
            "source": "V02",
            "amount": fen,
        }
        self.say("StateFacts", "handler", number, facts=[wage])
        self.say("ConcludeReview", "handler", number)

    def restore(self, number: CaseNo) -> None:
        """A stop that turns out wrong."""
        self.say("Restore", "decider", number, code="I05", reason="错停纠正")

    def raise_standard(self, back: int) -> None:
        """提标, published late by so many months; each living award is told."""
        first = add_month(month_of(self.today), -back)
        yuan = 600 + 10 * (self.done["RaiseStandard"] + 1)
        given = {"name": "standard", "value": f"{yuan}.00", "since": f"{first}-01", "document": "提标"}
        self.say("SetParameter", "admin", division=COUNTY, area="rural", **given)
        for number in self.cases:
            if self.case(number).area == "rural" and self.case(number).award is not None:
                self.say("RaiseStandard", "decider", number, from_month=first)

    def object(self, number: CaseNo) -> None:
        """Somebody objects as soon as it is posted."""
        while self.case(number).state("application") not in ("posted", "ready") and self.step(number):
            pass
        self.say("Object", "village", number, name="邻居", words="有车")

    def month(self) -> None:
        """On to the eighth of the next month: its lists are drawn, those of the month before closed."""
        following = add_month(month_of(self.today), 1)
        if first_day(following) > END:
            return
        self.set_clock(datetime.combine(first_day(following) + timedelta(days=7), time(9), CHINA))
        self.draw(following)
        for area in ("urban", "rural"):
            self.close(add_month(following, -1), area)

    def anything(self, draw: Callable[[st.SearchStrategy[Any]], Any], number: CaseNo) -> None:
        """Any command to a case, with plausible data, by somebody."""
        case = self.case(number)
        fitting = sorted(SPECS.keys() & triggers(case)) if draw(st.integers(0, 4)) else []
        spec = SPECS[draw(st.sampled_from(fitting or sorted(SPECS)))]
        self.say(spec.name, draw(actors(spec)), number, **draw(data(spec, case, self.today)))

    def sleep(self, days: int) -> None:
        later = min(
            self.now + timedelta(days=days, minutes=7),
            datetime(END.year, END.month, END.day, 12, tzinfo=CHINA),
        )
        self.set_clock(later)

    def tick(self) -> None:
        self.must("Tick", "admin", until=self.today.isoformat())

    def draw(self, month: Month) -> None:
        self.say("Draw", "payer", division=COUNTY, month=month)

    def close(self, month: Month, area: str) -> None:
        named = {"division": COUNTY, "month": month, "area": area}
        self.say("SignList", "payer", hand="maker", **named)
        self.say("SignList", "checker", hand="checker", **named)
        self.say("CloseList", "payer", **named)

    def bank(self, number: CaseNo, back: int, code: str) -> None:
        """The bank's word on the list of so many months back: credited, or sent back by a code."""
        self.done["bank"] += 1
        month = add_month(month_of(self.today), -back)
        if code:
            self.say("ReturnPayment", "payer", number, month=month, code=code)
        else:
            self.say("SettlePayment", "payer", number, month=month, reference=f"B-{self.done['bank']}")

    def mend(self, number: CaseNo) -> None:
        """The account is put right."""
        self.done["mend"] += 1
        self.say("ChangeAccount", "payer", number, account=f"6217 {self.done['mend']:08d}", holder="m1")

    def close_month(self, back: int) -> None:
        """The months up to so many back, in their order."""
        last = add_month(month_of(self.today), -back)
        for month in months(add_month(last, -2), last):
            self.say("CloseMonth", "payer", division=COUNTY, month=month)

    # what must hold

    def check(self) -> None:
        """Every waiting state has an owner and a due day; nobody is in two living awards."""
        for number in self.cases:
            waits(self.case(number))
        self.nobody_twice()

    def nobody_twice(self) -> None:
        this = month_of(self.today)
        for month in months(add_month(this, -3), add_month(this, 3)):
            seen: dict[str, CaseNo] = {}
            for number in self.cases:
                case = self.case(number)
                terms = case.award.at(month) if case.award else None
                for key in terms.covered if terms else ():
                    person = case.members[key].person
                    assert seen.setdefault(person, number) == number, (month, number, seen[person])

    def keep(self) -> None:
        """What the office answers now, to be asked again later as known at this instant."""
        last = self.doudi.store.last_recorded_at()
        assert last is not None
        instant = max(self.now, last)
        text = instant.astimezone(CHINA).isoformat()
        day, month = self.today.isoformat(), month_of(self.today)
        asks = [
            ["register", "--division", COUNTY, "--as-of", day],
            ["register", "--division", T1, "--as-of", (self.today - timedelta(days=40)).isoformat()],
            ["stats", "--division", COUNTY, "--month", month],
            ["stats", "--division", V1, "--month", add_month(month, -1)],
            *(["case", "replay", number] for number in self.cases[:2]),
        ]
        self.kept.extend((text, ask, _rows(self.outside.run(*ask, "--format", "json").out)) for ask in asks)
        self.set_clock(instant + timedelta(minutes=1))

    def end(self) -> None:
        """All lists closed: the log, the projections and the figures agree."""
        self.sleep(1)
        for area in ("urban", "rural"):
            for month in months(Month("2025-03"), add_month(month_of(self.today), 1)):
                self.close(month, area)
        self.check()
        self.paid_as_awarded()
        self.paid_as_counted()
        self.paid_once()
        self.told_again()
        self.known_then()
        checked = self.outside.run("check")
        assert checked.code == 0

    def lines(self) -> Iterator[tuple[CaseNo, Case, MonthDrawn, date]]:
        """Each line drawn, with its case as it then stood."""
        states: dict[str, Case] = defaultdict(Case)
        for recorded in pages(self.doudi):
            kind, _, name = recorded.stream.partition(":")
            if kind != "case":
                continue
            if isinstance(recorded.event, MonthDrawn):
                yield CaseNo(name), states[name], recorded.event, china_day(recorded.recorded_at)
            assert isinstance(recorded.event, CaseEvent)
            states[name] = evolve(states[name], recorded.event)

    def paid_as_awarded(self) -> None:
        """Never a line without an award of that amount, none of 0, nobody twice for a month."""
        paid: set[tuple[str, Month]] = set()
        for number, case, line, _ in self.lines():
            terms = award_of(case).at(line.month)
            assert terms is not None
            assert line.amount == terms.amount == sum(line.shares.values())
            assert line.amount > 0
            assert set(line.shares) == set(terms.covered)
            for key in line.shares:
                once = (case.members[key].person, line.month)
                assert once not in paid, (number, once)
                paid.add(once)

    def paid_as_counted(self) -> None:
        """Money and person-times of the figures are those of the lines, at each level; the balance holds."""
        closed: dict[str, tuple[int, date]] = {}
        drawn: list[tuple[int, MonthDrawn]] = []
        added: list[DifferenceDrawn] = []
        moved: list[tuple[str, int]] = []
        for recorded in pages(self.doudi):
            if isinstance(recorded.event, ListClosed):
                closed.setdefault(recorded.stream, (recorded.position, recorded.event.on))
            elif isinstance(recorded.event, MonthDrawn):
                drawn.append((recorded.position, recorded.event))
            elif isinstance(recorded.event, DifferenceDrawn):
                added.append(recorded.event)
            elif isinstance(recorded.event, PaymentReturned):
                moved.append((recorded.event.list, -recorded.event.amount))
            elif isinstance(recorded.event, PaymentRepeated):
                moved.append((recorded.event.list, recorded.event.amount))
        self.doudi.projector.catch_up()
        rows = self.doudi.projector.rows("statistics")
        last = add_month(month_of(self.today), 2)
        found = cells(rows, "dibao", Month("2025-01"), last)
        for division in LEVELS:
            paid: Counter[tuple[str, str]] = Counter()
            heads: Counter[tuple[str, str]] = Counter()
            more = [one for one in added if one.division.startswith(division) and one.list in closed]
            whole = sum(one.amount for one in more)
            people = sum(len(one.persons) for one in more)
            for position, line in drawn:
                if not line.division.startswith(division) or line.list not in closed:
                    continue
                whole += line.amount
                people += len(line.shares)
                if not line.arrears and position < closed[line.list][0]:
                    for area in (line.area, "all"):
                        paid[line.month, area] += line.amount
                        heads[line.month, area] += len(line.shares)
            sums = tallies(found, division)
            for (month, area), tally in sums.items():
                assert tally["paid"] == paid[month, area], (division, month, area)
                assert tally["persons"] == heads[month, area], (division, month, area)
                for unit in ("households", "persons"):
                    assert balance(tally, unit).difference == 0, (division, month, area, unit)  # type: ignore
            everything = [tally for (_, area), tally in sums.items() if area == "all"]
            if COUNTY.startswith(division):
                whole += sum(fen for paylist, fen in moved if paylist in closed)
                assert sum(tally["paid"] + tally["corrections"] for tally in everything) == whole
            assert sum(t["persons"] + t["correction_person_times"] for t in everything) == people
        assert set(AREAS) == {"urban", "rural", "all"}

    def paid_once(self) -> None:
        """Each case's money stands on its lists once: nothing lost, nothing twice, nothing below zero."""
        for number in self.cases:
            case = self.case(number)
            stands = [standing(case, one) for one in lists_of(case)]
            drawn = sum(line.drawn for line in case.drawn.values())
            assert sum(one.drawn - one.repeated for one in stands) == drawn, number
            for one in stands:
                fen = (one.held, one.settled, one.returned, one.repeated, one.set_off, *one.pending.values())
                assert min(fen) >= 0, number

    def told_again(self) -> None:
        """Replay gives the same state, each decision comes out the same, projections are as rebuilt."""
        for number in self.cases:
            again = replay.replay(replay.recorded(self.doudi.store, number))
            assert again.case == self.case(number)
            differing = [(one.entry.type, one.differences) for one in again.decisions if one.differences]
            assert differing == [], (number, differing)

    def known_then(self) -> None:
        """Asked as known at an instant, the office answers what it answered then; never about later than now."""
        for instant, ask, before in self.kept:
            again = self.outside.run(*ask, "--known-at", instant, "--format", "json").out
            assert _rows(again) == before, (instant, ask)
        later = (
            max(self.now, self.doudi.store.last_recorded_at() or self.now) + timedelta(seconds=1)
        ).isoformat()
        for ask in (
            ["register", "--division", COUNTY, "--as-of", self.today.isoformat()],
            ["stats", "--division", COUNTY, "--month", month_of(self.today)],
            *(["case", "replay", number] for number in self.cases[:1]),
        ):
            refused = self.outside.run("--lang", "en", *ask, "--known-at", later, code=1)
            assert "later" in refused.err
            assert refused.out == ""

    def shut(self) -> None:
        self.doudi.close()


def triggers(case: Case) -> set[str]:
    """What its life cycles take where they stand."""
    return {
        way.trigger
        for instance, life in case.lives.items()
        for way in definition_of(case, instance).transitions
        if life.state in way.sources
    } | ({"ReportChange", "DetectChange", "SetHold"} if case.award else set())


@cache
def _settled() -> Path:
    """An office where four of the households have an award, made once for a run of tests."""
    folder = Path(mkdtemp(prefix="doudi-settled-"))
    walk = Walk(folder / "office", settled=False)
    for place in (0, 1, 2, 5):
        walk.apply(households()[place])
    for number in walk.cases:
        while walk.step(number):
            pass
    assert [walk.case(case).state("award") for case in walk.cases] == ["living"] * 4
    walk.shut()
    return folder / "office"


def _rows(out: str) -> Any:
    """An answer without what says when it was asked."""
    found = json.loads(out)
    return {name: value for name, value in found.items() if name not in ("position", "known_at")}


def waits(case: Case) -> None:
    """Every state that waits has an owner, and a due day that runs."""
    for instance, life in case.lives.items():
        definition = definition_of(case, instance)
        state = definition.state(life.state)
        if state.final:
            assert not [key for key in case.deadlines if key.startswith(f"{instance}/")]
            continue
        assert state.owner, (case.number, instance, life.state)
        if not state.resting:
            assert [key for key in case.deadlines if key.startswith(f"{instance}/")], (instance, life.state)


def next_step(case: Case, today: date) -> Next | None:
    """What a diligent township does next with an application, as far as it goes by itself."""
    at = case.state("application")
    if at in ("entered", "incomplete"):
        for key, member in case.members.items():
            if member.consent_until is None:
                return "Consent", "window", {"member": key, "until": "2035-12-31"}
        return "Accept", "window", {}
    if at == "accepted":
        return _enquire(case, today)
    if at == "opined":
        return "ConfirmOpinion", "leader", {}
    if at == "to_post":
        return "Post", "village", {"place": "村务公开栏", "photo": PHOTO}
    if at == "posted":
        return _take_down(case, today)
    if at in ("ready", "returned"):
        return _forward(case, today)
    if at == "forwarded":
        if not case.hands:
            return "SignHand", "chief", {}
        if case.opinion is not None and not case.opinion.favourable:
            return "Refuse", "decider", {"grounds": list(case.opinion.grounds), "words": "不符合"}
        return "Confirm", "decider", {}
    return _tell(case, today)


def _tell(case: Case, today: date) -> Next | None:
    for letter in case.letters:
        if letter.served is None and any(
            life.state == "due" for key, life in case.lives.items() if key.startswith("telling")
        ):
            return "Serve", "handler", {"letter": letter.letter, "way": "direct", "proof": PHOTO}
    if case.state("announcement") == "due":
        return "Announce", "village", {"place": "栏", "until": (today + timedelta(days=30)).isoformat()}
    return None


def _enquire(case: Case, today: date) -> Next:
    if case.state("survey") == "due":
        return "Visit", "surveyor", {"surveyors": TWO, "result": "true", "present": ["m1"]}
    verification = case.state("verification.1")
    if verification in ("to_ask", "contested"):
        return "AskVerification", "handler", {"sources": ["V02"]}
    if verification == "asked":
        return "StartVerification", "centre", {}
    if verification == "started":
        asked = next(iter(case.verifications.values()))
        if not asked.answers:
            answer = {"source": "V02", "answer": "agrees", "data_day": today.isoformat()}
            return "AnswerVerification", "centre", answer
        return "IssueReport", "centre", {"report": "HD"}
    if case.assessed is None or case.assessed_round != case.facts_round:
        return "Assess", "handler", {}
    if case.assessed.explanation.month != add_month(month_of(today), 1):
        return "Assess", "handler", {}
    if case.assessed.eligible:
        return "GiveOpinion", "handler", {"favourable": True}
    grounds = list(case.assessed.grounds) or ["R10"]
    return "GiveOpinion", "handler", {"favourable": False, "grounds": grounds}


def _take_down(case: Case, today: date) -> Next:
    assert case.publicity is not None
    if today < case.publicity.until:
        return "wait", "", {"until": case.publicity.until.isoformat()}
    return "TakeDown", "village", {"photo": PHOTO, "no_objection": True}


def _forward(case: Case, today: date) -> Next:
    for key, life in case.lives.items():
        if key.startswith("objection") and life.state == "open":
            if any(visit.why == "resurvey" for visit in case.visits):
                return "SettleObjection", "leader", {"instance": key, "outcome": "rejected"}
            others = {"surveyors": ["surveyor3", "surveyor4"], "result": "true", "present": ["m1"]}
            return "Resurvey", "surveyor3", {"instance": key, **others}
    if case.publicity is not None and not case.publicity.void and today <= case.publicity.until:
        return "wait", "", {"until": (case.publicity.until + timedelta(days=1)).isoformat()}
    return "Forward", "handler", {}


__all__ = ["END", "NAMES", "START", "Walk", "first_day", "households", "next_step", "waits"]
