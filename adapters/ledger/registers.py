"""Whether a sheet is the living register of the minimum living guarantee, by what stands over it; and what a cell says
of a household that isn't of it, or isn't paid any more."""

import re

from domain.errors import BadValue

_OTHER = re.compile(
    r"特困|五保|孤儿|事实无人抚养|困境儿童|残疾人[^低]*补贴|两项补贴|护理补贴|临时救助|医疗救助|边缘|支出型|高龄|优抚"
    r"|养老金|低收入人口|监测对象|脱贫户"
)
_OTHER_KIND = re.compile(r"特困|五保|孤儿|事实无人抚养|困境儿童|两项补贴|临时救助|医疗救助|边缘|高龄|优抚")
_OURS = re.compile(r"低保|最低生活保障")
_NOT_PAID = re.compile(r"取消|停发|停保|退出|清退|注销|补发|返还|终止|死亡|核减")
_LIVING = re.compile(r"在册|在保|现有|含|无|不")
_ENDED = re.compile(
    r"停|终止|取消|退出|注销|死亡|迁出|不达标|清退|核减|到期|待审|未审|审核中|审批中|不同意|不予|不享受|不符合"
)
_NOTE = re.compile(r"^(说明|注|备注|填表)")
_LONGEST = 40
"""Characters of a title; longer is a note."""


class NoRegister(BadValue):
    """A sheet with a ledger's header that isn't to be taken over."""


def check_titles(titles: list[str], stem: str) -> None:
    """`titles` of the sheet with its name; the file's where they say nothing. Raises `NoRegister`."""
    short = [one for one in titles if len(one) <= _LONGEST and not _NOTE.match(one)]
    own = " ".join(short)
    said = own if _OURS.search(own) or _OTHER.search(own) or _NOT_PAID.search(own) else f"{own} {stem}"
    other = other_programme(said, _OTHER)
    if other:
        raise NoRegister("ledger-other-programme", "file", named=other)
    ended = _NOT_PAID.search(said)
    if ended and not _LIVING.search(said):
        raise NoRegister("ledger-not-living-list", "file", named=ended[0])


def other_programme(text: str, kinds: re.Pattern[str] = _OTHER_KIND) -> str:
    """The word that names another programme; "" where none does, or ours is named beside."""
    plain = text.replace("低保边缘", "边缘")
    found = kinds.search(plain)
    return found[0] if found and not _OURS.search(plain) else ""


def ended(text: str) -> bool:
    """Whether a status says that a household isn't paid, or not yet."""
    return bool(_ENDED.search(text))
