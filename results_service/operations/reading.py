"""What an opened message says, as far as it can be read: a faulty one is read by what is there."""

from __future__ import annotations

from msgspec import Struct

from kit.ids import NationalId
from results_service.intake.guard import MessageRejected, find_message, read_bytes
from results_service.operations.models import Content, Subject
from results_service.reports.fhir.people import who_asked
from results_service.reports.svarrapport import Message, read_message
from results_service.reports.svarrapport.model import walk_items


class Read(Struct, frozen=True):
    """An opened message. `text` is all of it; `national_id` is set when it names a valid number.

    `senders`: type and value of the sending organisation's ids.
    """

    text: str
    subject: Subject | None = None
    content: Content | None = None
    national_id: NationalId | None = None
    senders: frozenset[tuple[str, str]] = frozenset()

    def __repr__(self) -> str:
        return "Read(***)"


def read_content(data: bytes) -> Read:
    """Read the bytes of a message; what cannot be read as a svarrapport is given as text alone.

    It is read as what was accepted before: whoever takes in a new one asks the guard first.
    """
    text = _text(data)
    try:
        root = read_bytes(data, again=True)
    except MessageRejected:
        return Read(text)
    message = read_message(root).message
    if message is None:
        return Read(text)
    name = find_message(root).findtext("{*}ServReport/{*}Patient/{*}Name") or ""
    patient = message.patient
    subject = Subject(name.strip(), patient.number, patient.birth_date, patient.sex)
    senders = frozenset(message.sender_ids)
    return Read(text, subject, _content(message), patient.national_id, senders)


def _content(message: Message) -> Content:
    asked = who_asked(message)
    names = (
        [asked.name, *(d.name for d in asked.departments), *(p.name for p in asked.persons)] if asked else []
    )
    return Content(
        msg_id=message.msg_id,
        serv_prov_id=message.serv_prov_id,
        generated=message.gen_moment.text,
        requisitions=message.requisition_ids,
        requester=", ".join(dict.fromkeys(n for n in names if n)),
        results=len(walk_items(message.items)),
    )


def _text(data: bytes) -> str:
    head = data[:200].lower()
    return data.decode("iso-8859-1" if b"iso-8859-1" in head else "utf-8", errors="replace")
