"""The portal's texts: one YAML file per area and language, `<area>.<lang>.yaml`, keys joined by dots.

`say("nb", "frame.log_out")` is the text; `{name}` in a text is filled from keyword arguments. Every key
exists in every language (a test holds it), so there is no falling back from one language to another.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("nb", "nn", "en")
DEFAULT_LANGUAGE = "nb"
_FOLDER = Path(__file__).parent


class UnknownText(KeyError):
    """A text key that no file has: a fault in our code, found when the portal is built."""


@lru_cache(maxsize=len(LANGUAGES))
def texts(lang: str) -> dict[str, str]:
    """All texts of a language: `{"frame.log_out": "Logg ut", ...}`."""
    found: dict[str, str] = {}
    for path in sorted(_FOLDER.glob(f"*.{lang}.yaml")):
        area = path.name.split(".")[0]
        _flatten(area, yaml.safe_load(path.read_text(encoding="utf-8")), found)
    return found


def say(lang: str, key: str, **values: object) -> str:
    """The text of `key` in `lang`, with `values` in its places. Raises `UnknownText`."""
    try:
        text = texts(lang)[key]
    except KeyError:
        raise UnknownText(key) from None
    return text.format(**values) if values else text


def under(lang: str, prefix: str) -> dict[str, str]:
    """The texts below a prefix: `under("nb", "frame.problem")` → `{"down": "..."}`. Raises `UnknownText`."""
    start = prefix + "."
    found = {key.removeprefix(start): text for key, text in texts(lang).items() if key.startswith(start)}
    if not found:
        raise UnknownText(prefix)
    return found


def _flatten(prefix: str, node: Any, into: dict[str, str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            _flatten(f"{prefix}.{key}", value, into)
    else:
        into[prefix] = str(node).strip()
