"""The planned place: its own books give the printed figures, and every household adds up by the rules."""

from collections import Counter
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from random import Random
from time import perf_counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.report.compare import compare
from adapters.report.grammar import COLUMNS, Figure, of_report, read_figures, shipped_figures
from adapters.simulate.books import counted
from adapters.simulate.figures import CannotFit
from adapters.simulate.plan import Household, Member, Plan, standard_at
from adapters.simulate.solve import solve
from domain.days import add_month, month_of, months_between
from domain.identity import born, check_number, sex
from tests.journeys.scaled import scaled

YEAR = 2024
HEADER = ",".join(COLUMNS)


@lru_cache(maxsize=8)
def plan_of(report: str, seed: int = 1) -> Plan:
    return solve(shipped_figures(), report, YEAR, seed)


def figures(*rows: str) -> tuple[Figure, ...]:
    return read_figures([HEADER, *rows])


D = [("D", 1), ("D", 2)]


@pytest.mark.parametrize(("report", "seed"), [*D, ("C", 1), ("B", 1)])
def test_every_figure_that_can_be_true_is_met(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    result = compare(of_report(shipped_figures(), report), counted(plan))
    gives_way = {one.gives_way.key for one in plan.contradictions}
    for row in result.rows:
        if row.counted is not None:
            assert row.met != (row.figure.key in gives_way), (row.figure.key, row.figure.show(row.counted))
    assert not result.differs
    own = {"D": {"person_times"}, "B": {"person_times"}, "C": {"reviewed_persons", "review_exits_households"}}
    assert {row.figure.measure for row in result.rows if row.met} >= {"paid"} | own[report]
    assert plan.left_out == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_d_in_numbers(seed: int) -> None:
    books = plan_of("D", seed).books
    urban, rural = books["urban"], books["rural"]
    assert (urban[12].households, urban[12].persons) == (3229, 5155)
    assert 166_575_000 <= urban[12].paid <= 166_576_000
    assert sum(month.persons for month in urban[1:]) == 65372
    assert 2_100_445_000 <= sum(month.paid for month in urban[1:]) < 2_100_455_000
    assert sum(month.exits_households for month in urban) == 195
    assert sum(month.exits_persons + month.left for month in urban) == 619
    assert (rural[12].households, rural[12].persons) == (897, 1330)
    assert 27_325_000 <= rural[12].paid < 27_335_000
    assert sum(month.exits_households for month in rural) == 60
    assert sum(month.exits_persons + month.left for month in rural) == 105
    for book in (urban, rural):
        assert all(month.new_households >= 1 for month in book[1:])


def test_the_figure_that_gives_way_is_named() -> None:
    (one,) = plan_of("D").contradictions
    assert one.gives_way.key == ("dibao", "rural", "average_supplement", "M12")
    assert one.sum_lines


def test_the_same_seed_gives_the_same_place_and_another_seed_another() -> None:
    again = solve(shipped_figures(), "D", YEAR, 1)
    assert msgspec.json.encode(again.households) == msgspec.json.encode(plan_of("D").households)
    assert msgspec.json.encode(again.stories) == msgspec.json.encode(plan_of("D").stories)
    other = plan_of("D", 2)
    assert other.households != again.households
    assert [one.persons for one in other.books["urban"]] != [one.persons for one in again.books["urban"]]


@pytest.mark.parametrize(("report", "seed"), D)
def test_the_books_balance_month_by_month(report: str, seed: int) -> None:
    for book in plan_of(report, seed).books.values():
        for before, month in pairwise(book):
            came = month.new_persons + month.joined
            assert month.persons == before.persons + came - month.exits_persons - month.left
            assert month.households == before.households + month.new_households - month.exits_households


@pytest.mark.parametrize(("report", "seed"), [*D, ("C", 1), ("B", 1)])
def test_incomes_give_the_amounts(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    seen_rest = 0
    for one in plan.households:
        standard = standard_at(plan.standards, one.area, one.division)
        members = {member.key: member for member in one.members}
        for piece in one.pieces:
            counted_heads = len(piece.members)
            assert piece.covered == sum(members[key].covered for key in piece.members)
            assert piece.income == sum(item.monthly for item in piece.incomes)
            assert all(item.monthly > 0 and item.member in piece.members for item in piece.incomes)
            gap = Fraction((standard * counted_heads - piece.income) * piece.covered, counted_heads)
            assert gap // 100 * 100 == piece.amount > 0
            assert 0 <= piece.income < standard * counted_heads
            seen_rest += gap != piece.amount
    assert seen_rest > len(plan.households) // 2


@pytest.mark.parametrize(("report", "seed"), D)
def test_each_change_has_its_ground(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    codes: Counter[str] = Counter()
    for one in plan.households:
        assert len(one.pieces) == len(one.changes) + 1
        for change, (old, new) in zip(
            one.changes, zip(one.pieces, one.pieces[1:], strict=False), strict=True
        ):
            codes[change.code] += 1
            assert add_month(old.last, 1) == new.first == change.from_month
            assert month_of(change.happened_on) == old.last
            if change.code in ("I03", "D03"):
                assert (new.amount > old.amount) == (change.code == "I03")
                assert 10 * abs(new.income - old.income) >= old.income
                assert old.members == new.members
                if change.origin == "review":
                    outcome = "increase" if change.code == "I03" else "reduce"
                    assert (old.last, outcome) in [(review.month, review.outcome) for review in one.reviews]
            else:
                _check_mover(one, change.code)
    assert set(codes) == {"I02", "I03", "D01", "D02", "D03"}


def _check_mover(one: Household, code: str) -> None:
    old, new = one.pieces
    mover = one.changes[0].member
    without = [item for item in (old if code != "I02" else new).incomes if item.member != mover]
    assert tuple(without) == (new if code != "I02" else old).incomes
    member = next(member for member in one.members if member.key == mover)
    if code == "I02":
        assert new.members == (*old.members, mover)
        assert member.from_month == new.first
        if member.person.born.year == YEAR:
            assert member.person.born == one.changes[0].happened_on
            assert new.income == old.income
    else:
        assert old.members == (*new.members, mover)
        assert member.until_month == old.last
        assert member != one.members[0]
        assert code == "D01" or 18 <= YEAR - member.person.born.year <= 30


@pytest.mark.parametrize(("report", "seed"), [*D, ("C", 1)])
def test_each_exit_is_stopped_by_reason(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    codes: Counter[str] = Counter()
    for one in plan.households:
        assert (one.stop is None) == (one.last_month is None)
        assert one.pieces[0].first == one.first_month
        assert one.pieces[-1].last == (one.last_month or f"{YEAR}-12")
        if one.stop is None or one.last_month is None:
            continue
        codes[one.stop.code] += 1
        assert one.stop.from_month == add_month(one.last_month, 1)
        assert month_of(one.stop.happened_on) == one.last_month
        if one.stop.code == "S03":
            assert len(one.members) == 1
            assert one.members[0].person.born.year < YEAR - 60
        if one.stop.code == "S04":
            assert one.stop.grace_from is not None
            assert 1 <= months_between(one.stop.grace_from, one.stop.from_month) <= 6
        if one.stop.origin == "review":
            assert ("stop", one.last_month) in [(review.outcome, review.month) for review in one.reviews]
    assert {"S01", "S03", "S04", "S06"} <= set(codes)


@pytest.mark.parametrize(("report", "seed"), D)
def test_reviews_fall_due_by_class_while_the_award_lives(report: str, seed: int) -> None:
    outcomes: Counter[str] = Counter()
    decided = 0
    for one in plan_of(report, seed).households:
        period = 12 if one.review_class == "A" else 6
        last = one.last_month or f"{YEAR}-12"
        start, due = one.award_from, []
        assert months_between(start, add_month(one.first_month, 0)) >= 0
        while (start := add_month(start, period)) <= last:
            due.append(start)
        assert [review.month for review in one.reviews] == due
        assert all(month >= f"{YEAR}-01" for month in due)
        outcomes.update(review.outcome for review in one.reviews)
        for review in one.reviews:
            if review.outcome == "unchanged":
                decided += review.month == one.last_month or review.month in [
                    add_month(change.from_month, -1) for change in one.changes
                ]
    assert outcomes["unchanged"] > 20 * (outcomes["increase"] + outcomes["reduce"] + outcomes["stop"]) > 0
    assert set(outcomes) == {"unchanged", "increase", "reduce", "stop"}
    assert decided == 0


@pytest.mark.parametrize(("report", "seed"), D)
def test_people_are_nobody_and_each_is_one(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    everybody = [m.person for one in (*plan.households, *plan.stories) for m in one.members]
    numbers = [person.number for person in everybody]
    assert len(set(numbers)) == len(numbers) > 7000
    for person in everybody:
        assert person.number.startswith("110199")
        assert check_number(person.number, date(YEAR, 12, 31)) == person.number
        assert (born(person.number), sex(person.number)) == (person.born, person.sex)
    keys = [one.key for one in (*plan.households, *plan.stories)]
    assert len(set(keys)) == len(keys)


def _age(member: Member) -> int:
    return YEAR - member.person.born.year


@pytest.mark.parametrize(("report", "seed"), [*D, ("C", 1)])
def test_families_make_sense(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    sizes = Counter(len(one.members) for one in plan.households)
    assert max(sizes) <= 8
    assert sizes[1 if report == "D" else 2] > sizes[3] > 0
    for one in (*plan.households, *plan.stories):
        head = one.members[0]
        assert head.kinship == "01"
        assert _age(head) >= 18
        assert [member.key for member in one.members] == [f"m{i + 1}" for i in range(len(one.members))]
        parents = [member for member in one.members if member.kinship in ("01", "10")]
        assert len([m for m in one.members if m.kinship == "10"]) <= 1
        for member in one.members:
            assert member.causes
            if member.kinship in ("20", "30"):
                assert min(_age(parent) for parent in parents) - _age(member) >= 18
                assert member.person.sex == ("1" if member.kinship == "20" else "2")
            if member.kinship in ("51", "52"):
                assert _age(member) - _age(head) >= 18
            if member.kinship == "10":
                assert member.person.sex != head.person.sex
                assert _age(member) >= 20
            if _age(member) < 18 or _age(member) > 61:
                assert member.labour == "4"
            assert member.covered == (member.status is None)


@pytest.mark.parametrize(("report", "seed"), D)
def test_the_place_has_the_printed_divisions_and_all_are_lived_in(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    levels = Counter(row.level for row in plan.place.divisions)
    assert levels == {"county": 1, "township": 6, "village": 60}
    assert (len(plan.place.urban), len(plan.place.rural)) == (44, 16)
    assert {one.division for one in plan.households if one.area == "urban"} == set(plan.place.urban)
    assert {one.division for one in plan.households if one.area == "rural"} == set(plan.place.rural)
    codes = [row.code for row in plan.place.divisions]
    assert all(row.parent is None or row.parent in codes for row in plan.place.divisions)


@pytest.mark.parametrize(("report", "seed"), D)
def test_other_stories_are_told_too(report: str, seed: int) -> None:
    plan = plan_of(report, seed)
    kinds = Counter(story.kind for story in plan.stories)
    assert min(kinds.values()) >= 1
    assert len(kinds) == 7
    for story in plan.stories:
        line = standard_at(plan.standards, story.area, story.division) * len(story.members)
        declared = sum(item.monthly for item in story.declared)
        found = sum(item.monthly for item in story.found)
        assert (declared >= line) == (story.kind == "negative_opinion")
        assert (found >= line) == (story.code == "R01")
        assert bool(story.property) == (story.code == "R02")
        assert story.month.startswith(str(YEAR))
    assert [one.objection.outcome for one in plan.households if one.objection] != []


def test_printed_standards_are_taken_and_those_of_parts_go_to_townships() -> None:
    rows = [
        "R,dibao,urban,persons,M12,1500,person,1",
        "R,dibao,urban,average_supplement,M12,63,yuan/person,1",
        "R,dibao,rural,persons,M12,300,person,1",
        "R,dibao,urban_city,standard,year,150,yuan/person/month,1",
        "R,dibao,urban_county,standard,year,1440,yuan/person/year,1",
        "R,dibao,rural,standard,year,100,yuan/person/month,1",
        "R,divisions,all,subdistricts,M12,3,count,1",
    ]
    plan = solve(figures(*rows), "R", YEAR, 1)
    assert [(one.area, one.division, one.amount) for one in plan.standards] == [
        ("urban", "110199001", 15_000),
        ("urban", "110199002", 12_000),
        ("urban", "110199003", 12_000),
        ("rural", "110199", 10_000),
    ]
    assert plan.parts == {"city": ("110199001",), "county": ("110199002", "110199003")}
    assert all(
        piece.amount < standard_at(plan.standards, one.area, one.division) * piece.covered
        for one in plan.households
        for piece in one.pieces
    )


def test_fewer_townships_than_parts_are_refused() -> None:
    rows = [
        "R,dibao,urban,persons,M12,1500,person,1",
        "R,dibao,urban_a,standard,year,150,yuan/person/month,1",
        "R,dibao,urban_b,standard,year,140,yuan/person/month,1",
        "R,divisions,all,subdistricts,M12,1,count,1",
    ]
    with pytest.raises(CannotFit, match="parts-do-not-fit"):
        solve(figures(*rows), "R", YEAR, 1)


def test_what_nothing_is_planned_by_is_named_by_its_lines() -> None:
    rows = [
        "R,dibao,urban,persons,end,150,person,1",
        "R,dibao,urban,paid,3y,900000,yuan,1",
        "R,dibao,urban,persons,M1-M3,15,person,1",
        "R,dibao,urban,happiness,M12,3,person,1",
        "R,dibao,urban,reviewed_households,M3,3,household,1",
        "R,dibao,urban,persons,M12,160,person,20",
        "R,tekun,urban,persons,3y,3,person,1",
    ]
    plan = solve(figures(*rows), "R", YEAR, 1)
    assert plan.left_out == (3, 4, 5, 6)
    assert plan.books["urban"][12].persons == 150


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_campaign_of_c_reviews_stopped_and_left_add_up(seed: int) -> None:
    plan = plan_of("C", seed)
    assert plan.campaign == ("2023-10", "2023-11")
    before = [one for one in plan.households if (one.last_month or "9") < "2023-12"]
    stopped = [one for one in before if one.reviews[0].outcome == "stop"]
    assert (len(stopped), sum(one.pieces[0].covered for one in stopped)) == (58, 219)
    assert {one.stop.origin for one in stopped if one.stop} == {"review"}
    stock = [one for one in plan.households if one.first_month == "2023-12"]
    reviewed = [one for one in stock if one.reviews and one.reviews[0].month < f"{YEAR}"]
    assert len(before) + len(reviewed) == 2652
    assert len(reviewed) + len(before) - len(stopped) == 2652 - 58
    assert len(stock) == sum(book[0].households for book in plan.books.values())
    for one in plan.households:
        assert {review.month[5:] for review in one.reviews} <= {"11", "12"}
        if one.reviews:
            assert one.award_from < add_month(one.reviews[0].month, -1)
        if one.stop and one.stop.origin != "review":
            assert one.stop.from_month not in {review.month for review in one.reviews}


def test_a_campaign_that_cannot_be_is_refused_by_its_rows() -> None:
    rows = [
        "R,dibao,urban,persons,M12,100,person,1",
        "R,dibao,all,reviewed_households,campaign,50,household,1",
        "R,dibao,all,reviewed_persons,campaign,400,person,1",
    ]
    with pytest.raises(CannotFit) as caught:
        solve(figures(*rows), "R", YEAR, 1)
    assert set(caught.value.lines) == {3, 4}


@pytest.mark.parametrize("area", ["all", "urban"])
@pytest.mark.parametrize("reviewed", [(20, 31), (60, 101), (66, 110)])
def test_a_campaign_may_review_some_or_more_than_are_left(reviewed: tuple[int, int], area: str) -> None:
    households, persons = reviewed
    rows = [
        "R,dibao,urban,households,M12,60,household,1",
        "R,dibao,urban,persons,M12,100,person,1",
        "R,dibao,urban,exits_persons,year,6,person,1",
        f"R,dibao,{area},reviewed_households,campaign,{households},household,1",
        f"R,dibao,{area},reviewed_persons,campaign,{persons},person,1",
        f"R,dibao,{area},review_exits_households,campaign,2,household,1",
        f"R,dibao,{area},review_exits_persons,campaign,3,person,1",
    ]
    plan = solve(figures(*rows), "R", YEAR, 1)
    result = compare(figures(*rows), counted(plan))
    assert [row.figure.line for row in result.rows if not row.met] == []


def test_additions_are_on_top_and_the_money_is_met() -> None:
    report = scaled("Y", 60)
    plan = solve(report, "Y", YEAR, 1)
    assert plan.additions == {"C01": 20, "C04": 10}
    assert not compare(report, counted(plan)).differs
    seen: Counter[int] = Counter()
    for one in plan.households:
        standard = standard_at(plan.standards, one.area, one.division)
        for piece in one.pieces:
            due = [
                _percent(member) for member in one.members if member.covered and member.key in piece.members
            ]
            seen.update(due)
            assert not (one.changes and any(due))
            gap = Fraction((standard * len(piece.members) - piece.income) * piece.covered, len(piece.members))
            assert gap > 0
            assert (gap + standard * sum(due) / Fraction(100)) // 100 * 100 == piece.amount
    assert seen[10] > 5
    assert seen[20] > 20
    assert seen[0] > seen[10] + seen[20]


def _percent(member: Member) -> int:
    """The higher of what a person's grounds give."""
    severe = member.disability is not None and member.disability[-1] in "12"
    return 20 if severe else 10 if "C04" in member.categories else 0


@pytest.mark.soak
def test_the_whole_of_y_is_planned_in_a_minute() -> None:
    began = perf_counter()
    plan = solve(shipped_figures(), "Y", YEAR, 1)
    assert perf_counter() - began < 60
    assert len(plan.households) > 50_000
    assert not compare(of_report(shipped_figures(), "Y"), counted(plan)).differs


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        (["R,dibao,urban,persons,M12,10,person,1", "R,dibao,urban,exits_persons,year,5,person,1"], None),
        (
            [
                "R,dibao,urban,persons,M1,10,person,1",
                "R,dibao,urban,persons,M12,10,person,1",
                "R,dibao,urban,exits_persons,year,5,person,1",
                "R,dibao,urban,new_persons,M2-M12,500,person,1",
            ],
            {2, 3, 4, 5},
        ),
        (
            [
                "R,dibao,urban,persons,M12,10,person,1",
                "R,dibao,urban,paid,M12,50000,yuan,1",
                "R,dibao,urban,standard,M12,500,yuan/person/month,1",
            ],
            {3},
        ),
    ],
)
def test_what_no_books_give_is_refused_by_its_rows(rows: list[str], lines: set[int] | None) -> None:
    if lines is None:
        assert solve(figures(*rows), "R", YEAR, 1).books["urban"][12].persons == 10
        return
    with pytest.raises(CannotFit) as caught:
        solve(figures(*rows), "R", YEAR, 1)
    assert set(caught.value.lines) <= lines
    assert caught.value.lines


BY_TOWN = {
    "some towns of an area": [
        "R,dibao,urban,persons,M12,900,person,1",
        "R,dibao,urban,paid,M12,270000,yuan,100",
        "R,dibao,urban,paid,year,3100000,yuan,1000",
        "R,dibao,urban,exits_persons,year,60,person,1",
        "R,dibao,urban_a,persons,end,200,person,1",
        "R,dibao,urban_a,paid,M12,61234,yuan,1",
        "R,dibao,urban_b,households,M12,150,household,1",
        "R,dibao,urban_b,exits_persons,year,12,person,1",
    ],
    "all towns of an area": [
        "R,dibao,urban,persons,M12,900,person,1",
        "R,dibao,urban,paid,M12,270000,yuan,100",
        "R,dibao,urban,exits_persons,year,60,person,1",
        "R,dibao,urban_a,persons,end,500,person,1",
        "R,dibao,urban_b,persons,M12,400,person,1",
        "R,dibao,urban_b,average_supplement,M12,310,yuan/person,1",
    ],
    "towns alone": [
        "R,dibao,rural_a,persons,M12,200,person,1",
        "R,dibao,rural_b,persons,M12,300,person,1",
        "R,dibao,rural_b,paid,M1-M6,300000,yuan,1000",
        "R,dibao,urban,persons,M12,100,person,1",
    ],
    "towns of both areas, with a campaign": [
        "R,dibao,all_a,persons,M12,200,person,1",
        "R,dibao,all,persons,M12,300,person,1",
        "R,dibao,all_a,new_persons,M1-M6,10,person,1",
        "R,dibao,all,reviewed_persons,campaign,280,person,1",
        "R,dibao,all,reviewed_households,campaign,190,household,1",
    ],
}


@pytest.mark.parametrize("rows", BY_TOWN.values(), ids=BY_TOWN)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_towns_have_books_of_their_own(rows: list[str], seed: int) -> None:
    plan = solve(figures(*rows), "R", YEAR, seed)
    result = compare(figures(*rows), counted(plan), parts=plan.parts)
    assert [(row.figure.line, row.counted) for row in result.rows if not row.met] == []
    assert plan.left_out == ()
    townships = [code for codes in plan.parts.values() for code in codes]
    assert len(set(townships)) == len(townships)
    assert all(standard_at(plan.standards, one.area, one.division) for one in plan.households)


def test_towns_that_leave_too_little_to_the_rest_are_refused_by_their_rows() -> None:
    rows = [
        "R,dibao,urban,persons,M12,900,person,1",
        "R,dibao,urban,exits_persons,year,10,person,1",
        "R,dibao,urban_a,persons,M12,100,person,1",
        "R,dibao,urban_a,exits_persons,M1-M6,20,person,1",
    ]
    with pytest.raises(CannotFit) as caught:
        solve(figures(*rows), "R", YEAR, 1)
    assert 3 in caught.value.lines


def _true_town(rng: Random, homes: int, each: int) -> Counter[tuple[str, str, str]]:
    """What is true of a town whose people come and go and are paid the same."""
    lives = []
    for _ in range(homes):
        end = rng.randint(1, 11) if rng.random() < 0.1 else 12
        start = 0 if rng.random() < 0.9 or end < 12 else rng.randint(1, 12)
        lives.append((rng.choice((1, 1, 2, 3)), start, end))
    persons = [sum(n for n, s, e in lives if s <= m <= e) for m in range(13)]
    return Counter(
        {
            ("households", "M12", "household"): sum(s <= 12 <= e for _, s, e in lives),
            ("persons", "M12", "person"): persons[12],
            ("persons", "M6", "person"): persons[6],
            ("person_times", "M1-M12", "person-time"): sum(persons[1:]),
            ("paid", "M12", "yuan"): persons[12] * each,
            ("paid", "M1-M12", "yuan"): sum(persons[1:]) * each,
            ("exits_persons", "year", "person"): sum(n for n, _, e in lives if e < 12),
            ("new_households", "year", "household"): sum(s > 0 for _, s, _ in lives),
        }
    )


@pytest.mark.parametrize("seed", range(8))
def test_an_area_of_three_towns_that_exists_can_be_planned(seed: int) -> None:
    """Some of the truth is printed of the whole and of all its towns, or of two of them."""
    rng = Random(seed)
    each = rng.randint(80, 400)
    towns = {name: _true_town(rng, rng.randint(20, 60), each) for name in "abc"}
    printed = {"urban": sum(towns.values(), Counter[tuple[str, str, str]]())}
    printed |= {f"urban_{name}": towns[name] for name in ("abc" if seed % 2 else "ac")}
    rows = [
        f"R,dibao,{area},{measure},{period},{value},{unit},1"
        for area, truth in printed.items()
        for (measure, period, unit), value in sorted(truth.items())
        if (measure, period) == ("persons", "M12") or rng.random() < (0.5 if area == "urban" else 0.3)
    ]
    plan = solve(figures(*rows), "R", YEAR, seed)
    result = compare(figures(*rows), counted(plan), parts=plan.parts)
    assert [(row.figure.key, row.counted) for row in result.rows if not row.met] == []


@st.composite
def small_reports(draw: st.DrawFn) -> tuple[Figure, ...]:
    """Figures of a small place that exists: its true books are made first, then some of them printed."""
    rng = Random(draw(st.integers(0, 10**6)))
    rows = []
    for area in draw(st.sampled_from([("urban",), ("rural",), ("urban", "rural")])):
        homes = draw(st.integers(12, 80))
        each = draw(st.integers(80, 400))
        sizes = [rng.choice((1, 1, 2, 3)) for _ in range(homes)]
        ends = [rng.randint(1, 11) if rng.random() < 0.1 else 12 for _ in sizes]
        starts = [0 if rng.random() < 0.9 or end < 12 else rng.randint(1, 12) for end in ends]
        lives = list(zip(sizes, starts, ends, strict=True))
        persons = [sum(n for n, s, e in lives if s <= m <= e) for m in range(13)]
        truth = {
            ("households", "M12", "household"): sum(s <= 12 <= e for _, s, e in lives),
            ("persons", "M12", "person"): persons[12],
            ("persons", "M6", "person"): persons[6],
            ("person_times", "M1-M12", "person-time"): sum(persons[1:]),
            ("paid", "M12", "yuan"): persons[12] * each,
            ("paid", "M1-M12", "yuan"): sum(persons[1:]) * each,
            ("average_supplement", "M1-M12", "yuan/person-time"): each,
            ("exits_households", "M1-M12", "household"): sum(e < 12 for _, _, e in lives),
            ("exits_persons", "year", "person"): sum(n for n, _, e in lives if e < 12),
            ("new_households", "year", "household"): sum(s > 0 for _, s, _ in lives),
            ("new_persons", "M1-M12", "person"): sum(n for n, s, _ in lives if s > 0),
        }
        kept = draw(st.sets(st.sampled_from(sorted(truth)), min_size=2)) | {("persons", "M12", "person")}
        for measure, period, unit in sorted(kept):
            value, step = truth[measure, period, unit], 1
            if measure == "paid":
                step = draw(st.sampled_from((1, 10, 100)))
                value = (value + step // 2) // step * step
            rows.append(f"R,dibao,{area},{measure},{period},{value},{unit},{step}")
    return figures(*rows)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(report=small_reports(), seed=st.integers(0, 50))
def test_a_small_place_that_exists_can_be_planned(report: tuple[Figure, ...], seed: int) -> None:
    plan = solve(report, "R", YEAR, seed)
    result = compare(report, counted(plan))
    assert [row.figure.key for row in result.rows if not row.met] == []


@pytest.mark.parametrize(("report", "seed"), [*D, ("C", 1), ("B", 1)])
def test_amounts_move_as_their_reasons_say(report: str, seed: int) -> None:
    """A reduction that rises, or a member who comes and changes nothing, would be refused when it is decided."""
    moved: Counter[tuple[str, bool]] = Counter()
    for one in plan_of(report, seed).households:
        for change, (before, after) in zip(one.changes, pairwise(one.pieces), strict=True):
            if change.code != "D01":
                up = after.amount > before.amount
                assert after.amount != before.amount, one.key
                moved[change.code, up] += 1
    assert {code for code, up in moved if up} <= {"I02", "I03"}
    assert {code for code, up in moved if not up} <= {"D02", "D03"}
    assert len(moved) == 4
