"""Messages of several reports, which v1.3 allows: each report becomes a delivery of its own, all or none.

The reports may be about different persons, and an original lies under the key of one: so a message is taken
apart, and what is kept are the parts. All are accepted, in one transaction, or the message is refused.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lxml import etree
from msgspec import structs
from psycopg import Connection

from kit.ids import new_id
from kit.keys import KeyRing
from results_service.intake import originals, repository
from results_service.intake.guard import MAX_BYTES, NAMESPACES, find_message
from results_service.intake.header import Header
from results_service.intake.models import Claim, Outcome, Problem, Status

MAX_PARTS = 100
MAX_TOTAL_BYTES = 4 * MAX_BYTES  # each part repeats what stands around the reports

_TAKEN_APART = Problem(
    "several-reports", "The message held several reports: each is a message of its own from here on."
)
Process = Callable[[Connection[Any], Sequence[Claim]], list[Outcome]]


class _Refused(Exception):
    """One part cannot be taken in; what was stored of the others is rolled back."""

    def __init__(self, outcomes: Sequence[Outcome], errors: list[Problem], warnings: list[Problem]) -> None:
        super().__init__("a part is refused")
        self.outcomes = outcomes
        self.errors = errors
        self.warnings = warnings


def split(root: etree._Element) -> list[bytes]:
    """A v1.3 message of several reports as messages of one each, in their order; else nothing.

    Nothing either where there are too many: the reader then refuses the message for having several.
    """
    message = find_message(root)
    count = len(message.findall("{*}ServReport"))
    if not 1 < count <= MAX_PARTS or NAMESPACES.get(etree.QName(message).namespace or "") != "1.3":
        return []
    frame = copy.deepcopy(root)
    message = find_message(frame)
    reports = message.findall("{*}ServReport")
    place = message.index(reports[0])
    for report in reports:
        message.remove(report)
    return _within_bounds(_framed(frame, place, report) for report in reports)


def _framed(frame: etree._Element, place: int, report: etree._Element) -> bytes:
    """One report with what stood around all of them."""
    other = copy.deepcopy(frame)
    find_message(other).insert(place, report)
    return etree.tostring(other, encoding="UTF-8", xml_declaration=True)


def _within_bounds(parts: Iterable[bytes]) -> list[bytes]:
    """All of them; none where they come to more than may be kept of one message."""
    found: list[bytes] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > MAX_TOTAL_BYTES:
            return []
        found.append(part)
    return found


def take_apart(
    conn: Connection[Any],
    keys: KeyRing,
    claim: Claim,
    header: Header,
    parts: Sequence[bytes],
    process: Process,
) -> Outcome:
    """Process every part as a delivery of its own, in the caller's transaction; the outcome of the whole.

    A part that waits for a person is accepted: it stands on the work list by itself. `process` is the
    pipeline's own; to repeat all this is safe, since nothing of it is there before the caller commits.
    """
    try:
        with conn.transaction():
            claims = _insert(conn, keys, claim, parts)
            outcomes = [process(conn, [one])[0] for one in claims]  # in turn: they may share a number
            _refuse_if_one_is(outcomes)
            repository.finish(conn, list(zip(claims, outcomes, strict=True)))
    except _Refused as refused:
        named = _from_sender_of(header, refused.outcomes)
        return named.outcome(Status.REJECTED, refused.errors, refused.warnings)
    told = [_placed(number, (*one.errors, *one.warnings)) for number, one in enumerate(outcomes, 1)]
    warnings = [_TAKEN_APART, *(problem for problems in told for problem in problems)]
    named = _from_sender_of(header, outcomes)
    return structs.replace(named.outcome(Status.PROCESSED, [], warnings), original_moved=True)


def _from_sender_of(header: Header, outcomes: Iterable[Outcome]) -> Header:
    """The whole is from whom the first part is whose sender is known: its receipt is addressed to them."""
    first = next((one for one in outcomes if one.sender), None)
    return structs.replace(header, sender=first.sender, strict=first.strict) if first else header


def _refuse_if_one_is(outcomes: Sequence[Outcome]) -> None:
    errors: list[Problem] = []
    warnings: list[Problem] = []
    for number, outcome in enumerate(outcomes, 1):
        refused = outcome.status is Status.REJECTED
        (errors if refused else warnings).extend(_placed(number, outcome.errors))
        warnings.extend(_placed(number, outcome.warnings))
    if any(outcome.status is Status.REJECTED for outcome in outcomes):
        raise _Refused(outcomes, errors, warnings)


def _insert(conn: Connection[Any], keys: KeyRing, whole: Claim, parts: Sequence[bytes]) -> list[Claim]:
    """Store the parts as deliveries that are being processed; their ids are in the order of the reports."""
    claims = []
    for number, (part_id, data) in enumerate(zip(sorted(new_id() for _ in parts), parts, strict=True), 1):
        sealed = originals.seal(keys, part_id, data)
        part = structs.replace(whole, id=part_id, attempt=1, body=sealed, judgement=None, part_of=whole.id)
        repository.insert_part(conn, part, keys.find_hash(f"{whole.id}:{number}"), len(data))
        claims.append(part)
    return claims


def _placed(number: int, problems: Iterable[Problem]) -> list[Problem]:
    """Problems of a part with their places in the whole; lines are the part's own, and left out."""
    report = f"ServReport[{number}]"
    found = []
    for problem in problems:
        path = problem.path or "ServReport"
        inside = path == "ServReport" or path.startswith("ServReport/")
        placed = report + path.removeprefix("ServReport") if inside else path
        found.append(structs.replace(problem, line=None, path=placed))
    return found
