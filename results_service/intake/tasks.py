"""Celery's part: wake up, drain the queue, tell who waits. The queue itself is the intake table."""

from __future__ import annotations

import contextlib
import gc
import logging
import time

import redis
from celery import shared_task
from celery.signals import worker_init, worker_process_init, worker_process_shutdown
from redis.exceptions import RedisError

from core_record.registers.service import verify_keys_sync
from kit import valkey
from kit.db import SyncDatabase
from kit.errors import Unavailable
from kit.keys import KeyRing
from kit.log import configure, get_logger
from kit.settings import get_settings
from results_service.codes import CodeBook
from results_service.codes.service import CurrentBook
from results_service.intake import metrics, signals
from results_service.intake.deletion import delete_reserved
from results_service.intake.housekeeping import delete_expired, fold_volumes
from results_service.intake.pipeline import Pipeline
from results_service.intake.remapping import Remapper
from results_service.intake.schemas import SchemaProblem
from results_service.intake.schemas import load as load_schemas
from results_service.intake.work import Finished, Worker
from results_service.release.orders import carry_out_releases
from results_service.reports.limits import limits

_TURNS_SECONDS = 60.0  # well below the broker's visibility timeout
_CODES_SECONDS = 2.0
_REMAP_SECONDS = 4.0  # of every five: an order must not hold new messages up
_COLLECT_AFTER = 20_000  # objects, a few messages' worth: hardly anything here is part of a ring
_log = get_logger()


class Process:
    """What one worker process holds open."""

    current: Process | None = None

    def __init__(self) -> None:
        settings = get_settings()
        keys = KeyRing.load(settings.keys_folder)
        limits()  # a list that cannot be read is told at once
        self.database = SyncDatabase(settings.dsn("akson_results"), max_size=2)
        self.database.open()
        with self.database.transaction() as conn:
            verify_keys_sync(conn, keys)
        self.pipeline = Pipeline(
            keys,
            CodeBook.builtin(),
            production=not settings.is_development,
            schemas=load_schemas(settings.schemas),
        )
        self.worker = Worker(self.database, self.pipeline)
        self.remapper = Remapper(self.database, keys, lambda: self.pipeline.codes)
        self._book = CurrentBook()
        self._codes_due = 0.0
        self.valkey: redis.Redis = valkey.client()
        gc.freeze()  # what is loaded now lives as long as the process: collections need not walk it
        gc.set_threshold(_COLLECT_AFTER)

    def refresh_codes(self) -> None:
        """Use newly imported code lists within seconds, without asking at every turn."""
        if time.monotonic() >= self._codes_due:
            with self.database.transaction() as conn:
                self.pipeline.use(self._book.fresh(conn))
            self._codes_due = time.monotonic() + _CODES_SECONDS

    @classmethod
    def get(cls) -> Process:
        """This process's; made at first use."""
        if cls.current is None:
            cls.current = cls()
        return cls.current


@worker_init.connect
def _look_at_schemas(**_: object) -> None:
    """Tell which of the official schemas are there; a folder that is named and not there stops the worker."""
    settings = get_settings()
    configure("results-worker", settings.log_level)
    try:
        schemas = load_schemas(settings.schemas)
    except SchemaProblem as problem:
        raise SystemExit(str(problem)) from None
    if schemas is not None:
        states = {one.words: one.state for one in schemas.installed}
        level = logging.INFO if set(states.values()) == {"found"} else logging.WARNING
        _log.log(level, "official schemas", folder=str(schemas.folder), schemas=list(states))


@worker_process_init.connect
def _start(**_: object) -> None:
    configure("results-worker", get_settings().log_level)


@worker_process_shutdown.connect
def _stop(**_: object) -> None:
    if Process.current is not None:
        Process.current.database.close()
        Process.current = None


@shared_task(name=signals.DRAIN_TASK)
def drain() -> None:
    """Process everything that is due. Any number of these may run at once."""
    process = Process.get()
    with contextlib.suppress(RedisError):  # then new messages wait for the sweep
        signals.drain_begins(process.valkey)
    _take_turns(process)


@shared_task(name=signals.SWEEP_TASK)
def sweep() -> None:
    """The same, from beat: finds what a lost signal, an emptied Valkey or a killed worker left behind.

    What reservations order deleted is deleted first, then what the journal's assessments release is released.
    """
    process = Process.get()
    try:
        delete_reserved(process.database)
        carry_out_releases(process.database)
    except Unavailable as error:
        _log.warning("deletions and releases wait for the next sweep", code=error.code)
    _take_turns(process)


@shared_task(name=signals.HOUSEKEEPING_TASK)
def housekeeping() -> None:
    """From beat: originals past their time are deleted, volumes folded."""
    process = Process.get()
    try:
        deleted = delete_expired(process.database)
        fold_volumes(process.database)
        metrics.count_deleted(process.valkey, deleted)
    except (Unavailable, RedisError) as error:
        _log.warning("housekeeping goes on next time", kind=type(error).__name__)


@shared_task(name=signals.REMAP_TASK)
def remap() -> None:
    """From beat: orders to map stored messages anew, some at a time."""
    process = Process.get()
    end = time.monotonic() + _REMAP_SECONDS
    try:
        process.refresh_codes()
        while time.monotonic() < end and process.remapper.take_step():
            pass
    except Unavailable as error:
        _log.warning("mapping anew goes on later", code=error.code)


def _take_turns(process: Process) -> None:
    end = time.monotonic() + _TURNS_SECONDS
    try:
        process.refresh_codes()
        while time.monotonic() < end and (finished := process.worker.take_turn()) is not None:
            _tell(process, finished)
    except Unavailable as error:
        _log.warning("the database does not answer, the next sweep goes on", code=error.code)


def _tell(process: Process, finished: Finished) -> None:
    if not finished.ids:
        return
    try:
        signals.tell_finished(process.valkey, finished.ids)
        metrics.count(process.valkey, dict(finished.counts))
    except RedisError as error:
        _log.warning("outcomes are stored but not announced", kind=type(error).__name__)
