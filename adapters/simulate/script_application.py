"""An application of a planned household or story, from the window to the county's decision (rules.md §3)."""

from collections.abc import Iterable, Iterator
from datetime import date

from adapters.simulate.diary import Diary
from adapters.simulate.facts import conditions, incomes, since_of
from adapters.simulate.plan import Contact, Income, Member, Objection
from adapters.simulate.script import House, Script, Step, board, calendar_days, photo
from domain.ids import DivisionCode, MemberKey
from domain.policy import Area
from workflows.commands import decision as deciding
from workflows.commands import enquiry, intake, opinion
from workflows.commands.enquiry import FactEntry
from workflows.commands.intake import MemberEntry
from workflows.definition import OLD_LAW

ADULT = 18
CONSENT_YEARS = 5
ANNOUNCED_IN = 3
SOURCES = ("V03", "V07")
MISSING = "income-proof"


class Applicant:
    """Who applies: a household's or a story's people, where they live, what they declare."""

    def __init__(
        self,
        house: House,
        area: Area,
        division: DivisionCode,
        contact: Contact,
        members: Iterable[Member],
        declared: Iterable[Income],
    ) -> None:
        self.house = house
        self.area = area
        self.division = division
        self.contact = contact
        self.members = tuple(members)
        self.declared = tuple(declared)

    @property
    def head(self) -> MemberKey:
        return self.members[0].key


def entry_of(member: Member) -> MemberEntry:
    return MemberEntry(
        key=member.key, name=member.person.name, kinship=member.kinship, number=member.person.number
    )


def adult(member: Member, day: date) -> bool:
    born = member.person.born
    return (day.year - born.year, day.month, day.day) >= (ADULT, born.month, born.day)


def consent(house: House, member: MemberKey, day: date) -> Step:
    house.consented.add(member)
    until = date(day.year + CONSENT_YEARS, 12, 31)
    return house.says(day, house.desks.window, intake.Consent(member=member, until=until))


def consents(who: Applicant, day: date) -> Script:
    """Of each adult who gave none yet; some come of age between two steps."""
    for one in who.members:
        if one.key not in who.house.consented and adult(one, day):
            yield consent(who.house, one.key, day)


def enter(who: Applicant, day: date) -> Script:
    """At the window: entered, all adults consent."""
    house = who.house
    answer = yield Step(
        day,
        house.desks.window,
        intake.Enter(
            division=who.division,
            area=who.area,
            applicant=who.head,
            members=tuple(entry_of(one) for one in who.members),
            address=who.contact.address,
            phone=who.contact.phone,
            account=who.contact.account,
            near_relative=False,
        ),
    )
    assert answer.case is not None
    house.case = type(house.case)(answer.case)
    yield from consents(who, day)


def accept(who: Applicant, diary: Diary) -> Script:
    """Accepted, at once or when what was missing is brought."""
    house, window = who.house, who.house.desks.window
    yield from enter(who, diary.entered)
    if diary.brought > diary.entered:
        yield house.says(diary.entered, window, intake.SayMissing(items=(MISSING,)))
        paper = photo(f"{house.name}/{MISSING}")
        yield house.says(diary.brought, window, intake.Bring(item=MISSING, paper=paper))
    yield from consents(who, diary.brought)
    yield house.says(diary.brought, window, intake.Accept())


def enquire(who: Applicant, diary: Diary) -> Script:
    """Verified by the centre and surveyed by two; what is found is stated."""
    house, desks = who.house, who.house.desks
    yield from consents(who, diary.asked)
    yield house.says(diary.asked, desks.handler, enquiry.AskVerification(sources=SOURCES))
    yield house.says(
        diary.asked,
        desks.surveyors[0],
        enquiry.Visit(surveyors=desks.surveyors, result="true", present=(who.head,)),
    )
    yield house.says(
        diary.asked,
        desks.surveyors[0],
        enquiry.AskNeighbours(surveyors=desks.surveyors, asked=2, result="true"),
    )
    yield house.says(diary.started, desks.centre, enquiry.StartVerification())
    for source in SOURCES:
        yield house.says(
            diary.reported,
            desks.centre,
            enquiry.AnswerVerification(source=source, answer="agrees", data_day=diary.started),
        )
    report = f"HD-{house.case}"
    yield house.says(diary.reported, desks.centre, enquiry.IssueReport(report=report))
    since = since_of(diary.brought)
    stated = tuple(_stated(who, since))
    answer = yield house.says(diary.reported, desks.handler, enquiry.StateFacts(facts=stated))
    note_incomes(house, stated, answer.data["facts"])


def _stated(who: Applicant, since: date) -> Iterator[FactEntry]:
    yield from conditions(who.members, since)
    yield from incomes(who.declared, since)


def note_incomes(house: House, stated: Iterable[FactEntry], keys: Iterable[str]) -> None:
    """Keep under which keys the incomes stand."""
    for entry, key in zip(stated, keys, strict=True):
        if entry.kind == "income" and entry.member is not None:
            house.incomes[entry.member, entry.code] = key  # type: ignore[assignment]


def meeting(house: House) -> opinion.HoldDemocraticReview:
    return opinion.HoldDemocraticReview(
        participants=9, delegates=7, signed=9, chair=house.desks.leader, outcome="true"
    )


def review_all(house: House, diary: Diary) -> Script:
    """By the rules of 2012 every case is reviewed."""
    if house.law == OLD_LAW:
        yield house.says(diary.reviewed, house.desks.handler, meeting(house))


def opine(house: House, diary: Diary, review_class: str) -> Script:
    """The sheet, the handler's hand, the leader's."""
    desks = house.desks
    yield from review_all(house, diary)
    yield house.says(diary.opinion, desks.handler, enquiry.Assess())
    favourable = opinion.GiveOpinion(favourable=True, review_class=review_class)  # type: ignore[arg-type]
    yield house.says(diary.opinion, desks.handler, favourable)
    yield house.says(diary.posted, desks.leader, opinion.ConfirmOpinion())


def post(who: Applicant, diary: Diary) -> Step:
    picture = photo(f"{who.house.name}/posted")
    place = board(who.division)
    return who.house.says(diary.posted, who.house.desks.village, opinion.Post(place=place, photo=picture))


def object_to(house: House, diary: Diary, objection: Objection) -> Step:
    """In the middle of publicity; the village writes it down."""
    raised = opinion.Object(
        words="该户实际收入可能高于申报",
        anonymous=objection.anonymous,
        name=None if objection.anonymous else "邻居",
    )
    return house.says(diary.objected, house.desks.village, raised)


def tell_objector(house: House, day: date, objection: Objection | None) -> Script:
    """Who gave a name is answered once it is decided."""
    if objection is not None and not objection.anonymous:
        yield house.says(day, house.desks.handler, deciding.Serve(letter="L23", way="direct"))


def take_down(house: House, diary: Diary, *, objected: bool) -> Step:
    picture = photo(f"{house.name}/down")
    return house.says(
        diary.down, house.desks.village, opinion.TakeDown(photo=picture, no_objection=not objected)
    )


def hand_over(who: Applicant, diary: Diary) -> Script:
    """The file goes to the county; where its home is drawn for a visit, two of the county go there."""
    house, desks = who.house, who.house.desks
    answer = yield house.says(diary.forwarded, desks.handler, deciding.Forward())
    if any(kind == "CountyVisitDue" for _, _, kind in answer.events):
        two = (desks.county, desks.chief)
        visit = deciding.CountyVisit(surveyors=two, result="true", present=(who.head,))
        yield house.says(diary.proposed, desks.county, visit)


def forward(who: Applicant, diary: Diary) -> Script:
    """To the county, and the section chief's hand on it; by the rules of 2012 visited at random and posted again."""
    house, desks = who.house, who.house.desks
    yield from hand_over(who, diary)
    if house.law == OLD_LAW:
        yield house.says(diary.proposed, desks.county, deciding.ProposeApproval())
        notice = opinion.Post(place=board(who.division), photo=photo(f"{house.name}/posted-again"))
        yield house.says(diary.posted_again, desks.village, notice)
        picture = photo(f"{house.name}/down-again")
        down = opinion.TakeDown(photo=picture, no_objection=True)
        yield house.says(diary.down_again, desks.village, down)
    yield house.says(diary.signed, desks.chief, deciding.SignHand())


def apply(who: Applicant, diary: Diary, review_class: str, objection: Objection | None) -> Script:
    """The whole way to an award, with an objection that is not upheld where there is one."""
    house, desks = who.house, who.house.desks
    yield from accept(who, diary)
    yield from enquire(who, diary)
    yield from opine(house, diary, review_class)
    yield post(who, diary)
    if objection is not None:
        yield object_to(house, diary, objection)
        settled = opinion.SettleObjection(outcome="rejected", words="经评议属实")
        yield house.says(diary.met, desks.handler, meeting(house))
        yield house.says(diary.met, desks.leader, settled)
    yield take_down(house, diary, objected=objection is not None)
    yield from forward(who, diary)
    yield house.says(diary.decided, desks.decider, deciding.Confirm())
    until = calendar_days(diary.decided, 7)
    in_time = diary.served <= calendar_days(diary.decided, ANNOUNCED_IN)
    announced = diary.served if in_time else diary.decided
    told = [
        (diary.served, desks.handler, deciding.Serve(letter="L08", way="direct")),
        (announced, desks.village, deciding.Announce(place=board(who.division), until=max(until, announced))),
    ]
    for day, actor, data in sorted(told, key=lambda one: one[0]):
        yield house.says(day, actor, data)
    yield from tell_objector(house, diary.served, objection)
