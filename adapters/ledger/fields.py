"""What the columns of ledgers are called, and what each is taken for."""

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import msgspec

FIELDS: Mapping[str, tuple[str, ...]] = {
    "seq": ("序号", "编号", "原系统编号"),
    "household": ("家庭编号", "家庭ID", "户编号", "户号"),
    "area": (
        *("地区", "属地", "归属乡镇", "乡镇", "乡镇名称", "乡镇街道", "乡镇(街道)", "镇(街道办)", "镇(街道)"),
        *("所属", "所属街", "所属乡镇", "街道", "户籍行政区划", "属地行政区划", "行政区划", "苏木乡"),
    ),
    "village": (
        *(
            "村",
            "村名",
            "归属行政村",
            "行政村",
            "行政村(社区)名称",
            "行政村(社区)",
            "村(居)委会",
            "村(居)",
            "村(社区)",
        ),
        *("所属社区", "所属社", "社区", "噶查村", "所属村"),
    ),
    "division": ("行政区划代码", "行政村(社区)代码", "区划代码"),
    "head": (
        *("户主姓名", "户主", "主申请人姓名", "申请人姓名", "低保户主名字", "贫困对象名称", "户主名称"),
    ),
    "name": (
        *("姓名", "名称", "家庭成员姓名", "成员姓名", "享受人", "享受人员姓名", "救助人姓名", "受助人姓名"),
    ),
    "members": ("家庭成员", "家庭成员情况", "成员"),
    "members_id": ("家庭成员身份证号", "家庭成员身份证号码", "成员身份证号"),
    "id": (
        *(
            "身份证号",
            "身份证号码",
            "身份证",
            "身份证件号码",
            "证件号",
            "证件号码",
            "公民身份号码",
            "居民身份证号码",
        ),
        *("身份证号/出生年月", "成员身份证号码"),
    ),
    "head_id": ("户主身份证号", "户主身份证号码", "主申请人证件号码", "主申请人身份证号", "户主身份证"),
    "relation": (
        *("与户主关系", "与申请人关系", "与主申请人关系", "与主申请关系", "与低保户主关系", "称谓", "关系"),
        *("家庭关系", "与户主的关系"),
    ),
    "sex": ("性别",),
    "born": ("出生日期", "出生年月", "生日", "出生年月日"),
    "age": ("年龄",),
    "covered": ("是否保障对象", "是否享受", "是否供养对象", "是否保障"),
    "head_covered": ("户主是否享受",),
    "size": ("家庭人口", "家庭人口数", "家庭总人数", "人口数量", "家庭人数"),
    "insured": (
        *("保障人口", "保障人口数", "保障人数", "享受保障人数", "享受人数", "享受低保人数", "保障总人口"),
        *("低保人数", "保障人口总数"),
    ),
    "amount": (
        *(
            "户月保障金",
            "户月保障金额",
            "月保障金",
            "月保障金额",
            "保障金",
            "保障金额",
            "当前保障金",
            "计算保障金",
        ),
        *(
            "家庭补差",
            "月补助额",
            "月补助金额",
            "救助金",
            "生活补助金",
            "建议户月保障金",
            "年保障金",
            "户年保障金",
        ),
        *("季保障金", "季度保障金", "月保障金(户)", "补差金额", "月补差", "家庭月保障金"),
    ),
    "uplift": ("分类施保", "分类施保金", "分类施保金额", "分类救助金"),
    "extra": (
        *(
            "电费补贴",
            "物价补贴",
            "价格补贴",
            "高龄补贴",
            "其他专项补贴金",
            "其他补助金",
            "护理补贴",
            "春节慰问金",
        ),
        *("取暖补贴", "水费补贴"),
    ),
    "total": (
        *("发放合计", "总发放金额", "家庭合计", "合计", "月合计", "总金额", "金额", "领取金额", "发放金额"),
        *("补贴金额", "实际补助金额", "应补助金额"),
    ),
    "standard": (
        *("最低生活标准", "最低生活保障标准", "最低保障救济标准", "保障标准", "补助标准", "低保标准"),
    ),
    "start": (
        *("起始保障年月", "救助开始月份", "享受时间", "最初享受月份", "开始时间", "享受低保时间", "起始月份"),
        *("开始享受时间", "保障起始年月", "起始年月", "起始时间"),
    ),
    "approved": ("批准时间", "审批日期", "审批时间", "确认时间", "审核确认时间"),
    "registered": ("登记时间", "申请时间", "申报日期", "申请日期"),
    "category": (
        *("低保类别", "低保类型", "低保种类", "享受保障类别", "保障类别", "保障类型", "救助类型", "类别"),
        *("救助对象类别", "户口性质", "户籍性质", "户口类型", "申请类别", "城乡", "城乡类别"),
    ),
    "grade": ("家庭类别", "复核类别", "管理类别", "核查类别"),
    "certificate": (
        *("低保证号", "低保证编号", "低保证件号码", "领取证号", "救助证编号", "困难证号", "低保证号码"),
    ),
    "bank": ("开户银行", "开户行", "开户银行名称", "收款银行", "一卡通开户银行", "低保开户银行"),
    "account": (
        *(
            "账号",
            "银行账号",
            "开户行账号",
            "开户银行账号",
            "银行账户",
            "收款账号",
            "一卡通账号",
            "一卡通银行账号",
        ),
        *("低保银行账号", "银行卡号", "社保卡号", "卡号", "一卡通号"),
    ),
    "holder": (
        *("账户名称", "银行账户名称", "开户名称", "开户人", "户名", "一卡通户名", "收款人姓名", "收款人名字"),
        *("收款人",),
    ),
    "address": (
        *("家庭住址", "家庭地址", "住址", "地址", "现家庭住址", "居住地址", "现居住地", "现居住地址"),
        *("现房住址", "户籍地址", "户籍所在地", "详细地址"),
    ),
    "phone": ("联系电话", "家庭电话", "电话", "手机号", "联系方式", "户主联系方式", "手机号码", "手机"),
    "cause": (
        *(
            "致贫原因",
            "主要致贫原因",
            "致困原因",
            "求助原因",
            "申请救助原因",
            "申请理由",
            "申请原因",
            "救助原因",
        ),
        *("原因", "主要致困原因"),
    ),
    "disability_kind": ("残疾类别", "残疾类型"),
    "disability_grade": ("残疾等级", "残疾级别"),
    "labour": ("劳动能力",),
    "remarks": ("备注", "注"),
}
"""A field and the headings it goes by, normalised, without their unit."""

KNOWN_UNUSED = frozenset(
    {
        *(
            "民族",
            "邮编",
            "邮政编码",
            "婚姻状况",
            "文化程度",
            "教育状况",
            "学历",
            "职业",
            "职业状况",
            "就业状况",
        ),
        *("工作单位", "健康状况", "身体状况", "患病情况", "生活自理能力", "自理能力", "女性人数", "残疾人数"),
        *(
            "三无人员",
            "老年人",
            "成年人",
            "未成年人",
            "重点保障人数",
            "重残保障人数",
            "一般残疾人数",
            "领取人",
        ),
        *("领款人签字(章)", "领款时间", "本人签字", "照片", "月收入", "年收入", "家庭月收入", "家庭月总收入"),
        *(
            "家庭人口总收入/月",
            "享受低保家庭人口月收入",
            "月人均收入",
            "人均收入",
            "家庭年人均收入",
            "变动种类",
        ),
        *(
            "变动时间",
            "当前状态",
            "供养方式",
            "金额二",
            "金额三",
            "是否三无",
            "归属组",
            "村(居)民小组",
            "村组",
        ),
        *(
            "在职人员",
            "灵活就业",
            "登记失业",
            "未登记失业",
            "在校生",
            "其他",
            "残疾证号",
            "开户人身份证",
            "收款人身份证号",
        ),
        *("电表号", "发放方式", "电费户号", "支付状态", "账号状态", "领取人签字", "属别"),
    }
)
"""Headings that are known and stand for nothing that is taken over."""

PERSONAL = frozenset(
    {"id", "head_id", "members_id", "name", "head", "members", "account", "phone", "address", "holder"}
)
MONEY = frozenset({"amount", "uplift", "extra", "total", "standard"})
OF_MEMBER = frozenset(
    {
        "name",
        "id",
        "relation",
        "sex",
        "born",
        "age",
        "covered",
        "disability_kind",
        "disability_grade",
        "labour",
    }
)

_BY_NAME = {name: field for field, names in FIELDS.items() for name in names}
_UNIT = re.compile(r"[((]([^()()]*)[))]?$")
_MARKS = re.compile(r"[\s**﹡#:：]+")
_NUMERALS = "一二三四五六七八九十"
_MEMBER = re.compile(r"^(?:家庭)?成员([一二三四五六七八九十]{1,2}|\d{1,2})[-_]?(.+)$")


class Unit(msgspec.Struct, frozen=True):
    """How an amount of a column becomes fen a month: yuan each, times, per so many months."""

    yuan: int = 1
    months: int = 1

    def fen(self, yuan: Fraction) -> Fraction:
        return yuan * self.yuan * 100 / self.months


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """A heading in one spelling: half width, without blanks and stars, 帐 as 账."""
    plain = unicodedata.normalize("NFKC", text).replace("帐", "账").replace("帳", "账")
    return _MARKS.sub("", plain)


def without_unit(name: str) -> tuple[str, str]:
    """A normalised heading and the unit in brackets at its end: `户月保障金`, `元/月`."""
    match = _UNIT.search(name)
    if match is None:
        return name, ""
    inside = match[1]
    if any(word in inside for word in ("元", "年", "月", "人", "户", "亩", "章")) and name[: match.start()]:
        return name[: match.start()], inside
    return name, ""


def unit_of(heading: str, note: str = "") -> Unit:
    """Yuan or 万元, by month, quarter or year: as the heading says, else as the note over the table does."""
    said = normalise(heading)
    money = said if "元" in said else normalise(note)
    yuan = 10_000 if "万元" in money else 1
    if re.search(r"/年|每年|(?:^|[^0-9])年(?:保障|补助|供养|金额|发放)|\(年\)|全年", said):
        return Unit(yuan, 12)
    if re.search(r"季", said):
        return Unit(yuan, 3)
    return Unit(yuan, 1)


def field_of(heading: str) -> str | None:
    """What a heading stands for; None if nothing is known of it. `-` for what is known and not taken."""
    name = normalise(heading)
    bare, _ = without_unit(name)
    for one in (name, bare):
        if one in _BY_NAME:
            return _BY_NAME[one]
    if re.fullmatch(r"(重点救助|残疾人救助).*", bare):
        return "uplift"
    if re.fullmatch(r"\d{1,2}月(应|实际|实)发放?(资金|金额)?", bare):
        return "total"
    return "-" if bare in KNOWN_UNUSED or name in KNOWN_UNUSED else None


def member_of(heading: str) -> tuple[int, str] | None:
    """`成员三身份证号` as (3, `id`): the third member's number."""
    match = _MEMBER.match(normalise(heading))
    if match is None:
        return None
    number, rest = match.groups()
    field = field_of(rest)
    if field not in OF_MEMBER:
        return None
    place = int(number) if number.isdigit() else _numeral(number)
    return place, field


def _numeral(text: str) -> int:
    if text.startswith("十"):
        return 10 + (_NUMERALS.index(text[1]) + 1 if len(text) > 1 else 0)
    return _NUMERALS.index(text[0]) + 1
