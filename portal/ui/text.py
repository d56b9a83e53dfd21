"""Texts in components: all three languages are in the build, the reader's is chosen in the browser."""

from __future__ import annotations

import re
from typing import Any

from reflex.vars import Var, VarData
from reflex.vars.sequence import StringVar

from portal.ui.language import Language
from portal.ui.texts import LANGUAGES, say, under

_PLACE = re.compile(r"\{(\w+)\}")


def text(key: str, **values: Any) -> StringVar[Any]:
    """The text of `key` in the reader's language; `values` (texts or Vars) fill its `{places}`.

    Raises `UnknownText` when the portal is built, not when it is read.
    """
    by_language: dict[str, Any] = {lang: _filled(say(lang, key), values) for lang in LANGUAGES}
    return Var.create(by_language)[Language.lang].to(str)


def _filled(template: str, values: dict[str, Any]) -> Any:
    if not values:
        return template
    filled: Any = Var.create("")
    for position, part in enumerate(_PLACE.split(template)):
        piece = values[part] if position % 2 else part
        filled = filled + _plain(piece)
    return filled


def _plain(piece: Any) -> StringVar[Any]:
    """A value as text. Reflex' own conversion would make nothing of the number 0."""
    value: Any = Var.create(piece)
    made: Var[Any] = Var(_js_expr=f"String({value!s} ?? '')", _var_data=_data(value))
    return made.to(str)


def text_by(prefix: str, key: Any, default: str, *, otherwise: Any = None) -> StringVar[Any]:
    """The text `prefix.<key>`, `key` known only when the page is shown.

    Without one: `otherwise` where given (a Var, e.g. the sender's own words), else `prefix.<default>`.
    """
    tables = {lang: under(lang, prefix) for lang in LANGUAGES}
    chosen = Var.create(tables)[Language.lang].to(dict[str, str])
    last = Var.create(chosen[default] if otherwise is None else otherwise)
    found: Var[Any] = Var(_js_expr=f"({chosen[key]!s} ?? {last!s})", _var_data=_data(chosen, key, last))
    return found.to(str)


def _data(*parts: Any) -> VarData | None:
    return VarData.merge(*(Var.create(part)._get_all_var_data() for part in parts))
