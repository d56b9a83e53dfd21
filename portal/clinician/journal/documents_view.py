"""Documents beside the journal: the list, a page at a time, and a file taken in."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.clinician.journal.documents import CATEGORIES, HEADING, Documents
from portal.clinician.journal.filing import FILE, MOST
from portal.clinician.journal.state import seen
from portal.ui import aksel
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.language import Language
from portal.ui.text import text, text_by
from portal.ui.texts import LANGUAGES, under

shown: Any = Documents

# Files go to the portal's own route with fetch, never into browser storage; the reader saves what is saved.
_SCRIPT = """
const aksonFile = (to, id, patient, more = {}) => fetch(`${to}/${id}`, {
  cache: "no-store", redirect: "error", ...more,
  headers: {"akson-tab": window.sessionStorage.getItem("token") ?? "", "akson-patient": patient},
});
const aksonFault = async (answer) => (await answer.json().catch(() => ({}))).code ?? "other";
const DocumentTaker = ({to, patient, most, words, wrong, onTaken}) => {
  const [status, setStatus] = useState("");
  const input = useRef(null);
  const taken = async (event) => {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    if (file.size > most) { setStatus("document-too-large"); return; }
    setStatus("sending");
    const id = crypto.randomUUID();
    try {
      const answer = await aksonFile(to, id, patient, {method: "PUT", body: file});
      if (!answer.ok) { setStatus(await aksonFault(answer)); return; }
      setStatus("");
      onTaken?.(id);
    } catch { setStatus("offline"); }
  };
  const failed = status !== "" && status !== "sending";
  return jsx("div", {},
    jsx("input", {type: "file", ref: input, onChange: taken, hidden: true, accept: ".pdf,.png,.jpg,.jpeg",
      "data-testid": "document-file"}),
    jsx(Button, {size: "small", variant: "secondary", loading: status === "sending",
      onClick: () => input.current?.click()}, words.choose),
    jsx("p", {className: "journal-detail"}, words.types),
    jsx("div", {role: "status"}, status === "sending" ? words.sending : ""),
    jsx("div", {role: "alert"}, failed && jsx(Alert, {variant: "error", size: "small"},
      wrong[status] ?? wrong.other)));
};
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


class _File(rx.Component):
    to: Var[str]
    patient: Var[str]
    words: Var[dict[str, str]]
    wrong: Var[dict[str, str]]

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useRef", "useState"], aksel.LIBRARY: ["Alert", "Button"]}

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


class _Taker(_File):
    tag = "DocumentTaker"
    most: Var[int]
    on_taken: aksel.on_text


class _Saver(_File):
    tag = "DocumentSaver"
    name: Var[str]


def documents_view() -> rx.Component:
    """The section, for everybody who reads documents; those of other services file none."""
    return rx.el.section(
        rx.el.h2(
            text("documents.heading"),
            rx.cond(
                seen.documents.length() == 0,
                rx.el.span(": ", text("journal.none"), class_name="journal-nothing"),
            ),
            class_name="journal-h2",
        ),
        done_view(shown.told, text("documents.done")),
        rx.cond(
            seen.documents.length() > 0,
            rx.el.ul(rx.foreach(seen.documents, _line), class_name="journal-plain"),
        ),
        rx.cond(shown.title != "", _page()),
        rx.cond(~seen.outside, rx.cond(shown.taken != "", _naming(), _taker())),
        class_name="journal-group results-noprint",
        custom_attrs={"data-testid": "documents"},
    )


def _common() -> dict[str, Any]:
    wrong = {lang: under(lang, "documents.wrong") for lang in LANGUAGES}
    words = {name: text(f"documents.{name}") for name in ("choose", "types", "sending", "save")}
    return {
        "to": FILE,
        "patient": seen.shown,
        "words": Var.create(words),
        "wrong": Var.create(wrong)[Language.lang],
    }


def _taker() -> rx.Component:
    return _Taker.create(most=MOST, on_taken=shown.take, **_common())


def _line(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.title, class_name="journal-head"),
        rx.el.span(text_by("documents.category", one.category, "other"), class_name="journal-detail"),
        rx.el.span(one.when, " · ", one.by, class_name="journal-detail"),
        rx.match(
            one.scan,
            ("clean", rx.el.div(_show(one), _save(one), class_name="journal-actions")),
            ("infected", aksel.alert(text("documents.infected"), variant="error", size="small")),
            rx.el.div(
                rx.el.span(text("documents.unscanned"), class_name="journal-detail"),
                _save(one),
                class_name="journal-actions",
            ),
        ),
    )


def _save(one: Any) -> rx.Component:
    return _Saver.create(id=one.key, name=one.title, **_common())


def _show(one: Any) -> rx.Component:
    return aksel.button(
        text("documents.show"),
        rx.el.span(" ", one.title, class_name="akson-hidden"),
        size="xsmall",
        variant="tertiary",
        on_click=shown.show(one.key),
        custom_attrs={"data-testid": "document-show"},
    )


def _page() -> rx.Component:
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
            wrong_view("documents.wrong", shown.wrong),
        ),
        rx.el.div(
            rx.cond(
                shown.pages > 1,
                rx.fragment(
                    _step("documents.before", -1, shown.page <= 1),
                    rx.el.span(text("documents.page", page=shown.page, pages=shown.pages), role="status"),
                    _step("documents.after", 1, shown.page >= shown.pages),
                ),
            ),
            aksel.button(text("documents.close"), size="xsmall", variant="tertiary", on_click=shown.close),
            class_name="journal-actions",
        ),
    )


def _step(words: str, by: int, last: Any) -> rx.Component:
    return aksel.button(
        text(words), size="xsmall", variant="secondary", disabled=last, on_click=shown.turn(by)
    )


def _naming() -> rx.Component:
    return rx.el.form(
        rx.el.input(type="hidden", name="patient", value=seen.shown, read_only=True),
        aksel.text_field(
            label=text("documents.title"),
            name="title",
            size="small",
            auto_complete="off",
            custom_attrs={"data-testid": "document-title"},
        ),
        aksel.select(
            *[rx.el.option(text(f"documents.category.{one}"), value=one) for one in CATEGORIES],
            label=text("documents.kind"),
            name="category",
            size="small",
        ),
        wrong_view("documents.wrong", shown.wrong),
        form_buttons(text("documents.keep"), text("documents.leave"), shown.close, "document-keep"),
        on_submit=shown.keep,
        class_name="journal-form",
        custom_attrs={"data-testid": "document-form"},
    )
