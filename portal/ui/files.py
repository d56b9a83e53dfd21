"""Documents in a page: a button that saves one, and a page of it as an image.

Files come by the portal's own route with fetch, never into browser storage; the reader saves what is saved.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.ui import aksel
from portal.ui.forms import wrong_view
from portal.ui.language import Language
from portal.ui.text import text
from portal.ui.texts import LANGUAGES, under

HEADING = "document-shown"
_SCRIPT = """
const aksonFile = (to, id, patient, more = {}) => fetch(`${to}/${id}`, {
  cache: "no-store", redirect: "error", ...more,
  headers: {"akson-tab": window.sessionStorage.getItem("token") ?? "", "akson-patient": patient},
});
const aksonFault = async (answer) => (await answer.json().catch(() => ({}))).code ?? "other";
const DocumentSaver = ({to, id, patient, name, words, wrong}) => {
  const [status, setStatus] = useState("");
  const save = async () => {
    setStatus("sending");
    try {
      const answer = await aksonFile(to, id, patient);
      if (!answer.ok) { setStatus(await aksonFault(answer)); return; }
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      const disposition = answer.headers.get("content-disposition") ?? "";
      link.download = disposition.match(/filename="([^"]+)"/)?.[1] ?? "";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      setStatus("");
    } catch { setStatus("offline"); }
  };
  return jsx("span", {},
    jsx(Button, {size: "xsmall", variant: "tertiary", onClick: save, loading: status === "sending",
      "data-testid": "document-save"}, words.save, jsx("span", {className: "akson-hidden"}, " ", name)),
    jsx("span", {role: "alert"}, ["", "sending"].includes(status) ? "" : wrong[status] ?? wrong.other));
};
"""


class File(rx.Component):
    """What components of files have in common: the route (`to`), and whom the page shows (`patient`)."""

    to: Var[str]
    patient: Var[str]
    words: Var[dict[str, str]]
    wrong: Var[dict[str, str]]

    def add_imports(self) -> dict[str, Any]:
        """What the script uses."""
        return {"react": ["useRef", "useState"], aksel.LIBRARY: ["Alert", "Button"]}

    def add_custom_code(self) -> list[str]:
        """The script."""
        return [_SCRIPT]


class _Saver(File):
    tag = "DocumentSaver"
    name: Var[str]


def file_props(to: str, shown: Any, wrong: str, *words: str) -> dict[str, Any]:
    """The props of a `File`: texts `documents.<word>`, and what can be wrong below `wrong`."""
    tables = {lang: under(lang, wrong) for lang in LANGUAGES}
    said = {name: text(f"documents.{name}") for name in words}
    return {
        "to": to,
        "patient": shown,
        "words": Var.create(said),
        "wrong": Var.create(tables)[Language.lang],
    }


def document_saver(one: Any, to: str, shown: Any, wrong: str, said: str = "save") -> rx.Component:
    """The button that saves a document (`key`, `title`); `said`: the text `documents.<said>` on it."""
    props = file_props(to, shown, wrong, said)
    props["words"] = Var.create({"save": text(f"documents.{said}")})
    return _Saver.create(id=one.key, name=one.title, **props)


def document_shower(one: Any, show: Any) -> rx.Component:
    """The button that shows a document's first page."""
    return aksel.button(
        text("documents.show"),
        rx.el.span(" ", one.title, class_name="akson-hidden"),
        size="xsmall",
        variant="tertiary",
        on_click=show(one.key),
        custom_attrs={"data-testid": "document-show"},
    )


def document_page(shown: Any, wrong: str) -> rx.Component:
    """The page that a state shows: `title`, `image`, `page` of `pages`, `wrong`; `turn` and `close`."""
    return rx.el.div(
        rx.el.h3(shown.title, id=HEADING, tab_index=-1, class_name="journal-h3"),
        rx.cond(
            shown.image != "",
            rx.el.img(
                src=shown.image,
                alt=text("documents.page", page=shown.page, pages=shown.pages),
                class_name="document-page",
                custom_attrs={"data-testid": "document-page"},
            ),
            wrong_view(wrong, shown.wrong),
        ),
        rx.el.div(
            rx.cond(
                shown.pages > 1,
                rx.fragment(
                    _step(shown, "documents.before", -1, shown.page <= 1),
                    rx.el.span(text("documents.page", page=shown.page, pages=shown.pages), role="status"),
                    _step(shown, "documents.after", 1, shown.page >= shown.pages),
                ),
            ),
            aksel.button(text("documents.close"), size="xsmall", variant="tertiary", on_click=shown.close),
            class_name="journal-actions",
        ),
    )


def _step(shown: Any, words: str, by: int, last: Any) -> rx.Component:
    return aksel.button(
        text(words), size="xsmall", variant="secondary", disabled=last, on_click=shown.turn(by)
    )
