"""Applications that end without an award, each on its own way (rules.md §3)."""

from collections.abc import Callable
from datetime import date

from adapters.simulate.diary import Diary, after
from adapters.simulate.facts import incomes, moved, possessions, since_of
from adapters.simulate.plan import Story, StoryKind
from adapters.simulate.script import Days, House, Script, Start, calendar_days
from adapters.simulate.script_application import (
    Applicant,
    accept,
    enquire,
    enter,
    hand_over,
    note_incomes,
    object_to,
    opine,
    post,
    review_all,
    take_down,
    tell_objector,
)
from domain.ids import StaffId
from workflows.commands import decision as deciding
from workflows.commands import enquiry, intake, opinion

NO_AWARD = "A"
TALLY = {"R01": "家庭人均收入不低于保障标准", "R02": "家庭财产超过规定上限"}


def start_of(plan: Story, house: House, days: Days) -> Start:
    entered = days.nth(plan.month, int(plan.key[1:]) * 5 % 17)
    diary = after(days, entered, law=house.law)
    who = Applicant(house, plan.area, plan.division, plan.contact, plan.members, plan.declared)
    return Start(diary.entered, plan.key, _KINDS[plan.kind](plan, who, diary, days))


def _negative(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    yield from accept(who, diary)
    yield from enquire(who, diary)
    yield from review_all(who.house, diary)
    yield from _against(plan, who, diary)


def _against(plan: Story, who: Applicant, diary: Diary) -> Script:
    """A first opinion against it, told; forwarded, refused, told."""
    house, desks = who.house, who.house.desks
    yield house.says(diary.opinion, desks.handler, enquiry.Assess())
    against = opinion.GiveOpinion(favourable=False, grounds=(plan.code,))
    yield house.says(diary.opinion, desks.handler, against)
    yield house.says(diary.posted, desks.leader, opinion.ConfirmOpinion())
    yield house.says(diary.posted, desks.handler, opinion.TellOpinion())
    yield house.says(diary.posted, desks.handler, deciding.Forward())
    yield house.says(diary.objected, desks.chief, deciding.SignHand(favourable=False))
    yield from _refused(plan, who, diary.met, diary.down)


def _refused(plan: Story, who: Applicant, decided: date, served: date) -> Script:
    house, desks = who.house, who.house.desks
    refusal = deciding.Refuse(grounds=(plan.code,), words=TALLY[plan.code])
    yield house.says(decided, desks.decider, refusal)
    yield house.says(served, desks.handler, deciding.Serve(letter="L09", way="direct"))
    yield from tell_objector(house, served, plan.objection)


def _by_county(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    """Posted and forwarded; the centre's later answer shows what was not declared."""
    house, desks = who.house, who.house.desks
    yield from accept(who, diary)
    yield from enquire(who, diary)
    yield from opine(house, diary, NO_AWARD)
    yield post(who, diary)
    yield take_down(house, diary, objected=False)
    yield from hand_over(who, diary)
    yield from _found(plan, who, diary.proposed, desks.centre, diary)
    yield house.says(diary.proposed, desks.chief, deciding.SignHand(favourable=False))
    yield from _refused(plan, who, diary.decided, diary.served)


def _found(plan: Story, who: Applicant, day: date, actor: StaffId, diary: Diary) -> Script:
    """What is true instead of what was declared."""
    house = who.house
    since = since_of(diary.brought)
    ended, come = moved(plan.declared, plan.found)
    for key in ended:
        fact = house.incomes.pop(key)
        yield house.says(day, actor, enquiry.EndFact(fact=fact, until=since))
    stated = [*incomes(come, calendar_days(since, 1)), *possessions(plan.property, who.head, since)]
    answer = yield house.says(day, actor, enquiry.StateFacts(facts=tuple(stated)))
    note_incomes(house, stated, answer.data["facts"])


def _upheld(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    """Others survey again after the objection and find more; the opinion turns."""
    house, desks = who.house, who.house.desks
    yield from accept(who, diary)
    yield from enquire(who, diary)
    yield from opine(house, diary, NO_AWARD)
    yield post(who, diary)
    assert plan.objection is not None
    yield object_to(house, diary, plan.objection)
    again = opinion.Resurvey(surveyors=desks.others, result="false", present=(who.head,))
    yield house.says(diary.met, desks.others[0], again)
    yield from _found(plan, who, diary.met, desks.handler, diary)
    settled = opinion.SettleObjection(outcome="upheld", by=desks.others, words="经重新调查，收入高于申报")
    yield house.says(diary.met, desks.leader, settled)
    yield take_down(house, diary, objected=True)
    later = diary._replace(
        opinion=diary.down,
        posted=days.after(diary.down, 1),
        objected=days.after(diary.down, 2),
        met=days.after(diary.down, 3),
        down=days.after(diary.down, 4),
    )
    yield from _against(plan, who, later)


def _withdrawn(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    house = who.house
    yield from accept(who, diary)
    yield from enquire(who, diary)
    yield from opine(house, diary, NO_AWARD)
    yield post(who, diary)
    yield house.says(diary.objected, house.desks.window, intake.Withdraw(reason="本人主动撤回"))


def _lapsed(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    """Nothing is brought; the clock lets it lapse."""
    yield from enter(who, diary.entered)
    missing = intake.SayMissing(items=("income-proof", "residence-permit"))
    yield who.house.says(diary.entered, who.house.desks.window, missing)


def _terminated(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    """Nobody home, and nobody let in the second time."""
    house, desks = who.house, who.house.desks
    yield from accept(who, diary)
    for day, turned_away in ((diary.asked, False), (diary.started, True)):
        nobody = enquiry.NobodyHome(surveyors=desks.surveyors, turned_away=turned_away)
        yield house.says(day, desks.surveyors[0], nobody)
    ended = intake.Terminate(code=plan.code, reason="两次入户未能调查")
    yield house.says(diary.reported, desks.handler, ended)
    yield house.says(diary.opinion, desks.handler, deciding.Serve(letter="L12", way="direct"))


def _not_accepted(plan: Story, who: Applicant, diary: Diary, days: Days) -> Script:
    yield from enter(who, diary.entered)
    refusal = intake.NotAccept(code=plan.code, reason="申请人不符合申请条件")
    told = deciding.Serve(letter="L03", way="direct")
    for days_later, command in ((1, refusal), (2, told)):
        yield who.house.says(days.after(diary.entered, days_later), who.house.desks.window, command)


_KINDS: dict[StoryKind, Callable[[Story, Applicant, Diary, Days], Script]] = {
    "negative_opinion": _negative,
    "refused_by_county": _by_county,
    "objection_upheld": _upheld,
    "withdrawn": _withdrawn,
    "lapsed": _lapsed,
    "terminated": _terminated,
    "not_accepted": _not_accepted,
}
