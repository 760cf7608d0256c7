"""Ledgers with what hands and spreadsheets do to them: each is mended where that is certain, or refused at its cell;
nothing is guessed, and no household is put together of two."""

from tests.ledger.corpus import Case, People, Taken, alone, ledger
from tests.ledger.papers import Formula, Sheet, Value

HEAD: list[Value] = ["序号", "户主姓名", "身份证号", "保障人口", "户月保障金", "起始保障年月"]
LONG: list[Value] = ["序号", "与户主关系", "姓名", "身份证号", "保障人数", "户月保障金", "起始年月"]


def couple(a: tuple[str, str], b: tuple[str, str], amount: int, **more: str) -> Taken:
    return Taken([(*a, "02", True), (*b, "12", True)], amount, "2018-03", **more)  # type: ignore[arg-type]


@ledger
def units_in_a_row_below(p: People) -> Case:
    """The row under the headings says the units: nothing is data there, and the amount is by quarter."""
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["农村低保台账"],
        [*HEAD[:4], "保障金", "年保障标准", "起始年月"],
        [None, None, None, "人", "元/季", "（元/年）", "年月"],
        [1, *a, 1, 900, 7200, "2018-03"],
        [2, *b, 1, 1000.01, 7200, "2018-03"],
    ]
    return Case(
        "农村单位行.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03", more={"standard": 60_000})],
        refused={(1, 5, "E", "ledger-amount-uneven")},
        repairs={"unit": 2},
    )


@ledger
def units_that_nobody_says(p: People) -> Case:
    """The title speaks of a quarter, the amount's heading of nothing: a third of it or all of it?"""
    a = p.one()
    rows: list[list[Value]] = [
        ["2019年3季度农村低保发放表"],
        [*HEAD[:4], "保障金", "起始年月"],
        [1, *a, 1, 900, "2018-03"],
    ]
    return Case("三季度.xlsx", [Sheet(rows)], refused={(1, 3, "E", "ledger-amount-period")})


@ledger
def amounts_by_half_year_and_by_person(p: People) -> Case:
    a = p.one()
    rows: list[list[Value]] = [
        ["农村低保"],
        [*HEAD[:4], "保障金（元/半年）", "保障标准（元/人、年）", "起始年月"],
        [1, *a, 1, 1800, 7200, "2018-03"],
    ]
    return Case(
        "半年.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03", more={"standard": 60_000})],
        repairs={"unit": 2},
    )


@ledger
def a_sheet_a_village(p: People) -> Case:
    """No column says the village: the sheet's name, its title, or a line between the rows does."""
    a, b, c, d = p.many(4)
    one: list[list[Value]] = [HEAD, [1, *a, 1, 300, "2018-03"]]
    two: list[list[Value]] = [["丙镇己村农村低保"], HEAD, [1, *b, 1, 300, "2018-03"]]
    three: list[list[Value]] = [
        HEAD,
        ["丁村"],
        [1, *c, 1, 300, "2018-03"],
        ["丁村小计", None, None, 1, 300],
        ["己村"],
        [2, *d, 1, 300, "2018-03"],
        ["全镇合计2户", None, None, 2, 600],
        ["本页户数：", None, None, None, 600],
    ]
    return Case(
        "农村各村.xlsx",
        [Sheet(one, "丁村"), Sheet(two, "Sheet2"), Sheet(three, "其他")],
        taken=[
            alone(who, 30_000, "2018-03", division=f"110199001{place:03d}")
            for who, place in ((a, 1), (b, 2), (c, 1), (d, 2))
        ],
        options={"division": "110199001"},
    )


@ledger
def a_household_over_two_pages(p: People) -> Case:
    """Sum, title, header and page number stand between a head and his wife."""
    a, b = p.one(), p.one("1960-01-01", woman=True)
    rows: list[list[Value]] = [
        ["农村低保"],
        LONG,
        [1, "户主", *a, 2, 600, "2018-03"],
        ["本页小计", None, None, None, None, 600],
        ["第1页 共2页"],
        ["农村低保"],
        LONG,
        [None, "妻", *b],
        ["合计", None, None, None, None, 600],
        ["民政办主任：", None, None, "经办人：某", None, "2025年3月1日"],
        ["以上共1户2人"],
    ]
    return Case("农村分页.xlsx", [Sheet(rows)], taken=[couple(a, b, 60_000)])


@ledger
def hidden_rows_and_sheets(p: People) -> Case:
    """A row that nobody sees may be of somebody whose aid ended; a hidden sheet is last year's."""
    a, b, c = p.many(3)
    rows: list[list[Value]] = [["农村低保"], HEAD, [1, *a, 1, 300, "2018-03"], [2, *b, 1, 300, "2018-03"]]
    return Case(
        "农村隐藏.xlsx",
        [Sheet(rows, hidden_rows=(3,)), Sheet([HEAD, [1, *c, 1, 300, "2018-03"]], "去年", hidden=True)],
        taken=[alone(a, 30_000, "2018-03")],
        refused={(1, 4, "", "ledger-row-hidden")},
        skipped=["去年"],
    )


@ledger
def hidden_rows_and_sheets_in_the_old_form(p: People) -> Case:
    a, b, c = p.many(3)
    rows: list[list[Value]] = [["农村低保"], HEAD, [1, *a, 1, 300, "2018-03"], [2, *b, 1, 300, "2018-03"]]
    return Case(
        "农村隐藏.xls",
        [Sheet(rows, hidden_rows=(3,)), Sheet([HEAD, [1, *c, 1, 300, "2018-03"]], "去年", hidden=True)],
        taken=[alone(a, 30_000, "2018-03")],
        refused={(1, 4, "", "ledger-row-hidden")},
        skipped=["去年"],
    )


@ledger
def formulas_and_errors(p: People) -> Case:
    """A formula that wasn't computed and one that failed are no empty cells: an addition or address would be lost."""
    a, b, c, d = p.many(4)
    rows: list[list[Value]] = [
        ["农村低保"],
        [*HEAD[:5], "分类施保", "合计", "起始年月", "家庭住址"],
        [1, *a, 1, 300, 50, Formula("=E3+F3", 350), "2018-03", "丁村"],
        [2, *b, 1, 300, Formula("=25*2"), None, "2018-03", "丁村"],
        [3, *c, 1, Formula("=X1", "#REF!"), 50, 350, "2018-03", Formula("=Y1", "#N/A")],
        [Formula("=A5+1"), *d, 1, 300, None, 300, "2018-03", "#VALUE!"],
    ]
    return Case(
        "农村公式.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 35_000, "2018-03", uplift=5_000)],
        refused={
            (1, 4, "F", "ledger-cell-formula"),
            (1, 5, "E", "ledger-cell-error"),
            (1, 5, "I", "ledger-cell-error"),
            (1, 6, "I", "ledger-cell-error"),
        },
    )


@ledger
def members_before_their_head(p: People) -> Case:
    """Nothing but the heads' rows parts the households, and the first begins with a wife: whose is she?"""
    (a, c), (b, d) = p.many(2), (p.one("1960-01-01", woman=True), p.one("1961-01-01", woman=True))
    rows: list[list[Value]] = [
        ["农村低保"],
        LONG[1:],
        ["妻", *b, 2, 600, "2018-03"],
        ["户主", *a],
        ["妻", *d, 2, 600, "2018-03"],
        ["户主", *c],
    ]
    return Case(
        "农村户主在后.xlsx",
        [Sheet(rows)],
        refused={
            (1, 3, "A", "ledger-no-head"),
            (1, 3, "A", "ledger-head-not-first"),
            (1, 4, "A", "ledger-head-not-first"),
            (1, 6, "A", "ledger-head-not-first"),
            (1, 6, "E", "ledger-amount-missing"),
            (1, 6, "F", "ledger-start-missing"),
        },
    )


@ledger
def members_before_their_head_by_number(p: People) -> Case:
    """The household's number parts them whatever their order; blank rows don't."""
    (a, c), (b, d) = p.many(2), (p.one("1960-01-01", woman=True), p.one("1961-01-01", woman=True))
    rows: list[list[Value]] = [
        ["农村低保"],
        LONG,
        [1, "妻", *b, 2, 600, "2018-03"],
        [1, "户主", *a],
        [],
        [2, "户主", *c, 2, 600, "2018-03"],
        [],
        [2, "妻", *d],
    ]
    return Case("农村户号.xlsx", [Sheet(rows)], taken=[couple(a, b, 60_000), couple(c, d, 60_000)])


@ledger
def a_head_who_is_missing(p: People) -> Case:
    """The second head's row was deleted: his wife and son stand under the first, who has a wife."""
    a, b, c, d = (
        p.one(),
        p.one("1960-01-01", woman=True),
        p.one("1961-01-01", woman=True),
        p.one("1990-01-01"),
    )
    rows: list[list[Value]] = [
        ["农村低保"],
        ["与户主关系", "姓名", "身份证号", "户月保障金", "起始年月"],
        ["户主", *a, 600, "2018-03"],
        ["妻", *b, None, None],
        ["妻", *c, None, None],
        ["子", *d, None, None],
    ]
    return Case("农村缺户主.xlsx", [Sheet(rows)], refused={(1, 5, "A", "ledger-two-spouses")})


@ledger
def members_under_their_head_without_relation(p: People) -> Case:
    """No relation: who has no number of his own and no amount is of the household above."""
    a, b, c = p.many(3)
    rows: list[list[Value]] = [
        ["农村低保"],
        ["序号", "姓名", "身份证号", "金额", "享受时间"],
        [1, *a, 300, "2018-03"],
        [None, *b],
        [2, *c, 300, "2018-03"],
    ]
    return Case(
        "农村无关系.xlsx",
        [Sheet(rows)],
        taken=[Taken([(*a, "02", True), (*b, "97", True)], 30_000, "2018-03"), alone(c, 30_000, "2018-03")],
        repairs={"kinship-unknown": 1},
    )


@ledger
def rows_of_which_nobody_knows_whose(p: People) -> Case:
    """A row without amount below a household of heads: neither it nor the one above is taken."""
    a, b, c = p.many(3)
    rows: list[list[Value]] = [
        ["农村低保"],
        ["户主姓名", "身份证号", "金额", "享受时间"],
        [*a, 300, "2018-03"],
        [*b],
        [*c, 300, "2018-03"],
    ]
    return Case(
        "农村谁的行.xlsx",
        [Sheet(rows)],
        taken=[alone(c, 30_000, "2018-03")],
        refused={(1, 4, "", "ledger-row-whose")},
    )


@ledger
def who_is_not_paid_any_more(p: People) -> Case:
    """A system's whole list: what has ended, waits, or is of another programme, stands between the living."""
    who = p.many(7)
    rows: list[list[Value]] = [
        ["社会救助对象名册"],
        [
            "户主姓名",
            "证件号码",
            "救助类型",
            "保障人口",
            "计算保障金",
            "审批类型",
            "当前状态",
            "停保时间",
            "起始月份",
        ],
        [*who[0], "农村低保", 1, 300, "顺延", "正常", None, "2018-03"],
        [*who[1], "农村低保", 1, 300, "终止", "正常", None, "2018-03"],
        [*who[2], "农村低保", 1, 300, "新增", "待审批", None, "2018-03"],
        [*who[3], "农村低保", 1, 300, "顺延", "正常", "2024-05", "2018-03"],
        [*who[4], "农村特困", 1, 900, "顺延", "正常", None, "2018-03"],
        [*who[5], "低保边缘家庭", 1, 0, "顺延", "正常", None, "2018-03"],
        [*who[6], "农村低保", 1, 0, "顺延", "正常", None, "2018-03"],
    ]
    return Case(
        "农村全库.xlsx",
        [Sheet(rows)],
        taken=[alone(who[0], 30_000, "2018-03")],
        refused={
            (1, 4, "F", "ledger-not-paid"),
            (1, 5, "G", "ledger-not-paid"),
            (1, 6, "H", "ledger-ended"),
            (1, 7, "C", "ledger-row-other-programme"),
            (1, 8, "C", "ledger-row-other-programme"),
            (1, 8, "E", "ledger-amount-zero"),
            (1, 9, "E", "ledger-amount-zero"),
        },
    )


@ledger
def sheets_of_other_lists(p: People) -> Case:
    """Beside the register stand who was taken out and another programme's payments."""
    a, b, c = p.many(3)
    paid: list[list[Value]] = [HEAD, [1, *a, 1, 300, "2018-03"]]
    gone: list[list[Value]] = [["2025年5月取消名单"], HEAD, [1, *b, 1, 300, "2018-03"]]
    other: list[list[Value]] = [["特困供养金发放表"], HEAD, [1, *c, 1, 900, "2018-03"]]
    return Case(
        "农村低保.xls",
        [Sheet(paid, "在册"), Sheet(gone, "取消"), Sheet(other, "特困")],
        taken=[alone(a, 30_000, "2018-03")],
        skipped=["取消", "特困"],
    )


@ledger
def two_columns_of_one_thing(p: People) -> Case:
    """Of two accounts the one that says 低保; of two amounts or months only such as agree; town or country as the list
    says, before the kind of registration."""
    a, b, c = p.many(3)
    head: list[Value] = [
        "户主姓名",
        "身份证号",
        "户口性质",
        "低保类别",
        "保障金",
        "原户月保障金",
        "享受时间",
        "起始年月",
    ]
    head += ["银行账号", "低保银行账号"]
    accounts = ["6222000000000001", "6217000000000001"]
    rows: list[list[Value]] = [
        head,
        [*a, "非农业", "农村低保A类", 300, "300元", "2018-03", "2018年3月", *accounts],
        [*b, "农业", "城市低保B类", 300, 350, "2018-03", None, *accounts],
        [*c, "农业", "农村低保", 300, None, "2018-03", "2019-03", *accounts],
    ]
    return Case(
        "两列.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03", account="6217000000000001")],
        refused={(1, 3, "F", "ledger-two-columns"), (1, 4, "H", "ledger-two-columns")},
    )


@ledger
def additions_of_several_kinds(p: People) -> Case:
    a, b = p.many(2)
    head: list[Value] = [
        "户主",
        "身份证号",
        "保障金",
        "重点救助60元",
        "残疾人救助",
        "物价补贴",
        "合计",
        "起始年月",
    ]
    rows: list[list[Value]] = [
        ["农村低保"],
        head,
        [*a, 300, 60, 20, 5, 385, "2018-03"],
        [*b, 300, 60, 20, 5, None, "2018-03"],
    ]
    return Case(
        "农村多项.xlsx",
        [Sheet(rows)],
        taken=[alone(who, 38_000, "2018-03", uplift=8_000) for who in (a, b)],
    )


@ledger
def the_head_beside_himself(p: People) -> Case:
    """Members in pairs under bare headings, the head once more as the first."""
    a, b = p.many(2)
    head: list[Value] = [
        "姓名",
        "身份证号",
        "保障人数",
        "户月保障金",
        "起始年月",
        "家庭成员1",
        "身份证号",
        "家庭成员2",
        "身份证号",
    ]
    rows: list[list[Value]] = [["农村低保"], head, [*a, 2, 600, "2018-03", *a, *b]]
    return Case(
        "农村本人.xlsx",
        [Sheet(rows)],
        taken=[Taken([(*a, "02", True), (*b, "97", True)], 60_000, "2018-03")],
        repairs={"kinship-unknown": 1},
    )


@ledger
def members_told_in_one_cell(p: People) -> Case:
    """Each with relation and number; who isn't told so keeps his household back."""
    a, b, c, d = p.one(), p.one("1960-01-01", woman=True), p.one("1990-01-01"), p.one()
    head: list[Value] = ["户主姓名", "身份证号码", "保障人数", "户月保障金", "起始年月", "家庭成员"]
    rows: list[list[Value]] = [
        ["农村低保"],
        head,
        [*a, 3, 900, "2018-03", f"{b[0]}（妻）{b[1]}\n子：{c[0]} {c[1].lower()}"],
        [*d, 2, 600, "2018-03", "某甲（妻）、某乙"],
    ]
    return Case(
        "农村一格.xlsx",
        [Sheet(rows)],
        taken=[Taken([(*a, "02", True), (*b, "12", True), (*c, "20", True)], 90_000, "2018-03")],
        refused={(1, 4, "F", "ledger-members-uneven")},
    )


@ledger
def more_persons_than_are_named(p: People) -> Case:
    """A household of three of whom one is named, and nobody says how many are covered: a raise would be a guess."""
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "家庭人口", "保障金额", "保障类别", "享受时间"],
        [*a, 1, 300, "农村低保", "2018-03"],
        [*b, 3, 900, "农村低保", "2018-03"],
    ]
    return Case(
        "人口.csv",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03")],
        refused={(1, 3, "C", "ledger-members-missing")},
    )


@ledger
def the_account_is_of_whom_it_stands_with(p: People) -> Case:
    """The account in the wife's row is hers; a name beside another row's account isn't its holder's."""
    a, b, c, d = p.one(), p.one("1960-01-01", woman=True), p.one(), p.one("1961-01-01", woman=True)
    rows: list[list[Value]] = [
        ["农村低保"],
        ["与户主关系", "姓名", "身份证号", "户月保障金", "起始年月", "银行账号", "开户人"],
        ["户主", *a, 600, "2018-03", None, None],
        ["妻", *b, None, None, "6217000000000701", None],
        ["户主", *c, 600, "2018-03", "6217000000000702", None],
        ["妻", *d, None, None, "6217000000000703", d[0]],
    ]
    return Case(
        "农村账号.xlsx",
        [Sheet(rows)],
        taken=[
            couple(a, b, 60_000, account="6217000000000701", more={"account_holder": "m2"}),  # type: ignore[arg-type]
            couple(c, d, 60_000, account="6217000000000702", more={"account_holder": "m1"}),  # type: ignore[arg-type]
        ],
    )


@ledger
def names_that_are_none(p: People) -> Case:
    """A character lost on the way, a remark beside the name, two names: no name to pay to."""
    good: list[tuple[str, str]] = [
        ("\ue81e某", "\u9fb4某"),
        ("'张 三", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
    ]
    bad = ["张?", "张□", "张\ue863", "张一（已故）", "张一/李二", "户主：张一"]
    codes = ["ledger-name-damaged"] * 3 + ["ledger-name-not-text"] * 3
    rows: list[list[Value]] = [["户主姓名", "身份证号", "金额", "享受时间"]]
    taken = []
    for written, name in good:
        number = p.one()[1]
        rows.append([written, number, 300, "2018-03"])
        taken.append(alone((name, number), 30_000, "2018-03"))
    refused = set()
    for name, code in zip(bad, codes, strict=True):
        rows.append([name, p.one()[1], 300, "2018-03"])
        refused.add((1, len(rows), "A", code))
    return Case("农村姓名.xlsx", [Sheet(rows)], taken, refused, repairs={"spelling": 3})


@ledger
def months_that_are_none(p: People) -> Case:
    """A year alone is no day's serial; nothing was paid before there was aid."""
    bad: list[tuple[Value, str]] = [
        (2015, "ledger-month-shape"),
        (1000, "ledger-month-shape"),
        ("1900-01", "ledger-month-early"),
    ]
    bad += [(700, "ledger-month-early"), ("2015年", "ledger-month-shape")]
    rows: list[list[Value]] = [["户主姓名", "身份证号", "金额", "享受时间"]]
    refused = set()
    for value, code in bad:
        rows.append([*p.one(), 300, value])
        refused.add((1, len(rows), "D", code))
    return Case("农村年份.xlsx", [Sheet(rows)], refused=refused)


@ledger
def csv_in_utf_16_without_its_mark(p: People) -> Case:
    a = p.one()
    rows: list[list[Value]] = [[*HEAD], [1, *a, "1.0", "300", "2018-03"]]
    return Case(
        "农村utf16.csv",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03")],
        writing={"encoding": "utf-16-le", "separator": "\t"},
    )


@ledger
def full_width_everything(p: People) -> Case:
    a = p.one()

    def wide(text: str) -> str:
        return "".join(chr(ord(one) + 0xFEE0) if 33 <= ord(one) <= 126 else one for one in text)

    rows: list[list[Value]] = [
        ["农村低保"],
        [
            "序　号",
            "户主　姓名",
            "身份证号",
            "保障人口",
            "户月保障金（元／月）",
            "起始保障年月",
            "银行帐号",
            "低保证号",
        ],
        [
            wide("1"),
            a[0],
            wide(a[1]),
            wide("1"),
            wide("1,300.50"),
            wide("2018-03"),
            wide("6217000000000801"),
            wide("DB001"),
        ],
    ]
    return Case(
        "农村全角.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 130_050, "2018-03", account="6217000000000801", certificate="DB001")],
        repairs={"spelling": 3},
    )


@ledger
def heads_of_one_name_and_other_standards(p: People) -> Case:
    """Two heads of one name follow each other: each row that names its own head begins a household. A standard of
    4,800 is a year's, though nobody says so; 补助标准 may be anything and isn't taken."""
    a, c, e = (p.one()[1] for _ in range(3))
    b, d = (p.one("1960-01-01", woman=True) for _ in range(2))
    head: list[Value] = [
        "户主姓名",
        "姓名",
        "身份证号",
        "户月保障金",
        "低保标准",
        "补助标准",
        "享受时间",
        "低保类别(农村低保/城市低保)",
    ]
    rows: list[list[Value]] = [
        head,
        ["张伟", "张伟", a, 300, 400, 300, "2018-03", "农村低保"],
        ["张伟", *b],
        ["张伟", "张伟", c, 300, 400, 300, "2018-03", "农村低保"],
        ["张伟", *d],
        ["李强", "李强", e, 300, 4800, 300, "2018-03", "农村低保"],
    ]
    return Case(
        "同名户主.xlsx",
        [Sheet(rows)],
        taken=[
            Taken(
                [("张伟", of, "02", True), (*wife, "97", True)], 30_000, "2018-03", more={"standard": 40_000}
            )
            for of, wife in ((a, b), (c, d))
        ],
        refused={(1, 6, "E", "ledger-standard-unlikely")},
        repairs={"kinship-unknown": 2},
    )


@ledger
def two_tables_on_a_sheet(p: People) -> Case:
    """Below the first another begins, whose columns stand in another order; places merged over their rows."""
    a, b, c = p.many(3)
    rows: list[list[Value]] = [
        ["丙镇农村低保"],
        ["村", *HEAD],
        ["丁村", 1, *a, 1, 300, "2018-03"],
        [None, 2, *b, 1, 300, "2018-03"],
        ["合计", None, None, None, 2, 600],
        [],
        ["丙镇城市低保"],
        [*HEAD[:3], "户月保障金", "家庭住址", "保障人口", "起始保障年月"],
        [1, *c, 400, "一路", 1, "2019-03"],
    ]
    return Case(
        "两表.xlsx",
        [Sheet(rows, merged=[(2, 0, 3, 0)])],
        taken=[
            alone(a, 30_000, "2018-03", division="110199001001"),
            alone(b, 30_000, "2018-03", division="110199001001"),
            alone(c, 40_000, "2019-03", area="urban", division="110199001"),
        ],
    )


@ledger
def town_and_country_in_turn(p: People) -> Case:
    """A line over the rows says which: no column and no title does."""
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["城乡低保台账"],
        HEAD,
        ["一、农村低保"],
        [1, *a, 1, 300, "2018-03"],
        ["二、城市低保"],
        [1, *b, 1, 400, "2019-03"],
    ]
    return Case(
        "城乡.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2018-03"), alone(b, 40_000, "2019-03", area="urban")],
    )
