"""The results of a report as trees (hasMember), which are always shown whole."""

from portal.clients import elements as fhir
from portal.clients.elements import Json, Resources
from portal.clinician.results.transform.reading import Item, item_of

# A chain deeper than this goes on as a tree of its own.
_DEEPEST = 40


def grow(resource: Json, observations: list[Json], resources: Resources) -> list[Item]:
    """The report's results as trees: every result is shown, whatever its references say."""
    own: dict[str, Json] = {}
    below: dict[str, list[str]] = {}
    waiting = [
        *fhir.reference_ids(resource.get("result")),
        *(fhir.text_of(o.get("id")) for o in observations),
    ]
    for item_id in waiting:
        observation = resources.get("Observation", item_id)
        if observation and item_id not in own:
            own[item_id] = observation
            below[item_id] = fhir.reference_ids(observation.get("hasMember"))
            waiting.extend(below[item_id])
    return _Forest(own, below, resources).grow()


class _Forest:
    """Builds trees of references that may be shared, or run in a ring."""

    def __init__(self, own: dict[str, Json], below: dict[str, list[str]], resources: Resources) -> None:
        self._own = own
        self._below = below
        self._resources = resources
        self._placed: set[str] = set()

    def grow(self) -> list[Item]:
        """Trees from those nobody refers to; then from what is left, which lies in rings."""
        children = {member for members in self._below.values() for member in members}
        tops = [i for i in self._own if i not in children]
        return self._from(tops) + self._from(list(self._own))

    def _from(self, ids: list[str]) -> list[Item]:
        return [self._item(i, 0) for i in ids if i not in self._placed]

    def _item(self, item_id: str, depth: int) -> Item:
        """One item with its children. The second time it is shown without them: they stand above."""
        item = item_of(self._own[item_id], self._resources)
        if item_id in self._placed:
            item.repeated = True
            return item
        self._placed.add(item_id)
        if depth < _DEEPEST:
            members = (m for m in self._below[item_id] if m in self._own)
            item.children = [self._item(member, depth + 1) for member in members]
        return item
