"""Messages to measure with: one of `tests/messages`, for as many fictitious persons and reports as wanted."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from lxml import etree

from dev.population.numbers import Numbers

MESSAGE = Path(__file__).resolve().parent.parent / "tests" / "messages" / "biokjemi-1-ny.xml"
RESULTS = 8


def ten_kilobytes() -> bytes:
    """A message of 10 kB."""
    return MESSAGE.read_bytes()


def persons(count: int, seed: int = 1) -> list[str]:
    """National numbers nobody has."""
    given, rng = Numbers([]), random.Random(seed)
    return [given.national(rng, _born(index), _sex(index)) for index in range(count)]


def with_results(results: int = RESULTS) -> etree._Element:
    """The message with so many results."""
    root = etree.fromstring(MESSAGE.read_bytes())
    items = root.findall(".//{*}ResultItem")
    for item in items[results:]:
        parent = item.getparent()
        if parent is not None:
            parent.remove(item)
    return root


def reports(numbers: list[str], count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` messages of 8 results, each a report of its own, the persons in turn."""
    template, rng = with_results(), random.Random(seed)
    for index in range(count):
        root = copy.deepcopy(template)
        who = index % len(numbers)
        _set(root, "MsgId", str(UUID(int=rng.getrandbits(128), version=4)))
        _set(root, "ServProvId", f"BENCH-{seed}-{index}")
        _set(root, "OffId", numbers[who])
        _put(root, "DateOfBirth", _born(who).isoformat())
        _put(root, "Sex", str(_sex(who)))
        yield etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _born(index: int) -> date:
    return date(1940, 1, 1) + timedelta(days=index % 20_000)


def _sex(index: int) -> int:
    return 1 + index % 2


def _find(root: etree._Element, name: str) -> etree._Element:
    found = root.find(f".//{{*}}{name}")
    if found is None:
        raise LookupError(name)
    return found


def _set(root: etree._Element, name: str, text: str) -> None:
    _find(root, name).text = text


def _put(root: etree._Element, name: str, value: str) -> None:
    _find(root, name).set("V", value)
