"""初审与公示: the first opinion by two hands, publicity, objections and complaints (57 art. 18–21)."""

from typing import Annotated, Literal

import msgspec

from domain.case.intake import Paper
from domain.ids import InstanceId, MemberKey, StaffId
from workflows.command import Command, InstanceCommand, command
from workflows.commands.enquiry import Surveyors
from workflows.commands.intake import Short, Text

Head = Annotated[int, msgspec.Meta(ge=0, le=1000)]


@command(life="application")
class GiveOpinion(Command, frozen=True, kw_only=True):
    """初审意见, the handler's hand. Amount, members counted and persons covered come from the means test.

    A negative one names its grounds (R…); without the means test against it, it also gives a reason.
    """

    favourable: bool
    review_class: Literal["A", "B", "C"] = "A"
    grounds: tuple[Short, ...] = ()
    reason: Text | None = None


@command(life="application")
class ConfirmOpinion(Command, frozen=True, kw_only=True):
    """The leader in charge agrees: another person than the handler, and none of the surveyors."""


@command(life="application")
class TellOpinion(Command, frozen=True, kw_only=True):
    """A negative opinion is told to the applicant, by a way of service."""

    way: Short = "direct"


@command(life="application")
class Post(Command, frozen=True, kw_only=True):
    """公示: on the board of the applicant's own village, with a photo; what it shows comes from the opinion."""

    place: Short
    photo: Paper


@command(life="application")
class TakeDown(Command, frozen=True, kw_only=True):
    """The notice comes down on its last day or later, with a photo and the village's line on objections."""

    photo: Paper
    no_objection: bool


@command(life="application")
class VoidPublicity(Command, frozen=True, kw_only=True):
    """A wrong notice, or one that came down early: it is posted anew."""

    why: Literal["wrong", "down_early", "other"]
    reason: Text | None = None


@command(life="application")
class HoldDemocraticReview(Command, frozen=True, kw_only=True):
    """民主评议: after an objection, or of every case where the division wants it. All who take part sign."""

    participants: Head
    delegates: Head
    signed: Head
    chair: StaffId
    outcome: Short
    instance: InstanceId | None = None
    words: Text | None = None


class ByAnybody(Command, frozen=True, kw_only=True):
    """Who speaks: a person by number and name, somebody by name only, or anonymous."""

    words: Text
    anonymous: bool = False
    number: Short | None = None
    name: Short | None = None


@command(life="objection")
class Object(ByAnybody, frozen=True, kw_only=True):
    """异议 in publicity, by anybody. The limit of the whole moves to 45 working days."""


@command(life="objection")
class Resurvey(InstanceCommand, frozen=True, kw_only=True):
    """A second survey by two who did not make the first."""

    surveyors: Surveyors
    result: Short
    way: Short = "visit"
    present: tuple[MemberKey, ...] = ()
    papers: tuple[Paper, ...] = ()
    words: Text | None = None


@command(life="objection")
class SettleObjection(InstanceCommand, frozen=True, kw_only=True):
    """The outcome, after a second survey or a review, by people who did not make the first survey."""

    outcome: Short
    by: tuple[StaffId, ...] = ()
    words: Text | None = None


@command(life="complaint")
class Complain(ByAnybody, frozen=True, kw_only=True):
    """举报投诉 after publicity. Before the decision it brings a county visit; a real name is answered."""


@command(life="complaint")
class AnswerComplaint(InstanceCommand, frozen=True, kw_only=True):
    """What a complaint came to; who gave his name is answered in writing. `outcome`: code of objection_outcome."""

    outcome: Short
    words: Text | None = None
