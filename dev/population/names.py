"""Names to combine, from `names.yaml`."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Names(msgspec.Struct, frozen=True):
    """Given names by sex, and family names."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


_NAMES = msgspec.yaml.decode(Path(__file__).with_name("names.yaml").read_bytes(), type=Names)
FEMALE = _NAMES.female
MALE = _NAMES.male
FAMILY = _NAMES.family
