"""Lists that go stale: fetched anew while somebody is at the screen and not aiming at a line, or comes back.

Nothing is fetched while the pointer or the keys are in use: a line that moves under a finger opens somebody
else. Nor on an unattended screen, whose session must idle out (`portal.frame.idle`), nor with unsent words in
the page or a form open in a line, which may be gone from the lists that come. What is old says so.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.vars import Var

from portal.ui import aksel

AFTER_SECONDS = 60
QUIET_SECONDS = 10
AWAY_SECONDS = 120
OLD_SECONDS = 180

_SCRIPT = """
const KeepFresh = ({fetched, after, quiet, away, old, onStale, children}) => {
  const got = useRef(Date.now());
  const asked = useRef(Date.now());
  const moved = useRef(Date.now());
  const call = useRef(onStale);
  const [stale, setStale] = useState(false);
  call.current = onStale;
  useEffect(() => { got.current = asked.current = Date.now(); setStale(false); }, [fetched]);
  useEffect(() => {
    const since = (at) => (Date.now() - at.current) / 1000;
    const act = () => { moved.current = Date.now(); };
    const writes = () => window.aksonUnsent || document.querySelector(".start-form");
    const ask = () => {
      if (document.visibilityState === "hidden" || writes() || since(asked) < after) return;
      asked.current = Date.now();
      call.current?.();
    };
    const tick = setInterval(() => {
      setStale(since(got) >= old);
      if (since(moved) >= quiet && since(moved) < away) ask();
    }, 5000);
    const kinds = ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"];
    kinds.forEach((kind) => document.addEventListener(kind, act, {passive: true, capture: true}));
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(tick);
      kinds.forEach((kind) => document.removeEventListener(kind, act, {capture: true}));
      document.removeEventListener("visibilitychange", ask);
    };
  }, [after, quiet, away, old]);
  return stale ? children : null;
};
"""


class _KeepFresh(rx.Component):
    tag = "KeepFresh"
    fetched: Var[int]
    after: Var[int]
    quiet: Var[int]
    away: Var[int]
    old: Var[int]
    on_stale: aksel.on_nothing

    def add_imports(self) -> dict[str, Any]:
        return {"react": ["useEffect", "useRef", "useState"]}

    def add_custom_code(self) -> list[str]:
        return [_SCRIPT]


def keep_fresh(*when_old: rx.Component, fetched: Any, on_stale: Any) -> rx.Component:
    """Asks for `on_stale` now and then; shows `when_old` when nothing has come for some minutes.

    `fetched` is a number that another fetch changes.
    """
    made: rx.Component = _KeepFresh.create(
        *when_old,
        fetched=fetched,
        after=AFTER_SECONDS,
        quiet=QUIET_SECONDS,
        away=AWAY_SECONDS,
        old=OLD_SECONDS,
        on_stale=on_stale,
    )
    return made
