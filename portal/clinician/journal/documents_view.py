"""Documents beside the journal: the list, a page at a time, and a file taken in."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.clinician.journal.documents import CATEGORIES, Documents
from portal.clinician.journal.filing import FILE, MOST
from portal.clinician.journal.moving_view import move_button
from portal.clinician.journal.state import seen
from portal.ui import aksel
from portal.ui.files import File, document_page, document_saver, document_shower, file_props
from portal.ui.forms import done_view, form_buttons, wrong_view
from portal.ui.text import text, text_by

shown: Any = Documents
WRONG = "documents.wrong"

_SCRIPT = """
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
"""


class _Taker(File):
    tag = "DocumentTaker"
    most: Var[int]
    on_taken: aksel.on_text

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


def documents_view() -> rx.Component:
    """The section, for everybody who reads documents; those of other services file none."""
    return rx.cond(seen.documents_closed, rx.fragment(), _section())


def _section() -> rx.Component:
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
        rx.cond(shown.title != "", document_page(shown, WRONG)),
        rx.cond(seen.writes.contains("DocumentReference"), rx.cond(shown.taken != "", _naming(), _taker())),
        class_name="journal-group results-noprint",
        custom_attrs={"data-testid": "documents"},
    )


def _taker() -> rx.Component:
    props = file_props(FILE, seen.shown, WRONG, "choose", "types", "sending")
    return _Taker.create(most=MOST, on_taken=shown.take, **props)


def _line(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.title, class_name="journal-head"),
        rx.el.span(text_by("documents.category", one.category, "other"), class_name="journal-detail"),
        rx.el.span(one.when, " · ", one.by, class_name="journal-detail"),
        rx.match(
            one.scan,
            (
                "clean",
                rx.el.div(
                    document_shower(one, shown.show), _save(one), _move(one), class_name="journal-actions"
                ),
            ),
            ("infected", aksel.alert(text("documents.infected"), variant="error", size="small")),
            rx.el.div(
                rx.el.span(text("documents.unscanned"), class_name="journal-detail"),
                _save(one),
                _move(one),
                class_name="journal-actions",
            ),
        ),
    )


def _move(one: Any) -> rx.Component:
    return move_button(one.key, one.unit == seen.unit, one.title)


def _save(one: Any) -> rx.Component:
    return document_saver(one, FILE, seen.shown, WRONG)


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
        wrong_view(WRONG, shown.wrong),
        form_buttons(text("documents.keep"), text("documents.leave"), shown.close, "document-keep"),
        on_submit=shown.keep,
        class_name="journal-form",
        custom_attrs={"data-testid": "document-form"},
    )
