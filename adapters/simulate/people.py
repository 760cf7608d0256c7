"""Invented people: names, resident numbers that are nobody's, families whose ages and roles make sense."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from adapters.simulate.plan import Contact, Member, Person
from domain.days import Month
from domain.identity import ResidentNumber, Sex
from domain.ids import MemberKey, mod_11_2

UNASSIGNED = "110199"
"""An address code no division ever had: numbers with it belong to nobody."""

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛")
_MALE = "伟强磊军洋勇杰涛明超刚平辉鹏华飞斌波宇浩凯健俊帆旭宁龙林国建志文东海山松柏春生金福德贵根全宝"
_FEMALE = (
    "芳娜敏静丽艳娟霞秀英华慧巧美婷雪玲红梅兰萍燕彩春菊凤洁云莲真环翠珍贞莉桂娣叶璧璐娅琦晶妍茜秋珊莎锦青倩"
)
_CHRONIC, _ILLNESS, _DISABILITY, _SCHOOL, _LABOUR, _OTHER = "C05", "1", "2", "3", "5", "6"
_KINDS = "1234567"


@dataclass(slots=True)
class Role:
    """One member before he has a name: who he is to the head, how old on 1 January of the year."""

    kinship: str
    sex: Sex
    age: int
    labour: str = ""
    causes: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    disability: str | None = None
    student: bool = False
    status: str | None = None
    born: date | None = None
    own_name: bool = False


class Registry:
    """Numbers given out in one place, each once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._given: dict[date, set[int]] = {}

    def number(self, born: date, sex: Sex, spread: int = 300) -> tuple[date, ResidentNumber]:
        """An unused number of that sex; another day of birth nearby (earlier) if the day's are used up."""
        while True:
            used = self._given.setdefault(born, set())
            odd = 1 if sex == "1" else 0
            if len(used) < 900:
                for _ in range(40):
                    sequence = self.rng.randrange(500) * 2 + odd
                    if sequence not in used:
                        used.add(sequence)
                        digits = f"{UNASSIGNED}{born:%Y%m%d}{sequence:03d}"
                        return born, ResidentNumber(digits + mod_11_2(digits))
            born -= timedelta(days=self.rng.randint(1, spread))

    def person(self, role: Role, surname: str, year: int) -> Person:
        """A person of the role; aged `role.age` on 1 January of the year, or born on `role.born`."""
        born = role.born
        if born is None:
            born = date(year - role.age, 1, 1) - timedelta(days=self.rng.randrange(365))
        born, number = self.number(born, role.sex, 1 if role.born else 300)
        return Person(name=surname + self._given_name(role.sex), number=number, sex=role.sex, born=born)

    def surname(self) -> str:
        if self.rng.randrange(150) == 0:
            return self.rng.choice(_COMPOUND)
        return _SURNAMES[min(self.rng.randrange(len(_SURNAMES)), self.rng.randrange(len(_SURNAMES)))]

    def _given_name(self, sex: Sex) -> str:
        letters = _MALE if sex == "1" else _FEMALE
        return "".join(self.rng.choice(letters) for _ in range(1 if self.rng.randrange(4) == 0 else 2))

    def members(
        self, roles: list[Role], year: int, months: dict[int, tuple[Month | None, Month | None]]
    ) -> tuple[Member, ...]:
        """Members m1, m2 … of the roles; `months`: by position, the first and last month one is counted in."""
        head_name = self.surname()
        others = self.surname()
        made = []
        for index, role in enumerate(roles):
            if role.own_name:
                surname = self.surname()
            elif (
                role.kinship == "10"
                or role.kinship == "52"
                or (roles[0].sex == "2" and role.kinship in ("20", "30"))
            ):
                surname = others
            else:
                surname = head_name
            first, last = months.get(index, (None, None))
            made.append(
                Member(
                    key=MemberKey(f"m{index + 1}"),
                    person=self.person(role, surname, year),
                    kinship=role.kinship,
                    covered=role.status is None,
                    labour=role.labour,
                    causes=tuple(role.causes),
                    categories=tuple(role.categories),
                    disability=role.disability,
                    student=role.student,
                    status=role.status,
                    from_month=first,
                    until_month=last,
                )
            )
        return tuple(made)

    def contact(self, prefix: str, area: str) -> Contact:
        """Where the household lives, a phone and an account that reach nobody."""
        rng = self.rng
        if area == "urban":
            tail = f"{rng.randint(1, 60)}号楼{rng.randint(1, 6)}单元{rng.randint(1, 18)}{rng.randint(1, 4):02d}室"
        else:
            tail = f"{rng.randint(1, 9)}组{rng.randint(1, 120)}号"
        return Contact(
            address=prefix + tail,
            phone=f"100{rng.randrange(10**8):08d}",
            account=f"990000{rng.randrange(10**13):013d}",
        )


def family(
    rng: Random,
    size: int,
    *,
    leaves: str | None = None,
    joins: str | None = None,
    aside: bool = False,
    dies: bool = False,
) -> list[Role]:
    """Roles of a household of `size` covered members, the head first.

    `leaves`: `death` or `away`: the last of the `size` is who will. `joins`: `birth` or `return`: one more
    role at the end. `aside`: one more child at the end who has a child's allowance. `dies`: the one member
    will die.
    """
    if aside:
        roles = _grandparents(rng, size)
    elif size == 1:
        roles = [_single(rng, dies)]
    elif leaves == "death":
        roles = [*_household(rng, size - 1, 35, 60), _elder(rng)]
    elif leaves == "away":
        roles = _household(rng, size - 1, 44, 62)
        roles.append(_grown(rng, min(role.age for role in roles if role.kinship in ("01", "10"))))
    elif joins == "birth":
        roles = _household(rng, size, 23, 38, couple=True)
    elif size == 2 and rng.randrange(10) < 4:
        roles = _old_couple(rng)
    else:
        roles = _household(rng, size, 30, 58)
    if joins == "birth":
        sex = _sex(rng)
        roles.append(Role("20" if sex == "1" else "30", sex, 0))
    elif joins == "return":
        roles.append(_returned(rng, roles[0]))
    if aside:
        sex = _sex(rng)
        roles.append(
            Role(
                "41" if sex == "1" else "42", sex, rng.randint(4, 15), categories=["C17"], status="child_aid"
            )
        )
    _describe(rng, roles)
    return roles


def _sex(rng: Random) -> Sex:
    return "1" if rng.randrange(2) else "2"


def _single(rng: Random, dies: bool) -> Role:
    turn = rng.randrange(20)
    if dies or turn < 9:
        return Role("01", _sex(rng), rng.randint(62, 90))
    if turn < 13:
        return Role("01", _sex(rng), rng.randint(22, 58), "3", disability=_impairment(rng, "12"))
    if turn < 17:
        return Role("01", _sex(rng), rng.randint(38, 59), "2", ["1"], ["C05"])
    return Role("01", _sex(rng), rng.randint(45, 59), "1", ["6"], ["C20"])


def _impairment(rng: Random, grades: str) -> str:
    return f"{rng.choice(_KINDS)}-{rng.choice(grades)}"


def _old_couple(rng: Random) -> list[Role]:
    age = rng.randint(62, 84)
    return [Role("01", "1", age), Role("10", "2", age - rng.randint(0, 5))]


def _grandparents(rng: Random, size: int) -> list[Role]:
    age = rng.randint(60, 72)
    roles = [Role("01", "1" if size > 1 else _sex(rng), age)]
    if size > 1:
        roles.append(Role("10", "2", age - rng.randint(0, 4)))
    while len(roles) < size:
        sex = _sex(rng)
        roles.append(Role("41" if sex == "1" else "42", sex, rng.randint(3, 16)))
    return roles


def _household(rng: Random, size: int, youngest: int, oldest: int, *, couple: bool = False) -> list[Role]:
    """A head with, as far as they go, a spouse, children, a parent, a brother or sister."""
    age = rng.randint(youngest, oldest)
    married = size > 1 and (couple or rng.randrange(10) < (4 if size == 2 else 7))
    head_sex: Sex = "1" if married else _sex(rng)
    head = Role("01", head_sex, age)
    roles = [head]
    if married:
        roles.append(Role("10", "2" if head_sex == "1" else "1", max(21, age - rng.randint(-2, 5))))
    mother = min(role.age for role in roles)
    children = 0
    parents = ["52", "51"]
    while len(roles) < size:
        if children < 3 and mother >= 21 and rng.randrange(10) < 8:
            sex = _sex(rng)
            roles.append(
                Role("20" if sex == "1" else "30", sex, rng.randint(max(0, mother - 42), mother - 21))
            )
            children += 1
        elif parents and age <= 66:
            kinship = parents.pop(0)
            roles.append(Role(kinship, "2" if kinship == "52" else "1", age + rng.randint(20, 28)))
        else:
            sex = _sex(rng)
            roles.append(Role("73" if sex == "1" else "77", sex, max(18, age - rng.randint(1, 8))))
    return roles


def _elder(rng: Random) -> Role:
    return Role("52", "2", rng.randint(82, 92)) if rng.randrange(3) else Role("51", "1", rng.randint(82, 92))


def _grown(rng: Random, parent: int) -> Role:
    sex = _sex(rng)
    return Role("20" if sex == "1" else "30", sex, rng.randint(18, max(18, min(25, parent - 21))), "1")


def _returned(rng: Random, head: Role) -> Role:
    if head.age >= 45:
        return _grown(rng, head.age - 5)
    kinship = "73" if head.sex == "1" else "77"
    return Role(kinship, "1" if kinship == "73" else "2", max(20, head.age - rng.randint(1, 6)), "1")


def _describe(rng: Random, roles: list[Role]) -> None:
    """Labour ability, causes, categories: somebody's illness, disability, school or age is why they are poor."""
    adults = [role for role in roles if 18 <= role.age < 60 and not role.labour]
    for role in adults:
        turn = rng.randrange(10)
        role.labour = "1" if turn < 5 else "2" if turn < 8 else "3"
    for role in roles:
        if role.age < 18 or role.age >= 60:
            role.labour = "4"
        if role.labour == "3" and role.disability is None and rng.randrange(3):
            role.disability = _impairment(rng, "12")
        elif role.labour == "2" and role.disability is None and rng.randrange(3) == 0:
            role.disability = _impairment(rng, "34")
        if role.disability is not None:
            _once(role.causes, _DISABILITY)
        elif role.labour in ("2", "3") or (role.age >= 60 and rng.randrange(3) == 0):
            _once(role.causes, _ILLNESS)
            _once(role.categories, "C04" if role.labour == "3" else _CHRONIC)
        if 6 <= role.age <= 22 and role.labour in ("4", "1") and (role.age < 18 or rng.randrange(2)):
            role.student = True
            _once(role.categories, "C10" if role.age < 15 else "C11" if role.age < 18 else "C12")
            if role.age >= 15:
                _once(role.causes, _SCHOOL)
        elif role.age < 6:
            _once(role.categories, "C09")
    alone = roles[0].age < 60 and not any(role.kinship == "10" for role in roles)
    if alone and any(role.age < 18 for role in roles[1:]):
        _once(roles[0].categories, "C13")
    for role in roles:
        if not role.causes:
            role.causes.append(_LABOUR if not any(one.labour == "1" for one in roles) else _OTHER)


def _once(codes: list[str], code: str) -> None:
    if code not in codes:
        codes.append(code)
