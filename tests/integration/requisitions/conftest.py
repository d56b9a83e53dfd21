"""Orders, and what laboratories send back of them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from tests.integration.core_record.conftest import actor, core_db, number, registers
from tests.integration.follow_up.conftest import Net, net, person_of
from tests.integration.journal.conftest import AT, journal
from tests.integration.lookup.conftest import store

__all__ = ["Net", "actor", "core_db", "journal", "net", "number", "person_of", "registers", "store"]
POTASSIUM, SODIUM = "NPU03230", "NPU03429"
PATH = "/journal/Requisition/"


def exam(code: str, text: str = "Analyse", system: str = "nlk") -> dict[str, Any]:
    """A coded examination."""
    return {"text": text, "coding": {"system": system, "code": code, "display": text}}


def order_of(*codes: str, **said: Any) -> dict[str, Any]:
    """The body of an order of these codes."""
    return {"field": "laboratory", "examinations": [exam(code) for code in codes or (POTASSIUM,)], **said}


async def order(net: Net, *codes: str, who: str = "lege-koman", about: str = "line", **said: Any) -> Any:
    """An order that is made; `state` and `at` besides the body's parts."""
    sent = {"state": said.pop("state", "active"), "at": said.pop("at", AT), "body": order_of(*codes, **said)}
    return await net.journal.ok(who, about, "PUT", f"{PATH}{uuid4()}", sent)


async def change(
    net: Net, entry: Any, state: str | None = None, who: str = "lege-koman", about: str = "line", **said: Any
) -> Any:
    """The answer to a change of an order; `why` besides the body's parts."""
    why = {"why": said.pop("why")} if "why" in said else {}
    sent = {"state": state or entry["state"], "at": entry["at"], "body": entry["body"] | said, **why}
    headers = {"if_match": f'"{entry["version"]}"'}
    return await net.journal.call(who, about, "PUT", PATH + entry["id"], sent, **headers)


async def changed(net: Net, entry: Any, state: str | None = None, **said: Any) -> Any:
    """The entry after a change that must succeed."""
    answer = await change(net, entry, state, **said)
    assert answer.is_success, answer.text
    return answer.json()


async def shown(net: Net, who: str = "lege-koman", about: str = "line", **said: Any) -> list[Any]:
    """A person's orders with how far they are answered."""
    found = await net.journal.ok(who, about, "POST", "/requisitions/_search", said)
    return list(found["requisitions"])


async def waiting(net: Net, who: str = "lege-koman", **said: Any) -> list[Any]:
    """The orders on a unit's list: (state, about)."""
    return [(one["state"], one["about"]) for one in await net.listed(who, "requisition", **said)]


async def awaited(net: Net, who: str = "lege-koman") -> list[Any]:
    """What laboratories have registered that stands on a line of its own."""
    return await net.listed(who, "result-awaited")


async def standings(net: Net) -> list[str]:
    """How far each examination of the only order is."""
    (one,) = await shown(net)
    return [found["standing"] for found in one["progress"]["examinations"]]
