"""The panel's addresses."""

from __future__ import annotations

from starlette.routing import Route

from portal.panel import answering, feedback, membership, public


def panel_routes() -> list[Route]:
    """Plain routes: none of them is part of the app, so that they are fast and can be found by search."""
    return [
        Route("/panel", public.home, methods=["GET"]),
        Route("/panel/decisions", public.decisions, methods=["GET"]),
        Route("/panel/membership", membership.show, methods=["GET"]),
        Route("/panel/membership", membership.change, methods=["POST"]),
        Route("/panel/feedback", feedback.show, methods=["GET"]),
        Route("/panel/feedback", feedback.send, methods=["POST"]),
        Route("/panel/feedback/follow", feedback.follow, methods=["POST"]),
        Route("/panel/consultations/{id:uuid}", public.consultation, methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/result.csv", public.result_csv, methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/answer", answering.show, methods=["GET"]),
        Route("/panel/consultations/{id:uuid}/answer", answering.keep, methods=["POST"]),
    ]
