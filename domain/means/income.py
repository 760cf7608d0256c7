"""Counted income a month: item by item over the period, less what is taken off.

rules.md §4; 民发〔2021〕57号 art. 13.
"""

from collections.abc import Iterator
from fractions import Fraction

from domain.explain import Op
from domain.facts import Fact
from domain.ids import MemberKey
from domain.means.calculation import Calculation
from domain.means.household import Household, Standing
from domain.means.model import Missing
from domain.means.period import Period, a_month, holds_on, months_within, period_before, works_late
from domain.means.presumed import presume
from domain.means.statements import reconcile
from domain.means.supporters import SUPPORT_CODES, support
from domain.policy import PolicyGap, read_table

_FARMING_CODES = ("B1", "B2", "B3")
_REASONS = frozenset(f"X{number}" for number in range(1, 10))
_KINDS = {"W": "wage", "B": "business", "P": "property", "T": "transfer", "X": "transfer"}


class IncomeTest:
    """Adds the household's income up in the calculation."""

    def __init__(self, household: Household, calculation: Calculation, period: Period) -> None:
        self.household = household
        self.calculation = calculation
        self.period = period
        self.not_counted = calculation.words("not_counted")
        self.total = Fraction(0)
        self.of: dict[MemberKey | None, Fraction] = {}
        """What each brings a month, None for what is the household's."""
        self.earners: set[MemberKey | None] = set()

    def run(self, missing: list[Missing], survey_done: bool) -> Fraction:
        for standing in self.household.counted:
            key = standing.person.key
            self.of[key] = self._sum(key, standing.facts, standing, missing, survey_done)
        if self.household.own:
            self.of[None] = self._sum(None, self.household.own, None, missing, survey_done)
        self.total = sum(self.of.values(), Fraction(0))
        self._rigid()
        self.calculation.add("means.income.total", "income-total", "income", "=", self.total)
        return self.total

    def _sum(
        self,
        member: MemberKey | None,
        facts: dict[str, list[Fact]],
        standing: Standing | None,
        missing: list[Missing],
        survey_done: bool,
    ) -> Fraction:
        sums = {
            "wage": Fraction(0),
            "business": Fraction(0),
            "property": Fraction(0),
            "transfer": Fraction(0),
        }
        received = Fraction(0)
        declared = False
        for fact in facts.get("income", ()):
            kind = _KINDS.get(fact.code[:1], "transfer")
            if fact.amount is None:
                missing.append(Missing(member=member, field=f"income.{fact.code}"))
                declared = True
                continue
            late = fact.unreported and fact.since > self.period.last
            brought = self._late(fact, member) if late else self._item(kind, fact, member)
            if kind in ("wage", "business") and not (late and brought is None):
                declared = True
            if brought is None:
                continue
            sums[kind] += brought
            if fact.code in SUPPORT_CODES:
                received += brought
            if kind == "wage" and brought:
                self.earners.add(member)
        for fact in facts.get("farming", ()):
            declared = True
            sums["business"] += self._farmed(fact, member, missing)
        if standing is not None:
            sums["wage"] -= self._work_cost(sums["wage"], facts, member, missing)
            sums["wage"] -= self._disregard(sums["wage"], facts, member)
            sums["wage"] += presume(
                standing, declared, self.period, self.calculation, self.household.day, missing, survey_done
            )
        sums["transfer"] += support(member, facts, received, self.calculation, self.household.day, missing)
        whole = sum(sums.values(), Fraction(0))
        whole -= self._outgoings(whole, facts, member, missing)
        reconcile(member, facts, self.calculation)
        return whole

    def _item(self, kind: str, fact: Fact, member: MemberKey | None) -> Fraction | None:
        months = self._farming_period() if fact.code in _FARMING_CODES else self.period
        brought = a_month(fact, months)
        if brought is None:
            self.calculation.add(
                "means.income.period",
                "outside-period",
                "income",
                member=member,
                facts=(fact,),
                parameters=("income_months",),
                code=fact.code,
            )
            return None
        excluded = self._excluded(fact)
        if excluded:
            text = f"excluded.{fact.code}" if fact.code in _REASONS else "excluded"
            self.calculation.add(
                "means.income.excluded",
                text,
                "income",
                "note",
                brought,
                member,
                (fact,),
                (excluded,),
                code=fact.code,
            )
            return None
        parameters = ("farming_months",) if months is not self.period else ("income_months",)
        self.calculation.add(
            f"means.income.{kind}", kind, "income", "+", brought, member, (fact,), parameters, code=fact.code
        )
        return brought

    def _late(self, fact: Fact, member: MemberKey | None) -> Fraction | None:
        """What came to light late and began after the period: a month's amount in the months it works in."""
        if not works_late(fact, self.calculation.day) or self._excluded(fact):
            self.calculation.read((fact,))
            return None
        brought = Fraction(fact.amount or 0)
        self.calculation.add(
            "means.income.late", "late", "income", "+", brought, member, (fact,), (), code=fact.code,
            since=fact.since.isoformat(),
        )  # fmt: skip
        return brought

    def _excluded(self, fact: Fact) -> str | None:
        if fact.code == "X6":
            return "basic_pension_excluded" if self.calculation.flag("basic_pension_excluded") else None
        return "not_counted" if fact.code in self.not_counted else None

    def _farming_period(self) -> Period:
        months = self.calculation.number("farming_months")
        if months in (0, self.period.months):
            return self.period
        return period_before(self.period.anchor, months)

    def _farmed(self, fact: Fact, member: MemberKey | None, missing: list[Missing]) -> Fraction:
        mu = fact.numbers.get("mu_hundredths")
        if mu is None:
            missing.append(Missing(member=member, field=f"farming.{fact.code}"))
            return Fraction(0)
        a_year = read_table(self.calculation.words("farming_per_mu")).get(fact.code)
        if a_year is None:
            raise PolicyGap(f"farming_per_mu.{fact.code}", self.calculation.day, None, None)
        months = self._farming_period()
        brought = Fraction(a_year * mu, 1200) * months_within(months, fact.since, fact.until) / months.months
        self.calculation.add(
            "means.income.farming",
            "farming",
            "income",
            "+",
            brought,
            member,
            (fact,),
            ("farming_per_mu",),
            code=fact.code,
            mu=f"{mu // 100}.{mu % 100:02d}",
        )
        return brought

    def _minus(
        self, codes: str, facts: dict[str, list[Fact]], member: MemberKey | None, missing: list[Missing]
    ) -> Iterator[tuple[Fact, Fraction]]:
        for fact in facts.get("deduction", ()):
            if fact.code not in codes.split():
                continue
            if fact.amount is None:
                missing.append(Missing(member=member, field=f"deduction.{fact.code}"))
                continue
            spent = a_month(fact, self.period)
            if spent:
                yield fact, spent

    def _take(
        self,
        rule: str,
        text: str,
        spent: list[tuple[Fact, Fraction]],
        most: Fraction,
        member: MemberKey | None,
        parameters: tuple[str, ...] = (),
    ) -> Fraction:
        """One line that takes off what was spent, no more than `most`."""
        if not spent:
            return Fraction(0)
        whole = sum((amount for _, amount in spent), Fraction(0))
        taken = min(whole, max(most, Fraction(0)))
        op: Op = "-" if taken else "note"
        facts = tuple(fact for fact, _ in spent)
        self.calculation.add(
            rule, text if taken == whole else f"{text}-capped", "income", op, taken, member, facts, parameters
        )
        return taken

    def _work_cost(
        self,
        wages: Fraction,
        facts: dict[str, list[Fact]],
        member: MemberKey | None,
        missing: list[Missing],
    ) -> Fraction:
        spent = list(self._minus("M1", facts, member, missing))
        if not spent:
            return Fraction(0)
        most = min(wages, Fraction(self.calculation.number("work_cost_cap")))
        return self._take("means.income.work_cost", "work-cost", spent, most, member, ("work_cost_cap",))

    def _disregard(self, wages: Fraction, facts: dict[str, list[Fact]], member: MemberKey | None) -> Fraction:
        grounds = [
            fact
            for fact in facts.get("status", ())
            if fact.code == "new_work" and holds_on(fact, self.household.day)
        ]
        if not grounds or wages <= 0:
            return Fraction(0)
        most = self.calculation.ratio("earned_disregard") * self.calculation.standard_month()
        taken = min(wages, most)
        self.calculation.add(
            "means.income.disregard",
            "disregard",
            "income",
            "-",
            taken,
            member,
            grounds,
            ("earned_disregard", "standard"),
        )
        return taken

    def _outgoings(
        self,
        income: Fraction,
        facts: dict[str, list[Fact]],
        member: MemberKey | None,
        missing: list[Missing],
    ) -> Fraction:
        spent = list(self._minus("M2 M3 M4", facts, member, missing))
        return self._take("means.income.outgoings", "outgoings", spent, income, member)

    def _rigid(self) -> None:
        spent: list[tuple[Fact, Fraction]] = []
        for standing in self.household.counted:
            spent += self._minus("M5", standing.facts, standing.person.key, [])
        spent += self._minus("M5", self.household.own, None, [])
        if not spent:
            return
        most = min(self.total, Fraction(self.calculation.number("rigid_deduction_cap")))
        self.total -= self._take("means.income.rigid", "rigid", spent, most, None, ("rigid_deduction_cap",))
