"""The shell of the pages that need no login: plain HTML made on the server, without Reflex or scripts."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

from portal.ui.texts import texts

_SHELL = Template(Path(__file__).with_name("shell.html").read_text(encoding="utf-8"))
_STYLESHEET = re.compile(r'<link href="(/assets/[^"]+\.css)" rel="stylesheet"')
_NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}


def said(lang: str, *areas: str) -> dict[str, str]:
    """The texts of `areas`, escaped, as a template names them: `front.heading` → `front_heading`."""
    starts = tuple(f"{area}." for area in areas)
    return {key.replace(".", "_"): escape(v) for key, v in texts(lang).items() if key.startswith(starts)}


def shell(lang: str, title: str, content: str, stylesheet: str) -> str:
    """A whole page. `title` is text, `content` the finished HTML of `<main>`."""
    return _SHELL.substitute(
        said(lang, "front"),
        lang=lang,
        title=escape(title),
        stylesheet=escape(stylesheet),
        languages=_languages(lang),
        content=content,
    )


@lru_cache(maxsize=1)
def stylesheet(static: Path) -> str:
    """The build's one style sheet, as its pages name it; empty before the frontend is built."""
    page = static / "404.html"
    found = _STYLESHEET.search(page.read_text(encoding="utf-8")) if page.is_file() else None
    return found[1] if found else ""


def _languages(lang: str) -> str:
    links = (
        f'<li><a href="/language/{code}" lang="{code}"'
        f"{' aria-current=true' if code == lang else ''}>{name}</a></li>"
        for code, name in _NAMES.items()
    )
    return "".join(links)
