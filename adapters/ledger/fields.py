"""What the columns of ledgers are called, and what each is taken for."""

import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

import msgspec


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIELDS: Mapping[str, tuple[str, ...]] = {
    field: _words(names)
    for field, names in {
        "seq": "序号 编号 原系统编号",
        "household": "家庭编号 家庭ID 户编号 户号",
        "area": (
            "地区 属地 归属乡镇 乡镇 乡镇名称 乡镇街道 乡镇(街道) 镇(街道办) 镇(街道) 所属 所属街 "
            "所属乡镇 街道 户籍行政区划 属地行政区划 行政区划 苏木乡"
        ),
        "village": (
            "村 村名 归属行政村 行政村 行政村(社区)名称 行政村(社区) 村(居)委会 村(居) 村(社区) 所属社区 "
            "所属社 社区 噶查村 所属村"
        ),
        "division": "行政区划代码 行政村(社区)代码 区划代码",
        "head": "户主姓名 户主 主申请人姓名 申请人姓名 低保户主名字 贫困对象名称 户主名称 受助人/单位名称",
        "name": "姓名 名称 家庭成员姓名 成员姓名 享受人 享受人员姓名 救助人姓名 受助人姓名",
        "members": "家庭成员 家庭成员情况 成员",
        "members_id": "家庭成员身份证号 家庭成员身份证号码 成员身份证号",
        "id": (
            "身份证号 身份证号码 身份证 身份证件号码 证件号 证件号码 公民身份号码 居民身份证号码 "
            "身份证号/出生年月 成员身份证号码"
        ),
        "head_id": "户主身份证号 户主身份证号码 主申请人证件号码 主申请人身份证号 户主身份证",
        "relation": (
            "与户主关系 与申请人关系 与主申请人关系 与主申请关系 与低保户主关系 称谓 关系 家庭关系 "
            "与户主的关系"
        ),
        "sex": "性别",
        "born": "出生日期 出生年月 生日 出生年月日",
        "age": "年龄",
        "covered": "是否保障对象 是否享受 是否供养对象 是否保障",
        "head_covered": "户主是否享受",
        "size": "家庭人口 家庭人口数 家庭总人数 人口数量 家庭人数 人口",
        "insured": (
            "保障人口 保障人口数 保障人数 享受保障人数 享受人数 享受低保人数 保障总人口 低保人数 "
            "保障人口总数 供养人口数 享受人口"
        ),
        "amount": (
            "户月保障金 户月保障金额 月保障金 月保障金额 保障金 保障金额 当前保障金 计算保障金 家庭补差 "
            "月补助额 月补助金额 救助金 生活补助金 建议户月保障金 年保障金 户年保障金 季保障金 季度保障金 "
            "月保障金(户) 补差金额 月补差 家庭月保障金 原户月保障金"
        ),
        "uplift": "分类施保 分类施保金 分类施保金额 分类救助金",
        "extra": (
            "电费补贴 物价补贴 价格补贴 高龄补贴 其他专项补贴金 其他补助金 护理补贴 春节慰问金 取暖补贴 "
            "水费补贴"
        ),
        "total": (
            "发放合计 总发放金额 家庭合计 合计 月合计 总金额 金额 领取金额 发放金额 补贴金额 实际补助金额 "
            "应补助金额 救助金额 月发放金额 应发金额 实发金额 月发放额"
        ),
        "standard": (
            "最低生活标准 最低生活保障标准 最低保障救济标准 保障标准 低保标准 纳入救助标准 年保障标准 "
            "月保障标准 年低保标准 年供养标准"
        ),
        "start": (
            "起始保障年月 救助开始月份 享受时间 最初享受月份 开始时间 享受低保时间 起始月份 开始享受时间 "
            "保障起始年月 起始年月 起始时间 享受起始时间 享受起始年月 享受低保起始时间 享受低保起始年月 "
            "享受低保起始月份 开始享受年月 保障开始时间 低保起始时间 享受年月 享受日期 纳保时间 起保时间 首次享受时间"
        ),
        "approved": "批准时间 审批日期 审批时间 确认时间 审核确认时间",
        "registered": "登记时间 申请时间 申报日期 申请日期",
        "category": (
            "城乡类别 城乡 低保类别 低保类型 低保种类 享受保障类别 保障类别 保障类型 救助类型 "
            "救助对象类别 类别 申请类别 申报救助类型 多重类型"
        ),
        "hukou": "户口性质 户籍性质 户口类型",
        "status": "当前状态 保障状态 低保状态 人员状态 状态 支付状态 变动种类 调整类型 审批类型 审批状态",
        "ended": "取消时间 停保时间 停发时间 终止时间 退出时间 注销时间 死亡时间 停止时间",
        "grade": "家庭类别 复核类别 管理类别 核查类别",
        "certificate": "低保证号 低保证编号 低保证件号码 领取证号 救助证编号 困难证号 低保证号码",
        "bank": "低保开户银行 开户银行 开户行 开户银行名称 收款银行 一卡通开户银行 银行类别",
        "account": (
            "低保银行账号 账号 银行账号 开户行账号 开户银行账号 银行账户 收款账号 一卡通账号 "
            "一卡通银行账号 银行卡号 社保卡号 卡号 一卡通号"
        ),
        "holder": "账户名称 银行账户名称 开户名称 开户人 户名 一卡通户名 收款人姓名 收款人名字 收款人",
        "address": (
            "家庭住址 家庭地址 住址 地址 现家庭住址 居住地址 现居住地 现居住地址 现房住址 户籍地址 "
            "户籍所在地 详细地址"
        ),
        "phone": "联系电话 家庭电话 电话 手机号 联系方式 户主联系方式 手机号码 手机",
        "cause": (
            "致贫原因 主要致贫原因 致困原因 求助原因 申请救助原因 申请理由 申请原因 救助原因 原因 "
            "主要致困原因"
        ),
        "disability_kind": "残疾类别 残疾类型",
        "disability_grade": "残疾等级 残疾级别",
        "labour": "劳动能力",
        "remarks": "备注 注",
    }.items()
}
"""A field and the headings it goes by, normalised, without their unit."""

KNOWN_UNUSED = frozenset(
    _words(
        "民族 邮编 邮政编码 婚姻状况 文化程度 教育状况 学历 职业 职业状况 就业状况 工作单位 健康状况 "
        "身体状况 患病情况 生活自理能力 自理能力 女性人数 残疾人数 三无人员 老年人 成年人 未成年人 "
        "重点保障人数 重残保障人数 一般残疾人数 领取人 领款人签字(章) 领款时间 本人签字 照片 月收入 年收入 "
        "家庭月收入 家庭月总收入 家庭人口总收入/月 享受低保家庭人口月收入 月人均收入 人均收入 "
        "家庭年人均收入 变动时间 供养方式 金额二 金额三 是否三无 归属组 村(居)民小组 村组 在职人员 灵活就业 "
        "登记失业 未登记失业 在校生 其他 残疾证号 开户人身份证 收款人身份证号 电表号 发放方式 电费户号 "
        "账号状态 领取人签字 属别 五保证号 财政代码 残疾人证号 残疾生证号 发证日期 疾病 病种 患病名称 "
        "护理等级 档次 供养形式 建议供养方式 供养机构 保障方式 工资性收入 家庭经营净(纯)收入 财产性收入 "
        "转移性收入 金融资产总额 人均金融资产 账户余额 银行总存款 住房总面积 住房总面积(平方米) "
        "拥有产权住房套数 机动车辆 水田面积 从业状况 就业或上学情况 人员类别 身份类别 低边类别 分类施保类别 "
        "其他致贫原因 致贫原因说明 应急救助原因 家庭情况 应领 已领 已发 异动金额 调整日期 返还原因 审批信息 "
        "累计月份 累计收入 累计支出 救助人期 患者姓名 所属市 所属区 所属县 旗区 社别 本期补助上限 补助标准 "
        '补助数量 电话号码归属 曾用名 国籍 政治面貌 职业(状况) 是否"三无" 领取人签名 签字 签名 领款人 '
        "经办人 取消原因 停发原因 停保原因"
    )
)
"""Headings that are known and stand for nothing that is taken over."""

STARTS = ("start", "approved", "registered")
"""Fields that tell the first month, the best first."""
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
_RANKS = {name: rank for names in FIELDS.values() for rank, name in enumerate(names)}
_UNIT = re.compile(r"[((]([^()()]*)[))]?$")
_MARKS = re.compile(r"[\s**﹡#:：]+")
_NUMERALS = "一二三四五六七八九十"
_MEMBER = re.compile(r"^(?:家庭)?成员([一二三四五六七八九十]{1,2}|\d{1,2})[-_]?(.*)$")
_NUMBER_OF_ANOTHER = re.compile(r"开户|收款|户名|代领|监护|领取人|法人")
_QUARTER, _HALF = re.compile(r"季"), re.compile(r"半年")
_YEAR = re.compile(r"/年|每年|人.?年|(?:^|[^0-9])年(?:保障|补助|供养|低保|标准|金额|发放)|\(年\)|全年|元年")
_SPAN = re.compile(r"季度|第?[一二三四1-4]季|半年|\d{1,2}月?[-—–~至到]\d{1,2}月")


class Unit(msgspec.Struct, frozen=True):
    """How an amount of a column becomes fen a month: yuan each, times, per so many months (0: nobody says)."""

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


def unit_of(heading: str, note: str = "", spans: bool = False) -> Unit:
    """Yuan or 万元, by month, quarter, half-year or year: as the heading says, else as the note over the table does.
    `spans`: titles speak of several months (`2019年3季度`), so a heading without a period may be of all: 0 months."""
    said, over = normalise(heading), normalise(note)
    yuan = 10_000 if "万元" in (said if "元" in said else over) else 1
    months = _months(said)
    if not months and "月" not in said:
        bracket = re.search(r"单位[^,;。]*元[^,;。]*", over)
        months = _months(bracket[0]) if bracket else 0
        if not months and spans and not (bracket and "月" in bracket[0]):
            return Unit(yuan, 0)
    return Unit(yuan, months or 1)


def _months(said: str) -> int:
    """How many months a heading speaks of; 0 where it doesn't say."""
    if _HALF.search(said):
        return 6
    if _YEAR.search(said):
        return 12
    return 3 if _QUARTER.search(said) else 0


def spans_months(titles: str) -> bool:
    """Whether titles speak of a quarter, a half-year or several months."""
    return bool(_SPAN.search(normalise(titles)))


def rank_of(heading: str) -> int:
    """Of several columns of a field the one of the lowest rank goes first."""
    name = normalise(heading)
    return _RANKS.get(name, _RANKS.get(without_unit(name)[0], len(_RANKS)))


def field_of(heading: str) -> str | None:
    """What a heading stands for; None if nothing is known of it. `-` for what is known and not taken."""
    name = normalise(heading)
    bare, _ = without_unit(name)
    for one in (name, bare, re.sub(r"\([^()]*\)$", "", name)):
        if one in _BY_NAME:
            return _BY_NAME[one]
    if re.fullmatch(r"(重点救助|残疾人救助).*", bare):
        return "uplift"
    if re.fullmatch(r"\d{1,2}月份?(应|实际|实)发放?(资金|金额)?", bare):
        return "total"
    if bare in KNOWN_UNUSED or name in KNOWN_UNUSED or name.startswith("属别"):
        return "-"
    if "身份证" in name and _NUMBER_OF_ANOTHER.search(name):
        return "-"
    if "身份证号" in name and member_of(heading) is None:
        return "head_id" if "户主" in name else "id"
    return None


def member_of(heading: str) -> tuple[int, str] | None:
    """`成员三身份证号` as (3, `id`): the third member's number."""
    match = _MEMBER.match(normalise(heading))
    if match is None:
        return None
    number, rest = match.groups()
    field = field_of(rest) if rest else "name"
    if field not in OF_MEMBER:
        return None
    place = int(number) if number.isdigit() else _numeral(number)
    return place, field


def _numeral(text: str) -> int:
    if text.startswith("十"):
        return 10 + (_NUMERALS.index(text[1]) + 1 if len(text) > 1 else 0)
    return _NUMERALS.index(text[0]) + 1
