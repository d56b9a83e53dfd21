"""What can go wrong between the portal and a service, in the terms a page needs."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """`REFUSED` decided against · `NOT_FOUND` nobody or nothing · `SIGNED_OUT` the login no longer serves ·
    `BUSY` too many look-ups, wait · `DOWN` the service does not answer · `WRONG` a fault, ours or theirs."""

    REFUSED = "refused"
    NOT_FOUND = "not_found"
    SIGNED_OUT = "signed_out"
    BUSY = "busy"
    DOWN = "down"
    WRONG = "wrong"


BY_STATUS = {
    401: Problem.SIGNED_OUT,
    403: Problem.REFUSED,
    404: Problem.NOT_FOUND,
    429: Problem.BUSY,
    502: Problem.DOWN,
    503: Problem.DOWN,
    504: Problem.DOWN,
}
"""What an HTTP status of a service means; any other failure is `WRONG`."""


class ServiceProblem(Exception):
    """A service did not give what was asked for.

    `code` is the service's own stable code (`Specific`, `General`, `Reservation`, `no-care-relation`, ...),
    or the HTTP status; `correlation_id` finds the call in the logs. Neither holds personal data.
    """

    def __init__(self, problem: Problem, code: str = "", correlation_id: str = "") -> None:
        super().__init__(f"{problem}: {code}")
        self.problem = problem
        self.code = code
        self.correlation_id = correlation_id
