"""The steps that are counted by the day they were done (rules.md §8), each with its outcome after a point."""

import re
from collections.abc import Callable
from typing import Any

from domain.case.award import GradualExitGranted, MemberDied
from domain.case.change import (
    AppealDecided,
    AppealFiled,
    ChangeDecided,
    ChangeOpened,
    DeadlineEscalated,
    ReviewConcluded,
)
from domain.case.decision import (
    Announced,
    Confirmed,
    CountyVisited,
    Forwarded,
    LetterServed,
    RefusedAid,
    ReturnedForCompletion,
)
from domain.case.enquiry import Answered, ReportIssued, VerificationAsked, Visited
from domain.case.finding import FindingDecided, FindingOpened
from domain.case.intake import (
    Accepted,
    ApplicationEntered,
    Extended,
    Lapsed,
    MissingSaid,
    NotAccepted,
    RelationFiled,
    Terminated,
    Withdrawn,
)
from domain.case.opinion import (
    ComplaintAnswered,
    ComplaintRaised,
    ObjectionRaised,
    ObjectionSettled,
    OpinionGiven,
    Posted,
)
from domain.event import Event

_INSTANCE = re.compile(r"\.[^/]+")


def _named(step: str, field: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda event: (f"{step}.{getattr(event, field)}",)


def _one(step: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda event: (step,)


def _yes_no(step: str) -> Callable[[Any], tuple[str, ...]]:
    return lambda event: (f"{step}.{'yes' if event.favourable else 'no'}",)


STEPS: dict[type[Event], Callable[[Any], tuple[str, ...]]] = {
    ApplicationEntered: _one("applications"),
    MissingSaid: _one("missing_said"),
    Accepted: _one("accepted"),
    NotAccepted: _named("not_accepted", "code"),
    Lapsed: _one("lapsed"),
    Withdrawn: _one("withdrawn"),
    Terminated: _named("terminated", "code"),
    Extended: _one("extended"),
    RelationFiled: _named("near_relatives", "known_by"),
    VerificationAsked: _one("verifications"),
    Answered: lambda event: ("answers", "hits") if event.hit else ("answers",),
    ReportIssued: _one("reports"),
    Visited: _named("visits", "why"),
    OpinionGiven: _yes_no("opinions"),
    Posted: _one("posted"),
    ObjectionRaised: _one("objections"),
    ObjectionSettled: _named("objections_settled", "outcome"),
    ComplaintRaised: _one("complaints"),
    ComplaintAnswered: _one("complaints_answered"),
    Forwarded: _yes_no("forwarded"),
    ReturnedForCompletion: _one("returned"),
    CountyVisited: _one("county_visits"),
    Confirmed: _one("confirmed"),
    RefusedAid: lambda event: ("refused", *(f"refused_grounds.{ground}" for ground in event.grounds)),
    LetterServed: _named("served", "letter"),
    Announced: _one("announced"),
    ReviewConcluded: _named("reviews", "outcome"),
    ChangeOpened: _one("changes_reported"),
    ChangeDecided: _named("changes_decided", "effect"),
    GradualExitGranted: _one("gradual_exits"),
    FindingOpened: _one("findings"),
    FindingDecided: _named("findings_decided", "outcome"),
    MemberDied: _one("deaths"),
    AppealFiled: _named("appeals", "kind"),
    AppealDecided: _named("appeals_decided", "outcome"),
    DeadlineEscalated: lambda event: (
        (f"late.{_INSTANCE.sub('', event.key)}",) if event.to == "leader" else ()
    ),
}


def steps_of(event: Event) -> tuple[str, ...]:
    """What an event counts as: `applications`, `opinions.yes`, `refused_grounds.R01`, `late.application/whole`."""
    counted = STEPS.get(type(event))
    return counted(event) if counted is not None else ()
