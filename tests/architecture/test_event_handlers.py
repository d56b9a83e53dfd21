"""Every Reflex event handler can be called by any connected client: each declares which logins it serves."""

from __future__ import annotations

from collections.abc import Iterator

import reflex as rx
from reflex.state import BaseState

import portal.portal  # noqa: F401 - brings every state of the product into being

# handler → why it serves everybody. SessionGuard still runs before each of them.
OPEN = {
    "Trouble.tell": "shows one fixed sentence, reads nothing",
    "Trouble.dismiss": "hides that sentence",
}


def states(root: type[BaseState] = rx.State) -> Iterator[type[BaseState]]:
    for state in root.get_substates():
        sub = root.get_class_substate((root.get_full_name(), state)) if isinstance(state, str) else state
        yield sub
        yield from states(sub)


def handlers() -> dict[str, object]:
    """Handlers of the portal's own states; those that Reflex itself brings are Reflex's."""
    return {
        f"{state.__name__}.{name}": handler.fn
        for state in states()
        if state.__module__.startswith("portal.")
        for name, handler in state.event_handlers.items()
        if handler.fn.__module__.startswith("portal.")
    }


def test_every_handler_declares_who_it_serves() -> None:
    found = handlers()
    assert len(found) > 15
    undeclared = {name for name, fn in found.items() if not getattr(fn, "requires", None)}
    assert undeclared == set(OPEN)


def test_no_state_offers_a_setter_that_reflex_made() -> None:
    made = [
        f"{state.__name__}.{name}"
        for state in states()
        if state.__module__.startswith("portal.")
        for name in state.event_handlers
        if name.startswith("set_") and name.removeprefix("set_") in state.vars
        if not state.event_handlers[name].fn.__module__.startswith("portal.")
        and state.vars.keys() - rx.State.vars.keys()
        if name.removeprefix("set_") not in rx.State.vars
    ]
    assert not made
