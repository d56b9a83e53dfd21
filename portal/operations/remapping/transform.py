"""A form → which messages; the service's orders → rows to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from kit.norway import OSLO
from portal.ui.dates import show_day, show_moment

Json = dict[str, Any]


class FormFault(ValueError):
    """`code` says what is wrong with the form."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Sender:
    """A sender to choose: the service's key, and its name."""

    key: str
    name: str


@dataclass
class Order:
    """An order: which messages, and how far it is. `share` is in per cent; `state` is running or finished."""

    sender: str
    kind: str
    first: str
    last: str
    reason: str
    made: str
    by: str
    total: int
    done: int
    changed: int
    failed: int
    gone: int
    share: int
    state: str


def which(form: Json) -> Json:
    """The messages that the form names, whole days in Norway. Raises `FormFault`."""
    first, last = _day(form, "first"), _day(form, "last")
    if last < first:
        raise FormFault("period-invalid")
    found = {
        "received_from": _midnight(first).isoformat(),
        "received_to": _midnight(last + timedelta(days=1)).isoformat(),
    }
    return found | {key: str(form[key]) for key in ("sender", "kind") if form.get(key)}


def senders(answer: Json) -> list[Sender]:
    """Whom one can choose among, by name."""
    found = {str(one["sender"]): _named(one) for one in answer.get("senders", [])}
    return [Sender(key, name) for key, name in sorted(found.items(), key=lambda one: one[1].casefold())]


def orders(answer: Json, known: list[Sender]) -> list[Order]:
    """The orders in the service's order: the newest first."""
    names = {sender.key: sender.name for sender in known}
    return [_order(one, names) for one in answer.get("orders", [])]


def _order(one: Json, names: dict[str, str]) -> Order:
    total, done = int(one["total"]), int(one["done"])
    key = str(one.get("sender") or "")
    until = datetime.fromisoformat(str(one["received_to"])) - timedelta(seconds=1)
    return Order(
        sender=names.get(key, key.removeprefix("name:")),
        kind=str(one.get("kind") or ""),
        first=show_day(str(one["received_from"])),
        last=show_day(until.isoformat()),
        reason=str(one["reason"]),
        made=show_moment(str(one["made"])),
        by=str(one["name"]),
        total=total,
        done=done,
        changed=int(one["changed"]),
        failed=int(one["failed"]),
        gone=int(one["gone"]),
        share=100 * done // total if total else 100,
        state="finished" if one.get("finished") else "running",
    )


def _named(one: Json) -> str:
    return str(one.get("sender_name") or one["sender"]).removeprefix("name:")


def _day(form: Json, field: str) -> date:
    try:
        return date.fromisoformat(str(form.get(field) or "").strip())
    except ValueError:
        raise FormFault("day-missing") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), OSLO)
