"""`doudi case list|show|explain`, `worklist`: what is read of cases, by whom, in both languages."""

import csv
import io
import os
import re
import string
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.bootstrap import begin
from adapters.casefile import CaseText
from adapters.catalogue import LANGS, Catalogue, Lang, messages
from adapters.cli.cases import LIST, TIMELINE
from adapters.store.codec import known_events
from domain.days import CHINA, parse_instant
from domain.event import Event
from domain.explain import Explanation, json_schema
from domain.identity import mask_account
from domain.ids import DivisionCode, make_case_no
from tests.adapters.told import ask
from tests.harness import T1, V1, TrialOffice, at
from tests.workflows import awards, stages
from workflows.definition import shipped
from workflows.world import case_stream

PERSONAL = ("王强", "李梅", "王明", "13912345678", "河东村3组", "6222020200112233445")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialOffice]:
    """A living award whose amount fell when a member died, and an application refused."""
    office = TrialOffice(tmp_path_factory.mktemp("read"))
    living = awards.plain(
        office,
        phone="13912345678",
        address="河东村3组12号",
        account="6222020200112233445",
        account_holder="m1",
    )
    refused = stages.negative(office, 7)
    office.do("Forward", "handler", refused, on="2025-05-14")
    office.do("SignHand", "chief", refused, on="2025-05-15")
    office.do("Refuse", "decider", refused, on="2025-05-16", grounds=["R01"], words="王强一家收入高于标准")
    office.do("RecordDeath", "handler", living, on="2025-05-20", member="m3", died="2025-05-18", source="V01")
    awards.tick(office, "2025-05-31")
    yield office
    office.doudi.close()


@pytest.fixture(scope="module")
def living(office: TrialOffice) -> str:
    return rows(office, "case", "list", "--life", "award")[0]["case"]  # type: ignore[no-any-return]


def rows(office: TrialOffice, *asked: str) -> list[dict[str, Any]]:
    said = ask(office.url, "--format", "json", *asked)
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = said.json["rows"]
    return found


def looks(office: TrialOffice, case: str | None = None) -> list[tuple[str, str, str]]:
    return [(one.actor, one.purpose, one.outcome) for one in office.doudi.access_log.entries(case)]


# the texts


def example(kind: type[Event]) -> set[str]:
    """The parameters an event's message may name: its fields, those of its terms, and whom it is about."""
    fields = set(kind.__struct_fields__)
    derived = {"whom", "marks"}
    if "terms" in fields:
        derived |= {"amount", "from_month", "covered", "code"}
    if "explanation" in fields:
        derived |= {"result"}
    return fields | derived


@pytest.mark.parametrize("lang", LANGS)
def test_every_event_type_has_a_message_that_names_only_what_it_has(lang: Lang) -> None:
    told = messages(lang)
    for kind in known_events():
        text = told[f"event.{kind.__name__}"]
        named = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert named <= example(kind), kind.__name__


def test_no_message_is_of_an_event_that_is_not_there() -> None:
    names = {kind.__name__ for kind in known_events()}
    spoken = {code[6:] for code in messages("zh") if re.match(r"event\.[A-Z]", code)}
    assert spoken == names


@pytest.mark.parametrize("lang", LANGS)
def test_every_deadline_of_the_life_cycles_has_a_name(lang: Lang) -> None:
    told = messages(lang)
    named = {one.name for life in shipped().values() for state in life.states for one in state.deadlines}
    assert {name for name in named if f"deadline.{name}" not in told} == set()


def test_both_languages_have_the_same_messages() -> None:
    assert messages("zh").keys() == messages("en").keys()


@pytest.mark.parametrize("lang", LANGS)
def test_every_line_of_every_case_is_rendered_whole(office: TrialOffice, lang: Lang) -> None:
    for found in rows(office, "case", "list"):
        case = office.case(found["case"])
        text = CaseText.of(Catalogue(lang), case)
        lives = {str(key): one.life for key, one in case.lives.items()}
        for event in office.events(found["case"]):
            line = text.event(event)
            assert not re.search(r"[{}]|event\.|value\.", line), line
            moved = getattr(event, "moved", ())
            for said in (*text.moves(moved, lives), *text.dues(moved)):
                assert not re.search(r"[{}]|deadline\.", said), said
            assert not [one for one in PERSONAL if one in line]


# list


def test_list_says_where_each_case_stands(office: TrialOffice, living: str) -> None:
    both = rows(office, "case", "list")
    assert [tuple(row) for row in both] == [LIST, LIST]
    award, refused = both
    assert award["lives"]["award"][:2] == ["award@1", "living"]
    assert (award["case"], award["head"], award["amount"], award["ended"]) == (
        living,
        "王*",
        office.case(living).award.terms[-1].amount,  # type: ignore[union-attr]
        None,
    )
    assert (refused["ended"], refused["ended_code"]) == ("2025-05-16", "R01")


def test_a_list_is_read_page_by_page(office: TrialOffice) -> None:
    whole = rows(office, "case", "list")
    assert len(whole) == 2
    paged = rows(office, "case", "list", "--division", T1, "--first", "1")
    while page := rows(
        office, "case", "list", "--division", T1, "--first", "1", "--after", paged[-1]["case"]
    ):
        paged += page
    assert sorted(paged, key=lambda row: str(row["case"])) == whole
    assert ask(office.url, "case", "list", "--first", "1", "--after", "11019920250000999").code == 1
    assert rows(office, "case", "list", "--first", "9") == whole
    refused = rows(office, "case", "list", "--first", "1", "--state", "refused")
    assert refused == rows(office, "case", "list", "--state", "refused")
    assert rows(office, "case", "list", "--division", "110199002", "--first", "5") == []


def test_list_by_division_state_and_life(office: TrialOffice) -> None:
    assert len(rows(office, "case", "list", "--division", T1)) == 2
    assert rows(office, "case", "list", "--division", "110199002") == []
    assert len(rows(office, "case", "list", "--state", "refused")) == 1
    assert rows(office, "case", "list", "--life", "award", "--state", "refused") == []


def test_list_shows_only_divisions_with_a_desk(office: TrialOffice) -> None:
    assert len(rows(office, "--as", "handler", "case", "list")) == 2
    assert rows(office, "--as", "handler-t2", "case", "list") == []


def test_who_holds_no_desk_is_told_so_and_nothing_of_a_case(office: TrialOffice, living: str) -> None:
    """A slip in --as isn't taken for an office without work."""
    nobodys = make_case_no(DivisionCode("110199"), 2025, 999)
    asked = (("case", "list"), ("worklist",), ("case", "show", living), ("case", "show", nobodys))
    said = [ask(office.url, "--as", "nobody", *one) for one in asked]
    assert {one.code for one in said} == {1}
    assert {one.err for one in said} == {said[0].err}
    assert "nobody" in said[0].err
    assert "desk" in said[0].err
    assert {one.out for one in said} == {""}
    zh = ask(office.url, "--as", "nobody", "case", "show", living, lang="zh").err
    assert "岗位" in zh


# show


def test_show_as_json_is_the_event_log(office: TrialOffice, living: str) -> None:
    said = ask(office.url, "--format", "json", "case", "show", living)
    told = said.json
    assert (told["case"], told["division"], told["trial"]) == (living, V1, True)
    assert told["position"] == office.store.head()
    stored = office.store.load(case_stream(living))
    for shown, event in zip(told["events"], stored, strict=True):
        assert shown.keys() == {
            "position",
            "stream",
            "version",
            "type",
            "type_version",
            "command",
            "actor",
            "division",
            "recorded_at",
            "causation",
            "payload",
        }
        assert shown["recorded_at"].endswith("+08:00")
        assert parse_instant(shown["recorded_at"]) == event.recorded_at
        assert (shown["position"], shown["stream"], shown["version"]) == (
            event.position,
            event.stream,
            event.version,
        )
        assert (shown["type"], shown["command"], shown["actor"]) == (
            type(event.event).__name__,
            event.command,
            event.actor,
        )
        assert shown["payload"]["on"] == event.event.on.isoformat()
    assert not [one for one in PERSONAL if one in said.out]
    entered = told["events"][0]["payload"]
    assert entered["members"][0]["name"] == "王*"
    assert entered["members"][0]["number"].count("*") == 10


@pytest.mark.parametrize("form", ["table", "csv", "json"])
@pytest.mark.parametrize("lang", LANGS)
def test_show_masks_what_is_personal(office: TrialOffice, form: str, lang: Lang) -> None:
    for found in rows(office, "case", "list"):
        said = ask(office.url, "--format", form, "case", "show", found["case"], lang=lang)
        assert said.code == 0
        assert not [one for one in PERSONAL if one in said.out + said.err]


def test_show_as_a_table_has_the_whole_file(office: TrialOffice, living: str) -> None:
    said = ask(office.url, "case", "show", living).out
    for part in ("life cycles", "deadlines", "members", "amounts", "decisions", "timeline", "telling"):
        assert part in said
    assert f"account {mask_account('6222020200112233445')} (m1 王*)" in said


def test_show_as_csv_is_the_timeline(office: TrialOffice, living: str) -> None:
    said = ask(office.url, "--format", "csv", "case", "show", living)
    table = list(csv.reader(io.StringIO(said.out)))
    assert tuple(table[0]) == TIMELINE
    assert len(table) - 1 == len(office.events(living))


def test_a_look_goes_to_the_access_log_with_its_purpose(office: TrialOffice, living: str) -> None:
    ask(office.url, "--as", "auditor", "case", "show", living, "--purpose", "audit 2025-7")
    assert looks(office, living)[-1] == ("auditor", "audit 2025-7", "seen")
    ask(office.url, "--as", "handler", "case", "explain", living)
    assert looks(office, living)[-1] == ("handler", "casework", "seen")
    ask(office.url, "--as", "handler", "case", "replay", living, "--purpose", "appeal")
    assert looks(office, living)[-1] == ("handler", "appeal", "seen")


@pytest.mark.parametrize("verb", ["show", "explain", "replay"])
def test_out_of_scope_a_case_is_an_unknown_one(office: TrialOffice, living: str, verb: str) -> None:
    outside = ask(office.url, "--as", "handler-t2", "case", verb, living)
    nobodys = make_case_no(DivisionCode("110199"), 2025, 999)
    unknown = ask(office.url, "--as", "handler-t2", "case", verb, nobodys)
    assert outside.code == unknown.code == 1
    assert outside.err == unknown.err
    assert looks(office, living)[-1] == ("handler-t2", "casework", "case-unknown")


# explain


def test_explain_prints_every_line_with_what_it_stands_on(office: TrialOffice, living: str) -> None:
    found = office.case(living).decided_income
    assert found is not None
    said = ask(office.url, "case", "explain", living).out
    for line in found.lines:
        assert line.rule in said
    for read in found.parameters:
        if any(read.name in line.parameters for line in found.lines):
            assert f"[{read.name}]" in said
    for fact in found.facts:
        assert f"{fact.key}: " in said
    assert "m1 王*" in said
    assert "王强" not in said


def test_explain_as_json_is_by_the_published_schema(office: TrialOffice, living: str) -> None:
    said = ask(office.url, "--format", "json", "case", "explain", living)
    read = msgspec.json.decode(said.out.encode(), type=Explanation)
    assert msgspec.structs.replace(read, rules={}) == office.case(living).decided_income
    assert read.rules.keys() == {line.rule for line in read.lines}
    published = Path("docs/explanation.schema.json").read_text(encoding="utf-8")
    assert msgspec.json.decode(published) == msgspec.json.decode(msgspec.json.encode(json_schema()))


def test_explain_a_decision_by_its_number_or_by_the_month_it_holds_for(
    office: TrialOffice, living: str
) -> None:
    def result(*asked: str) -> tuple[str, int]:
        told = ask(office.url, "--format", "json", "case", "explain", living, *asked).json
        return told["month"], told["result"]

    terms = office.case(living).award.terms  # type: ignore[union-attr]
    assert [one.from_month for one in terms] == ["2025-05", "2025-06"]
    assert result("--month", "2025-05") == result("--decision", "2") == ("2025-05", terms[0].amount)
    assert result("--month", "2025-06") == result("--month", "2025-12") == ("2025-06", terms[1].amount)
    assert result("--decision", "3") == result() == ("2025-06", terms[1].amount)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("--month", "2025-04"), "no amount decided holds for 2025-04"),
        (("--decision", "9"), "there is no decision 9"),
    ],
)
def test_explain_says_what_is_not_there(
    office: TrialOffice, living: str, asked: tuple[str, ...], why: str
) -> None:
    said = ask(office.url, "case", "explain", living, *asked)
    assert said.code == 1
    assert why in said.err


def test_explain_before_any_calculation_is_refused(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = stages.surveyed(office)
    assert "no decision of this case has an explanation" in ask(office.url, "case", "explain", case).err
    office.doudi.close()


def test_a_refusal_is_explained_with_its_grounds(office: TrialOffice) -> None:
    (refused,) = rows(office, "case", "list", "--state", "refused")
    told = ask(office.url, "--format", "json", "case", "explain", refused["case"]).json
    assert (told["eligible"], told["grounds"], told["result"]) == (False, ["R01"], 0)


# worklist


def test_worklist_by_desk_by_due_day_with_late_ones_marked(office: TrialOffice) -> None:
    found = rows(office, "worklist", "--desk", "village")
    assert {one["desk"] for one in found} == {"village"}
    everything = rows(office, "worklist")
    assert [one["due"] for one in everything] == sorted(one["due"] for one in everything)
    assert {one["late"] for one in everything if one["due"] < "2025-05-31"} == {True}
    assert {one["late"] for one in everything if one["due"] >= "2025-05-31"} == {False}
    until = rows(office, "worklist", "--until", "2025-05-31")
    assert until == [one for one in everything if one["due"] <= "2025-05-31"]
    assert 0 < len(until) < len(everything)


def test_a_living_awards_timers_are_nobodys_work(office: TrialOffice, living: str) -> None:
    assert any(key.startswith("award/") for key in office.case(living).deadlines)
    assert not [one for one in rows(office, "worklist") if one["instance"] == "award"]


def test_worklist_by_village_in_ones_divisions(office: TrialOffice) -> None:
    assert len(rows(office, "worklist", "--village", V1)) == len(rows(office, "worklist"))
    assert rows(office, "worklist", "--village", "110199001002") == []
    assert rows(office, "--as", "handler-t2", "worklist") == []
    assert rows(office, "--as", "village", "worklist") == rows(office, "worklist")


@pytest.mark.parametrize("lang", LANGS)
def test_worklist_as_a_table(office: TrialOffice, lang: Lang) -> None:
    said = ask(office.url, "worklist", "--desk", "handler", lang=lang)
    assert said.code == 0
    assert ("经办人" if lang == "zh" else "handler") in said.out
    assert ask(office.url, "worklist", "--desk", "nothing").code == 2


# a real store


def test_a_real_store_wants_to_know_who_looks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'real.sqlite'}"
    begin(url).close()
    for asked in (("case", "list"), ("worklist",), ("case", "show", "11019920250000017")):
        said = ask(url, *asked)
        assert said.code == 1
        assert "--as" in said.err
    assert ask(url, "notices", "--division", V1).code == 0
    assert ask(url, "check").code == 0
    assert ask(url, "projections", "status").code == 0


# CL-3: an export carries China's time, whatever the server's zone


@pytest.fixture(params=["UTC", "America/New_York"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_CL_3_an_export_carries_the_right_instant_and_day(tmp_path: Path, zone: str) -> None:
    office = TrialOffice(tmp_path)
    case = stages.to_post(office)
    office.doudi.store.clock.set(at("2025-05-06T00:05"))
    office.do("Post", "village", case, place="村务公开栏", photo=stages.PHOTO)
    (posted,) = [
        one
        for one in ask(office.url, "--format", "json", "case", "show", case).json["events"]
        if one["type"] == "Posted"
    ]
    assert posted["recorded_at"] == "2025-05-06T00:05:00+08:00"
    assert parse_instant(posted["recorded_at"]) == datetime(2025, 5, 6, 0, 5, tzinfo=CHINA)
    assert (posted["payload"]["on"], posted["payload"]["until"]) == ("2025-05-06", "2025-05-13")
    office.doudi.close()


# WF-1: refused attempts leave nothing in the exported log


def test_WF_1_the_export_has_no_trace_of_what_was_refused(tmp_path: Path) -> None:
    office = TrialOffice(tmp_path)
    case = stages.posted(office)

    def exported() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = ask(office.url, "--format", "json", "case", "show", case).json[
            "events"
        ]
        return events

    before = exported()
    for day in ("2025-05-09", "2025-05-10", "2025-05-11"):
        assert office.say("Confirm", "decider", case, on=day).status == "refused"
        assert exported() == before
    assert before[-1]["type"] == "Posted"
    refusals = [outcome for _, purpose, outcome in looks(office, case) if purpose == "Confirm"]
    assert len(refusals) == 3
    office.doudi.close()
