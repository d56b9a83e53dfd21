"""Where a look-up's CPU time goes: the service in this process, sampled by CPU time, as a flame graph.

python -m benchmarks.flame [--all] [--requests 3000] [--svg FILE] [--depth 0]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import time
from collections import Counter
from html import escape
from pathlib import Path
from types import FrameType
from typing import Any

import uvloop
from fastapi import FastAPI

from benchmarks.instance import Instance, provider, temporary_instance
from benchmarks.lookup import ALL_RESULTS, DECLARED, PATH
from benchmarks.messages import persons
from benchmarks.signing import FORM
from benchmarks.stock import Stock
from dev.login import persona_token
from kit.identity.audiences import READ_RESULTS, RESULTS
from kit.identity.dpop import DpopKey
from results_service.app import make_app

SAMPLE_SECONDS = 0.001
_ROW, _WIDTH, _LEAST = 17, 1400, 0.004
_ROOT = Path(__file__).resolve().parent.parent

Stack = tuple[str, ...]


class Samples:
    """Stacks of the main thread, one for each millisecond of CPU time."""

    def __init__(self) -> None:
        self.stacks: Counter[Stack] = Counter()

    def _take(self, _: int, frame: FrameType | None) -> None:
        names: list[str] = []
        while frame is not None:
            names.append(_name(frame))
            frame = frame.f_back
        names.reverse()
        start = next((i for i, name in enumerate(names) if name.startswith("flame.py:ask")), None)
        self.stacks[tuple(names[start + 1 :]) if start is not None else ("event loop",)] += 1

    def __enter__(self) -> Samples:
        signal.signal(signal.SIGPROF, self._take)
        signal.setitimer(signal.ITIMER_PROF, SAMPLE_SECONDS, SAMPLE_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _name(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    parts = path.parts
    if "site-packages" in parts:
        short = "/".join(parts[parts.index("site-packages") + 1 :])
    elif path.is_relative_to(_ROOT):
        short = str(path.relative_to(_ROOT))
    else:
        short = path.name
    return f"{short.removeprefix('benchmarks/')}:{frame.f_code.co_qualname}"


async def ask(app: FastAPI, headers: dict[str, str], form: bytes) -> list[Any]:
    """One request through the whole app, without a server."""
    answer: list[Any] = []
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": pairs,
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": form, "more_body": False}

    async def send(message: Any) -> None:
        answer.append(message)

    await app(scope, receive, send)
    return answer


async def sample(
    instance: Instance, numbers: list[str], token: str, key: DpopKey, form: bytes, count: int
) -> tuple[Samples, float]:
    """The samples of `count` look-ups, one after the other, and CPU milliseconds of each."""
    app, url = make_app(instance.settings), instance.settings.results_url + PATH
    common = {**DECLARED, "authorization": f"DPoP {token}", "content-type": FORM}
    async with app.router.lifespan_context(app):
        first = await ask(
            app, {**common, "person-id": numbers[0], "dpop": key.proof("POST", url, token)}, form
        )
        nonce = dict(first[0]["headers"])[b"dpop-nonce"].decode()
        requests = [
            {
                **common,
                "person-id": numbers[i % len(numbers)],
                "dpop": key.proof("POST", url, token, nonce),
            }
            for i in range(count + 100)
        ]
        for headers in requests[:100]:
            await ask(app, headers, form)
        started = time.process_time()
        with Samples() as samples:
            for headers in requests[100:]:
                if (await ask(app, headers, form))[0]["status"] != 200:
                    raise RuntimeError("a look-up was refused")
        return samples, 1000 * (time.process_time() - started) / count


def totals(stacks: Counter[Stack]) -> Counter[str]:
    """Samples in which a function was on the stack."""
    found: Counter[str] = Counter()
    for stack, count in stacks.items():
        for name in set(stack):
            found[name] += count
    return found


def svg(stacks: Counter[Stack], title: str) -> str:
    """A flame graph: width is CPU time, below is what called."""
    total = sum(stacks.values())
    boxes: list[str] = []
    deepest = 0

    def draw(rows: list[tuple[Stack, int]], depth: int, left: float) -> None:
        nonlocal deepest
        groups: dict[str, list[tuple[Stack, int]]] = {}
        for stack, count in rows:
            if len(stack) > depth:
                groups.setdefault(stack[depth], []).append((stack, count))
        for name, members in sorted(groups.items()):
            share = sum(count for _, count in members) / total
            if share >= _LEAST:
                deepest = max(deepest, depth)
                boxes.append(_box(name, share, depth, left))
                draw(members, depth + 1, left)
            left += share

    draw(list(stacks.items()), 0, 0.0)
    height = (deepest + 3) * _ROW
    style = "text{font:11px sans-serif}rect{stroke:#fff;stroke-width:.5}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><style>{style}</style>"
        f'<text x="4" y="13">{escape(title)}</text>'
        f'<g transform="translate(0 {height - _ROW}) scale(1 1)">{"".join(boxes)}</g></svg>\n'
    )


def _box(name: str, share: float, depth: int, left: float) -> str:
    x, width, y = left * _WIDTH, share * _WIDTH, -depth * _ROW
    colour = "#f4b26a" if name.startswith(("results_service", "core_record", "kit/")) else "#cfd8e3"
    short = name.rpartition("/")[2]
    label = short[: int(width / 6)] if width > 40 else ""
    return (
        f'<g><title>{escape(name)} {100 * share:.1f} %</title><rect x="{x:.1f}" y="{y - 2}" '
        f'width="{width:.1f}" height="{_ROW - 1}" fill="{colour}"/>'
        f'<text x="{x + 3:.1f}" y="{y + 10}">{escape(label)}</text></g>'
    )


def main() -> None:
    """Sample, print the widest parts, write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="with all results included")
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--persons", type=int, default=50)
    parser.add_argument("--reports", type=int, default=60)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--least", type=float, default=2.0, help="smallest share printed, percent")
    options = parser.parse_args()
    with temporary_instance() as instance, provider(instance):
        numbers = persons(options.persons)
        Stock(instance).fill(numbers, options.reports)
        token, key = persona_token("sykehuslege", RESULTS, [READ_RESULTS])
        form = ALL_RESULTS if options.all else b""
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            samples, cost = runner.run(sample(instance, numbers, token, key, form, options.requests))
    total = sum(samples.stacks.values())
    title = f"newest 50 DiagnosticReports{' with all results' if options.all else ''}: {cost:.2f} ms CPU each"
    print(f"{title}; load {os.getloadavg()[0]:.1f}")
    for name, count in totals(samples.stacks).most_common():
        if 100 * count / total >= options.least:
            print(f"{100 * count / total:6.1f} %  {name}")
    if options.svg:
        options.svg.write_text(svg(samples.stacks, title), encoding="utf-8")


if __name__ == "__main__":
    main()
