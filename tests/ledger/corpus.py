"""Ledgers in the shapes that offices keep, of invented people, each with what must be taken, repaired and refused.

`python -m tests.ledger.corpus FOLDER` writes them all.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from tests.harness import number
from tests.ledger.papers import Sheet, Value, write

GIVEN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
SURNAMES = "张王李赵陈杨吴刘黄周徐孙马朱胡林郭何高罗郑梁谢宋唐许韩冯邓曹"


@dataclass
class Taken:
    """A household that must be taken: (name, number or None, kinship, covered) of each, the head first; fen a month."""

    persons: list[tuple[str, str | None, str, bool]]
    amount: int
    start: str | None
    area: str = "rural"
    uplift: int = 0
    account: str = ""
    certificate: str = ""
    division: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Case:
    """`refused`: (sheet, row, column letter, code) of everything that is wrong; `repairs`: how many of each."""

    file: str
    sheets: list[Sheet]
    taken: list[Taken] = field(default_factory=list)
    refused: set[tuple[int, int, str, str]] = field(default_factory=set)
    repairs: dict[str, int] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    writing: dict[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        return write(folder / self.file, self.sheets, **self.writing)


class People:
    """Nobody twice: a name and a number for each."""

    def __init__(self, ledger: int) -> None:
        self.ledger = ledger
        self.count = 0

    def one(self, born: str = "1955-07-16", woman: bool = False) -> tuple[str, str]:
        self.count += 1
        serial = self.ledger * 30 + self.count * 2 + (0 if woman else 1)
        place = self.ledger * 7 + self.count
        name = SURNAMES[place % len(SURNAMES)] + GIVEN[place % len(GIVEN)] + GIVEN[place // 22 % len(GIVEN)]
        return name, number(born, serial % 1000)

    def many(self, how_many: int) -> list[tuple[str, str]]:
        return [self.one(f"{1950 + self.count}-0{self.count % 9 + 1}-11") for _ in range(how_many)]


BUILDERS: list[Callable[[People], Case]] = []


def ledger(build: Callable[[People], Case]) -> Callable[[People], Case]:
    BUILDERS.append(build)
    return build


def corpus() -> list[Case]:
    from tests.ledger import ugly

    assert ugly
    return [build(People(place)) for place, build in enumerate(BUILDERS)]


def cells(*parts: list[Value]) -> list[Value]:
    return [one for part in parts for one in part]


def alone(who: tuple[str, str], amount: int, start: str | None, **more: Any) -> Taken:
    return Taken([(*who, "02", True)], amount, start, **more)


LONG = ["序号", "低保证号", "与户主关系", "姓名", "性别", "身份证号", "年龄", "享受时间", "月补助额"]
LONG += ["分类施保", "电费补贴", "家庭合计", "住址", "备注", "原因"]


@ledger
def long_with_title_total_and_foot(p: People) -> Case:
    """A county's rural list: title over merged cells, members under their head, a totals row, a foot."""
    a, b, c = p.one(), p.one("1958-02-03", woman=True), p.one("1985-02-03")
    d = p.one("1949-10-01")
    rows: list[list[Value]] = [
        ["2015年3月份农村低保备案表"],
        LONG,
        [1, "DB0001", "户主", a[0], "男", a[1], 60, "2012年3月", 300, 60, 10, 370, "丁村一组", "", "因病"],
        [None, None, "妻子", b[0], "女", b[1], 57, None, None, None, None, None, None, None, None],
        [None, None, "长子", c[0], "男", c[1], 30, None, None, None, None, None, None, None, None],
        [2, "DB0002", "户主", d[0], "男", d[1], 66, "2009年11月", 180.5, None, None, 180.5, "丁村二组"],
        ["合计", None, None, None, None, None, None, None, 480.5, 60, 10, 550.5],
        ["制表人：某", None, None, "审核人：某"],
    ]
    return Case(
        "2015年3月农村低保备案表.xlsx",
        [Sheet(rows, merged=[(0, 0, 0, 14)])],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "12", True), (*c, "22", True)],
                36_000,
                "2012-03",
                uplift=6_000,
                certificate="DB0001",
                more={"causes": ("1",), "address": "丁村一组"},
            ),
            alone(d, 18_050, "2009-11", certificate="DB0002"),
        ],
        repairs={"spelling": 2},
    )


@ledger
def long_urban_xls(p: People) -> Case:
    """An urban list in the old binary form, name before relation, the sum over several columns."""
    a, b, c = p.one(), p.one("1960-02-03", woman=True), p.one()
    head = [
        "序号",
        "姓名",
        "与户主关系",
        "年龄",
        "性别",
        "身份证号",
        "保障人数",
        "申请时间",
        "类别",
        "月保障金额",
    ]
    head += ["分类施保", "月合计", "领取证号", "备注", "电话", "照片"]
    rows: list[list[Value]] = [
        ["2014年11月份城市低保备案表"],
        ["制表单位：甲县民政局", None, None, None, None, None, None, None, None, None, "单位：人、元"],
        head,
        [1, a[0], "户主", 59, "男", a[1], 2, "2010.3", "A类", 520, 0, 520, "C01", "", "010-88881234", ""],
        [None, b[0], "配偶", 54, "女", b[1]],
        [2, c[0], "本人", 59, "男", c[1], 1, "2011.12", "B类", 300, "", 300, "C02", "", 13800001111, ""],
    ]
    return Case(
        "2014年11月城市低保备案表.XLS",
        [Sheet(rows, merged=[(0, 0, 0, 15)])],
        taken=[
            Taken([(*a, "02", True), (*b, "10", True)], 52_000, "2010-04", "urban", certificate="C01"),
            alone(c, 30_000, "2012-01", area="urban", more={"review_class": "B", "phone": "13800001111"}),
        ],
        repairs={"spelling": 2, "start-registered": 2, "numeric-phone": 1},
    )


WIDE = ["登记时间", "证件号码", "户主姓名", "身份证号码", "性别", "民族", "家庭住址", "邮编", "家庭电话"]
WIDE += ["享受保障类别", "享受保障人数", "女性人数", "残疾人数"]


@ledger
def wide_two_rows(p: People) -> Case:
    """A provincial urban ledger: two header rows with groups, nine pairs of members, `证件号码` the certificate's."""
    a, b, c, d = p.one(), p.one("1961-02-03", woman=True), p.one("1990-02-03"), p.one()
    e = p.one("1959-03-03", woman=True)
    top: list[Value] = [*WIDE, "成年人", None, "未成年人", None, "户月保障金", "最低生活标准", "开户行"]
    low: list[Value] = [*([None] * 13), "在职人员", "灵活就业", "在校生", "其他", None, None, None]
    top += [
        "开户行账号",
        "变动种类",
        "户主是否享受",
        "成员一姓名",
        "成员一身份证号",
        "成员二姓名",
        "成员二身份证号",
    ]
    blank: list[Value] = [None, None, None, None]
    rows: list[list[Value]] = [
        ["城市低保台账"],
        ["统计单位：丙街道"],
        top,
        low,
        cells(
            ["2018-05-02", "31019900001", a[0], a[1], "男", "汉", "一路1号", "100000", "", "A类", 3, 1, 0],
            [*blank, 900, 600, "某行", "6217000000000001", "", "是", b[0], b[1], c[0], c[1]],
        ),
        cells(
            ["2019-01-31", "31019900002", d[0], d[1], "男", "汉", "一路2号", "100000", "", "B类", 1, 0, 0],
            [*blank, 300, 600, "某行", "6217000000000002", "", "否", *e, None, None],
        ),
    ]
    return Case(
        "台账.xlsx",
        [Sheet(rows, merged=[(0, 0, 0, 26), (2, 13, 2, 14), (2, 15, 2, 16)])],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "97", True), (*c, "97", True)],
                90_000,
                "2018-06",
                "urban",
                account="6217000000000001",
                certificate="31019900001",
                more={"standard": 60_000, "bank": "某行"},
            ),
            Taken(
                [(*d, "02", False), (*e, "97", True)], 30_000, "2019-02", "urban", account="6217000000000002"
            ),
        ],
        repairs={"spelling": 2, "kinship-unknown": 3, "start-registered": 2},
    )


@ledger
def wide_number_before_name(p: People) -> Case:
    """The rural sister of it: the number stands before the name."""
    a, b = p.one(), p.one("1961-02-03", woman=True)
    head = [
        "登记时间",
        "证件号码",
        "身份证号码",
        "户主姓名",
        "性别",
        "住址",
        "电话",
        "享受人数",
        "户月保障金",
        "分类施保金",
    ]
    head += ["最低保障救济标准", "开户行", "开户行账号", "户主是否享受", "成员一姓名", "成员一身份证号"]
    rows: list[list[Value]] = [
        ["农村低保台账"],
        head,
        [
            "201503",
            "NB1",
            a[1],
            a[0],
            "男",
            "丁村",
            "",
            2,
            "1,020.00元",
            60,
            510,
            "农商行",
            "6217000000000101",
            "是",
            *b,
        ],
    ]
    return Case(
        "低保.xlsx",
        [Sheet(rows)],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "97", True)],
                108_000,
                "2015-04",
                uplift=6_000,
                account="6217000000000101",
                certificate="NB1",
                more={"standard": 51_000},
            )
        ],
        repairs={"spelling": 2, "kinship-unknown": 1, "start-registered": 1},
    )


@ledger
def pairs_on_the_second_sheet(p: People) -> Case:
    """Data on sheet 2, members as bare pairs to the right of the head; sheet 1 holds codes."""
    a, b, c, d = p.one(), p.one("1961-02-03", woman=True), p.one("1989-02-03"), p.one()
    head: list[Value] = [
        "序号",
        "乡镇",
        "村",
        "户主",
        "身份证号",
        "保障人口",
        "保障金额（元）",
        "起始保障年月",
    ]
    head += ["姓名", "身份证号码", "姓名", "身份证号码"]
    rows: list[list[Value]] = [
        ["2025年9月份农村低保备案表"],
        [None, None, None, "户主", None, None, None, None, "家庭成员"],
        head,
        [1, "丙镇", "丁村", *a, 3, 1200, "2020-01", *b, *c],
        [2, "丙镇", "丁村", *d, 1, 400, "2021-06"],
    ]
    codes = Sheet([["代码", "名称"], ["01", "农村低保"], ["02", "城市低保"]], name="字典")
    return Case(
        "备案表.xlsx",
        [codes, Sheet(rows, name="台账", merged=[(0, 0, 0, 11), (1, 3, 1, 4), (1, 8, 1, 11)])],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "97", True), (*c, "97", True)],
                120_000,
                "2020-01",
                division="110199001001",
            ),
            alone(d, 40_000, "2021-06", division="110199001001"),
        ],
        repairs={"kinship-unknown": 2},
        skipped=["字典"],
    )


@ledger
def payment_list_of_heads(p: People) -> Case:
    """A list of payments has only the head; who covers more than the one named is refused."""
    a, b, c = p.many(3)
    head = ["属地", "姓名", "身份证号", "保障人数", "保障金（元）", "分类施保金（元）", "发放合计（元）"]
    head += ["账户名称", "开户银行", "账号"]
    rows: list[list[Value]] = [
        ["农村低保对象发放明细"],
        ["制表单位：丙镇", None, None, None, None, None, None, None, "日期：2025-06-10"],
        head,
        ["丙镇", *a, 1, 400, 40, 440, a[0], "农商行", "6217000000000201"],
        ["丙镇", *b, 3, 900, 0, 900, b[0], "农商行", "6217000000000202"],
        ["丙镇", *c, 1, 400, 0, 400, "外人甲", "农商行", "6217000000000203"],
    ]
    return Case(
        "发放明细.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 44_000, None, uplift=4_000, account="6217000000000201", division="110199001")],
        refused={(1, 5, "D", "ledger-members-missing"), (1, 6, "H", "ledger-holder-outside")},
        options={"since": "2020-01"},
    )


@ledger
def signing_list_two_rows(p: People) -> Case:
    """Two header rows, other subsidies beside that are no dibao money."""
    a, b = p.many(2)
    top: list[Value] = [
        "地区",
        "姓名",
        "身份证号",
        "低保证号",
        "保障人数",
        "保障金（元）",
        "分类施保金（元）",
    ]
    top += [
        "其他专项补贴金",
        None,
        "发放合计（元）",
        "居住地址",
        "账户名称",
        "开户银行",
        "银行账号",
        "领取人",
    ]
    low: list[Value] = [*([None] * 7), "电费补贴", "物价补贴", *([None] * 6)]
    rows: list[list[Value]] = [
        ["农村低保发放签字表"],
        top,
        low,
        ["丙镇", *a, "Q1", 1, 400, 40, 10, 20, 470, "丁村", a[0], "农商行", "6217000000000301", ""],
        ["丙镇", *b, "Q2", 1, 400, 0, 10, 20, 430, "丁村", b[0], "农商行", "6217000000000302", ""],
        ["总计", None, None, None, 2, 800, 40, 20, 40, 900],
    ]
    return Case(
        "签字表.xlsx",
        [Sheet(rows, merged=[(0, 0, 0, 14), (1, 7, 1, 8)])],
        taken=[
            alone(a, 44_000, None, uplift=4_000, account="6217000000000301"),
            alone(b, 40_000, None, account="6217000000000302"),
        ],
        options={"since": "2020-01"},
    )


@ledger
def members_with_their_heads_name(p: People) -> Case:
    """A row a person, each naming its head; who isn't covered is counted all the same."""
    a, b, c = p.one(), p.one("1961-02-03", woman=True), p.one("2010-05-05")
    head = [
        "地区",
        "姓名",
        "身份证号",
        "性别",
        "户主姓名",
        "是否保障对象",
        "与户主关系",
        "月收入（元）",
        "残疾类别",
    ]
    head += ["残疾等级", "劳动能力", "保障金额（元）", "起始保障年月"]
    rows: list[list[Value]] = [
        head,
        ["丙镇", *a, "男", a[0], "是", "户主", 0, "肢体残疾", "二级", "部分丧失劳动能力", 800, "2020-01"],
        ["丙镇", *b, "女", a[0], "否", "配偶", 0, "", "", "", None, None],
        ["丙镇", *c, "男", a[0], "是", "次子", 0, "", "", "", None, None],
    ]
    return Case(
        "农村低保家庭成员信息.xlsx",
        [Sheet(rows)],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "10", False), (*c, "23", True)],
                80_000,
                "2020-01",
                more={"facts": (("disability", "4-2"), ("labour", "2"))},
            )
        ],
    )


@ledger
def roster_with_foot(p: People) -> Case:
    a, b = p.many(2)
    head = [
        "地区",
        "户主姓名",
        "身份证号",
        "低保证号",
        "主要致贫原因",
        "家庭人口数",
        "保障人口数",
        "保障金额（元）",
    ]
    head += ["供养方式", "起始保障年月", "家庭住址"]
    rows: list[list[Value]] = [
        ["城市低保对象名册（户）"],
        head,
        ["戊街道", *a, "R1", "A因病", 1, 1, 510.25, "", date(2019, 7, 1), "一路"],
        ["戊街道", *b, "R2", "B因残", 1, 1, 300, "", "2019年12月", "二路"],
        ["制表人：", None, None, None, None, None, None, None, None, "制表时间："],
    ]
    return Case(
        "名册.xlsx",
        [Sheet(rows)],
        taken=[
            alone(a, 51_025, "2019-07", area="urban", division="110199002", more={"causes": ("1",)}),
            alone(b, 30_000, "2019-12", area="urban", division="110199002", more={"causes": ("2",)}),
        ],
        repairs={"spelling": 1},
        options={"division": "110199"},
    )


@ledger
def the_kind_stands_in_a_column(p: People) -> Case:
    """Town and country in one file, told by a column."""
    a, b, c = p.many(3)
    head = ["序号", "姓名", "身份证", "低保类型", "低保类别", "金额", "享受时间"]
    rows: list[list[Value]] = [
        ["2018年低保人员名单"],
        head,
        [1, *a, "按户保", "城市低保", 300, "2015-03"],
        [2, *b, "按户保", "农村低保", 200, "2015-03"],
        [3, *c, "按户保", "", 200, "2015-03"],
    ]
    return Case(
        "名单.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03", area="urban"), alone(b, 20_000, "2015-03")],
        refused={(1, 5, "E", "ledger-area-unknown")},
        options={"said": {"低保类型": "-", "低保类别": "category"}},
    )


@ledger
def instructions_sample_and_stars(p: People) -> Case:
    """An instruction row before the header, stars glued to headings, a sample row after it."""
    a = p.one()
    head = ["户主姓名 *", "身份证号码 *", "保障人数 *", "月保障金 *", "低保类别 *", "享受时间*"]
    rows: list[list[Value]] = [
        ["红色字体字段为必填项，请勿修改表头"],
        head,
        ["[示例]张三", "110101199001010000", "1", "500", "农村低保", "2020-01"],
        [a[0], a[1], "1人", "￥500", "农村低保", "2020/1"],
    ]
    return Case("模板.xlsx", [Sheet(rows)], taken=[alone(a, 50_000, "2020-01")], repairs={"spelling": 2})


@ledger
def members_in_one_cell(p: People) -> Case:
    """All members in a cell and their numbers in another; where they are not as many, nothing is guessed."""
    a, b, c, d, e = p.many(5)
    head = [
        "所属街",
        "所属社",
        "户主姓名",
        "身份证号码",
        "保障人数",
        "户月保障金",
        "最初享受月份",
        "银行帐号",
    ]
    head += ["家庭成员姓名", "家庭成员身份证号"]
    rows: list[list[Value]] = [
        head,
        ["丙镇", "丁村", *a, 3, 900, "201801", "6217 0000 0000 0401", f"{b[0]}、{c[0]}", f"{b[1]}，{c[1]}"],
        ["丙镇", "丁村", *d, 2, 600, "201801", "6217000000000402", f"{e[0]}、某某", e[1]],
    ]
    return Case(
        "农村导出.xlsx",
        [Sheet(rows)],
        taken=[
            Taken(
                [(*a, "02", True), (*b, "97", True), (*c, "97", True)],
                90_000,
                "2018-01",
                account="6217000000000401",
            )
        ],
        refused={(1, 3, "J", "ledger-members-uneven")},
        repairs={"spelling": 2, "kinship-unknown": 2},
        options={"said": {"家庭成员姓名": "members", "家庭成员身份证号": "members_id"}},
    )


@ledger
def audit_list(p: People) -> Case:
    """The first month in aid follows the day of approval; both kinds of money column are missing but one."""
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "家庭人口", "保障金额", "保障类别", "审批日期"],
        [*a, 1, 300, "农村低保", date(2021, 3, 15)],
        [*b, 1, None, "农村低保", date(2021, 3, 15)],
    ]
    return Case(
        "低保在册.xls",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2021-04")],
        refused={(1, 3, "D", "ledger-amount-missing")},
        repairs={"start-approved": 1},
    )


def ruined(
    p: People, **writing: Any
) -> tuple[list[list[Value]], set[tuple[int, int, str, str]], list[Taken]]:
    """Numbers, names and accounts as spreadsheets and hands ruin them; row 2 and 3 and 4 can be mended."""
    a, b, c = p.one(), p.one("1962-11-05"), p.one("1930-04-05")
    x = "11010119850402000X"
    short = a[1][:6] + a[1][8:17]
    wide_digits = b[1].translate({ord("0") + k: ord("０") + k for k in range(10)})
    rows: list[list[Value]] = [
        ["户主姓名", "身份证号码", "保障人口", "户月保障金", "起始保障年月", "银行账号"],
        [a[0], short, 1, 300, "2015-03", "6217000000000501"],
        [f"{b[0][0]}\u00a0{b[0][1:]}", f" {wide_digits}\u00a0", 1, 300, "2015-03", "6217-0000-0000-0502"],
        [c[0], x.lower(), 1, 300, "2015-03", "'6217000000000503"],
        ["某一", "110101198504020000", 1, 300, "2015-03", "6217000000000504"],
        ["某二", "1.10101E+17", 1, 300, "2015-03", "6217000000000505"],
        ["某三", "1101********0004", 1, 300, "2015-03", "6217000000000506"],
        ["张*四", number("1970-01-01", 901), 1, 300, "2015-03", "6217000000000507"],
        ["某五", "11010119850402", 1, 300, "2015-03", "6217000000000508"],
        ["某六", number("1970-01-01", 903), 1, 300, "2015-03", "6.217E+15"],
        ["某七", "", 1, 300, "2015-03", "6217000000000510"],
        ["某八", "O1O101198504020007", 1, 300, "2015-03", "6217000000000511"],
        ["某九", number("1970-01-01", 905), 1, "三百", "2015-03", "6217000000000512"],
        ["某十", number("1970-01-01", 907), 1, "300.555", "2015-03", "6217000000000513"],
        ["某十一", number("1970-01-01", 909), 1, 300, "15.3", "6217000000000514"],
    ]
    wrong = {
        (1, 5, "B", "number-check-digit"),
        (1, 6, "B", "ledger-number-scientific"),
        (1, 7, "B", "ledger-masked"),
        (1, 8, "A", "ledger-masked"),
        (1, 9, "B", "number-length"),
        (1, 10, "F", "ledger-account-scientific"),
        (1, 11, "B", "ledger-number-missing"),
        (1, 12, "B", "number-characters"),
        (1, 13, "D", "amount-not-a-number"),
        (1, 14, "D", "amount-decimals"),
        (1, 15, "E", "ledger-month-shape"),
    }
    taken = [
        alone(a, 30_000, "2015-03", account="6217000000000501"),
        alone(b, 30_000, "2015-03", account="6217000000000502"),
        alone((c[0], x), 30_000, "2015-03", account="6217000000000503"),
    ]
    return rows, wrong, taken


RUINED_REPAIRS = {"fifteen": 1, "spelling": 5}


@ledger
def ruined_values(p: People) -> Case:
    rows, refused, taken = ruined(p)
    return Case("农村低保.xlsx", [Sheet(rows)], taken, refused, RUINED_REPAIRS)


@ledger
def numbers_and_accounts_as_numbers(p: People) -> Case:
    """Numeric cells: eighteen digits are lost, fifteen are whole, an account may have lost both ends."""
    a, b = p.one(), p.one()
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "保障人数", "保障金", "享受时间", "账号", "低保证号"],
        ["某一", 110199195507180019, 1, 300, "2015-03", "6217000000000601", ""],
        ["某二", 110199195507180027, 1, 300, "2015-03", "6217000000000602", ""],
        [a[0], int(a[1][:6] + a[1][8:17]), 1, 300, "2015-03", "6217000000000603", 1234567],
        [b[0], b[1], 1, 300, "2015-03", 12345678, ""],
        [p.one()[0], number("1971-01-01", 911), 1, 300, "2015-03", "6217000000000604", 1234567890123456789],
    ]
    return Case(
        "农村.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03", certificate="1234567")],
        refused={
            (1, 2, "B", "ledger-number-numeric"),
            (1, 3, "B", "ledger-number-numeric"),
            (1, 5, "F", "ledger-account-numeric"),
            (1, 6, "G", "ledger-certificate-numeric"),
        },
        repairs={"numeric-fifteen": 1, "numeric-certificate": 1},
    )


@ledger
def csv_in_gbk(p: People) -> Case:
    rows, refused, taken = ruined(p)
    plain = [[str(cell) for cell in row] for row in rows]
    for row in plain:
        for column, cell in enumerate(row):
            row[column] = cell.replace("\u00a0", " ")
    return Case(
        "农村低保gbk.csv", [Sheet([*plain])], taken, refused, RUINED_REPAIRS, writing={"encoding": "gbk"}
    )


@ledger
def csv_with_bom(p: People) -> Case:
    rows, refused, taken = ruined(p)
    return Case(
        "农村bom.csv", [Sheet(rows)], taken, refused, RUINED_REPAIRS, writing={"encoding": "utf-8-sig"}
    )


@ledger
def csv_without_bom_by_tabs(p: People) -> Case:
    rows, refused, taken = ruined(p)
    return Case("农村.tsv", [Sheet(rows)], taken, refused, RUINED_REPAIRS, writing={"separator": "\t"})


@ledger
def csv_with_a_rare_character(p: People) -> Case:
    a = p.one()
    rows: list[list[Value]] = [
        ["户主姓名", "身份证号码", "户月保障金", "起始保障年月"],
        ["\U00020164小明", a[1], "300", "2015-03"],
        ["买买提・艾力", p.one()[1], "300", "2015-03"],
    ]
    return Case(
        "农村gb18030.csv",
        [Sheet(rows)],
        taken=[
            alone(("\U00020164小明", a[1]), 30_000, "2015-03"),
            alone(("买买提·艾力", str(rows[2][1])), 30_000, "2015-03"),
        ],
        repairs={"spelling": 1},
        writing={"encoding": "gb18030", "separator": ";"},
    )


@ledger
def days_of_1904(p: People) -> Case:
    """A workbook whose days count from 1904: serials and days both."""
    a, b, c = p.one("1955-07-16"), p.one("1955-07-16"), p.one("1955-07-16")
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "出生日期", "保障金", "享受时间"],
        [*a, 18824, 300, date(2015, 3, 1)],
        [*b, date(1955, 7, 16), 300, 40602],
        [*c, 20286, 300, "2015-03"],
    ]
    return Case(
        "农村1904.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03"), alone(b, 30_000, "2015-03")],
        refused={(1, 4, "C", "born-contradicts-number")},
        repairs={"serial": 2},
        writing={"from_1904": True},
    )


@ledger
def days_of_1904_in_the_old_form(p: People) -> Case:
    a = p.one("1955-07-16")
    rows: list[list[Value]] = [
        ["姓名", "身份证号", "出生日期", "保障金", "享受时间"],
        [*a, 18824, 300, date(2015, 3, 1)],
    ]
    return Case(
        "农村1904.xls",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03")],
        repairs={"serial": 1},
        writing={"from_1904": True},
    )


@ledger
def days_however_written(p: People) -> Case:
    good: list[Value] = ["1955/7/16", "1955年7月16日", "1955.7.16", 19550716, "19550716", "55-07-16", 20286]
    good += [date(1955, 7, 16), "1955-07-16 00:00:00", "1955.7", 195507, "1955年07月"]
    bad: list[tuple[Value, str]] = [
        (18824, "born-contradicts-number"),
        ("54-07-16", "ledger-year-two-digits"),
        ("1955-02-30", "ledger-day-shape"),
        ("1955年8月", "born-contradicts-number"),
        ("去年", "ledger-day-shape"),
    ]
    rows: list[list[Value]] = [["姓名", "身份证号", "出生日期", "保障金", "享受时间"]]
    taken = []
    for value in good:
        who = p.one("1955-07-16")
        rows.append([*who, value, 300, "2015-03"])
        taken.append(alone(who, 30_000, "2015-03"))
    refused = set()
    for value, code in bad:
        rows.append([*p.one("1955-07-16"), value, 300, "2015-03"])
        refused.add((1, len(rows), "C", code))
    return Case(
        "农村生日.xlsx",
        [Sheet(rows)],
        taken,
        refused,
        repairs={"spelling": 9, "year-by-number": 1, "serial": 1},
    )


@ledger
def months_however_written(p: People) -> Case:
    good: list[Value] = [
        "2015年3月",
        "2015年03月份",
        "2015.3",
        "201503",
        201503,
        "2015/3",
        "2015-03-15",
        "20150315",
    ]
    good += [date(2015, 3, 9), 42064, 2015.3, "2015年3月1日"]
    bad: list[Value] = [2015.1, "15年3月", "2014年7-12月", "2019年3季度", "2015.13"]
    rows: list[list[Value]] = [["姓名", "身份证号", "保障金", "享受时间"]]
    taken = []
    for value in good:
        who = p.one()
        rows.append([*who, 300, value])
        taken.append(alone(who, 30_000, "2015-03"))
    refused = set()
    for value in bad:
        rows.append([*p.one(), 300, value])
        refused.add((1, len(rows), "D", "ledger-month-shape"))
    return Case("农村月份.xlsx", [Sheet(rows)], taken, refused, repairs={"spelling": 10, "serial": 1})


@ledger
def amounts_by_year(p: People) -> Case:
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["农村低保年度表", None, "单位：元"],
        ["户主姓名", "身份证号", "保障金额（元/年）", "保障标准（元/年）", "享受时间"],
        [*a, 3600, 7200, "2015-03"],
        [*b, 1000, 7200, "2015-03"],
    ]
    return Case(
        "年表.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03", more={"standard": 60_000})],
        refused={(1, 4, "C", "ledger-amount-uneven")},
        repairs={"unit": 2},
    )


@ledger
def amounts_by_quarter(p: People) -> Case:
    a = p.one()
    rows: list[list[Value]] = [
        ["2019年3季度农村低保"],
        ["户主姓名", "身份证号", "季度保障金", "享受时间"],
        [*a, 1600.5, "2015-03"],
    ]
    return Case("季表.xlsx", [Sheet(rows)], [alone(a, 53_350, "2015-03")], repairs={"unit": 1})


@ledger
def amounts_in_ten_thousands(p: People) -> Case:
    """Headed 万元: what is so is taken, what can only be yuan is refused."""
    a, b = p.many(2)
    rows: list[list[Value]] = [
        ["农村低保", None, "单位：万元"],
        ["户主姓名", "身份证号", "户月保障金", "享受时间"],
        [*a, 0.03, "2015-03"],
        [*b, 300, "2015-03"],
    ]
    return Case(
        "万元.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03")],
        refused={(1, 4, "C", "ledger-amount-unlikely")},
        repairs={"unit": 1},
    )


@ledger
def amounts_of_a_household_or_of_each(p: People) -> Case:
    """Repeated in each row it is the household's; each one's only where the total says so; else refused."""
    a, c, e = (p.one(f"{year}-01-01") for year in (1955, 1957, 1959))
    b, d, f = (p.one(f"{year}-01-01", woman=True) for year in (1956, 1958, 1960))
    rows: list[list[Value]] = [
        ["姓名", "与户主关系", "身份证号", "户月保障金", "发放合计", "享受时间"],
        [a[0], "户主", a[1], 600, None, "2015-03"],
        [b[0], "妻", b[1], 600, None, "2015-03"],
        [c[0], "户主", c[1], 300, 600, "2015-03"],
        [d[0], "妻", d[1], 300, None, "2015-03"],
        [e[0], "户主", e[1], 200, None, "2015-03"],
        [f[0], "妻", f[1], 300, None, "2015-03"],
    ]
    return Case(
        "农村金额.xlsx",
        [Sheet(rows)],
        taken=[
            Taken([(*a, "02", True), (*b, "12", True)], 60_000, "2015-03"),
            Taken([(*c, "02", True), (*d, "12", True)], 60_000, "2015-03"),
        ],
        refused={(1, 6, "D", "ledger-amounts-differ")},
    )


@ledger
def amounts_that_may_be_each_ones(p: People) -> Case:
    """The same amount in each row under a heading that doesn't say whose: told by the counts or refused."""
    head: list[Value] = ["姓名", "与户主关系", "身份证号", "保障人数", "月补助额", "享受时间"]
    of = [(p.one("1955-01-01"), p.one("1956-01-01", woman=True)) for _ in range(5)]
    counts: list[tuple[Value, Value]] = [(None, None), (2, None), (2, 2), (1, 1), (2, None)]
    rows: list[list[Value]] = [head]
    for (a, b), (first, second) in zip(of, counts, strict=True):
        rows += [[a[0], "户主", a[1], first, 300, "2015-03"], [b[0], "妻", b[1], second, 300, "2015-03"]]
    rows[-1][4] = 0
    return Case(
        "农村各行同额.xlsx",
        [Sheet(rows)],
        taken=[
            Taken([(*a, "02", True), (*b, "12", True)], amount, "2015-03")
            for (a, b), amount in zip(of[2:], (30_000, 60_000, 30_000), strict=True)
        ],
        refused={(1, 2, "E", "ledger-amounts-differ"), (1, 4, "E", "ledger-amounts-differ")},
    )


@ledger
def totals_that_may_be_each_ones(p: People) -> Case:
    """A total in each row beside an amount in each row proves nothing: both may be the household's or each one's."""
    head: list[Value] = ["姓名", "与户主关系", "身份证号", "月补助额", "分类施保", "月合计", "享受时间"]
    of = [(p.one("1955-01-01"), p.one("1956-01-01", woman=True)) for _ in range(4)]
    amounts: list[tuple[list[Value], list[Value]]] = [
        ([300, None, 300], [300, None, 300]),
        ([300, 50, 650], [300, None, 650]),
        ([None, None, 300], [None, None, 300]),
        ([600, 50, 650], [None, None, 650]),
    ]
    rows: list[list[Value]] = [head]
    for (a, b), (first, second) in zip(of, amounts, strict=True):
        rows += [[a[0], "户主", a[1], *first, "2015-03"], [b[0], "妻", b[1], *second, "2015-03"]]
    return Case(
        "农村各行合计.xlsx",
        [Sheet(rows)],
        taken=[
            Taken([(*a, "02", True), (*b, "12", True)], 65_000, "2015-03", uplift=5_000)
            for a, b in (of[1], of[3])
        ],
        refused={(1, 2, "D", "ledger-amounts-differ"), (1, 6, "F", "ledger-amounts-differ")},
    )


@ledger
def totals_alone_with_other_subsidies(p: People) -> Case:
    """No amount of its own: what is left of the total without the other subsidies, where these are certain."""
    head: list[Value] = [
        "姓名",
        "与户主关系",
        "身份证号",
        "分类施保",
        "电费补贴",
        "物价补贴",
        "家庭合计",
        "享受时间",
    ]
    of = [(p.one("1955-01-01"), p.one("1956-01-01", woman=True)) for _ in range(6)]
    amounts: list[tuple[list[Value], list[Value]]] = [
        ([None, 10, None, 310], [None, None, None, None]),
        ([None, 10, 20, 330], [None, None, 0, 330]),
        ([None, 10, None, 320], [None, 10, None, None]),
        ([None, 10, 20, 350], [None, None, 25, None]),
        ([None, 60, None, 50], [None, None, None, None]),
        ([60, None, None, 50], [None, None, None, None]),
    ]
    rows: list[list[Value]] = [head]
    for (a, b), (first, second) in zip(of, amounts, strict=True):
        rows += [[a[0], "户主", a[1], *first, "2015-03"], [b[0], "妻", b[1], *second, "2015-03"]]
    return Case(
        "农村只有合计.xlsx",
        [Sheet(rows)],
        taken=[Taken([(*a, "02", True), (*b, "12", True)], 30_000, "2015-03") for a, b in of[:2]],
        refused={
            (1, 6, "E", "ledger-amounts-differ"),
            (1, 8, "F", "ledger-amounts-differ"),
            (1, 10, "G", "ledger-sum-differs"),
            (1, 12, "G", "ledger-sum-differs"),
        },
    )


@ledger
def amounts_by_person(p: People) -> Case:
    """A heading that says per person: the sum of each one's; one for all only where a total proves it."""
    head: list[Value] = ["姓名", "与户主关系", "身份证号", "保障金（元/人月）", "发放合计", "享受时间"]
    of = [(p.one("1955-01-01"), p.one("1956-01-01", woman=True)) for _ in range(4)]
    amounts: list[tuple[list[Value], list[Value]]] = [
        ([300, None], [200, None]),
        ([300, None], [300, None]),
        ([300, 600], [None, None]),
        ([300, None], [None, None]),
    ]
    rows: list[list[Value]] = [head]
    for (a, b), (first, second) in zip(of, amounts, strict=True):
        rows += [[a[0], "户主", a[1], *first, "2015-03"], [b[0], "妻", b[1], *second, "2015-03"]]
    return Case(
        "农村按人.xlsx",
        [Sheet(rows)],
        taken=[
            Taken([(*a, "02", True), (*b, "12", True)], amount, "2015-03")
            for (a, b), amount in zip(of, (50_000, 60_000, 60_000), strict=False)
        ],
        refused={(1, 8, "D", "ledger-amounts-differ")},
    )


@ledger
def two_sheets_and_headers_again(p: People) -> Case:
    """Two villages on two sheets, the header once more in the middle, columns numbered, blank rows between."""
    a, b, c = p.many(3)
    head: list[Value] = ["序号", "村名", "户主姓名", "身份证号", "保障人口", "户月保障金", "享受时间"]
    one: list[list[Value]] = [
        ["农村低保公示"],
        head,
        ["1", "2", "3", "4", "5", "6", "7"],
        [1, "丁村", *a, 1, 300, "2015-03"],
        [],
        head,
        [2, "丁村", *b, 1, 300, "2015-03"],
        ["小计", None, None, None, 2, 600],
    ]
    two: list[list[Value]] = [["合计", None, None, None, 1, 300], head, [1, "己村", *c, 1, 300, "2015-03"]]
    return Case(
        "农村两村.xlsx",
        [Sheet(one, name="丁村"), Sheet(two, name="己村")],
        taken=[
            alone(a, 30_000, "2015-03", division="110199001001"),
            alone(b, 30_000, "2015-03", division="110199001001"),
            alone(c, 30_000, "2015-03", division="110199001002"),
        ],
    )


@ledger
def households_by_merged_cells(p: People) -> Case:
    """No relation and no head's column: the cells of number and amount are merged over a household's rows."""
    a, b, c, d = p.many(4)
    rows: list[list[Value]] = [
        ["农村低保花名册"],
        ["序号", "姓名", "身份证号", "保障人数", "户月保障金", "享受时间"],
        [1, *a, 3, 900, "2015-03"],
        [None, *b],
        [None, *c],
        [2, *d, 1, 300, "2015-03"],
    ]
    down = [(2, column, 4, column) for column in (0, 3, 4, 5)]
    return Case(
        "农村合并.xlsx",
        [Sheet(rows, merged=[(0, 0, 0, 5), *down])],
        taken=[
            Taken([(*a, "02", True), (*b, "97", True), (*c, "97", True)], 90_000, "2015-03"),
            alone(d, 30_000, "2015-03"),
        ],
        repairs={"kinship-unknown": 2},
    )


@ledger
def one_number_twice(p: People) -> Case:
    """The same number in two households: neither is taken. Twice in one: that one is refused."""
    a, b = p.one(), p.one("1956-01-01", woman=True)
    rows: list[list[Value]] = [
        ["姓名", "与户主关系", "身份证号", "户月保障金", "享受时间"],
        [a[0], "户主", a[1], 300, "2015-03"],
        ["某人", "户主", a[1], 300, "2015-03"],
        [b[0], "户主", b[1], 300, "2015-03"],
        ["另人", "女", b[1], None, None],
    ]
    return Case(
        "农村重复.xlsx",
        [Sheet(rows)],
        refused={
            (1, 2, "C", "ledger-number-twice"),
            (1, 3, "C", "ledger-number-twice"),
            (1, 4, "C", "person-twice"),
            (1, 5, "C", "person-twice"),
        },
    )


@ledger
def contradictions(p: People) -> Case:
    """A household is taken whole or refused whole: one wrong member keeps the others back."""
    a, b, c = p.one(), p.one("1956-01-01", woman=True), p.one("1980-01-01")
    d, e = p.one(), p.one("1957-01-01")
    rows: list[list[Value]] = [
        [
            "姓名",
            "与户主关系",
            "性别",
            "身份证号",
            "保障人数",
            "户月保障金",
            "分类施保金",
            "合计",
            "享受时间",
        ],
        [a[0], "户主", "女", a[1], 3, 300, 0, 300, "2015-03"],
        [b[0], "儿子", "女", b[1]],
        [c[0], "远房", "男", c[1]],
        [d[0], "户主", "男", d[1], 2, 300, 50, 400, "2015-03"],
        [e[0], "弟弟", "男", e[1]],
    ]
    return Case(
        "农村矛盾.xlsx",
        [Sheet(rows)],
        refused={
            (1, 2, "C", "sex-contradicts-number"),
            (1, 3, "B", "ledger-kinship-sex"),
            (1, 4, "B", "ledger-kinship"),
            (1, 5, "H", "ledger-sum-differs"),
        },
    )


@ledger
def members_without_a_number(p: People) -> Case:
    """A child without a number is taken by sex and day of birth, not without them."""
    a, b = p.one(), p.one()
    rows: list[list[Value]] = [
        ["姓名", "与户主关系", "性别", "出生日期", "身份证号", "保障人数", "户月保障金", "享受时间"],
        [a[0], "户主", "男", "1955-07-16", a[1], 2, 600, "2015-03"],
        ["小宝", "孙女", "女", "2024-05-06", "无", None, None, None],
        [b[0], "户主", "男", "1955-07-16", b[1], 2, 600, "2015-03"],
        ["小贝", "孙女", "", "2024-05-06", "", None, None, None],
    ]
    return Case(
        "农村无号.xlsx",
        [Sheet(rows)],
        taken=[Taken([(*a, "02", True), ("小宝", None, "42", True)], 60_000, "2015-03")],
        refused={(1, 5, "E", "ledger-number-missing")},
    )


@ledger
def unknown_headings_that_are_said(p: People) -> Case:
    """Columns in any order under headings nobody knows, given with --map by heading or letter."""
    a = p.one()
    rows: list[list[Value]] = [
        ["农村低保底册"],
        ["补差", "哪年开始", "当家人", "证号", "备注栏", "住址"],
        [300, "2015-03", a[0], a[1], "老户", "丁村"],
    ]
    return Case(
        "底册.xlsx",
        [Sheet(rows)],
        taken=[alone(a, 30_000, "2015-03", more={"remarks": "老户", "address": "丁村"})],
        options={
            "said": {"补差": "amount", "哪年开始": "start", "当家人": "head", "D": "id", "备注栏": "remarks"}
        },
    )


def main(folder: str) -> None:
    """Write all ledgers into a folder."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for place, case in enumerate(corpus(), 1):
        path = case.write(Path(folder))
        path.rename(path.with_name(f"{place:02d}-{path.name}"))


if __name__ == "__main__":
    main(sys.argv[1])
