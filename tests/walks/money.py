"""An office at random, all of it about money: late truth, findings, returns, set-off, raises, appeals, restores, holds.

A walk is a list of acts by name, each with a seed of its own; so one that fails is cut down to the acts it takes.
"""

import os
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import Any

from adapters.payable import PayableCases
from domain.case.award import LIVING
from domain.days import Month, add_month, first_day, month_of, months
from domain.ids import CaseNo
from domain.policy import AREAS
from tests.harness import COUNTY, T2, V1
from tests.harness import number as resident
from tests.journeys.lives import pages
from tests.walks.purse import Purse, unpaid
from tests.walks.walk import V3, Walk, households
from workflows.command import Answer

Act = Callable[["Money"], None]
ACTS: dict[str, Act] = {}
WEIGHTS: dict[str, int] = {}
Step = tuple[str, int]
DATED = ("Hear", "HearFinding", "DecideFinding", "DecideChange", "RecordRepayment", "MakeGood", "Restore",
         "ReportChange", "DetectChange", "SetHold", "EndHold", "ReturnPayment", "SettlePayment", "ChangeAccount",
         "StateFacts", "CorrectFact", "CarryOutAppeal", "ProposeChange", "FindDifference")  # fmt: skip
FIRST = Month("2024-10")
SETTLED = (0, 1, 2, 5)
"""The households that the walk begins with, by their place."""


def act(weight: int) -> Callable[[Act], Act]:
    def named(done: Act) -> Act:
        ACTS[done.__name__], WEIGHTS[done.__name__] = done, weight
        return done

    return named


def steps(seed: int, count: int) -> list[Step]:
    draws = Random(seed)
    names = list(ACTS)
    chosen = draws.choices(names, [WEIGHTS[name] for name in names], k=count)
    return [(name, draws.randrange(2**31)) for name in chosen]


class Money(Walk):
    """A walk of which each household's purse is kept beside, from the events alone."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.random = Random(0)
        self.serial = 0
        self.ending = False
        self.purses: dict[str, Purse] = {}
        self.seen = 0
        self.told: list[str] = []
        self.watch()

    def say(self, kind: str, actor: str, case: str | None = None, /, **values: Any) -> Answer:
        """Now and then dated back, or said twice: the second time is the first's answer, and writes nothing."""
        odd = self.random.random()
        if kind in DATED and odd < 0.06 and not self.ending:
            values = {"on": (self.today - timedelta(days=self.random.randint(1, 25))).isoformat(), **values}
        answer = super().say(kind, actor, case, **values)
        codes = [one.code for one in answer.reasons]
        self.told.append(f"{self.today} {kind} {actor} {case or ''} {values} {answer.status} {codes}")
        if odd > 0.97 and answer.status == "done":
            head = self.doudi.store.head()
            line: dict[str, Any] = {"id": answer.id, "type": kind, "actor": actor, "data": values}
            again = self.doudi.office.take({**line, "case": case} if case else line)
            assert again == answer, (kind, answer, again)
            assert self.doudi.store.head() == head, kind
        return answer

    def watch(self) -> None:
        """The purses go on to the end of the log; what they say is wrong fails the walk."""
        for recorded in pages(self.doudi):
            if recorded.position <= self.seen:
                continue
            self.seen = recorded.position
            kind, _, name = recorded.stream.partition(":")
            if kind == "case":
                purse = self.purses.setdefault(name, Purse())
                purse.take(recorded.event)
                assert not purse.wrong, (name, purse.wrong)

    def draw(self, month: Month) -> None:
        """With the clock seen first, as an office does: a draw that is refused then writes nothing."""
        self.tick()
        super().draw(month)
        self.nobody_overlooked(month)

    def nobody_overlooked(self, month: Month) -> None:
        """Who wasn't looked at by a draw would have had nothing of it."""
        port = PayableCases(self.doudi.store, self.doudi.projector)
        seen = {case for area in AREAS for case in port.cases(COUNTY, "dibao", area, month)}
        for number in self.cases:
            award = self.case(number).award
            if number not in seen and award is not None and award.began <= month:
                found = super().say("DrawCase", "payer", number, month=month).data or {}
                lines = {one: found.get(one) for one in ("households", "arrears_lines", "repeated_lines")}
                assert not any(lines.values()), ("overlooked", number, month, lines)

    def serve(self, steps: list[Step]) -> None:
        for name, seed in steps:
            self.random = Random(seed)
            self.told.append(f"# {name}")
            ACTS[name](self)
            self.watch()
            self.check()

    @property
    def any_case(self) -> CaseNo:
        """Two of three times one of the first two, so that much happens to one household."""
        few = self.cases[:2] if self.random.random() < 0.66 else self.cases
        return self.random.choice(few)

    def back(self, most: int) -> str:
        return (self.today - timedelta(days=self.random.randint(0, most))).isoformat()

    def next(self) -> int:
        self.serial += 1
        return self.serial

    # the end

    def close_all(self) -> None:
        """Nothing waits any more: what is held is released, what is open decided, what is due drawn."""
        self.ending = True
        self.sleep(1)
        self.tick()
        last = add_month(month_of(self.today), 1)
        for _ in range(3):
            for number in self.cases:
                self._settle(number)
            for month in months(FIRST, last):
                self.draw(month)
            for area in ("urban", "rural"):
                for month in months(FIRST, last):
                    self.close(month, area)
            self.watch()

    def _settle(self, number: CaseNo) -> None:
        case = self.case(number)
        alive = [key for key, one in case.members.items() if one.here(self.today) and not one.died]
        for hold in case.holds:
            self.say("EndHold", "county", number, instance=hold)
        if alive and case.head not in alive:
            self.say("ChangeHead", "handler", number, head=alive[0])
        if alive and (case.account_returned or case.account_holder not in alive):
            self.say("ChangeAccount", "payer", number, account=f"6217 {self.next():08d}", holder=alive[0])
        for _ in range(4):
            done = self.say("MakeGood", "decider", number, reason="更正").status == "done"
            done = self.say("FindDifference", "county", number).status == "done" or done
            for key, one in self.case(number).findings.items():
                if one.decided is None:
                    self.decide(number, key, "recover")
            if not done:
                return
        raise AssertionError(("never put right", number))

    def decide(self, number: CaseNo, finding: str, outcome: str, **more: Any) -> None:
        self.say("HearFinding", "county", number, instance=finding, words="知道了")
        said = {"outcome": outcome, "reason": "多发", **more}
        answer = self.say("DecideFinding", "decider", number, instance=finding, **said)
        if [one.code for one in answer.reasons] == ["nothing-over"]:
            self.say("DropFinding", "county", number, instance=finding, reason="重新核定")

    def end(self) -> None:
        self.close_all()
        last = month_of(self.today)
        for number, purse in self.purses.items():
            least, beyond, most = self._balance(purse)
            pays = self._pays(CaseNo(number))
            assert beyond <= most, ("paid beyond", number, beyond, most, purse)
            assert beyond >= least or not pays, ("short", number, least, beyond, purse)
            missed = unpaid(purse, last, self.excused(CaseNo(number), last))
            assert not missed, ("never drawn", number, missed, purse)
            for month in purse.drawn:
                counts = purse.counts(month)
                if pays and purse.held(month):
                    counts -= min(purse.held(month), max(counts - purse.due(month), 0))
                if pays:
                    assert counts == purse.due(month), (number, month, purse)
                claimed = sum(one.claimed[month] for one in purse.claims.values())
                had = purse.sent(month) + (0 if pays else purse.held(month))
                assert claimed <= had, ("claimed though never had", number, month, purse)
        self.check()
        self.paid_as_awarded()
        self.paid_once()
        self.told_again()
        assert self.outside.run("check").code == 0

    @staticmethod
    def _balance(purse: Purse) -> tuple[int, int, int]:
        beyond, least, most = purse.balance()
        return least, beyond, most

    def _pays(self, number: CaseNo) -> bool:
        """Whether it can be paid: somebody living holds its account."""
        case = self.case(number)
        holder = case.members.get(case.account_holder) if case.account_holder else None
        return not case.kept_back and holder is not None and self.world.person(holder.person).died is None

    def excused(self, number: CaseNo, last: Month) -> dict[Month, date]:
        """Months that wait for a change: somebody covered died before, or another award pays him."""
        case, found = self.case(number), dict[Month, date]()
        if case.award is None:
            return found
        for month in months(case.award.began, last):
            terms = case.award.at(month)
            for key in terms.covered if terms else ():
                died = case.members[key].died or self.world.person(case.members[key].person).died
                gone = case.taken.get(key)
                moved = [one for one in case.changes.values() if one.kind == "moved_out" and not one.decided]
                if (died and died < first_day(month)) or (gone and gone <= month) or moved:
                    found[month] = died or self.today
        return found


def walked(seed: int, count: int) -> None:
    """A walk to its end; what fails says its seed, and with DOUDI_TRACE where its acts are written."""
    play(steps(seed, count))


def play(acts: list[Step]) -> None:
    folder = Path(mkdtemp(prefix="doudi-money-"))
    walk = Money(folder / "office")
    try:
        walk.serve(acts)
        walk.end()
    finally:
        if trace := os.environ.get("DOUDI_TRACE"):
            Path(trace).write_text("\n".join(walk.told), encoding="utf-8")
        walk.shut()
        shutil.rmtree(folder, ignore_errors=True)


def shrunk(acts: list[Step], fails: Callable[[list[Step]], bool]) -> list[Step]:
    """The acts without those it fails without."""
    size = max(len(acts) // 2, 1)
    while True:
        place = 0
        while place < len(acts):
            fewer = acts[:place] + acts[place + size :]
            if fewer and fails(fewer):
                acts = fewer
            else:
                place += size
        if size == 1:
            return acts
        size = max(size // 2, 1)


# time and lists


@act(16)
def month(walk: Money) -> None:
    walk.month()


@act(3)
def draws(walk: Money) -> None:
    walk.draw(add_month(month_of(walk.today), walk.random.randint(-2, 1)))


@act(2)
def closes(walk: Money) -> None:
    walk.close(
        add_month(month_of(walk.today), walk.random.randint(-2, 0)), walk.random.choice(["urban", "rural"])
    )


@act(2)
def sleeps(walk: Money) -> None:
    walk.sleep(walk.random.choice([1, 3, 20]))


@act(2)
def ticks(walk: Money) -> None:
    walk.tick()


@act(2)
def closes_months(walk: Money) -> None:
    walk.close_month(walk.random.randint(1, 2))


@act(7)
def bank(walk: Money) -> None:
    code = walk.random.choice(["", "", "K01", "K03", "K13"])
    walk.bank(walk.any_case, walk.random.randint(0, 4), code)


@act(4)
def mends(walk: Money) -> None:
    walk.mend(walk.any_case)


@act(3)
def holds(walk: Money) -> None:
    until = (walk.today + timedelta(days=walk.random.choice([10, 60]))).isoformat()
    walk.say("SetHold", "county", walk.any_case, ground="account", until=until)


@act(3)
def unholds(walk: Money) -> None:
    walk.say("EndHold", "county", walk.any_case)


# what comes to light


@act(9)
def conceals(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    since = add_month(month_of(walk.today), -found.randint(1, 8))
    fact: dict[str, Any] = {
        "kind": "income",
        "code": "W3",
        "member": found.choice(["m1", "m1", "m2"]),
        "since": f"{since}-12",
        "amount": found.choice([1000, 7777, 20_000, 45_000, 70_000, 300_000]),
        "source": "V03",
        "unreported": True,
        "item": 2 + walk.next() % 90,
    }
    if found.random() < 0.6:
        fact["until"] = f"{add_month(since, found.randint(1, 3))}-11"
    happened = {"kind": "income", "happened": fact["since"], "source": "V03"}
    walk.say("DetectChange", "county", number, **happened, member=fact["member"])
    walk.say("StateFacts", "handler", number, facts=[fact])


@act(9)
def corrects(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    incomes = [fact for fact in walk.case(number).facts.values() if fact.kind == "income"]
    if not incomes:
        return
    fact = found.choice(incomes)
    if found.random() < 0.25:
        walk.say("WithdrawFact", "handler", number, fact=fact.key, reason="无此事")
        return
    said: dict[str, Any] = {
        "kind": fact.kind,
        "code": fact.code,
        "member": fact.member,
        "since": fact.since.isoformat(),
        "amount": found.choice([0, 5000, 20_000, 30_001, 60_000]),
        "source": fact.source,
        "item": fact.item,
    }
    if fact.until:
        said["until"] = fact.until.isoformat()
    if fact.unreported:
        said["unreported"] = True
    walk.say("CorrectFact", "handler", number, fact=fact.key, corrected=said)


@act(3)
def dies(walk: Money) -> None:
    case = walk.case(walk.any_case)
    if walk.random.random() < 0.5:
        return
    one = walk.random.choice(list(case.members.values()))
    died = (walk.today - timedelta(days=walk.random.randint(0, 120))).isoformat()
    walk.say("ReportDeath", "county", division=COUNTY, died=died, source="V14", person=one.person)


# findings


@act(10)
def finds(walk: Money) -> None:
    walk.say("FindDifference", "county", walk.any_case)


@act(12)
def decides(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    for key, one in walk.case(number).findings.items():
        if one.decided is None:
            outcome = found.choice(["recover", "recover", "part", "waive"])
            more: dict[str, Any] = {}
            if outcome == "part":
                more["amount"] = max(1, one.over // 3)
            if outcome != "waive" and found.random() < 0.5:
                more["set_off_percent"] = found.choice([10, 30])
            walk.decide(number, key, outcome, **more)


@act(7)
def repays(walk: Money) -> None:
    number = walk.any_case
    for key, one in walk.case(number).findings.items():
        if one.open:
            part = max(1, one.open // walk.random.randint(1, 3))
            said = {"amount": part, "reference": f"R{walk.next()}"}
            walk.say("RecordRepayment", "payer", number, instance=key, **said)


@act(2)
def plans(walk: Money) -> None:
    number = walk.any_case
    for key, one in walk.case(number).findings.items():
        if one.open:
            due = (walk.today + timedelta(days=40)).isoformat()
            how: dict[str, Any] = walk.random.choice(
                [{"plan": [{"due": due, "amount": one.open}]}, {"set_off_percent": 20}]
            )
            walk.say("PlanRecovery", "decider", number, instance=key, reason="困难", **how)


@act(1)
def writes_off(walk: Money) -> None:
    number = walk.any_case
    for key, one in walk.case(number).findings.items():
        if one.open:
            walk.say("WriteOff", "decider", number, instance=key, reason="无力偿还")
            return


@act(8)
def makes_good(walk: Money) -> None:
    walk.say("MakeGood", "decider", walk.any_case, reason="更正")


# appeals


@act(5)
def appeals(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    case = walk.case(number)
    about = [one.about for one in case.letters if one.letter in ("L14", "L15", "L18") and one.about]
    against = found.choice([*about[-3:], "application"])
    if walk.say("FileAppeal", "window", number, kind="reconsideration", against=against).status != "done":
        return
    appeal = list(walk.case(number).appeals)[-1]
    outcome = found.choice(["changed", "set_aside", "upheld"])
    walk.say("DecideAppeal", "county", number, instance=appeal, outcome=outcome)
    first = add_month(month_of(walk.today), -found.randint(0, 5))
    ruling: dict[str, Any] = {"appeal": appeal, "from_month": first, "reason": "复议决定"}
    if found.random() < 0.6:
        ruling["until_month"] = add_month(first, found.randint(0, 3))
    facts = [key for key, fact in case.facts.items() if fact.kind == "income"]
    if facts and found.random() < 0.5:
        ruling["leaves_out"] = [found.choice(facts)]
    else:
        ruling["amount"] = found.choice([0, 10_000, 45_000, 61_000, 90_000])
    walk.say("CarryOutAppeal", "decider", number, **ruling)


# changes


@act(4)
def stops(walk: Money) -> None:
    number, code = walk.any_case, walk.random.choice(["S09", "S06", "S10", "S05", "S17"])
    walk.say("DetectChange", "county", number, kind="other", happened=walk.back(120), source="V24")
    changed(walk, number, "stop", code)


def changed(walk: Money, number: CaseNo, effect: str, code: str) -> None:
    change = {"instance": list(walk.case(number).changes)[-1]} if walk.case(number).changes else {}
    walk.say("Hear", "county", number, words="知道了", **change)
    answer = walk.say("ProposeChange", "county", number, effect=effect, code=code, **change)
    if answer.status == "done":
        if walk.random.random() < 0.3:
            walk.sleep(walk.random.choice([1, 20]))
        walk.say("DecideChange", "decider", number, **change)


@act(5)
def restores(walk: Money) -> None:
    number = walk.any_case
    appeals = any(one.outcome in ("changed", "set_aside") for one in walk.case(number).appeals.values())
    said: dict[str, Any] = {"code": "I06" if appeals else "I05", "reason": "错停纠正"}
    if walk.random.random() < 0.3:
        said["from_month"] = add_month(month_of(walk.today), -walk.random.randint(0, 3))
    walk.say("Restore", "decider", number, **said)


@act(6)
def incomes(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    effect, code = found.choice(
        [("increase", "I03"), ("reduce", "D03"), ("stop", "S01"), ("gradual_exit", "S04")]
    )
    said = {"kind": "work" if code == "S04" else "income", "happened": walk.back(90)}
    if found.random() < 0.5:
        walk.say("ReportChange", "window", number, **said)
    else:
        walk.say("DetectChange", "county", number, **said, source="V02")
    heads = len(walk.case(number).members)
    amount = {"I03": 0, "D03": 30_000, "S04": 70_000 * heads, "S01": 300_000}[code]
    since = add_month(month_of(walk.today), -6) + "-01"
    wage = {"kind": "income", "code": "W1", "member": "m1", "since": since, "source": "V02", "amount": amount}
    walk.say("StateFacts", "handler", number, facts=[wage])
    changed(walk, number, effect, code)


@act(4)
def joins(walk: Money) -> None:
    number, found = walk.any_case, walk.random
    case = walk.case(number)
    key = f"m{len(case.members) + 1}"
    others = [
        (other, said["number"])
        for other, place in zip(walk.cases, SETTLED, strict=False)
        if other != number and walk.case(other).state("award") in LIVING
        for said in households()[place]["members"]
        if (one := walk.case(other).members.get(said["key"])) and one.here(walk.today) and not one.died
    ]
    born = walk.back(90)
    happened = born if found.random() < 0.5 else walk.back(60)
    walk.say("ReportChange", "window", number, kind="joined", happened=happened)
    changes = walk.case(number).changes
    change = {"instance": list(changes)[-1]} if changes else {}
    newcomer: dict[str, Any] = {"key": key, "name": "新来", "kinship": "20"}
    said: dict[str, Any] = {"reason": "return"}
    if others and found.random() < 0.4:
        said["from_case"], newcomer["number"] = found.choice(others)
    else:
        newcomer["number"] = resident(born, 500 + walk.next())
        said["reason"] = "birth"
    walk.say("JoinMember", "county", number, member=newcomer, **said, **change)
    changed(walk, number, "increase", "I02")


@act(3)
def leaves(walk: Money) -> None:
    number = walk.any_case
    here = [key for key, one in walk.case(number).members.items() if one.here(walk.today)]
    member = walk.random.choice(here[1:] or here or ["m2"])
    walk.say("ReportChange", "window", number, kind="left", happened=walk.back(90), member=member)
    changes = walk.case(number).changes
    change = {"instance": list(changes)[-1]} if changes else {}
    walk.say("LeaveMember", "county", number, member=member, reason="D02", **change)
    changed(walk, number, "reduce", "D02")


@act(3)
def reviews(walk: Money) -> None:
    walk.review(walk.any_case, walk.random.choice([0, 20_000, 300_000]))


# divisions, parameters, ledgers


@act(5)
def raises(walk: Money) -> None:
    found = walk.random
    first = add_month(month_of(walk.today), -found.randint(-1, 6))
    name, value, more = found.choice(
        [
            ("standard", f"{600 + 10 * found.randint(0, 30)}.00", {"area": "rural"}),
            ("standard", f"{720 + 10 * found.randint(0, 30)}.00", {"area": "urban"}),
            ("uplift_C01", f"{100 + 10 * found.randint(0, 9)}.00", {}),
            ("uplift_age_70", f"{20 + found.randint(0, 20)}%", {}),
        ]
    )
    given = {"name": name, "value": value, "since": f"{first}-01", "document": "提标"}
    walk.say("SetParameter", "admin", division=COUNTY, **given, **more)
    walk.say("Raise", "decider", division=COUNTY, from_month=first, parameter=name)


@act(3)
def takes_over(walk: Money) -> None:
    found, serial = walk.random, walk.next()
    until = add_month(month_of(walk.today), -found.randint(-1, 4))
    born = found.choice(["1960-01-01", "1955-09-20"])
    said: dict[str, Any] = {
        "division": V1,
        "area": "rural",
        "head": "m1",
        "members": [
            {"key": "m1", "name": "移户", "kinship": "02", "number": resident(born, 200 + serial % 300)}
        ],
        "amount": found.choice([0, 1, 30_000, 60_000, 90_000]),
        "from_month": found.choice(["2015-03", until]),
        "paid_until": until,
        "document": {"taken": f"imp-{serial}", "file": "ab" * 32, "sheet": 1, "rows": [5]},
        "account": f"622200001111{serial:04d}",
    }
    if found.random() < 0.6:
        said["standard"] = found.choice([55_000, 60_000])
    answer = walk.say("TakeOver", "county", **said)
    if answer.status == "done":
        assert answer.case
        walk.cases.append(CaseNo(answer.case))


@act(1)
def undoes(walk: Money) -> None:
    walk.say("UndoTakeOver", "county", walk.any_case)


@act(2)
def goes_to_town(walk: Money) -> None:
    number = walk.any_case
    area = "rural" if walk.case(number).area == "urban" else "urban"
    walk.say("ChangeArea", "decider", number, area=area, words="撤村建居")


@act(2)
def moves(walk: Money) -> None:
    number = walk.any_case
    case = walk.case(number)
    to, village = (V1[:9] + "000", V1) if case.division.startswith(T2[:9]) else (T2, V3)
    by, at = ("leader-t2", "leader") if case.division.startswith(T2[:9]) else ("leader", "leader-t2")
    walk.say("HandOver", by, number, to=to)
    walk.say("ReceiveMove", at, number, division=village)
