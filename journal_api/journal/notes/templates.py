"""The templates of notes: data, read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

WITHOUT_AUTHORISATION = "-"
Words = dict[str, str]


class Section(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part of a note: text, codes of `systems`, or values of `measured`."""

    id: str
    kind: Literal["text", "code", "observations"]
    label: Words
    required: bool = False
    systems: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()


class Template(msgspec.Struct, frozen=True):
    """A form of note of one service. `signs`: roles that may sign it (`-`: without authorisation)."""

    id: str
    service: str
    signs: tuple[str, ...]
    title: Words
    sections: tuple[Section, ...]

    def signed_by(self, role: str | None) -> bool:
        """Whether one who acts in this role signs such notes."""
        return (role or WITHOUT_AUTHORISATION) in self.signs


@cache
def templates() -> Mapping[str, Template]:
    """All templates by id."""
    read: Any = yaml.safe_load(Path(__file__).with_name("templates.yaml").read_text(encoding="utf-8"))
    return {one.id: one for one in msgspec.convert(read["templates"], list[Template])}
