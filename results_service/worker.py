"""The Celery app of the results service: `celery -A results_service.worker worker` and `… beat`.

Beat needs no file of its own: its one job is a sweep at short intervals, which may be missed.
"""

from __future__ import annotations

import contextlib

from celery.signals import before_task_publish
from redis.exceptions import RedisError

from kit import valkey
from kit.jobs import make_celery
from results_service.intake.signals import HOUSEKEEPING_TASK, REMAP_TASK, SWEEP_TASK

SWEEP_SECONDS = 5.0
HOUSEKEEPING_SECONDS = 600.0
BEAT_KEY = "akson:beat"  # there as long as beat sends its sweeps

app = make_celery("results", include=["results_service.intake.tasks"])
app.conf.update(
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "sweep": {"task": SWEEP_TASK, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
        "remap": {"task": REMAP_TASK, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}},
        "housekeeping": {
            "task": HOUSEKEEPING_TASK,
            "schedule": HOUSEKEEPING_SECONDS,
            "options": {"expires": HOUSEKEEPING_SECONDS},
        },
    },
)


@before_task_publish.connect(sender=SWEEP_TASK)
def _beat_lives(**_: object) -> None:
    with contextlib.suppress(RedisError):  # the key then expires, which is what the health check looks at
        valkey.client().set(BEAT_KEY, b"1", ex=int(6 * SWEEP_SECONDS))
