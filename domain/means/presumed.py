"""Income presumed of who is able to work and declares none; it yields to facts, with a reason (rules.md §4)."""

from datetime import date
from fractions import Fraction

from domain.facts import Fact
from domain.means.calculation import Calculation
from domain.means.household import Standing, conditions
from domain.means.model import Missing
from domain.means.period import Period, holds_on, reached


def presume(
    standing: Standing,
    declared: bool,
    period: Period,
    calculation: Calculation,
    day: date,
    missing: list[Missing],
    survey_done: bool,
) -> Fraction:
    """What is presumed of one person a month.

    Until the survey is done an adult of whom neither an income from work or a pension nor "nothing declared" is
    stated is missing the field `wage`; the finished survey confirms what isn't stated as nothing.
    """
    person = standing.person
    if declared or not reached(person.born, calculation.number("labour_age_from"), period.anchor):
        return Fraction(0)
    student = [fact for fact in standing.of("status") if fact.code == "student" and holds_on(fact, day)]
    confirmed = standing.of("nothing_declared")
    if not survey_done and not confirmed and not student and not _pension(standing):
        missing.append(Missing(member=person.key, field="wage"))
        return Fraction(0)
    minimum = calculation.number("presumed_minimum")
    if not minimum:
        return Fraction(0)
    reason, facts = _why_not(standing, student, period.anchor, day, calculation)
    if reason:
        calculation.add(
            "means.income.presumed",
            f"not-presumed.{reason}",
            "income",
            member=person.key,
            facts=(*confirmed, *facts),
            parameters=("presumed_minimum",),
        )
        return Fraction(0)
    labour = [fact for fact in standing.of("labour") if holds_on(fact, day)]
    name = "labour_coefficient_2" if labour and labour[-1].code == "2" else "labour_coefficient_1"
    amount = Fraction(minimum * calculation.number(name), 100)
    calculation.add(
        "means.income.presumed",
        "presumed",
        "income",
        "+",
        amount,
        person.key,
        (*confirmed, *labour),
        ("presumed_minimum", name),
    )
    return amount


def _pension(standing: Standing) -> bool:
    return any(fact.code in ("T1", "T2", "T3") for fact in standing.of("income"))


def _why_not(
    standing: Standing, student: list[Fact], anchor: date, day: date, calculation: Calculation
) -> tuple[str, tuple[Fact, ...]]:
    if student:
        return "student", tuple(student)
    if reached(standing.person.born, calculation.number("labour_age_until"), anchor):
        return "age", ()
    unable = [fact for fact in standing.of("labour") if fact.code in ("3", "4") and holds_on(fact, day)]
    if unable:
        return "labour", tuple(unable)
    stated = conditions(standing, day)
    calculation.read(stated.values())
    if stated:
        for code in calculation.words("presumed_not_categories"):
            if code in stated:
                return "category", (stated[str(code)],)
    return "", ()
