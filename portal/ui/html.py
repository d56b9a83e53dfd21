"""Plain HTML that Reflex would otherwise take over: a form the browser itself sends, a full page load."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var
from reflex_components_core.el.element import Element


class _PlainForm(Element):
    tag = "form"
    action: Var[str]
    method: Var[str]


class _PlainLink(Element):
    tag = "a"
    href: Var[str]


class _FullLoad(rx.Component):
    library = "react"
    tag = "Fragment"
    to: Var[str]

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect"]}

    def add_hooks(self) -> list[str | Var[Any]]:
        return [Var(_js_expr=f"useEffect(() => {{ window.location.replace({self.to!s}); }}, []);")]

    def _exclude_props(self) -> list[str]:
        return ["to"]


def plain_form(*children: rx.Component, action: str, **props: Any) -> rx.Component:
    """A form that the browser posts to one of our own routes."""
    made: rx.Component = _PlainForm.create(*children, action=action, method="post", **props)
    return made


def plain_link(*children: Any, href: str, **props: Any) -> rx.Component:
    """A link that the browser itself follows: one to a place on the page moves the focus there too."""
    made: rx.Component = _PlainLink.create(*children, href=href, **props)
    return made


def full_load(to: str) -> rx.Component:
    """Loads `to` anew when shown: the only way out of the single-page app that keeps a strict CSP."""
    made: rx.Component = _FullLoad.create(to=to)
    return made
