"""What others' apps may, as the pages show it: whose it is, what for, what it reads and writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from portal.ui import aksel
from portal.ui.text import text, text_by

_GRANT = re.compile(r"(?P<audience>\S+) (?P<whose>user|system)/(?P<kind>\w+)\.(?P<verbs>\w+)")
_RESULTS = "nhn:pps"


@dataclass
class Use:
    """What an app may do: kinds by their codes, those of the national results with `results-` before."""

    reads: list[str]
    writes: list[str]
    delivers: bool


def use_of(grants: Iterable[str]) -> Use:
    """The grants of the register of apps, one a kind."""
    reads: list[str] = []
    writes: list[str] = []
    delivers = False
    for grant in grants:
        found = _GRANT.fullmatch(grant)
        if found is None:
            continue
        kind = f"results-{found['kind']}" if found["audience"] == _RESULTS else found["kind"]
        delivers = delivers or found["whose"] == "system"
        if "r" in found["verbs"]:
            reads.append(kind)
        if "c" in found["verbs"] and found["whose"] == "user":
            writes.append(kind)
    return Use(reads, writes, delivers)


def use_view(one: Any) -> rx.Component:
    """A description list of what the app may; `one` has `reads`, `writes` and `delivers`."""
    return rx.el.dl(
        _kinds(text("apps.reads"), one.reads),
        _kinds(text("apps.writes"), one.writes),
        rx.cond(one.delivers, rx.fragment(rx.el.dt(text("apps.delivers")), rx.el.dd(text("apps.reports")))),
        class_name="app-use",
    )


def _kinds(name: Any, kinds: Any) -> rx.Component:
    return rx.cond(
        kinds.to(list[str]).length() > 0,
        rx.fragment(
            rx.el.dt(name),
            rx.el.dd(
                rx.foreach(kinds.to(list[str]), _kind),
                class_name="app-kinds",
            ),
        ),
    )


def _kind(kind: Any) -> rx.Component:
    return aksel.tag(text_by("apps.kind", kind, "other"), size="small", variant="outline")
