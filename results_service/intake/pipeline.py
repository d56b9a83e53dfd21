"""What happens to one message, from bytes to outcome, in one transaction of the caller.

guard → read → sender → person → map → store. Every step goes on, or ends with an outcome that says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from lxml import etree
from msgspec import Struct, field, structs
from psycopg import Connection

from core_record.registers.service import Received, ensure_persons_sync
from kit.db import set_person_sync
from kit.ids import NationalId
from kit.keys import KeyRing
from results_service.codes import CodeBook
from results_service.intake import originals, repository
from results_service.intake.fingerprint import fingerprint
from results_service.intake.guard import MessageRejected, find_message, read_bytes
from results_service.intake.header import Header, read_all_the_same, read_header
from results_service.intake.models import Claim, Outcome, Problem, Status
from results_service.intake.parts import split, take_apart
from results_service.intake.schemas import Schemas
from results_service.intake.senders import SenderRegister, SenderVerdict
from results_service.intake.validity import STRUCTURAL, findings
from results_service.reports.fhir import MappedReport, map_report
from results_service.reports.service import Incoming, StoreOutcome, Storing
from results_service.reports.svarrapport import Issue, Message, read_message
from results_service.reports.svarrapport.tree import Node
from results_service.reports.versions import ReportKey

_TEST = Problem(
    "test-message",
    "The message is marked TEST and this is the production service: send it to a test service.",
)
_TEST_NOTE = Problem("test-message", "The message is marked TEST: it is shown as such.")
_NEW_PERSON = Problem(
    "person-unregistered",
    "No register knows the number: check that it is right.",
    path="ServReport/Patient/OffId",
)
# Doubts about whom a message is about: it is then nobody's, and its original not put under anyone's key.
_WHO = frozenset(
    {"several-patients", "envelope-patient-differs", "national-id-several", "subject-not-person"}
)
_NOBODY = Problem(
    "national-id-missing", "The message names no person: add Patient/OffId and send the report again."
)
_MSG_ID = Problem("message-id-not-uuid", "Use a UUID as MsgId: HIS 80415 requires it (E10).", path="MsgId")


class _Case(Struct):
    """One message on its way: what is known of it so far. `sender` and `number` once they are found."""

    claim: Claim
    top: Node
    header: Header
    message: Message
    doubts: list[Problem]
    warnings: list[Problem] = field(default_factory=list)
    sender: SenderVerdict | None = None
    number: NationalId | None = None

    def end(self, status: Status, errors: Iterable[Problem] = ()) -> Outcome:
        return self.header.outcome(status, errors, self.warnings)


class Pipeline:
    """The fixed sequence; holds what all messages share. `production` refuses messages marked TEST.

    `schemas`: the official ones, where the operator has installed them.
    """

    def __init__(
        self, keys: KeyRing, codes: CodeBook, *, production: bool, schemas: Schemas | None = None
    ) -> None:
        self._keys = keys
        self._codes = codes
        self._production = production
        self._schemas = schemas
        self._senders = SenderRegister()

    def use(self, codes: CodeBook) -> None:
        """Map with these codes from here on."""
        self._codes = codes

    @property
    def codes(self) -> CodeBook:
        """The codes messages are mapped with now."""
        return self._codes

    def begin_turn(self) -> None:
        """Forget what was looked up for earlier messages."""
        self._senders = SenderRegister()

    def process(self, conn: Connection[Any], claims: Sequence[Claim]) -> list[Outcome]:
        """The outcomes of claimed deliveries, in their order, with all they store, in one transaction.

        Raises what is no fault of a message; then nothing of any may be committed. The questions about all of
        them share round trips (libpq's pipeline mode); each is still judged and stored by itself, in turn.
        """
        read = [self._read(conn, claim) for claim in claims]
        judged = [self._from_sender(conn, case) if isinstance(case, _Case) else case for case in read]
        numbers = {case.number for case in judged if isinstance(case, _Case) and case.number}
        persons = ensure_persons_sync(conn, self._keys, numbers)
        with conn.pipeline():
            asked = [self._ask(conn, case, persons) if isinstance(case, _Case) else case for case in judged]
            return [step.finish() if isinstance(step, _Keeping) else step for step in asked]

    def _read(self, conn: Connection[Any], claim: Claim) -> _Case | Outcome:
        data = originals.open_sealed(self._keys, claim.id, claim.body)
        try:
            root = read_bytes(data, again=claim.again)
        except MessageRejected as fault:
            problem = Problem(fault.code, fault.message, fault.line)
            return read_all_the_same(data).outcome(Status.REJECTED, [problem])
        header = read_header(find_message(root))
        if parts := split(root):
            return take_apart(conn, self._keys, claim, header, parts, self.process)
        read = read_message(root)
        warnings = [*_of_severity(read.issues, "warning"), *self._by_schema(root, read.issues)]
        if read.message is None or read.top is None:
            return header.outcome(Status.REJECTED, _of_severity(read.issues, "reject"), warnings)
        doubts = _of_severity(read.issues, "attention")
        return _Case(claim, read.top, header, read.message, doubts, warnings)

    def _by_schema(self, root: etree._Element, ours: Iterable[Issue]) -> list[Problem]:
        """What the schema finds beside what our own rules have told of the same places."""
        if self._schemas is None:
            return []
        told = {issue.path for issue in ours if issue.path}
        return [_problem(found) for found in findings(self._schemas, root) if found.path not in told]

    def _from_sender(self, conn: Connection[Any], case: _Case) -> _Case | Outcome:
        sender = self._senders.judge(conn, case.claim.organisation, case.message)
        case.sender = sender
        case.header = structs.replace(case.header, sender=sender.key or None, strict=sender.strict)
        case.warnings.extend(sender.warnings)
        if sender.refusal:
            return case.end(Status.REJECTED, [sender.refusal])
        if refusals := self._refused_for(case, sender):
            return case.end(Status.REJECTED, refusals)
        if sender.doubt:
            case.doubts.append(sender.doubt)
        if case.message.test:
            case.warnings.append(_TEST_NOTE)
        case.number = case.message.patient.national_id
        if case.number is None or _WHO.intersection(doubt.code for doubt in case.doubts):
            return case.end(Status.NEEDS_ATTENTION, case.doubts or [_NOBODY])
        return case

    def _refused_for(self, case: _Case, sender: SenderVerdict) -> list[Problem]:
        """What else the message is refused for; faults in its form only where the sender asked for that.

        What was accepted before is not refused for a form that was good enough then.
        """
        if case.message.test and self._production:
            return [_TEST]
        if not sender.strict or case.claim.again:
            return []
        faults = [problem for problem in case.warnings if problem.code in STRUCTURAL]
        case.warnings = [problem for problem in case.warnings if problem not in faults]
        return faults if _is_uuid(case.message.msg_id) else [_MSG_ID, *faults]

    def _ask(
        self, conn: Connection[Any], case: _Case, persons: Mapping[NationalId, Received]
    ) -> _Keeping | Outcome:
        """Ask what there is to know before the message is kept; of a reserved person nothing is."""
        assert case.sender is not None and case.number is not None  # noqa: S101, PT018 - `_from_sender` set them
        person = persons[case.number]
        if person.unregistered:
            case.warnings.append(_NEW_PERSON)
        key = ReportKey(case.sender.key, case.sender.department, case.message.serv_prov_id)
        mapped = None
        if person.reserved or not case.doubts:
            mapped = map_report(case.message, key.report_id(person.person_id), self._codes)
            case.warnings.extend(_of_severity(mapped.issues, "warning"))
        if person.reserved:
            return _dropped(case, person.person_id)
        set_person_sync(conn, person.person_id)
        original = originals.Keeping(conn, self._keys, person.person_id, case.claim)
        remap = partial(map_report, case.message, codes=self._codes)
        return _Keeping(conn, case, person.person_id, original, key, mapped, remap)


def _dropped(case: _Case, person_id: UUID) -> Outcome:
    """The ordinary outcome for a person who has reserved; content and original are not kept.

    It was mapped all the same, so that the receipt says what it says for anyone (clinical rule 1).
    """
    return structs.replace(case.end(Status.PROCESSED), person_id=person_id, original_moved=True)


class _Keeping:
    """A message about a known person: the original under the person's key, and its report unless in doubt."""

    def __init__(
        self,
        conn: Connection[Any],
        case: _Case,
        person_id: UUID,
        original: originals.Keeping,
        key: ReportKey,
        mapped: MappedReport | None,
        remap: Callable[[UUID], MappedReport],
    ) -> None:
        self._conn, self._case, self._person_id, self._original = conn, case, person_id, original
        self._mapped = mapped
        self._storing: Storing | None = None
        if mapped is not None and not case.doubts:
            message, mark = case.message, fingerprint(case.top)
            claim, is_part = case.claim, case.claim.part_of is not None
            incoming = Incoming(
                person_id, key, message, mapped, claim.id, mark, remap, claim.judgement, is_part
            )
            self._storing = Storing(conn, incoming)

    def finish(self) -> Outcome:
        """Write, and say what became of the message."""
        set_person_sync(self._conn, self._person_id)
        self._original.finish()
        if self._storing is None or self._mapped is None:
            outcome = self._case.end(Status.NEEDS_ATTENTION, self._case.doubts)
        else:
            outcome = self._stored(self._storing.finish(), self._mapped)
        return structs.replace(outcome, person_id=self._person_id, original_moved=True)

    def _stored(self, stored: StoreOutcome, mapped: MappedReport) -> Outcome:
        case = self._case
        case.warnings.extend(_of_severity(stored.issues, "warning"))
        held = stored.status == "needs-attention"
        errors = [_problem(i) for i in stored.issues if i.severity != "warning"]
        outcome = structs.replace(
            case.end(Status.NEEDS_ATTENTION if held else Status.PROCESSED, errors),
            report_id=stored.report_id,
            unmapped=list(dict.fromkeys([*case.message.unmapped, *mapped.unmapped])),
        )
        return _like_the_first(self._conn, case.claim, stored, outcome)


def _like_the_first(conn: Connection[Any], claim: Claim, stored: StoreOutcome, outcome: Outcome) -> Outcome:
    """A copy changes nothing and gets the receipt of what it is a copy of."""
    if stored.first_message_id == claim.id:
        return outcome
    first = repository.outcome_of(conn, stored.first_message_id)
    if first is None or first.status is Status.RECEIVED:
        return outcome
    return structs.replace(
        outcome,
        copy_of=first.id,
        status=first.status,
        errors=first.errors,
        warnings=first.warnings,
        unmapped=first.unmapped,
    )


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _of_severity(issues: Iterable[Issue], severity: str) -> list[Problem]:
    return [_problem(i) for i in issues if i.severity == severity]


def _problem(issue: Issue) -> Problem:
    return Problem(issue.code, issue.message, issue.line, issue.path)
