"""Words that nobody has but the page: it is not left without a question, nor by the idle clock.

Counted are long text fields with something typed in them, and forms of the journal that are begun, while they
stand in the page: what is sent goes away with its form, or its field is emptied. A form that saves by itself
(`data-keeps`) says how it stands in `window.aksonHolders`, by name {holds, drop}. Nothing is written to the
browser's storage: what is typed stays in the page, also while the portal is away.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.ui import aksel
from portal.ui.text import text

_SCRIPT = """
const aksonTyped = new Set();
const aksonTypedThere = () => {
  aksonTyped.forEach((one) => {
    if (!one.isConnected || (one.matches("textarea") && one.value.trim() === "")) aksonTyped.delete(one);
  });
  return aksonTyped.size > 0;
};
if (typeof window !== "undefined") {
  window.aksonHolders ??= new Map();
  window.aksonHolders.set("typed", {holds: aksonTypedThere, drop: () => aksonTyped.clear()});
  Object.defineProperty(window, "aksonUnsent", {configurable: true, get: () =>
    [...window.aksonHolders.values()].some((one) => one.holds())});
}
const UnsentGuard = ({title, body, stay, leave}) => {
  const blocker = useBlocker(() => Boolean(window.aksonUnsent));
  useEffect(() => {
    const typed = (event) => {
      const form = event.target.closest?.("form");
      if (form?.hasAttribute("data-keeps")) return;
      const counts = event.target.matches?.("textarea") ? event.target : form?.closest(".journal-form");
      if (counts) aksonTyped.add(counts);
    };
    const leaving = (event) => {
      if (window.aksonUnsent) { event.preventDefault(); event.returnValue = ""; }
    };
    document.addEventListener("input", typed, true);
    window.addEventListener("beforeunload", leaving);
    return () => {
      document.removeEventListener("input", typed, true);
      window.removeEventListener("beforeunload", leaving);
    };
  }, []);
  return jsx(Dialog, {
    open: blocker.state === "blocked",
    onOpenChange: (next) => { if (!next) blocker.reset?.(); },
  },
    jsx(Dialog.Popup, {role: "alertdialog", width: "small"},
      jsx(Dialog.Header, {}, jsx(Dialog.Title, {}, title)),
      jsx(Dialog.Body, {}, body),
      jsx(Dialog.Footer, {},
        jsx(Button, {onClick: () => blocker.reset?.()}, stay),
        jsx(Button, {variant: "tertiary", onClick: () => {
          window.aksonHolders.forEach((one) => one.drop());
          blocker.proceed?.();
        }}, leave))));
};
"""


class _UnsentGuard(rx.Component):
    tag = "UnsentGuard"
    title: Var[str]
    body: Var[str]
    stay: Var[str]
    leave: Var[str]

    def add_imports(self) -> dict[str, Any]:
        return {
            "react": ["useEffect"],
            "react-router": [rx.ImportVar(tag="useBlocker", install=False)],
            aksel.LIBRARY: ["Button", "Dialog"],
        }

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


def unsent_guard() -> rx.Component:
    """Watches over the whole page."""
    made: rx.Component = _UnsentGuard.create(
        **{name: text(f"frame.unsent.{name}") for name in ("title", "body", "stay", "leave")}
    )
    return made
