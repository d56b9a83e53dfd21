"""Field by field: what was expected and what came out, as lines a person can read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.integration.expectations.facts import Facts, Json

REPORT = (
    *("status", "codes", "issued", "report_date", "effective", "approved", "kind", "category"),
    *("requester", "test", "documents", "comments", "specimens", "requisition"),
)
ITEM = (
    *("code", "status", "field", "value", "comparator", "unit", "ucum", "heading", "text", "coded"),
    *("text_unit", "flag", "ref", "method", "parent", "history", "specimen", "notes", "effective"),
)
DATES = ("issued", "report_date", "effective", "approved")
ABSENT = "(absent)"


def differences(expected: Json, facts: Facts) -> list[str]:
    """Every difference of one message; empty when all is as expected."""
    got = facts.report()
    found = _compare("report", REPORT, expected, got)
    found += _compare_release(expected, got)
    if sorted(expected["warnings"]) != got["warnings"]:
        found.append(_line("report", "warnings", sorted(expected["warnings"]), got["warnings"]))
    items = expected["items"]
    if len(items) != len(facts.observations):
        return [*found, _line("report", "results", len(items), len(facts.observations))]
    for number, item in enumerate(items, 1):
        assert item["n"] == str(number), "the expectations must count their results from 1"
        found += _compare_item(expected.get("each", {}) | item, facts.item(number))
    return found


def _compare_item(expected: Json, got: Json) -> list[str]:
    where = f"result {expected['n']} {expected.get('code', '')}".strip()
    keys = (*ITEM, "name") if "name" in expected else ITEM
    found = _compare(where, keys, expected, got)
    kinds = _kind_of_value(expected)
    if got.get("values", ABSENT) != kinds:
        found.append(_line(where, "kind of value", kinds, got.get("values", ABSENT)))
    return found


def _kind_of_value(expected: Json) -> str:
    if "value" in expected:
        return "valueQuantity"
    return "valueCodeableConcept" if {"text", "heading", "coded"} & expected.keys() else ABSENT


def _compare_release(expected: Json, got: Json) -> list[str]:
    wanted, said = expected.get("release"), got.get("release")
    if wanted is None or said is None or said == wanted or (wanted == "later" and said in "234"):
        return []
    return [_line("report", "release", wanted, said)]


def _compare(where: str, keys: tuple[str, ...], expected: Json, got: Json) -> list[str]:
    return [
        _line(where, key, expected.get(key, ABSENT), got.get(key, ABSENT))
        for key in keys
        if not same(key, expected.get(key, ABSENT), got.get(key, ABSENT))
    ]


def same(key: str, expected: Any, got: Any) -> bool:
    """Whether two facts say the same: moments to the second, texts by what was written of them."""
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(same(key, e, g) for e, g in zip(expected, got, strict=True))
    if isinstance(expected, list) or isinstance(got, list) or ABSENT in (expected, got):
        return bool(expected == got)
    if key in DATES:
        return moment(expected) == moment(got)
    return _text(expected) == _text(got) or (
        expected.endswith("…") and _text(got).startswith(_text(expected[:-1]))
    )


def moment(text: str) -> datetime | str:
    """A date stays a date; a time is compared to the second, wherever its zone is."""
    return datetime.fromisoformat(text).replace(microsecond=0) if "T" in text else text


def _text(text: str) -> str:
    return " ".join(text.split())


def _line(where: str, key: str, expected: object, got: object) -> str:
    return f"{where}: {key}: expected {expected!r}, got {got!r}"
