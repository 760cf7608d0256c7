"""What the fields of public events mean, in both languages, with an example; `type.field` where one means its own."""

from typing import NamedTuple


class Word(NamedTuple):
    zh: str
    en: str
    example: object


CASE = "11019920250000017"
PERSON = "p-gu7jga5mqpr5xrtihqokukum"
DIGEST = "bfed9260582732100be063e4f6406c1042514c5e9580f2caf0938f251698a0eb"

FIELDS: dict[str, Word] = {
    "amount": Word("每月份额（分）", "share a month, in fen", 13334),
    "appeal": Word("复议或诉讼的编号（个案内）", "the appeal, within its case", "appeal.1"),
    "area": Word("城乡类别：urban 城市，rural 农村", "urban | rural", "rural"),
    "arrears_amount": Word("补发以前月份的金额（分）", "of it for earlier months, in fen", 40000),
    "arrears_lines": Word("补发以前月份的行数", "lines of earlier months", 1),
    "arrears_person_times": Word("补发以前月份的人次", "person-times of earlier months", 3),
    "came_from": Word("迁出或分出的原个案编号", "the case it moved or split from", CASE),
    "case": Word("个案编号，17 位", "number of the case, 17 characters", CASE),
    "cause": Word(
        "待遇起因：new 新增，restored 恢复，moved 迁入，split 分户，merged 并户，taken_over 移交",
        "new | restored | moved | split | merged | taken_over",
        "new",
    ),
    "change": Word("变更的编号（个案内）", "the change, within its case", "change.1"),
    "complaint": Word("举报的编号（个案内）", "the complaint, within its case", "complaint.1"),
    "deadline": Word("时限名称：实例/名称", "the time limit, instance/name", "application/opinion"),
    "desk": Word("岗位代码", "code of the desk", "handler"),
    "digest": Word("名单摘要，见说明", "digest of the list's lines, as described", DIGEST),
    "month-closed.digest": Word("全表的 SHA-256", "SHA-256 of the whole table", DIGEST),
    "division": Word(
        "行政区划代码，最细到乡镇街道", "code of the division, down to the township", "110199001"
    ),
    "list-drawn.division": Word("县级行政区划代码", "code of the county", "110199"),
    "list-closed.division": Word("县级行政区划代码", "code of the county", "110199"),
    "month-closed.division": Word("县级行政区划代码", "code of the county", "110199"),
    "due": Word("到期日", "the due day", "2025-11-01"),
    "figures": Word(
        "城乡类别 → 指标 → 整数", "area → figure → a whole number", {"rural": {"households": 1, "persons": 3}}
    ),
    "from_month": Word("起始月份", "the first month", "2025-05"),
    "exited.from_month": Word("停止待遇的首月", "the first month without aid", "2026-04"),
    "award-stopped.from_month": Word("停止待遇的首月", "the first month without aid", "2026-04"),
    "gradual": Word("是否渐退期", "whether in a gradual exit", True),
    "held": Word("是否暂缓发放", "whether pay is kept back for now", True),
    "hold": Word("暂缓的编号（个案内）", "the hold, within its case", "hold.1"),
    "households": Word("户数", "households", 1),
    "kind": Word(
        "reconsideration 行政复议，lawsuit 行政诉讼", "reconsideration | lawsuit", "reconsideration"
    ),
    "list-drawn.amount": Word("金额合计（分）", "money in all, in fen", 40000),
    "list-closed.amount": Word("金额合计（分）", "money in all, in fen", 40000),
    "month": Word("月份", "the month", "2025-05"),
    "number": Word("居民身份号码", "resident number", "（加密后 sealed）"),
    "objection": Word("异议的编号（个案内）", "the objection, within its case", "objection.1"),
    "on": Word("办理日（中国时间）", "the day it was done, in China", "2025-04-02"),
    "person": Word("化名：随机编号，与身份无关", "the pseudonym: random, made of nothing personal", PERSON),
    "persons": Word("人数", "persons", 3),
    "position": Word("统计截至的日志位置", "the last position of the log that is counted", 241),
    "programme": Word("救助项目：dibao 低保，tekun 特困", "dibao | tekun", "dibao"),
    "reason": Word("原因代码，见说明", "code of the reason, as described", "S06"),
    "approved.reason": Word("原因代码，见说明", "code of the reason, as described", "new"),
    "repeated_amount": Word("退回后重发的金额（分）", "money paid again after it came back, in fen", 40000),
    "repeated_lines": Word("退回后重发的行数", "lines paid again after they came back", 1),
    "review": Word("定期核查的编号（个案内）", "the review, within its case", "review.1"),
    "round": Word("第几轮核对", "which round of asking", 2),
    "source": Word("数据来源单位代码", "code of the office", "V02"),
    "sources": Word("被请核对的单位代码", "codes of the offices asked", ["V02", "V04"]),
    "spans": Word(
        "各时段的待遇，按月份排列",
        "what is paid in which months, in their order",
        [{"case": CASE, "division": "110199001", "area": "rural", "from_month": "2025-05", "amount": 13334}],
    ),
    "states": Word(
        "本次变动的生命周期及其状态", "life cycles it moved, each with its state", {"application": "accepted"}
    ),
    "supplementary": Word("是否补充名单", "whether drawn after the first signature", True),
    "until": Word("截止日（含）", "the last day", "2025-05-07"),
    "until_month": Word("最后月份（含）；没有则无期限", "the last month; absent: without end", "2026-09"),
    "valid_until": Word("报告有效期截止日", "the last day on which the report holds", "2025-06-12"),
    "verification": Word("核对的编号（个案内）", "the verification, within its case", "verification.1"),
    "why": Word(
        "survey 入户，resurvey 复查，review 核查，county 县级",
        "survey | resurvey | review | county",
        "survey",
    ),
}

EVENTS: dict[str, str] = {
    "appeal-decided": "复议或诉讼已有结果",
    "appeal-filed": "提起复议或诉讼",
    "approved": "获得待遇（每人）",
    "area-changed": "城乡类别变更",
    "award-began": "待遇开始",
    "award-changed": "待遇变更",
    "award-held": "暂缓发放",
    "award-stopped": "待遇停止",
    "case-accepted": "受理",
    "case-announced": "公布",
    "case-confirmed": "确认给予救助",
    "case-entered": "申请登记",
    "case-extended": "延期",
    "case-forwarded": "上报",
    "case-lapsed": "逾期未补正",
    "case-not-accepted": "不予受理",
    "case-refused": "不予确认",
    "case-returned": "退回补充",
    "case-taken-over": "移交入库",
    "case-terminated": "终止",
    "case-withdrawn": "撤回申请",
    "change-decided": "变更已决定",
    "change-dropped": "变更不成立",
    "change-opened": "变更立项",
    "change-proposed": "变更已提出",
    "complaint-answered": "举报已答复",
    "complaint-raised": "收到举报",
    "deadline-escalated": "逾期上报",
    "deadline-fired": "到期自动办理",
    "deadline-moved": "时限变动",
    "deadline-warned": "到期提醒",
    "exit-granted": "给予渐退期",
    "exited": "退出待遇（每人）",
    "hold-ended": "解除暂缓",
    "household-visited": "入户调查",
    "list-closed": "名单关闭",
    "list-drawn": "名单生成",
    "meeting-held": "民主评议",
    "month-closed": "月份结账",
    "objection-raised": "提出异议",
    "objection-settled": "异议已处理",
    "opinion-confirmed": "初审意见已确认",
    "opinion-given": "提出初审意见",
    "papers-asked": "一次性告知补正",
    "publicity-began": "公示开始",
    "publicity-ended": "公示结束",
    "publicity-void": "公示作废",
    "recipient": "在保现状（每人每项目）",
    "review-concluded": "定期核查结束",
    "review-opened": "定期核查开始",
    "review-scheduled": "安排定期核查",
    "subject": "身份（加密）",
    "take-over-undone": "撤销移交",
    "verification-answered": "核对已反馈",
    "verification-asked": "提请核对",
    "verification-begun": "需再次核对",
    "verification-closed": "核对关闭",
    "verification-outlived": "核对报告过期",
    "verification-reported": "出具核对报告",
    "verification-started": "核对开始",
}


def word(kind: str, field: str) -> Word:
    """What a field of an event means. Raises KeyError for one that nobody described."""
    return FIELDS.get(f"{kind}.{field}") or FIELDS[field]
