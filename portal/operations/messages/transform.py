"""The work list's JSON → what the pages show. Codes stay codes: texts name them in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.ui.dates import show_moment

Json = dict[str, Any]
_AGES = (("days", 86_400), ("hours", 3_600), ("minutes", 60))
_ONE = {"days": "day", "hours": "hour", "minutes": "minute"}


@dataclass
class Fault:
    """One fault: its code, intake's own sentence (in English), and where in the message."""

    code: str
    message: str
    place: str


@dataclass
class Row:
    """One message. `age_unit` is what `age_of` answers; `via` is empty where it sent itself.

    `judgement`: what may be judged of it; `corrects`: the id of the one it stands in for; `taken_by`: who
    works on it; `asked`: what its sender is asked to do; `codes`: of all faults, for a letter.
    """

    id: str = ""
    received: str = ""
    age: int = 0
    age_unit: str = "minutes"
    sender: str = ""
    via: str = ""
    kind: str = ""
    version: str = ""
    status: str = ""
    replay: str = ""
    resolved: str = ""
    judgement: str = ""
    corrects: str = ""
    taken_by: str = ""
    taken: str = ""
    mine: bool = False
    asked: str = ""
    replays: int = 0
    notes: int = 0
    codes: str = ""
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Instead:
    """A message that was sent in instead of the one shown."""

    id: str
    received: str
    status: str


@dataclass
class CodeCount:
    """How many messages of the list have a code."""

    code: str
    count: int


@dataclass
class Cause:
    """Messages with the same code from one sender (`key`: as it is asked for). `age` is the oldest one's."""

    code: str
    key: str
    sender: str
    count: int
    taken: int
    oldest: str
    age: int
    age_unit: str


@dataclass
class Done:
    """What an operator did, and when."""

    at: str
    action: str
    reason: str
    name: str


@dataclass
class Opened:
    """What an opened message says. `born` as sent, `sex` "1", "2" or empty; `original` is the whole text."""

    name: str = ""
    number: str = ""
    born: str = ""
    sex: str = ""
    readable: bool = False
    report: str = ""
    message_id: str = ""
    generated: str = ""
    requisitions: str = ""
    requester: str = ""
    results: int = 0
    original: str = ""
    notes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return "Opened(***)"


def rows(answer: Json) -> list[Row]:
    """The messages of a page of the list."""
    return [row(item) for item in answer.get("items", [])]


def row(item: Json) -> Row:
    """One message, without anything of a person."""
    age, unit = age_of(int(item.get("age_seconds", 0)))
    sender = _name(item, "sender")
    via = _name(item, "organisation")
    return Row(
        id=str(item.get("id", "")),
        received=moment(item.get("received")),
        age=age,
        age_unit=unit,
        sender=sender or via,
        via=via if sender and via != sender else "",
        kind=str(item.get("kind") or ""),
        version=str(item.get("version") or ""),
        status=str(item.get("status", "")),
        replay=str(item.get("replay", "")),
        resolved=str(item.get("resolved") or ""),
        judgement=str(item.get("judgement") or ""),
        corrects=str(item.get("corrects") or ""),
        taken_by=str(item.get("taken_by") or ""),
        taken=moment(item["taken"]) if item.get("taken") else "",
        mine=bool(item.get("mine")),
        asked=str(item.get("asked") or ""),
        replays=int(item.get("replays", 0)),
        notes=int(item.get("notes", 0)),
        codes=", ".join(str(error.get("code", "")) for error in item.get("errors", [])),
        faults=[_fault(error) for error in item.get("errors", [])],
    )


def code_counts(answer: Json) -> list[CodeCount]:
    """The codes of a list, the commonest first."""
    return [CodeCount(code, count) for code, count in answer.get("codes", {}).items()]


def causes(answer: Json) -> list[Cause]:
    """What is wrong, and with how many: the most first."""
    return [
        Cause(
            str(one["code"]),
            str(one["sender"]),
            _name(one, "sender"),
            int(one["count"]),
            int(one["taken"]),
            moment(one.get("oldest")),
            *age_of(int(one["age_seconds"])),
        )
        for one in answer.get("causes", [])
    ]


def letter_lines(answer: Json) -> str:
    """Received, MsgId and report number of each message, a line each."""
    return "\n".join(
        "  ".join((moment(one.get("received")), one.get("msg_id") or "–", one.get("serv_prov_id") or "–"))
        for one in answer.get("items", [])
    )


def history(answer: Json) -> list[Done]:
    """What was done about a message, newest first."""
    return [
        Done(moment(one.get("at")), str(one["action"]), str(one.get("reason") or ""), str(one["name"]))
        for one in answer.get("history", [])
    ]


def corrections(answer: Json) -> list[Instead]:
    """What was sent in instead of a message, newest first."""
    return [
        Instead(str(one["id"]), moment(one.get("received")), str(one["status"]))
        for one in answer.get("corrections", [])
    ]


def opened(answer: Json) -> Opened:
    """What an opened message says."""
    subject: Json = answer.get("subject") or {}
    content: Json = answer.get("content") or {}
    return Opened(
        name=str(subject.get("name", "")),
        number=str(subject.get("number", "")),
        born=str(subject.get("birth_date", "")),
        sex=str(subject.get("sex", "")),
        readable=bool(subject),
        report=str(content.get("serv_prov_id", "")),
        message_id=str(content.get("msg_id", "")),
        generated=str(content.get("generated", "")),
        requisitions=", ".join(content.get("requisitions", [])),
        requester=str(content.get("requester", "")),
        results=int(content.get("results", 0)),
        original=str(answer.get("original") or ""),
        notes=[str(note) for note in answer.get("notes", [])],
    )


def age_of(seconds: int) -> tuple[int, str]:
    """Seconds as the largest whole unit: (3, "hours"), (1, "hour"), (0, "now")."""
    for unit, size in _AGES:
        if seconds >= size:
            return seconds // size, unit if seconds >= 2 * size else _ONE[unit]
    return 0, "now"


def moment(instant: Any) -> str:
    """`2026-11-23T05:43:17Z` → `23.11.2026 06:43` in Norway; empty where there is none."""
    return show_moment(str(instant))


def _name(item: Json, which: str) -> str:
    return str(item.get(f"{which}_name") or item.get(which) or "").removeprefix("name:")


def _fault(error: Json) -> Fault:
    place = str(error.get("path") or "") or (f"{error['line']}" if error.get("line") else "")
    return Fault(str(error.get("code", "")), str(error.get("message", "")), place)


def encoded(pasted: str) -> bytes:
    """Pasted XML as bytes in the encoding it declares."""
    text = pasted.strip()
    latin = "iso-8859-1" in text[:200].lower()
    return text.encode("iso-8859-1" if latin else "utf-8", errors="xmlcharrefreplace")
