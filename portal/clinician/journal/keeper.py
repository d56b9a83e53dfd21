"""Keeps what is being written: in the page's memory until the server has it, and never in browser storage.

The form's fields hold their own text. While one types, what stands in the form is sent to the portal's own
route (`saving`) with the note's id and the patient it was begun for, one sending at a time; without an answer
it is sent again until there is one. Sending the same again writes nothing twice. What is not saved keeps the
page from being left unasked (`portal.frame.unsent`), also when the session has ended.

From the moment the whole form is sent until the answer, it takes no more text: what came then would be in
neither the note that is being signed nor a draft.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.ui import aksel
from portal.ui.language import Language
from portal.ui.text import text
from portal.ui.texts import LANGUAGES, under

FORM = "note-form"
HEADING = "journal-writing"
SAVE = "/clinician/journal/draft"
QUIET_MS = 900
AGAIN_MS = 4000
ANSWER_MS = 15_000
"""So long a form that was sent waits for its answer before it takes text again."""

_SCRIPT = """
const aksonWritten = {
  form: null, pending: null, sending: false, timer: null, held: null, status: "", told: () => {},
};
if (typeof window !== "undefined") {
  window.aksonHolders ??= new Map();
  window.aksonHolders.set("note", {
    holds: () => aksonWritten.pending !== null,
    drop: () => { aksonWritten.pending = null; aksonSay(""); },
  });
}
const aksonSay = (status, more = {}) => {
  aksonWritten.status = status;
  aksonWritten.told({status, ...more});
};
const aksonRead = (form) => {
  const values = Object.fromEntries(new FormData(form).entries());
  return JSON.stringify(values);
};
const aksonSend = async () => {
  const kept = aksonWritten;
  clearTimeout(kept.timer);
  if (kept.sending || kept.pending === null) return;
  const sent = kept.pending;
  kept.sending = true;
  let answer = null;
  try {
    answer = await fetch(kept.to, {
      method: "POST", body: sent.body, cache: "no-store", redirect: "error",
      headers: {
        "content-type": "application/json",
        "akson-tab": window.sessionStorage.getItem("token") ?? "",
      },
    });
  } catch { answer = null; }
  kept.sending = false;
  if (answer === null || answer.status >= 502) {
    aksonSay("offline");
    kept.timer = setTimeout(aksonSend, kept.again);
    return;
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    if (told.code === "changed-meanwhile-kept") {
      if (kept.pending !== sent) { aksonSend(); return; }
      kept.pending = null;
      kept.overtaken?.();
    }
    aksonSay("refused", {code: told.code ?? String(answer.status), text: aksonText(sent)});
    return;
  }
  const form = document.getElementById(kept.form);
  const version = form?.elements.namedItem("version");
  if (version && form.elements.namedItem("note")?.value === sent.note) version.value = String(told.version);
  if (kept.pending === sent) {
    kept.pending = null;
    aksonSay("saved", {at: told.at});
    if (!form) kept.saved?.();
    return;
  }
  kept.pending.body = aksonWithVersion(kept.pending, sent, told.version);
  aksonSend();
};
const aksonWithVersion = (next, sent, version) => {
  const values = JSON.parse(next.body);
  return next.note === sent.note ? JSON.stringify({...values, version: String(version)}) : next.body;
};
const aksonText = (sent) => {
  const form = document.getElementById(aksonWritten.form);
  if (!form) {
    return Object.entries(JSON.parse(sent.body))
      .filter(([name, value]) => name.includes(":") && value.trim() !== "")
      .map(([, value]) => value).join("\\n\\n");
  }
  return [...form.querySelectorAll("textarea, input:not([hidden])")]
    .filter((field) => field.value.trim() !== "")
    .map((field) => `${field.labels?.[0]?.textContent ?? ""}\\n${field.value}`).join("\\n\\n");
};
const aksonHold = (form, patience) => {
  form.inert = true;
  clearTimeout(aksonWritten.held);
  aksonWritten.held = setTimeout(() => { form.inert = false; }, patience);
};
const DraftKeeper = (props) => {
  const {note, form, heading, to, quiet, again, patience, answered, words, wrong} = props;
  const {onSaved, onOvertaken} = props;
  const [seen, setSeen] = useState({status: aksonWritten.status});
  Object.assign(aksonWritten, {form, to, again, told: setSeen, saved: onSaved, overtaken: onOvertaken});
  useEffect(() => { if (aksonWritten.pending === null) aksonSay(""); }, [note]);
  // at once, not by an event that comes when somebody has begun to type
  useLayoutEffect(() => { if (note) document.getElementById(heading)?.focus(); }, [note]);
  useEffect(() => {
    clearTimeout(aksonWritten.held);
    const where = document.getElementById(form);
    if (!where?.inert) return;
    where.inert = false;
    where.querySelector("[type=submit]")?.focus();
  }, [answered, note]);
  useEffect(() => {
    const typed = (event) => {
      const where = event.target.closest?.("form.journal-form");
      if (where?.id !== form) return;
      aksonWritten.pending = {note: where.elements.namedItem("note").value, body: aksonRead(where)};
      aksonSay(aksonWritten.status === "offline" ? "offline" : "writing");
      clearTimeout(aksonWritten.timer);
      aksonWritten.timer = setTimeout(aksonSend, quiet);
    };
    const submitted = async (event) => {
      const where = event.target;
      if (where.id !== form) return;
      const whole = aksonWritten.pending === null && !aksonWritten.sending;
      if (whole) { aksonHold(where, patience); return; }
      event.preventDefault();
      event.stopPropagation();
      await aksonSend();
      const waits = () => aksonWritten.sending || (aksonWritten.pending && aksonWritten.status === "writing");
      for (let n = 0; n < 50 && waits(); n++) await new Promise((done) => setTimeout(done, 100));
      if (aksonWritten.pending === null && where.isConnected) where.requestSubmit();
    };
    const back = () => aksonSend();
    document.addEventListener("input", typed, true);
    window.addEventListener("submit", submitted, true);
    window.addEventListener("online", back);
    return () => {
      document.removeEventListener("input", typed, true);
      window.removeEventListener("submit", submitted, true);
      window.removeEventListener("online", back);
    };
  }, [form, quiet]);
  useEffect(() => {
    const dropped = () => { aksonWritten.pending = null; clearTimeout(aksonWritten.timer); aksonSay(""); };
    const looks = (event) => { if (event.target.closest?.("[data-drops-writing]")) dropped(); };
    document.addEventListener("click", looks, true);
    return () => document.removeEventListener("click", looks, true);
  }, []);
  const corrects = document.getElementById(form)?.dataset.corrects === "true";
  const said = {
    writing: words.writing, offline: words.offline,
    saved: (corrects ? words.kept : words.saved).replace("{at}", seen.at ?? ""),
  }[seen.status] ?? (corrects ? words.corrects : words.idle);
  const refused = seen.status === "refused";
  return jsx("div", {className: "journal-keeper", "data-status": seen.status},
    jsx("p", {role: "status", className: "results-subtle", "data-testid": "draft-status"},
      refused || !note ? "" : said),
    jsx("div", {role: "alert"}, refused && jsx(Alert, {variant: "error", size: "small"},
      wrong[seen.code] ?? wrong.other,
      jsx("div", {className: "journal-actions"}, jsx(CopyButton, {copyText: seen.text, text: words.copy,
        activeText: words.copied, size: "small"})))));
};
"""


class _DraftKeeper(rx.Component):
    tag = "DraftKeeper"
    note: Var[str]
    form: Var[str]
    heading: Var[str]
    to: Var[str]
    quiet: Var[int]
    again: Var[int]
    patience: Var[int]
    answered: Var[int]
    words: Var[dict[str, str]]
    wrong: Var[dict[str, str]]
    on_saved: aksel.on_nothing
    on_overtaken: aksel.on_nothing

    def add_imports(self) -> dict[str, Any]:
        return {
            "react": ["useEffect", "useLayoutEffect", "useState"],
            aksel.LIBRARY: ["Alert", "CopyButton"],
        }

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


_WORDS = ("idle", "writing", "offline", "corrects", "saved", "kept", "copy", "copied")


def draft_keeper(note: Any, answered: Any, on_saved: Any, on_overtaken: Any) -> rx.Component:
    """Watches over the form `FORM`, in which the note with this id (a Var; "" for none) is written.

    `answered` (a Var) changes with every answer to the whole form. `on_saved`: what was written before the
    form went away has been saved. `on_overtaken`: a colleague was faster; what was written is its own draft.
    """
    wrong = {lang: under(lang, "journal.wrong") for lang in LANGUAGES}
    made: rx.Component = _DraftKeeper.create(
        note=note,
        form=FORM,
        heading=HEADING,
        to=SAVE,
        quiet=QUIET_MS,
        again=AGAIN_MS,
        patience=ANSWER_MS,
        answered=answered,
        words=Var.create({name: text(f"journal.keeper.{name}") for name in _WORDS}),
        wrong=Var.create(wrong)[Language.lang],
        on_saved=on_saved,
        on_overtaken=on_overtaken,
    )
    return made
