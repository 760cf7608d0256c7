"""Words of ledgers as codes: kinship, area, cause, disability; a word nobody knows is refused, never guessed."""

import re
from collections.abc import Mapping

from adapters.ledger.cells import Cell, Numeric
from adapters.ledger.values import BadCell, plain
from domain.codes import code_list, known

_YES = {"是", "√", "✓", "1", "享受", "y", "yes", "true", "有", "保障", "在保"}
_NO = {"否", "×", "0", "不享受", "n", "no", "false", "不保障", "不是", "不"}


def yes(cell: Cell) -> bool:
    text = ("true" if cell else "false") if isinstance(cell, bool) else plain(cell).lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise BadCell("ledger-yes-no", "covered")


def area(text: str) -> str | None:
    """`urban` or `rural` as a heading, title or name says; None where it says both or nothing."""
    urban = bool(re.search(r"城市|城镇|非农|居民户口|城低|城市低保", text))
    rural = bool(re.search(r"农村|农低|(?<!非)农业", text))
    return None if urban == rural else "urban" if urban else "rural"


def hukou(text: str) -> str | None:
    """`urban` or `rural` by the kind of a registration that still has one; 居民户口 says nothing."""
    return "urban" if "非农" in text else "rural" if "农业" in text else None


def grade(text: str) -> str | None:
    """A, B or C of `A类`, `一类`."""
    match = re.fullmatch(r"([ABCabc])类?户?", text)
    return match[1].upper() if match else None


_KINSHIP: Mapping[str, str] = {
    **dict.fromkeys(("户主", "户主本人", "本人", "户主/本人", "本人/户主"), "02"),
    **dict.fromkeys(("配偶", "夫妻", "爱人"), "10"),
    **dict.fromkeys(("夫", "丈夫"), "11"),
    **dict.fromkeys(("妻", "妻子", "媳妇"), "12"),
    **dict.fromkeys(("子", "儿子", "儿"), "20"),
    "独生子": "21",
    "长子": "22",
    "大儿子": "22",
    "次子": "23",
    "二儿子": "23",
    "二子": "23",
    "三子": "24",
    "四子": "25",
    "五子": "26",
    "养子": "27",
    "继子": "27",
    "女婿": "28",
    "婿": "28",
    "子/婿": "29",
    **dict.fromkeys(("女", "女儿"), "30"),
    "独生女": "31",
    "长女": "32",
    "大女儿": "32",
    "次女": "33",
    "二女儿": "33",
    "二女": "33",
    "三女": "34",
    "四女": "35",
    "五女": "36",
    "养女": "37",
    "继女": "37",
    "儿媳": "38",
    "媳": "38",
    "儿媳妇": "38",
    "女/媳": "39",
    **dict.fromkeys(("孙子女", "(外)孙子女", "孙子、孙女", "孙辈", "孙子女/外孙子女"), "40"),
    "孙子": "41",
    "孙": "41",
    "长孙": "41",
    "孙女": "42",
    "外孙": "43",
    "外孙子": "43",
    "外孙女": "44",
    "孙媳": "45",
    "孙媳妇": "45",
    "孙女婿": "46",
    "曾孙": "47",
    "曾孙子": "47",
    "曾孙女": "48",
    **dict.fromkeys(("父母", "父母/岳父母/公婆", "父(母)亲"), "50"),
    "父": "51",
    "父亲": "51",
    "母": "52",
    "母亲": "52",
    "公公": "53",
    "婆婆": "54",
    "岳父": "55",
    "岳母": "56",
    "继父": "57",
    "养父": "57",
    "继母": "58",
    "养母": "58",
    **dict.fromkeys(("祖父母", "(外)祖父母", "祖父母/外祖父母"), "60"),
    "祖父": "61",
    "爷爷": "61",
    "祖母": "62",
    "奶奶": "62",
    "外祖父": "63",
    "外公": "63",
    "姥爷": "63",
    "外祖母": "64",
    "外婆": "64",
    "姥姥": "64",
    **dict.fromkeys(("兄弟姐妹", "兄弟姊妹", "兄弟", "姐妹"), "70"),
    "兄": "71",
    "哥哥": "71",
    "哥": "71",
    "嫂": "72",
    "嫂子": "72",
    "弟": "73",
    "弟弟": "73",
    "弟媳": "74",
    "姐": "75",
    "姐姐": "75",
    "姐夫": "76",
    "妹": "77",
    "妹妹": "77",
    "妹夫": "78",
    "伯父": "81",
    "叔父": "83",
    "叔叔": "83",
    "舅父": "85",
    "舅舅": "85",
    "姨母": "88",
    "姑母": "90",
    "姑姑": "90",
    "侄子": "93",
    "侄儿": "93",
    "侄": "93",
    "侄女": "94",
    "外甥": "95",
    "外甥女": "96",
    **dict.fromkeys(("其他", "其它", "其他亲属", "其他关系"), "97"),
    "非亲属": "99",
}
HEAD, OTHER = "02", "97"
_LABELS = {plain(entry.zh): code for code, entry in code_list("kinship").items()}


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MALE = _codes("11 20 21 22 23 24 25 26 28 41 43 46 47 51 53 55 57 61 63 71 73 76 78 81 83 85 93 95")
_FEMALE = _codes("12 30 31 32 33 34 35 36 37 38 42 44 45 48 52 54 56 58 62 64 72 74 75 77 88 90 94 96")


def kinship(cell: Cell) -> str:
    """GB/T 4761 of a word or of the code itself."""
    text = plain(cell).replace(" ", "")
    if isinstance(cell, Numeric) and cell.whole:
        text = text.zfill(2)
    if text in _KINSHIP:
        return _KINSHIP[text]
    by_label = _LABELS.get(text)
    if by_label is not None:
        return HEAD if by_label == "01" else by_label
    if known("kinship", text):
        return HEAD if text == "01" else text
    label = re.sub(r"^(户主)?之|[(（].*[)）]$", "", text)
    if label in _KINSHIP:
        return _KINSHIP[label]
    raise BadCell("ledger-kinship", "relation")


def contradicts(kin: str, sex: str) -> bool:
    """Whether a kinship that is a man's or a woman's stands with somebody of the other sex."""
    return (kin in _MALE and sex == "2") or (kin in _FEMALE and sex == "1")


def sex(cell: Cell) -> str:
    found = {"男": "1", "女": "2", "1": "1", "2": "2", "男性": "1", "女性": "2"}.get(plain(cell))
    if found is None:
        raise BadCell("ledger-sex", "sex")
    return found


_CAUSES: tuple[tuple[str, str], ...] = (
    (r"因病|疾病|重病|大病|患病|^A", "1"),
    (r"因残|残疾|^B", "2"),
    (r"因学|教育|上学", "3"),
    (r"灾", "4"),
    (r"缺乏?劳(动)?力|劳动力", "5"),
)


def causes(cell: Cell) -> tuple[str, ...]:
    """Causes of hardship: of several every known one; other where none is known."""
    text = plain(cell)
    if re.fullmatch(r"(10|[1-9])", text):
        return (text,)
    found = tuple(code for pattern, code in _CAUSES if re.search(pattern, text))
    return found or ("6",)


_DISABILITIES = {"视力": "1", "听力": "2", "言语": "3", "肢体": "4", "智力": "5", "精神": "6", "多重": "7"}
_GRADES = {"一": "1", "二": "2", "三": "3", "四": "4", "1": "1", "2": "2", "3": "3", "4": "4"}


def disability(kind: Cell, of_grade: Cell) -> str | None:
    """`4-2` of 肢体残疾 and 二级; None where either says nothing known."""
    sort = next((code for word, code in _DISABILITIES.items() if word in plain(kind)), None)
    match = re.search(r"[一二三四1234]", plain(of_grade))
    return f"{sort}-{_GRADES[match[0]]}" if sort and match else None


def labour(cell: Cell) -> str | None:
    text = plain(cell)
    if "部分" in text:
        return "2"
    if "完全" in text:
        return "3"
    if text in ("无", "无劳动能力", "没有", "4"):
        return "4"
    return "1" if text in ("有", "有劳动能力", "1") else text if text in ("2", "3") else None
