"""The office that plays: divisions, staff at their desks, policy; each set up by the administrator's commands."""

from collections.abc import Iterator
from datetime import date
from random import Random

from adapters.bootstrap import ADMINISTRATOR
from adapters.simulate.people import Registry, Role
from adapters.simulate.plan import Plan
from adapters.simulate.script import Desks, Script, Step
from domain.days import months
from domain.ids import DivisionCode, StaffId
from domain.money import Fen, show_yuan
from domain.staff import Desk
from workflows.command import Command
from workflows.commands.division import AddDivision
from workflows.commands.office import Appoint, SetParameter
from workflows.definition import TODAYS_LAW

PROGRAMME = "dibao"
COUNTY_DESKS: tuple[tuple[str, Desk], ...] = (
    ("centre", "centre"),
    ("county", "county_handler"),
    ("chief", "section_chief"),
    ("decider", "decider"),
    ("payer", "payer"),
    ("checker", "checker"),
    ("auditor", "auditor"),
)
TOWNSHIP_DESKS: tuple[tuple[str, Desk], ...] = (
    ("window", "window"),
    ("handler", "handler"),
    ("leader", "leader"),
    ("surveyor1", "surveyor"),
    ("surveyor2", "surveyor"),
    ("surveyor3", "surveyor"),
    ("surveyor4", "surveyor"),
)
PAYER, CHECKER = StaffId("payer"), StaffId("checker")


def staff_id(desk: str, division: DivisionCode) -> StaffId:
    """`decider` of the county, `window-001` of a township, `village-001003` of a village in it."""
    return StaffId(f"{desk}-{division[6:]}" if len(division) > 6 else desk)


def desks_of(village: DivisionCode) -> Desks:
    """Who handles a household of the village."""
    township = DivisionCode(village[:9])

    def of(desk: str) -> StaffId:
        return staff_id(desk, township)

    return Desks(
        window=of("window"),
        handler=of("handler"),
        leader=of("leader"),
        surveyors=(of("surveyor1"), of("surveyor2")),
        others=(of("surveyor3"), of("surveyor4")),
        village=staff_id("village", village),
        centre=StaffId("centre"),
        county=StaffId("county"),
        chief=StaffId("chief"),
        decider=StaffId("decider"),
    )


def set_up(plan: Plan, day: date, law: str) -> Script:
    """Divisions from the county down, their desks, the policy that holds from before the first award on."""
    for data in (*_divisions(plan), *_appointments(plan, day), *_policy(plan, law)):
        yield Step(day, ADMINISTRATOR, data)


def _divisions(plan: Plan) -> Iterator[Command]:
    for row in plan.place.divisions:
        yield AddDivision(code=row.code, name=row.name, level=row.level, parent=row.parent)


def _appointments(plan: Plan, day: date) -> Iterator[Command]:
    people = Registry(Random(f"{plan.report} {plan.year} {plan.seed} staff"))
    for row in plan.place.divisions:
        for name, desk in _desks(row.level):
            sex = "2" if people.rng.randrange(2) else "1"
            role = Role("01", sex, people.rng.randint(26, 57))  # type: ignore[arg-type]
            yield Appoint(
                division=row.code,
                staff=staff_id(name, row.code),
                name=people.person(role, people.surname(), plan.year).name,
                desk=desk,
                since=day,
            )


def _desks(level: str) -> tuple[tuple[str, Desk], ...]:
    if level == "county":
        return COUNTY_DESKS
    return TOWNSHIP_DESKS if level == "township" else (("village", "village"),)


def _policy(plan: Plan, law: str) -> Iterator[Command]:
    since, document = date(plan.year - 2, 1, 1), f"试算〔{plan.year - 2}〕1号"

    def said(name: str, value: str, division: DivisionCode, area: str | None = None) -> SetParameter:
        return SetParameter(
            division=division,
            programme=PROGRAMME,
            name=name,
            value=value,
            since=since,
            area=area,  # type: ignore[arg-type]
            document=document,
        )

    county = plan.place.county
    for code, percent in plan.additions.items():
        yield said(f"uplift_{code}", f"{percent}%", county)
    if plan.campaign is not None:
        numbers = sorted({int(month[5:]) for month in months(*plan.campaign)})
        yield said("review_campaign_months", ",".join(map(str, numbers)), county)
    if law != TODAYS_LAW:
        yield said("law", law, county)
    for one in plan.standards:
        yield said("standard", _yuan(one.amount), one.division, one.area)
    yield said("gap_or_tier", "gap", county)
    yield said("rounding_unit", "1.00", county)
    yield said("rounding_direction", "down", county)
    yield said("minimum_payable", "1.00", county)
    yield said("presumed_minimum", "0.00", county)


def _yuan(amount: Fen) -> str:
    return show_yuan(amount)
