"""A load generator that costs little: proofs are signed beforehand, answers read from a plain socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from kit.identity.dpop import DpopKey


@dataclass(frozen=True)
class Measured:
    """Answers a second and times in milliseconds; `size` is the mean length of a body in bytes."""

    rate: float
    p50: float
    p95: float
    p99: float
    size: int


def sign(url: str, token: str, key: DpopKey, headers: Sequence[dict[str, str]], form: str) -> list[bytes]:
    """One finished HTTP request for each set of headers; proofs live a minute, so measure at once."""
    first = httpx.post(
        url, headers={**headers[0], "Authorization": f"DPoP {token}", "DPoP": key.proof("POST", url, token)}
    )
    nonce = first.headers["dpop-nonce"]
    parts = urlsplit(url)
    requests = []
    for own in headers:
        lines = {
            "Host": parts.netloc,
            "Authorization": f"DPoP {token}",
            "DPoP": key.proof("POST", url, token, nonce),
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(form)),
            **own,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        requests.append(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n{form}".encode())
    return requests


async def measure(url: str, requests: list[bytes], clients: int) -> Measured:
    """Send every request once, by so many clients at a time; raises when an answer is not 200."""
    parts = urlsplit(url)
    waiting = list(reversed(requests))
    times: list[float] = []
    sizes: list[int] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=4 << 20)
        while waiting:
            request = waiting.pop()
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - started) * 1000)
            sizes.append(length)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - started
    times.sort()
    p50, p95, p99 = (times[min(len(times) - 1, int(len(times) * share))] for share in (0.5, 0.95, 0.99))
    return Measured(len(times) / seconds, p50, p95, p99, sum(sizes) // len(sizes))
