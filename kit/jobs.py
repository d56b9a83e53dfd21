"""Celery as it is used here: a wake-up call, never the place where work is kept."""

from __future__ import annotations

from celery import Celery

from kit.settings import get_settings


def make_celery(name: str, *, include: list[str]) -> Celery:
    """A Celery app on `AKSON_REDIS_URL`; results are not kept, tasks are acknowledged when done."""
    url = get_settings().redis_url
    if url.startswith("unix://"):
        url = "redis+socket://" + url.removeprefix("unix://")
    app = Celery(name, broker=url, include=include)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={"visibility_timeout": 120, "global_keyprefix": f"{name}."},
        enable_utc=True,
        timezone="UTC",
    )
    return app
