"""The Celery app of the results service: `celery -A results_service.worker worker` and `… beat`.

Beat needs no file of its own: its one job is a sweep at short intervals, which may be missed.
"""

from __future__ import annotations

from kit.jobs import make_celery
from results_service.intake.signals import SWEEP_TASK

SWEEP_SECONDS = 5.0

app = make_celery("results", include=["results_service.intake.tasks"])
app.conf.update(
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "sweep": {"task": SWEEP_TASK, "schedule": SWEEP_SECONDS, "options": {"expires": SWEEP_SECONDS}}
    },
)
