"""Free ports for the processes that tests start."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from itertools import count, islice

_FIRST, _EACH, _PROCESSES = 10_000, 1_000, 20
"""Below 32768, from where the system gives ports to outgoing connections: none can take ours meanwhile."""


def _candidates() -> Iterator[int]:
    """The ports of this process of the run, each one again only after all others."""
    place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _PROCESSES
    first = _FIRST + place * _EACH
    return (first + number % _EACH for number in count(os.getpid() * 7))


_ports = _candidates()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses and that no other test is given."""
    for port in islice(_ports, _EACH):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port of this process is taken")
