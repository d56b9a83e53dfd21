"""The staff's addresses."""

from __future__ import annotations

from starlette.routing import Route

from portal.panel.kept import shown
from portal.panel.manage import (
    consultations,
    control_points,
    decisions,
    feedback,
    home,
    meetings,
    moderation,
    topics,
)
from portal.panel.manage.frame import ROOT, Deed, Desk, at_desk, sent_to_desk

_DESK = f"{ROOT}/{{panel:uuid}}"
_LISTED: tuple[tuple[str, Desk, Desk, Deed], ...] = (
    ("consultations", consultations.listing, consultations.one, consultations.keep),
    ("meetings", meetings.listing, meetings.edit, meetings.keep),
    ("decisions", decisions.listing, decisions.edit, decisions.keep),
    ("control-points", control_points.listing, control_points.edit, control_points.keep),
)
_SINGLE: tuple[tuple[str, Desk, Deed], ...] = (
    ("moderation", moderation.queue, moderation.act),
    ("feedback", feedback.inbox, feedback.handle),
    ("topics", topics.listing, topics.keep),
    ("settings", home.settings, home.keep_settings),
    ("draws", home.draws, home.draw),
)


def manage_routes() -> list[Route]:
    """Lists, forms, and where the forms go."""
    routes = [
        Route(ROOT, shown(home.start, login=True), methods=["GET"]),
        Route(_DESK, at_desk(home.desk), methods=["GET"]),
        Route(f"{_DESK}/members", at_desk(home.members), methods=["GET"]),
    ]
    for section, show, keep in _SINGLE:
        routes.append(Route(f"{_DESK}/{section}", at_desk(show), methods=["GET"]))
        routes.append(Route(f"{_DESK}/{section}", sent_to_desk(keep), methods=["POST"]))
    for section, listing, edit, keep in _LISTED:
        routes.append(Route(f"{_DESK}/{section}", at_desk(listing), methods=["GET"]))
        for place in ("new", "{id:uuid}"):
            routes.append(Route(f"{_DESK}/{section}/{place}", at_desk(edit), methods=["GET"]))
            routes.append(Route(f"{_DESK}/{section}/{place}", sent_to_desk(keep), methods=["POST"]))
    return routes
