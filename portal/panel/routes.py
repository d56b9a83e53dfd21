"""The panel's addresses."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from portal.panel import (
    answering,
    control_points,
    decisions,
    feedback,
    meetings,
    membership,
    mine,
    public,
    topics,
)
from portal.panel.kept import posted, shown
from portal.panel.manage.routes import manage_routes

_SCRIPT = Path(__file__).with_name("panel.js").read_text(encoding="utf-8")


def panel_routes() -> list[Route]:
    """Plain routes: none of them is part of the app, so that they are fast and can be found by search."""
    return [*_public(), *_members(), *manage_routes()]


def _public() -> list[Route]:
    return [
        Route("/panel", shown(public.home), methods=["GET"]),
        Route("/panel/panel.js", _script, methods=["GET"]),
        Route("/panel/decisions", shown(decisions.listing), methods=["GET"]),
        Route("/panel/decisions/{id:uuid}", shown(decisions.one), methods=["GET"]),
        Route("/panel/control-points", shown(control_points.listing), methods=["GET"]),
        Route("/panel/control-points/{id:uuid}", shown(control_points.one), methods=["GET"]),
        Route("/panel/meetings", shown(meetings.listing), methods=["GET"]),
        Route("/panel/meetings/{id:uuid}", shown(meetings.one), methods=["GET"]),
        Route("/panel/topics", shown(topics.listing), methods=["GET"]),
        Route("/panel/topics/{id:uuid}", shown(topics.one), methods=["GET"]),
        Route("/panel/feedback", shown(feedback.show), methods=["GET"]),
        Route("/panel/feedback", posted(feedback.send, login=False), methods=["POST"]),
        Route("/panel/feedback/follow", posted(feedback.follow, login=False), methods=["POST"]),
        Route("/panel/consultations/{id:uuid}", shown(public.consultation), methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/result.csv", shown(public.result_csv), methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/result.json", shown(public.result_json), methods=["GET"]),
    ]


def _members() -> list[Route]:
    return [
        Route("/panel/mine", shown(mine.show, login=True), methods=["GET"]),
        Route("/panel/mine/appeal", posted(mine.appeal), methods=["POST"]),
        Route("/panel/membership", shown(membership.show, login=True), methods=["GET"]),
        Route("/panel/membership", posted(membership.change), methods=["POST"]),
        Route("/panel/topics", posted(topics.propose), methods=["POST"]),
        Route("/panel/topics/{id:uuid}", posted(topics.contribute), methods=["POST"]),
        Route("/panel/topics/{id:uuid}/stance", posted(topics.stance), methods=["POST"]),
        Route("/panel/topics/{id:uuid}/complaint", posted(topics.complain), methods=["POST"]),
        Route("/panel/meetings/{id:uuid}", posted(meetings.attend), methods=["POST"]),
        Route("/panel/consultations/{id:uuid}/answer", shown(answering.show, login=True), methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/answer", posted(answering.keep), methods=["POST"]),
    ]


async def _script(_request: Request) -> Response:
    return Response(_SCRIPT, media_type="text/javascript")
