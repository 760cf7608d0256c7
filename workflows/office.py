"""The one way in: a command is loaded, authorised, decided and written, once; its answer is kept with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import msgspec

from domain.case import Case
from domain.case.intake import Quoted
from domain.errors import BadValue
from domain.event import Event
from domain.ids import CaseNo, CommandId, DivisionCode, StreamId, parse_case_no
from domain.personal import Words
from workflows.authority import CLOCK_ACTOR, authorise, case_unknown, handed_to, in_scope
from workflows.command import COMMANDS, Answer, Command, Decision, Request, Spec, content, parse
from workflows.context import Context
from workflows.engine import carry_out, may
from workflows.ports import Clock, Commit, Conflict, Randomness, Store
from workflows.refusal import Reason, Refused, from_bad_value, reason, refuse, refuse_all
from workflows.world import ROOT, World, case_stream

TRIES = 20
PATIENT = 3
"""Tries in which others may come in between; after that the log is held while the command is decided."""


class Office:
    """Takes commands for one store. `noted` hears of each refusal and each look (the access log)."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        randomness: Randomness,
        noted: Callable[[Request, Answer], None] | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.randomness = randomness
        self.world = World(store)
        self.processes: dict[str, Callable[[Request], dict[str, Any]]] = {}
        """What takes the parts of a command that is a process, by its type; it answers with counts."""
        self.after: dict[str, Callable[[Request], object]] = {}
        """What follows from a command once it is done, by its type; said twice it changes nothing."""
        self._noted = noted

    def take(self, line: Any, default_actor: str | None = None) -> Answer:
        """A command in its written form. Nobody outside acts as the clock."""
        name = str(line.get("id", "")) if isinstance(line, dict) else ""
        try:
            request = parse(line, default_actor)
            if request.actor == CLOCK_ACTOR:
                raise refuse("not-your-desk", "actor", actor=CLOCK_ACTOR, desks="")
        except Refused as refused:
            return self._refusal(name[:200], None, refused.reasons)
        return self.handle(request)

    def handle(self, request: Request) -> Answer:
        """Said twice it answers the same and changes nothing; the same id with other content is refused."""
        answer = self._handle(request)
        then = self.after.get(type(request.data).__name__)
        if then is not None and answer.status == "done":
            then(request)
        return answer

    def attempt(self, request: Request) -> Answer:
        """Like `handle`, but once: raises Conflict, for who knows better than to decide it all again."""
        return self._handle(request, tries=0)

    def _handle(self, request: Request, tries: int = TRIES) -> Answer:
        digest = self.store.digest(content(request))
        known = self._known(request.id, request.case, digest)
        if known is not None:
            return known
        parts: dict[str, Any] | None = None
        for attempt in range(tries + 1):
            try:
                with self.batch() if attempt >= PATIENT else nullcontext():
                    self.world.refresh()
                    if parts is None:
                        parts = self._parts(request)
                    answer = self._decide_and_write(request, digest, parts)
            except Conflict:
                known = self._known(request.id, request.case, digest)
                if known is not None:
                    return known
                if not tries:
                    raise
                continue
            except Refused as refused:
                answer = self._refusal(request.id, request.case, refused.reasons)
            except BadValue as error:
                answer = self._refusal(request.id, request.case, (from_bad_value(error),))
            if answer.status == "refused":
                # The same command, sent twice at once, may meet what its other half has just written.
                known = self._known(request.id, request.case, digest)
                if known is not None:
                    return known
                if self._noted:
                    self._noted(request, answer)
            return answer
        return self._refusal(request.id, request.case, (reason("too-busy"),))

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commands within are written together or not at all (a simulated day)."""
        try:
            with self.store.batch():
                yield
        except BaseException:
            self.world.forget()
            raise

    def _parts(self, request: Request) -> dict[str, Any]:
        """Take the parts of a process, if it is one and its actor may begin it; what they came to."""
        spec = COMMANDS[type(request.data).__name__]
        if not spec.process:
            return {}
        context = Context(self.world, request, self.clock.now(), None, self.randomness.tokens(request.id))
        _not_later(context)
        authorise(context, spec.who, _division_of(request.data), None)
        counts = self.processes[spec.name](request)
        self.world.refresh()
        return counts

    def known(self, id: CommandId, said: bytes) -> Answer | None:
        """The answer to what was taken before under this id; a refusal where that was something else."""
        return self._known(id, None, self.store.digest(said))

    def _known(self, id: CommandId, case: str | None, digest: bytes) -> Answer | None:
        before = self.store.answer(id)
        if before is None:
            return None
        if before[0] != digest:
            return self._refusal(id, case, (reason("command-id-used", "id"),))
        return msgspec.json.decode(before[1], type=Answer)

    def _refusal(self, name: str, case: str | None, reasons: tuple[Reason, ...]) -> Answer:
        return Answer(id=name, status="refused", case=case, reasons=reasons, trial=self.store.trial)

    def _decide_and_write(self, request: Request, digest: bytes, parts: dict[str, Any]) -> Answer:
        spec = COMMANDS[type(request.data).__name__]
        case = self._case(request, spec)
        context = Context(self.world, request, self.clock.now(), case, self.randomness.tokens(request.id))
        _not_later(context)
        decision, division = self._decide(context, spec, case)
        if request.quoted and decision.events:
            by = Words(decision.number or context.case.number, request.quoted)
            decision.events.append(Quoted(on=context.on, by=by))
        decision.answer = {**parts, **decision.answer}
        return self._write(context, decision, division, digest)

    def _case(self, request: Request, spec: Spec) -> Case | None:
        if spec.target != "case":
            return None
        if request.case is None:
            raise refuse("field-missing", "case")
        name = request.case
        if name.startswith("@"):
            made = self.store.answer(CommandId(name[1:]))
            number = msgspec.json.decode(made[1], type=Answer).case if made else None
            if number is None:
                raise case_unknown()
            name = CaseNo(number)
        case = self.world.case(parse_case_no(name))
        if case is None:
            raise case_unknown()
        return case

    def _decide(self, context: Context, spec: Spec, case: Case | None) -> tuple[Decision, DivisionCode]:
        data = context.request.data
        assert spec.decide is not None
        if spec.target == "office":
            division = _division_of(data)
            authorise(context, spec.who, division, None)
            return spec.decide(context, data), division
        if case is None:
            case = _blank(data)
            context.case = case
        seat = _seat(spec, case)
        if spec.target == "case" and not (in_scope(context, case.division) or in_scope(context, seat)):
            raise case_unknown()
        if case.entered is not None and context.on < case.entered:
            raise refuse("on-before", "data.on", on=context.on.isoformat(), since=case.entered.isoformat())
        stale = self._moved_on(context.request, case)
        if spec.life is None:
            authorise(context, spec.who, case.division, case)
            refuse_all(stale)
            if case.ended is not None and not spec.ended_too:
                raise refuse("case-ended", "case", on=case.ended.isoformat())
            return spec.decide(context, data), case.division
        try:
            step = may(context, case, spec, lambda who: authorise(context, who, seat, case))
        except Refused as refused:
            raise Refused(*stale, *refused.reasons) from None
        refuse_all(stale)
        context.instance = step.instance
        decision = spec.decide(context, data)
        if decision.events:
            carry_out(context, case, step, decision)
        return decision, case.division

    def _moved_on(self, request: Request, case: Case) -> tuple[Reason, ...]:
        """An old form: the case moved since it was looked at. Told beside all else that is in the way."""
        if request.expected is None or not case.number:
            return ()
        stream = case_stream(case.number)
        version = self.world.version(stream)
        if request.expected == version:
            return ()
        by = next((one.actor for one in self.store.load(stream, version - 1)), "")
        return (reason("moved-on", "expected", version=version, expected=request.expected, by=by),)

    def _write(self, context: Context, decision: Decision, division: DivisionCode, digest: bytes) -> Answer:
        request = context.request
        number = decision.number or context.case.number
        events: list[tuple[StreamId, Event]] = [(case_stream(number), event) for event in decision.events]
        events.extend(decision.others)
        expected = dict(self.world.read)
        written: list[tuple[StreamId, int, Event]] = []
        versions: dict[StreamId, int] = {}
        for stream, event in events:
            if stream not in expected:
                expected[stream] = self.world.version(stream)
            versions[stream] = versions.get(stream, expected[stream]) + 1
            written.append((stream, versions[stream], event))
        answer = Answer(
            id=request.id,
            status="done",
            case=number or None,
            events=[(stream, version, type(event).__name__) for stream, version, event in written],
            data=decision.answer,
            trial=self.store.trial,
        )
        commit = Commit(
            command=request.id,
            digest=digest,
            answer=msgspec.json.encode(answer),
            actor=request.actor,
            division=division,
            expected=expected,
            events=events,
            numbers=decision.numbers,
            causation=request.causation,
            at=self.world.at,
        )
        if decision.clock is None:
            last = self.store.write(commit)
        else:
            with self.store.batch():
                last = self.store.write(commit)
                self.clock.set(decision.clock)
        self.world.wrote(written, last)
        return answer


def _not_later(context: Context) -> None:
    if context.on > context.today:
        raise refuse("on-later", "data.on", on=context.on.isoformat(), today=context.today.isoformat())


def _division_of(data: Command) -> DivisionCode:
    """Whose matter a command of the office is: that of all, where it names no division."""
    return DivisionCode(getattr(data, "division", None) or ROOT)


def _seat(spec: Spec, case: Case) -> DivisionCode:
    """Over which division a command's desk is held: that of the case, or the one it is handed to."""
    return (handed_to(case) if spec.seat == "receiver" else None) or case.division


def _blank(data: Command) -> Case:
    """What is known of a case before its first event: enough to say which policy and whose desk."""
    return Case(
        division=DivisionCode(getattr(data, "division", "")),
        programme=getattr(data, "programme", ""),
        area=getattr(data, "area", ""),
    )
