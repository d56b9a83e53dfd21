"""What happens to a report after its first version: completed, changed, cancelled, supplemented.

HIS 80822: a change (M) replaces the whole report and repeats its results; a cancellation (C) takes it back.
ServProvId and IssueDate stay; MsgId and GenDate are new.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from dev.generator.labs import LABS
from dev.generator.model import Item, Report, Value
from dev.generator.order import Order


def revised(order: Order, report: Report, step: str, *, after: timedelta, **changes: Any) -> Report:
    """The next version of `report`, `after` the one before; `changes` override fields."""
    answered = report.answered + after
    fields: dict[str, Any] = {
        "serv_type": "M",
        "msg_id": order.msg_id(step),
        "answered": answered,
        "generated": LABS[report.lab].stamp(answered),  # type: ignore[index]
    }
    return msgspec.structs.replace(report, **{**fields, **changes})


def completed(order: Order, preliminary: Report, final: Report, *, after: timedelta) -> Report:
    """The final answer of a preliminary report: its results, as a change of the first."""
    return revised(
        order,
        preliminary,
        "completed",
        after=after,
        kind=final.kind,
        status="F",
        items=final.items,
        specimens=final.specimens,
        comment=final.comment,
    )


def cancelled(order: Order, report: Report, *, after: timedelta, comment: str) -> Report:
    """The whole report taken back; results are left out, as the standard allows."""
    return revised(
        order,
        report,
        "cancelled",
        after=after,
        kind=f"{report.kind}-cancelled",
        serv_type="C",
        items=(),
        comment=comment,
    )


def corrected(order: Order, report: Report, index: int, value: Value, **item: Any) -> Report:
    """One result corrected, with a comment that tells what stood before."""
    old = report.items[index]
    new = msgspec.structs.replace(
        old, value=value, serv_type="M", comment=f"Korrigert svar. Forrige svar var {_shown(old)}.", **item
    )
    items = (*report.items[:index], new, *report.items[index + 1 :])
    return revised(
        order,
        report,
        "corrected",
        after=timedelta(days=1, hours=2),
        kind=f"{report.kind}-changed",
        items=items,
    )


def withdrawn(report: Report, index: int, comment: str) -> Report:
    """The same version with one result taken back: no value, no flag, a comment."""
    old = report.items[index]
    new = msgspec.structs.replace(
        old, value=None, serv_type="C", reference=None, deviation=None, comment=comment
    )
    return msgspec.structs.replace(report, items=(*report.items[:index], new, *report.items[index + 1 :]))


def mapped(items: tuple[Item, ...], change: Callable[[Item], Item]) -> tuple[Item, ...]:
    """The items with `change` applied to each, at every depth."""
    return tuple(change(msgspec.structs.replace(i, items=mapped(i.items, change))) for i in items)


def _shown(item: Item) -> str:
    value = item.value
    text = getattr(value, "text", None) or getattr(value, "value", None) or "uten verdi"
    return str(text).replace(".", ",")
