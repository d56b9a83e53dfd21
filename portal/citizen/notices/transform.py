"""A notice → what is shown of it: codes that texts name, a day, and who by the log's row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.ui.dates import show_day, show_time

Json = dict[str, Any]


@dataclass
class Shown:
    """One notice. `kind` is a code; `who` and `place` are empty where it is about no look-up."""

    id: str
    kind: str
    day: str
    time: str
    unread: bool
    in_log: bool
    who: str
    role: str
    place: str


def shown(answer: Json) -> list[Shown]:
    """The notices of a page, in its order (newest first)."""
    return [_shown(one) for one in answer.get("notices", [])]


def newest(answer: Json) -> str:
    """When the newest came, as the service wrote it; empty without any."""
    return max((str(one["at"]) for one in answer.get("notices", [])), default="")


def _shown(notice: Json) -> Shown:
    at = str(notice["at"])
    log: Json = notice.get("log") or {}
    places = (str(log.get(name) or "") for name in ("place", "organisation"))
    return Shown(
        id=str(notice["id"]),
        kind=str(notice["kind"]),
        day=show_day(at),
        time=show_time(at),
        unread=not notice["read"],
        in_log=bool(log),
        who=str(log.get("name") or ""),
        role=str(log.get("role") or ""),
        place=", ".join(dict.fromkeys(name for name in places if name)),
    )
