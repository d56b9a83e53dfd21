"""Structured logging: constant messages with fields, one JSON object a line, no personal data."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

# Any run of exactly eleven digits may be a national identity number, whatever field it hides in.
_ELEVEN_DIGITS = re.compile(r"(?<!\d)\d{11}(?!\d)")


def mask(text: str) -> str:
    """Replace what may be a national identity number with `***`."""
    return _ELEVEN_DIGITS.sub("***", text)


def _mask_event(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = mask(value)
    return event


def stack_of(error: BaseException) -> list[str]:
    """Where an exception was raised, without its text: a driver's message can quote a row."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]]


def configure(service: str, level: str = "INFO") -> None:
    """Send structlog and the standard library's log to stderr as JSON, masked, with the service's name."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _mask_event,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer()
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "_granian"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def get_logger() -> structlog.stdlib.BoundLogger:
    """The process's logger."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger
