"""A load generator that costs little: a process of its own, one epoll loop over plain sockets.

Requests are finished (and their proofs signed) before the clock starts; answers are counted, not parsed. The
generator shares the machine with what it measures, so its own CPU time is told with every figure.
"""

from __future__ import annotations

import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

_BUFFER = 1 << 20
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length: "


class Job(msgspec.Struct):
    """What to send: every request once, by `clients` connections; at `rate` a second, or as fast as it goes.

    With `rate` a time begins when the request was due, so that a queue in front of the service counts.
    """

    host: str
    port: int
    requests: list[bytes]
    clients: int
    rate: float | None = None


class Measured(msgspec.Struct):
    """Answers a second, times in milliseconds, mean length of a body in bytes, the generator's own CPU."""

    rate: float
    p50: float
    p95: float
    p99: float
    size: int
    cpu_ms: float
    """CPU milliseconds of the generator for each request."""
    seconds: float


class _Client:
    """One connection with at most one request under way."""

    def __init__(self, job: Job) -> None:
        self.socket = socket.create_connection((job.host, job.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.started = 0.0
        self.size = 0
        self._head = b""
        self._left = -1

    def send(self, request: bytes, started: float) -> None:
        self.started, self._head, self._left = started, b"", -1
        self.socket.sendall(request)

    def receive(self, buffer: bytearray) -> bool:
        """Take what has come; True when the answer is complete. Raises when it is no success."""
        count = self.socket.recv_into(buffer)
        if not count:
            raise ConnectionError("the service closed a connection")
        if self._left < 0:
            count = self._read_head(bytes(buffer[:count]))
        self._left -= count
        return self._left == 0

    def _read_head(self, data: bytes) -> int:
        self._head += data
        head, found, rest = self._head.partition(_HEAD_END)
        if not found:
            self._left = -1
            return 0
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202")):
            raise ConnectionError(self._head[:2000].decode("latin-1"))
        self.size = int(head.lower().partition(_LENGTH)[2].partition(b"\r\n")[0])
        self._left = self.size
        return len(rest)


class _Run:
    """The loop over all connections."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._next = 0
        self._idle: list[_Client] = []
        self._buffer = bytearray(_BUFFER)
        self.times: list[float] = []
        self.bytes = 0

    def run(self) -> Measured:
        clients = {c.socket.fileno(): c for c in (_Client(self._job) for _ in range(self._job.clients))}
        self._idle = list(clients.values())
        cpu, self._begun = time.process_time(), time.perf_counter()
        with select.epoll() as poll:
            for number in clients:
                poll.register(number, select.EPOLLIN)
            while len(self.times) < len(self._job.requests):
                self._send()
                for number, _ in poll.poll(self._pause()):
                    self._take(clients[number])
        seconds = time.perf_counter() - self._begun
        cpu = time.process_time() - cpu
        for client in clients.values():
            client.socket.close()
        return _summary(self.times, self.bytes, seconds, cpu)

    def _due(self) -> float:
        if self._job.rate is None:
            return 0.0
        return self._begun + self._next / self._job.rate

    def _pause(self) -> float:
        if self._job.rate is None or self._next >= len(self._job.requests) or not self._idle:
            return -1
        return max(0.0, self._due() - time.perf_counter())

    def _send(self) -> None:
        while self._idle and self._next < len(self._job.requests):
            now = time.perf_counter()
            due = self._due()
            if due > now:
                return
            self._idle.pop().send(self._job.requests[self._next], due or now)
            self._next += 1

    def _take(self, client: _Client) -> None:
        if client.receive(self._buffer):
            self.times.append(time.perf_counter() - client.started)
            self.bytes += client.size
            self._idle.append(client)


def _summary(times: Sequence[float], size: int, seconds: float, cpu: float) -> Measured:
    p50, p95, p99 = (1000 * percentile(times, share) for share in (0.5, 0.95, 0.99))
    count = len(times)
    return Measured(count / seconds, p50, p95, p99, size // count, 1000 * cpu / count, seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all lie at or below (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def measure(url: str, requests: list[bytes], clients: int, rate: float | None = None) -> Measured:
    """Send the requests from a process of their own; raises when an answer is no success."""
    parts = urlsplit(url)
    job = Job(parts.hostname or "", parts.port or 80, requests, clients, rate)
    command = [sys.executable, "-m", "benchmarks.load"]
    done = subprocess.run(command, input=msgspec.msgpack.encode(job), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-3000:])
    return msgspec.json.decode(done.stdout, type=Measured)


if __name__ == "__main__":
    given = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    sys.stdout.buffer.write(msgspec.json.encode(_Run(given).run()))
