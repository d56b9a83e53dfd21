"""An unattended screen: a warning before the session idles out, and the way out when it has (WCAG 2.2.1).

Work on the page that sends no event (reading, scrolling, typing) still counts: it touches the session now
and then. That the page scrolls does not: it does so by itself when what it shows changes height. The clock
runs in the browser alone: an event that only asks how late it is would keep the session. Whether the session
has ended elsewhere (logged out in another browser, or by the provider) the page asks a plain route, which
keeps nothing alive. What somebody has written and no server has (`window.aksonUnsent`) holds the page: it
says itself what to do.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.session.guard import requires
from portal.session.models import Kind
from portal.session.store import IDLE_SECONDS
from portal.ui import aksel
from portal.ui.text import text

WARNING_SECONDS = 3 * 60
TOUCH_SECONDS = 4 * 60
ASK_SECONDS = 15

_SCRIPT = """
const IdleWarning = ({idle, warning, touch, ended, handle, ask, title, body, stay, onTouch}) => {
  const [open, setOpen] = useState(false);
  const seen = useRef(Date.now());
  const touched = useRef(Date.now());
  const alive = () => {
    seen.current = Date.now();
    if (seen.current - touched.current > touch * 1000) { touched.current = seen.current; onTouch?.(); }
  };
  useEffect(() => {
    const act = () => { if (Date.now() - seen.current < (idle - warning) * 1000) alive(); };
    const kinds = ["pointerdown", "keydown", "wheel", "touchmove"];
    kinds.forEach((kind) => document.addEventListener(kind, act, {passive: true, capture: true}));
    const tick = setInterval(() => {
      const quiet = (Date.now() - seen.current) / 1000;
      if (quiet >= idle && !window.aksonUnsent) { window.location.replace(ended); }
      else { setOpen(quiet >= idle - warning); }
    }, 5000);
    return () => {
      clearInterval(tick);
      kinds.forEach((kind) => document.removeEventListener(kind, act, {capture: true}));
    };
  });
  useEffect(() => {
    if (!handle) return undefined;
    const look = () => {
      if (document.visibilityState === "hidden") return;
      fetch("/auth/alive", {headers: {"akson-session": handle}, cache: "no-store"})
        .then((answer) => (answer.ok ? answer.json() : {alive: true}))
        .then((told) => { if (!told.alive && !window.aksonUnsent) window.location.replace(ended); })
        .catch(() => {});
    };
    const tick = setInterval(look, ask * 1000);
    document.addEventListener("visibilitychange", look);
    window.addEventListener("pageshow", look);
    return () => {
      clearInterval(tick);
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("pageshow", look);
    };
  }, [handle, ended, ask]);
  const go = () => { touched.current = 0; alive(); setOpen(false); };
  return jsx(Dialog, {open, onOpenChange: (next) => { if (!next) go(); }},
    jsx(Dialog.Popup, {role: "alertdialog", width: "small"},
      jsx(Dialog.Header, {}, jsx(Dialog.Title, {}, title)),
      jsx(Dialog.Body, {}, body),
      jsx(Dialog.Footer, {}, jsx(Button, {onClick: go}, stay))));
};
"""


class Presence(rx.State):
    """Someone is there."""

    @rx.event
    @requires(*Kind)
    async def touch(self) -> None:
        """Nothing to do: that the event came has started the session's idle time anew."""


class _IdleWarning(rx.Component):
    tag = "IdleWarning"
    idle: Var[int]
    warning: Var[int]
    touch: Var[int]
    ended: Var[str]
    handle: Var[str]
    ask: Var[int]
    title: Var[str]
    body: Var[str]
    stay: Var[str]
    on_touch: aksel.on_nothing

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect", "useRef", "useState"], aksel.LIBRARY: ["Button", "Dialog"]}

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


def idle_warning(ended: str, handle: Any) -> rx.Component:
    """Watches over the page; `ended` is where it goes when the time is out or session `handle` has ended."""
    presence: Any = Presence
    made: rx.Component = _IdleWarning.create(
        idle=IDLE_SECONDS - TOUCH_SECONDS,  # the last touch may be that old on the server
        warning=WARNING_SECONDS,
        touch=TOUCH_SECONDS,
        ended=ended,
        handle=handle,
        ask=ASK_SECONDS,
        title=text("frame.idle.title"),
        body=text("frame.idle.body", minutes=WARNING_SECONDS // 60),
        stay=text("frame.idle.stay"),
        on_touch=presence.touch,
    )
    return made
