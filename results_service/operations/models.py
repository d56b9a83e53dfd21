"""The shapes of operations. None of them but `Opened` holds anything of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Held(Struct, frozen=True):
    """A message in the work list. `sender` is None until one could be read; `kind` is MsgDescr (8202).

    `errors` are intake's own `{code, message, line?, path?}`; `replay` says whether processing it anew may
    help: `possible`, or why not (`held`, `not-waiting`). `judgement`: what may be judged of a held one.
    `corrects`: the held message that this one corrects. `taken_by`: the operator who works on it (`mine`:
    the caller). `asked`: what its sender was asked to do, when it waits for that. `replays`: how often it was
    processed anew; `notes`: how many operators' words there are about it.
    """

    id: UUID
    status: str
    received: datetime
    finished: datetime | None
    organisation: str
    organisation_name: str | None
    sender: str | None
    sender_name: str | None
    kind: str | None
    version: str | None
    errors: list[dict[str, Any]]
    age_seconds: int
    resolved: str | None = None
    replay: str = "possible"
    corrects: UUID | None = None
    judgement: str | None = None
    taken_by: str | None = None
    taken: datetime | None = None
    mine: bool = False
    asked: str | None = None
    replays: int = 0
    notes: int = 0


class Narrowed(Struct, frozen=True):
    """Which messages of a list. `sender`: as a list shows it; `whose`: `mine` or `free` (not taken); `until`:
    none that came after it.

    None: all. `me`: the caller's hash.
    """

    me: bytes
    code: str | None = None
    sender: str | None = None
    whose: str | None = None
    until: UUID | None = None


class Cause(Struct, frozen=True):
    """Messages of a list with the same code and sender: how many, the oldest, how many somebody has taken."""

    code: str
    sender: str
    sender_name: str | None
    count: int
    oldest: datetime
    age_seconds: int
    taken: int


class Named(Struct, frozen=True):
    """What finds a message again at its sender: the sender's own ids of it. `generated` as sent."""

    received: datetime
    msg_id: str
    serv_prov_id: str
    generated: str


class Letter(Struct, frozen=True):
    """The oldest messages of a cause for a letter to their sender, and how many more there are.

    `until`: our id of the last it names, by which those alone are noted as returned.
    """

    items: list[Named]
    left: int
    until: UUID | None


class Batch(Struct, frozen=True):
    """What became of a batch: how many, how many are left, and after which the next begins (None: none)."""

    done: int
    left: int
    next: UUID | None


class Action(Struct, frozen=True):
    """What an operator did with a message."""

    at: datetime
    action: str
    reason: str | None
    name: str


class WorkList(Struct, frozen=True):
    """A page of the list, how many there are in all, and how many of each code."""

    items: list[Held]
    total: int
    codes: dict[str, int]


class Corrected(Struct, frozen=True):
    """A message that was sent in instead of another."""

    id: UUID
    status: str
    received: datetime


class Detail(Struct, frozen=True):
    """A message with what was done about it, newest first; still without anything of a person.

    `corrections`: what was sent in instead, newest first. `seen`: how many actions there are besides
    openings; sent back with the next one, it says what that one was decided upon.
    """

    message: Held
    history: list[Action]
    corrections: list[Corrected] = []
    seen: int = 0


class Subject(Struct, frozen=True):
    """Whom a message says it is about, as sent: never printed."""

    name: str
    number: str
    birth_date: str
    sex: str

    def __repr__(self) -> str:
        return "Subject(***)"


class Content(Struct, frozen=True):
    """What finds the report again at the laboratory; `results` is how many items it has."""

    msg_id: str
    serv_prov_id: str
    generated: str
    requisitions: list[str]
    requester: str
    results: int

    def __repr__(self) -> str:
        return "Content(***)"


class Opened(Struct, frozen=True):
    """An opened message. `notes` are operators' own words, newest first.

    `subject` and `content` are None where nothing could be read, `original` where it was not asked for.
    """

    message: Held
    subject: Subject | None
    content: Content | None
    original: str | None = None
    notes: list[str] = []

    def __repr__(self) -> str:
        return "Opened(***)"


class RemapOrder(Struct, frozen=True):
    """An order to map stored messages anew: which, and how far it is.

    `changed` got a new form; `failed` could not be mapped and stay as they were. `gone` have no original any
    more, and stay too.
    """

    id: UUID
    sender: str | None
    kind: str | None
    received_from: datetime
    received_to: datetime
    reason: str
    made: datetime
    name: str
    total: int
    done: int
    changed: int
    failed: int
    gone: int
    finished: datetime | None


class Reach(Struct, frozen=True):
    """What an order to map anew would touch: stored messages, and how many of them have their original."""

    messages: int
    originals: int


class Rhythm(Struct, frozen=True):
    """How a sender usually sends: hours with messages, and seconds between them (95 of 100 gaps are at most
    `usual_seconds`)."""

    sender: str
    sender_name: str | None
    last: datetime
    hours: int
    usual_seconds: float | None
    silent_seconds: float


class Quiet(Struct, frozen=True):
    """A sender's silence beside its own usual one; `state` is `quiet`, `usual`, `unknown` (too new), `gone`.

    `gone`: registered, and nothing came for as long as is looked back; `last` is None, the silence the least.
    """

    sender: str
    sender_name: str | None
    last: datetime | None
    usual_seconds: int | None
    silent_seconds: int
    state: str


class Volume(Struct, frozen=True):
    """Messages of one sender and kind received on one day (in Norway)."""

    day: date
    sender: str
    sender_name: str | None
    kind: str | None
    messages: int
    needs_attention: int
    rejected: int
