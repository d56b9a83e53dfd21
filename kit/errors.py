"""The one error tree. `kit.web` answers any of these with its status; the rest is 500.

AksonError
├─ Malformed 400 · Unauthorized 401 · Forbidden 403 · NotFound 404 · NotAcceptable 406 · Conflict 409
├─ TooLarge 413 · UnsupportedMedia 415 · Unprocessable 422 · TooMany 429
├─ Damaged 500
└─ Unavailable 503 (`permanent` is False: the same call may succeed later)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class AksonError(Exception):
    """An error with an answer: HTTP status, a stable code and one sentence that says what to do.

    `detail` never holds personal data. `members` are further members of the answer (RFC 9457, 3.2) for
    the one who asked, never logged; `shown` is how many items of each kind they show, for the access log.
    `outcome_details` is the (system, code) of the FHIR OperationOutcome's `details`, where a profile asks
    for one; `other_details` are further codings of it.
    """

    status: ClassVar[int] = 500
    permanent: ClassVar[bool] = True

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        outcome_details: tuple[str, str] | None = None,
        other_details: tuple[tuple[str, str], ...] = (),
        members: Mapping[str, object] | None = None,
        shown: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.outcome_details = outcome_details
        self.other_details = other_details
        self.members = dict(members or {})
        self.shown = dict(shown or {})


class Malformed(AksonError):
    """400: the request cannot be read as what it should be."""

    status = 400


class Unauthorized(AksonError):
    """401: no valid proof of who is calling."""

    status = 401


class Forbidden(AksonError):
    """403: known, but decided against."""

    status = 403


class NotFound(AksonError):
    """404."""

    status = 404


class NotAcceptable(AksonError):
    """406: there is nothing in the form that was asked for."""

    status = 406


class Conflict(AksonError):
    """409: someone else has changed it meanwhile."""

    status = 409


class TooSlow(AksonError):
    """408."""

    status = 408


class TooLarge(AksonError):
    """413."""

    status = 413


class UnsupportedMedia(AksonError):
    """415."""

    status = 415


class Unprocessable(AksonError):
    """422: well-formed, but impossible."""

    status = 422


class TooMany(AksonError):
    """429: try again after the time in `Retry-After`."""

    status = 429
    permanent = False


class Damaged(AksonError):
    """500: what is kept is not what was kept. Calling again does not help."""

    status = 500


class Unavailable(AksonError):
    """503: something this service needs does not answer; nothing was done."""

    status = 503
    permanent = False
