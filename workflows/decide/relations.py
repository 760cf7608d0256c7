"""近亲属备案: near relatives declared, filed, matched; the county must visit them (57 art. 11, 20; rules.md §1)."""

from domain.case.decision import CountyVisitDue
from domain.case.intake import Member, RelationFiled
from domain.codes import check_code, is_near_relative
from domain.event import CaseEvent
from domain.ids import StaffId
from workflows.authority import relative_of
from workflows.command import Decision, decides
from workflows.commands.intake import FileRelation
from workflows.context import Context
from workflows.refusal import refuse

GROUND = "near_relative"


def declared(context: Context, near_relative: bool | None) -> list[CaseEvent]:
    """What the applicant's own declaration files."""
    return [RelationFiled(on=context.on, known_by="applicant")] if near_relative else []


def matched(context: Context, members: list[Member]) -> list[CaseEvent]:
    """What the machine finds: members whom staff or committee of the place declared as near relatives."""
    found: list[CaseEvent] = []
    for division in context.world.chain(context.case.division):
        relations = context.roster(division).relations
        if not relations:
            continue
        for member in members:
            for staff, kinship in relations.get(member.person, ()):
                if context.roster(division).desks(staff, context.on):
                    found.append(
                        RelationFiled(
                            on=context.on,
                            member=member.key,
                            staff=staff,
                            kinship=kinship,
                            known_by="machine",
                        )
                    )
    return found


def visit_due(context: Context) -> list[CaseEvent]:
    """The county's visit that a filing brings, once."""
    if GROUND in context.case.visit_grounds or not context.rule("visit_near_relative"):
        return []
    return [CountyVisitDue(on=context.on, ground=GROUND)]


def holds_a_desk(context: Context, staff: StaffId) -> bool:
    return bool(context.desks(staff, context.case.division, context.on))


def check_staff(context: Context, staff: tuple[StaffId, ...], field: str) -> None:
    """Each holds a desk and is no near relative of the household (57 art. 11)."""
    for one in staff:
        if not holds_a_desk(context, one):
            raise refuse("staff-unknown", field, staff=one)
        if relative_of(context, context.case, one):
            raise refuse("recusal", field, actor=one)


@decides(FileRelation)
def file_relation(context: Context, command: FileRelation) -> Decision:
    case = context.case
    check_code("kinship", command.kinship, "data.kinship")
    if not is_near_relative(command.kinship) and not context.rule("near_relative_in_laws"):
        raise refuse("not-near-relative", "data.kinship")
    if command.member is not None and command.member not in case.members:
        raise refuse("not-a-member", "data.member", member=command.member)
    if command.staff is None and command.known_by != "applicant":
        raise refuse("field-missing", "data.staff")
    if command.staff is not None and not holds_a_desk(context, command.staff):
        raise refuse("staff-unknown", "data.staff", staff=command.staff)
    if any((one.member, one.staff) == (command.member, command.staff) for one in case.relations):
        raise refuse("relation-filed", "data.staff")
    filed = RelationFiled(
        on=context.on,
        known_by=command.known_by,
        member=command.member,
        staff=command.staff,
        kinship=command.kinship,
    )
    return Decision(events=[filed, *visit_due(context)])
