"""The reader's language: which of the three, and Aksel's own texts and `<html lang>` in step with it."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.ui.aksel import Aksel
from portal.ui.texts import DEFAULT_LANGUAGE, LANGUAGES


class Language(rx.State):
    """The language of this tab. Set from the session when the page is loaded."""

    lang: str = DEFAULT_LANGUAGE

    def _choose(self, lang: str) -> None:
        """Take `lang` if it is one of ours."""
        if lang in LANGUAGES:
            self.lang = lang


class _Provider(Aksel):
    tag = "Provider"
    locale: Var[Any]

    def add_imports(self) -> dict[str, Any]:
        return {
            "@navikt/ds-react/locales": [
                rx.ImportVar(tag=lang, alias=f"aksel_{lang}", install=False) for lang in LANGUAGES
            ]
        }


class _HtmlLang(rx.Component):
    """Keeps `<html lang>` in step by an effect: no evaluated script, so a strict CSP holds."""

    library = "react"
    tag = "Fragment"
    lang: Var[str]

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect"]}

    def add_hooks(self) -> list[str | Var[Any]]:
        effect = f"useEffect(() => {{ document.documentElement.lang = {self.lang!s}; }}, [{self.lang!s}]);"
        return [Var(_js_expr=effect, _var_data=self.lang._get_all_var_data())]

    def _exclude_props(self) -> list[str]:
        return ["lang"]


def in_language(*children: rx.Component) -> rx.Component:
    """`children` with Aksel's own texts (Search, Dialog, ...) and the document in the reader's language."""
    lang = Var.create(Language.lang)
    table = ", ".join(f"{code}: aksel_{code}" for code in LANGUAGES)
    locale: Var[Any] = Var(
        _js_expr=f"({{{table}}}[{lang!s}] ?? aksel_{DEFAULT_LANGUAGE})",
        _var_type=object,
        _var_data=lang._get_all_var_data(),
    )
    provider: rx.Component = _Provider.create(_HtmlLang.create(lang=lang), *children, locale=locale)
    return provider
