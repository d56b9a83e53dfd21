"""The head of every printed page: whom it is about, when it was printed, and by whom.

A sheet that lies in a tray says nothing of the screen it came from. The head stands in the page as the head
of a table, which browsers repeat on each sheet; page numbers are the style sheet's (`@page`).
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from portal.frame.patient import PatientBanner
from portal.session.guard import Login
from portal.ui.text import text

_SCRIPT = """
const PrintedAt = () => {
  const shown = () => new Intl.DateTimeFormat("nb-NO", {
    timeZone: "Europe/Oslo", day: "2-digit", month: "2-digit", year: "numeric",
    hour: "2-digit", minute: "2-digit",
  }).format(new Date()).replace(",", "");
  const [at, setAt] = useState("");
  useEffect(() => {
    const now = () => flushSync(() => setAt(shown()));
    setAt(shown());
    window.addEventListener("beforeprint", now);
    const tick = setInterval(() => setAt(shown()), 30000);
    return () => { window.removeEventListener("beforeprint", now); clearInterval(tick); };
  }, []);
  return at;
};
"""


class _PrintedAt(rx.Component):
    tag = "PrintedAt"

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect", "useState"], "react-dom": ["flushSync"]}

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


def paper_head(*, with_patient: bool) -> rx.Component:
    """Shown on paper alone."""
    return rx.el.div(
        rx.el.div(
            *([rx.cond(PatientBanner.name != "", _whom())] if with_patient else []),
            rx.el.span(
                text("frame.paper.printed"),
                " ",
                _PrintedAt.create(),
                " ",
                text("frame.paper.by"),
                " ",
                Login.name,
                rx.cond(Login.organisation != "", rx.el.span(", ", Login.organisation)),
                class_name="akson-paper-by",
            ),
            class_name="akson-paper-line",
        ),
        aria_hidden="true",
        class_name="akson-paper",
        custom_attrs={"data-testid": "paper-head"},
    )


def _whom() -> rx.Component:
    return rx.el.span(
        rx.el.strong(PatientBanner.name),
        " · ",
        PatientBanner.number,
        rx.cond(
            PatientBanner.born != "",
            rx.el.span(" · ", text("frame.patient.born"), " ", PatientBanner.born),
        ),
        class_name="akson-paper-whom",
    )
