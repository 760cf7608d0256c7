"""The invented place: county 110199 with as many towns, subdistricts, communities and villages as printed."""

from collections.abc import Mapping

from adapters.seed.divisions import DivisionRow, trial_divisions
from adapters.simulate.plan import Place
from domain.ids import DivisionCode

_KINDS = ("subdistricts", "towns", "communities", "villages")
_SUFFIX = {"subdistricts": "街道", "towns": "镇", "communities": "社区", "villages": "村"}
_DIGITS = "一二三四五六七八九"
TOWN = 100
VILLAGE = 200


def make_place(printed: Mapping[str, int], households: Mapping[str, int], parts: int = 0) -> Place:
    """A county of the printed size; what is not printed is sized by its `households` (`urban`, `rural`).

    Names come from the shipped trial divisions as far as they reach. Subdistricts have communities, towns
    villages; with no subdistrict a town has the communities, with no town a subdistrict the villages. `parts`: so
    many townships at least of either kind, where it isn't printed how many there are.
    """
    urban, rural = households.get("urban", 0), households.get("rural", 0)
    wanted = {
        "communities": printed.get("communities", -(-urban // 80)),
        "villages": printed.get("villages", -(-rural // 60)),
    }
    wanted["communities"] = max(wanted["communities"], 1 + parts if urban else 0)
    wanted["villages"] = max(wanted["villages"], 1 + parts if rural else 0)
    apart = {"communities": parts if urban else 0, "villages": parts if rural else 0}
    wanted["subdistricts"] = printed.get(
        "subdistricts", max(-(-wanted["communities"] // 9), apart["communities"])
    )
    wanted["towns"] = printed.get("towns", max(-(-wanted["villages"] // 16), apart["villages"]))
    if not wanted["subdistricts"] + wanted["towns"]:
        wanted["subdistricts"] = 1
    shipped = trial_divisions()
    names = {kind: [row.name for row in shipped if _kind(row) == kind] for kind in _KINDS}
    if all(wanted[kind] == len(names[kind]) for kind in _KINDS):
        return _placed(shipped)
    return _placed(_built(shipped[0], wanted, names))


def addresses(place: Place) -> dict[DivisionCode, str]:
    """County, township and community or village in words, by the last's code: what an address begins with."""
    names = {row.code: row.name for row in place.divisions}
    return {
        code: names[place.county] + names[DivisionCode(code[:9])] + names[code]
        for code in place.urban + place.rural
    }


def _kind(row: DivisionRow) -> str:
    if row.level == "township":
        return "towns" if int(row.code[6:]) >= TOWN else "subdistricts"
    if row.level == "village":
        return "villages" if int(row.code[9:]) >= VILLAGE else "communities"
    return row.level


def _placed(rows: list[DivisionRow]) -> Place:
    kinds = {
        kind: tuple(row.code for row in rows if _kind(row) == kind) for kind in ("communities", "villages")
    }
    return Place(rows[0].code, tuple(rows), kinds["communities"], kinds["villages"])


def _name(names: list[str], index: int, suffix: str) -> str:
    """The shipped names in turn, with a number from the second round on."""
    if not names:
        return f"第{index + 1}{suffix}"
    round_, at = divmod(index, len(names))
    stem = names[at].removesuffix(suffix)
    again = "" if not round_ else _DIGITS[round_] if round_ < len(_DIGITS) else str(round_ + 1)
    return stem + again + suffix


def _built(
    county: DivisionRow, wanted: Mapping[str, int], names: Mapping[str, list[str]]
) -> list[DivisionRow]:
    rows = [county]
    above: dict[str, list[DivisionCode]] = {}
    for kind, start in (("subdistricts", 1), ("towns", TOWN)):
        above[kind] = []
        for index in range(wanted[kind]):
            code = DivisionCode(f"{county.code}{start + index:03d}")
            above[kind].append(code)
            rows.append(DivisionRow(code, _name(names[kind], index, _SUFFIX[kind]), "township", county.code))
    below = {
        "communities": above["subdistricts"] or above["towns"],
        "villages": above["towns"] or above["subdistricts"],
    }
    for kind, start in (("communities", 1), ("villages", VILLAGE)):
        for index in range(wanted[kind]):
            turn, at = divmod(index, len(below[kind]))
            code = DivisionCode(f"{below[kind][at]}{start + turn:03d}")
            rows.append(
                DivisionRow(code, _name(names[kind], index, _SUFFIX[kind]), "village", below[kind][at])
            )
    townships = sorted(rows[1:], key=lambda row: (row.code[6:9], row.code))
    return [county, *townships]
