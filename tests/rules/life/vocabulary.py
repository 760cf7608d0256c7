"""The words in which the examples of the life cycle are written, and what each of them stands for.

A column of a step's table is one field of what is done; an officer reads 结论, the command is told `result`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from domain.codes import code_list
from domain.money import parse_yuan
from tests.harness import T2, V1, number

PAPER = {"sha256": "ab" * 32, "type": "image/jpeg", "size": 1000}
WHO = {
    "窗口": "window",
    "经办人乙": "handler2",
    "经办人": "handler",
    "分管领导": "leader",
    "村委会": "village",
    "调查员甲": "surveyor",
    "调查员乙": "surveyor2",
    "调查员丙": "surveyor3",
    "调查员丁": "surveyor4",
    "核对中心": "centre",
    "县级经办人乙": "county2",
    "县级经办人": "county",
    "股长": "chief",
    "审批人": "decider",
    "发放人员": "payer",
    "二镇窗口": "window-t2",
    "二镇经办人": "handler-t2",
    "外县窗口": "window-x",
    "管理员": "admin",
}
PLACES = {
    "一村": V1,
    "二镇": T2,
    "二镇一村": f"{T2}001",
    "本县": "110199",
    "外县": "110198001",
    "外县一村": "110198001001",
}
KINSHIP = {"户主": "02", "夫": "11", "妻": "12", "子": "20", "女": "30", "父": "51", "母": "52", "本人": "01"}
Parse = Callable[[str], Any]


def plain(text: str) -> Any:
    return text


def code(*lists: str) -> Parse:
    """A code, or its name in one of these lists."""

    def parse(text: str) -> str:
        named = {one.zh: one.code for name in lists for one in code_list(name).values()}
        return named.get(text, text.split(" ")[0])

    return parse


def one_of(**words: str) -> Parse:
    return lambda text: next((key for key, word in words.items() if word == text), text)


def several(parse: Parse) -> Parse:
    return lambda text: [parse(one) for one in text.split("、")]


def yes(text: str) -> bool:
    return {"是": True, "否": False}[text]


def paper(text: str) -> dict[str, Any]:
    return PAPER


staff = WHO.__getitem__
MEMBER: Parse = lambda text: Name(text)  # noqa: E731


class Name(str):
    """A member by name, to be looked up in the household."""


@dataclass(frozen=True)
class Act:
    """A command with the columns its table may have (column → field and how it is read) and what goes unsaid."""

    command: str
    columns: dict[str, tuple[str, Parse]] = field(default_factory=dict)
    unsaid: dict[str, Any] = field(default_factory=dict)


VISIT: dict[str, tuple[str, Parse]] = {
    "调查人": ("surveyors", several(staff)),
    "结论": ("result", code("survey_result")),
    "在场": ("present", several(MEMBER)),
}
VISITED = {"result": "true"}
KINDS = one_of(
    birth="出生",
    joined="加入",
    marriage="婚嫁",
    left="离开",
    income="收入",
    work="就业",
    property="财产",
    moved_out="迁出",
    own_request="主动退出",
    category="类别",
)
HAPPENED: dict[str, tuple[str, Parse]] = {
    "变化": ("kind", KINDS),
    "发生": ("happened", plain),
    "成员": ("member", MEMBER),
    "来源": ("source", code("source")),
}
SAID: dict[str, tuple[str, Parse]] = {"内容": ("words", plain)}
BY: dict[str, tuple[str, Parse]] = {**SAID, "匿名": ("anonymous", yes), "姓名": ("name", plain)}
LETTER: dict[str, tuple[str, Parse]] = {
    "文书": ("letter", code("letter")),
    "方式": ("way", code("service")),
    "关于": ("about", plain),
}
EFFECT = one_of(increase="增发", reduce="减发", stop="停发", gradual_exit="渐退")
CHANGE: dict[str, tuple[str, Parse]] = {
    "办理": ("effect", EFFECT),
    "原因": ("code", code("increase", "reduce", "stop")),
    "月数": ("months", int),
    "成员": ("member", MEMBER),
}
WHY: dict[str, tuple[str, Parse]] = {"说明": ("reason", plain)}
WAY: dict[str, tuple[str, Parse]] = {
    "方式": ("way", code("service")),
    "凭证": ("proof", lambda text: PAPER if yes(text) else None),
}
NOTICE = {"place": "村务公开栏", "photo": PAPER}
JOINED: dict[str, tuple[str, Parse]] = {
    "缘由": ("reason", one_of(birth="出生", marriage="婚嫁", adoption="收养")),
    "加入": ("joined", plain),
}
LEFT: dict[str, tuple[str, Parse]] = {
    "成员": ("member", MEMBER),
    "原因": ("reason", code("reduce")),
    "离开": ("left", plain),
}
DIED: dict[str, tuple[str, Parse]] = {"成员": ("member", MEMBER), "去世": ("died", plain)}
ACTS = {
    "一次性告知": Act("SayMissing", {"缺": ("items", several(plain))}),
    "补交": Act(
        "Bring",
        {"材料": ("item", plain), "承诺": ("promise", yes), "原件": ("paper", paper)},
    ),
    "登记授权": Act(
        "Consent",
        {
            "成员": ("member", MEMBER),
            "截止": ("until", plain),
            "由": ("by", one_of(self="本人", guardian="监护人")),
            "义务人": ("supporter", plain),
        },
    ),
    "登记撤回授权": Act("WithdrawConsent", {"成员": ("member", MEMBER)}),
    "受理": Act("Accept"),
    "不予受理": Act("NotAccept", {"理由": ("code", code("not_accepted")), **WHY}),
    "变更申请人": Act("ReplaceApplicant", {"申请人": ("applicant", MEMBER)}),
    "登记新成员": Act("AddMember", JOINED),
    "登记成员离开": Act("RemoveMember", LEFT),
    "登记成员去世": Act("RecordMemberDeath", DIED, {"source": "family"}),
    "登记撤回申请": Act("Withdraw"),
    "终止": Act("Terminate", {"理由": ("code", code("ended")), **WHY}, {"reason": "见记录"}),
    "延期": Act(
        "Extend",
        {
            "理由": (
                "ground",
                one_of(separated_residence="人户分离", cross_place="跨地区", hard_survey="调查困难"),
            )
        },
    ),
    "登记近亲属": Act(
        "FileRelation",
        {
            "成员": ("member", MEMBER),
            "工作人员": ("staff", staff),
            "关系": ("kinship", code("kinship")),
        },
        {"known_by": "applicant"},
    ),
    "入户调查": Act("Visit", VISIT, VISITED),
    "入户无人": Act("NobodyHome", {"调查人": ("surveyors", several(staff))}),
    "邻里访问": Act(
        "AskNeighbours",
        {
            "调查人": ("surveyors", several(staff)),
            "人数": ("asked", int),
            "结论": ("result", code("survey_result")),
        },
    ),
    "提请核对": Act("AskVerification", {"单位": ("sources", several(code("source")))}),
    "启动核对": Act("StartVerification"),
    "登记反馈": Act(
        "AnswerVerification",
        {
            "单位": ("source", code("source")),
            "反馈": ("answer", code("answer")),
            "数据日期": ("data_day", plain),
            "疑点": ("hit", yes),
        },
    ),
    "出具报告": Act("IssueReport", {"编号": ("report", plain), **WHY}, {"report": "HD-9"}),
    "告知疑点": Act("TellHit"),
    "登记核对异议": Act("Contest", SAID),
    "重新核对": Act("RenewVerification"),
    "核算": Act("Assess"),
    "提出初审意见": Act(
        "GiveOpinion",
        {"意见": ("favourable", lambda text: text == "同意"), "理由": ("grounds", several(code("refuse")))},
        {"favourable": True},
    ),
    "确认初审意见": Act("ConfirmOpinion"),
    "告知初审意见": Act("TellOpinion"),
    "张贴公示": Act("Post", {}, NOTICE),
    "撤下公示": Act("TakeDown", {"无异议": ("no_objection", yes)}, {"photo": PAPER, "no_objection": True}),
    "作废公示": Act(
        "VoidPublicity",
        {"理由": ("why", one_of(wrong="内容有误", down_early="提前撤下", other="其他")), **WHY},
    ),
    "上报": Act("Forward"),
    "登记异议": Act("Object", BY),
    "重新调查": Act("Resurvey", VISIT, VISITED),
    "民主评议": Act(
        "HoldDemocraticReview",
        {
            "参加": ("participants", int),
            "代表": ("delegates", int),
            "签字": ("signed", int),
            "结论": ("outcome", code("review_outcome")),
        },
        {"chair": "handler", "outcome": "true"},
    ),
    "处理异议": Act("SettleObjection", {"结论": ("outcome", code("objection_outcome")), **SAID}),
    "登记举报": Act("Complain", BY),
    "答复举报": Act("AnswerComplaint", {"结论": ("outcome", code("objection_outcome")), **SAID}),
    "退回补充": Act("ReturnFile", {"缺": ("missing", several(plain))}),
    "县级入户": Act("CountyVisit", VISIT, VISITED),
    "签署意见": Act("SignHand", {"同意": ("favourable", yes)}),
    "拟批准": Act("ProposeApproval"),
    "确认": Act("Confirm"),
    "不予确认": Act(
        "Refuse",
        {"理由": ("grounds", several(code("refuse"))), "说明": ("words", plain)},
        {"words": "见理由"},
    ),
    "制发文书": Act("IssueLetter", LETTER),
    "试送文书": Act("TryToServe", LETTER),
    "送达文书": Act("Serve", LETTER),
    "公布": Act("Announce", {"至": ("until", plain)}, {"place": "村务公开栏"}),
    "变更账户": Act("ChangeAccount", {"账号": ("account", plain), "持有人": ("holder", MEMBER)}),
    "变更户主": Act("ChangeHead", {"户主": ("head", MEMBER)}),
    "开始核查": Act("OpenReview"),
    "核查入户": Act("VisitForReview", VISIT, VISITED),
    "办结核查": Act("ConcludeReview", {"无法核查": ("impossible", plain)}),
    "登记变化": Act("ReportChange", HAPPENED),
    "登记查明": Act("DetectChange", HAPPENED),
    "登记加入": Act("JoinMember", JOINED),
    "登记离开": Act("LeaveMember", LEFT),
    "事先告知": Act("GivePriorNotice", CHANGE),
    "听取陈述": Act("Hear", SAID, {"words": "知道了"}),
    "登记联系不上": Act("NotReach", WAY),
    "提出变更": Act("ProposeChange", CHANGE),
    "决定变更": Act("DecideChange"),
    "不作变更": Act("DropChange", WHY),
    "登记拒绝就业": Act("RefuseWork", {"成员": ("member", MEMBER), "接受": ("taken", yes), **WHY}),
    "提高标准": Act("RaiseStandard", {"自": ("from_month", plain)}),
    "登记死亡": Act("RecordDeath", DIED, {"source": "V14"}),
    "暂缓发放": Act(
        "SetHold",
        {
            "理由": ("ground", one_of(check="核实", account="账户问题", absent="失联", other="其他")),
            "至": ("until", plain),
        },
    ),
    "解除暂缓": Act("EndHold"),
    "移交": Act("HandOver", {"迁往": ("to", PLACES.__getitem__), "迁移日": ("moved_on", plain)}),
    "接收": Act("ReceiveMove", {"到": ("division", PLACES.__getitem__)}),
    "退回移交": Act("SendBackMove", WHY),
    "接收后入户": Act("VisitAfterMove", VISIT, VISITED),
    "登记复议": Act("FileAppeal", {"对": ("against", plain)}, {"kind": "reconsideration"}),
    "登记诉讼": Act("FileAppeal", {"对": ("against", plain)}, {"kind": "lawsuit"}),
    "登记复议结果": Act("DecideAppeal", {"结果": ("outcome", code("appeal_outcome"))}),
    "改用办法": Act(
        "BringLives", {"办法": ("law", plain), "理由": ("reason", plain), "试算": ("dry_run", yes)}
    ),
    "恢复待遇": Act("Restore", {"原因": ("code", code("increase")), **WHY}, {"reason": "错停"}),
    "纠错补发": Act("MakeGood", WHY, {"reason": "少发"}),
    "核定多发": Act("FindDifference"),
    "告知多发": Act("NoticeFinding"),
    "听取多发陈述": Act("HearFinding", SAID, {"words": "知道了"}),
    "决定多发": Act(
        "DecideFinding",
        {
            "追回": ("outcome", one_of(recover="全部", part="部分", waive="不追回")),
            "抵扣": ("set_off_percent", lambda text: int(text.rstrip("%"))),
            **WHY,
        },
        {"reason": "应退"},
    ),
    "登记退款": Act(
        "RecordRepayment",
        {"金额": ("amount", parse_yuan), "流水": ("reference", plain)},
        {"reference": "R-1"},
    ),
}
"""Longer words first where one begins with another: the steps' expression is made in that order."""


SERIALS = {"王强": 11, "李梅": 12, "王明": 13}
"""Of the household in aid; of everybody else it follows from his name, so that the same name is the same person."""


def newcomer(row: dict[str, str], key: str) -> dict[str, Any]:
    """A member from a table's row: 姓名, 出生, 关系."""
    name = row["姓名"]
    return {
        "key": key,
        "name": name,
        "kinship": KINSHIP[row.get("关系") or "户主"],
        "number": number(row["出生"], SERIALS.get(name) or 100 + crc32(name.encode()) % 900),
    }
