"""In what state a result is, and what may be hidden when a clinician asks for the abnormal only.

No flag is not the same as normal. Only a final number without flag and comment, surely inside the range that
the laboratory stated, counts as settled; everything else is abnormal or undecided and stays in sight.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report


def settled(item: Item) -> bool:
    """Whether an item and all below it are surely normal."""
    own = item.status == "final" and item.value.kind == "quantity" and item.judged == "inside"
    quiet = not (item.flag or item.notes or item.extras)
    return own and quiet and all(settled(child) for child in item.children)


def report_settled(report: Report) -> bool:
    """Whether a whole report is surely normal. One without results never is."""
    quiet = not (report.comments or report.coded_comments or report.notices or report.preliminary)
    final = report.status == "final" and report.discipline == "laboratory"
    return quiet and final and bool(report.roots) and all(settled(root) for root in report.roots)


def outside_unflagged(item: Item) -> bool:
    """A value outside the stated range that the laboratory has not flagged: our mark, shown as ours."""
    return not item.flag and item.judged in ("above", "below")


@dataclass(frozen=True, slots=True)
class Placed:
    """An item in its tree: how deep, what state is to be said of it, and whether it is history.

    What holds for a whole tree is said once, at its top.
    """

    item: Item
    level: int
    state: str
    history: bool


def placed(items: list[Item], above: Placed | None = None) -> Iterator[Placed]:
    """Every item of some trees, parents first."""
    for item in items:
        level = 0 if above is None else above.level + 1
        here = Placed(item, level, _state_below(item, above), item.history or bool(above and above.history))
        yield here
        yield from placed(item.children, here)


def _state_below(item: Item, above: Placed | None) -> str:
    state = state_of(item)
    if above is None:
        return state
    if state == "waiting" and above.item.value.kind != "none":  # an examination whose answer stands above it
        state = "preliminary" if item.preliminary else ""
    return "" if state == "preliminary" and "preliminary" in state_of(above.item) else state


_STATES = {"preliminary": "preliminary", "amended": "amended", "appended": "added"}


def state_of(item: Item) -> str:
    """What must be said of a result besides its value; "" for a plain answer.

    "repeated" (shown above) | "cancelled" | "waiting" | "preliminary" | "amended" | "amended-preliminary" |
    "added" | "unknown", or "s" and the code of 8245 where FHIR has no status for what that says.
    """
    if item.repeated:
        return "repeated"
    if item.cancelled:
        return "cancelled"
    if item.pending and item.value.kind == "none" and not item.children:
        return "waiting"
    if item.status == "unknown":
        return f"s{item.behind}" if item.behind else "unknown"
    if item.status == "amended" and item.preliminary:
        return "amended-preliminary"
    return _STATES.get(item.status, "")
