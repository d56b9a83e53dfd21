"""The trees of results: nesting and RefIdResultItem → IdResultItem, with what members inherit from above.

A reference may point forwards or backwards. One that is ambiguous, dangling or would close a circle is left
out and told: the result is then shown by itself, never under a guessed one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from results_service.reports.fhir.status import inherited_status, item_status
from results_service.reports.svarrapport.model import Issue, Message
from results_service.reports.svarrapport.parts import Item, Moment, Specimen
from results_service.reports.svarrapport.rules import issue

_MOST_ANCESTORS = 100  # far beyond any real tree; keeps a hostile one from taking the worker


class Branch:
    """An item in its place. `serv_type` (8270), `code_status` (8245), `effective` hold what it inherits."""

    __slots__ = (
        "code_status",
        "effective",
        "id",
        "item",
        "members",
        "order",
        "parents",
        "reference",
        "serv_type",
        "specimens",
        "status",
    )

    def __init__(self, item: Item, branch_id: str, order: int) -> None:
        self.item = item
        self.id = branch_id
        self.reference = {"reference": f"Observation/{branch_id}"}
        self.order = order
        self.parents: list[Branch] = []
        self.members: list[Branch] = []
        self.specimens: list[Specimen] = []
        self.serv_type = ""
        self.code_status = ""
        self.status = "unknown"
        self.effective: Moment | None = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the item is cancelled: neither value nor flag is given out."""
        return self.status == "cancelled"

    @property
    def is_top(self) -> bool:
        """Whether no other result holds it."""
        return not self.parents

    def is_below(self, other: Branch) -> bool:
        """Whether `other` is the branch itself or stands somewhere above it; True past any sensible depth."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            if len(seen) > _MOST_ANCESTORS:
                return True
            branch = stack.pop()
            if branch is other:
                return True
            if branch.order not in seen:
                seen.add(branch.order)
                stack.extend(branch.parents)
        return False

    def tree(self) -> list[Branch]:
        """The branch with everything below it, each once."""
        seen = {self.order: self}
        stack = [self]
        while stack:
            for member in stack.pop().members:
                if member.order not in seen:
                    seen[member.order] = member
                    stack.append(member)
        return list(seen.values())


class Forest:
    """All results of a message. `branches` in the order sent."""

    def __init__(self, message: Message, new_id: Callable[[str], str]) -> None:
        self.issues: list[Issue] = []
        self.branches: list[Branch] = []
        self._message = message
        self._plant(message.items, None, new_id)
        self._link()
        self._inherit(SpecimenIndex(message.specimens))

    @property
    def tops(self) -> list[Branch]:
        """The results that no other result holds, in the order sent."""
        return [branch for branch in self.branches if not branch.parents]

    def fell(self) -> None:
        """Cut the circles between parents and members, so that the memory is free at once."""
        for branch in self.branches:
            branch.members.clear()
            branch.parents.clear()

    def _plant(self, items: Sequence[Item], parent: Branch | None, new_id: Callable[[str], str]) -> None:
        for item in items:
            branch = Branch(item, new_id(item.key), len(self.branches))
            self.branches.append(branch)
            if parent is not None:
                branch.parents.append(parent)
                parent.members.append(branch)
            if item.children:
                self._plant(item.children, branch, new_id)

    def _link(self) -> None:
        """Follow every RefIdResultItem."""
        by_id: dict[str, list[Branch]] = {}
        for branch in self.branches:
            if branch.item.id:
                by_id.setdefault(branch.item.id, []).append(branch)
        linked = False
        for branch in self.branches:
            if branch.item.ref_id:
                linked = self._follow(branch, by_id.get(branch.item.ref_id, [])) or linked
        if linked:
            for branch in self.branches:
                branch.members.sort(key=lambda member: member.order)

    def _follow(self, branch: Branch, targets: list[Branch]) -> bool:
        """Put a branch under the one result it refers to; True when something moved."""
        nested_in = branch.parents[0] if branch.parents else None
        if nested_in is not None and nested_in.item.id == branch.item.ref_id:
            return False
        if len(targets) != 1:
            self._note("result-reference-dangling", branch)
            return False
        target = targets[0]
        if target.is_below(branch):
            self._note("result-reference-loop", branch)
            return False
        if branch.is_below(target):
            return False
        if nested_in is not None and target.is_below(nested_in):
            # Still in the same tree, one step further out.
            branch.parents.remove(nested_in)
            nested_in.members.remove(branch)
        branch.parents.append(target)
        target.members.append(branch)
        return True

    def _note(self, code: str, branch: Branch) -> None:
        self.issues.append(issue(code, branch.item.path, branch.item.line))

    def _inherit(self, specimens: SpecimenIndex) -> None:
        """Type, status and date from above, parents before members (clinical rule 8)."""
        waiting = {branch.order: len(branch.parents) for branch in self.branches}
        ready = [branch for branch in self.branches if not branch.parents]
        while ready:
            branch = ready.pop()
            self._settle(branch, specimens)
            for member in branch.members:
                waiting[member.order] -= 1
                if not waiting[member.order]:
                    ready.append(member)

    def _settle(self, branch: Branch, specimens: SpecimenIndex) -> None:
        message, item = self._message, branch.item
        parent = branch.parents[0] if branch.parents else None
        branch.serv_type = item.serv_type or (parent.serv_type if parent else message.serv_type)
        branch.code_status = item.status or (
            parent.code_status if parent else inherited_status(message.status)
        )
        cancelled = message.serv_type == "C"
        branch.status = "cancelled" if cancelled else item_status(branch.code_status, branch.serv_type)
        for specimen_id in item.specimen_ids:
            specimen = specimens.find(specimen_id)
            if specimen is None:
                self._note("specimen-reference-dangling", branch)
            else:
                branch.specimens.append(specimen)
        collected = [when for s in branch.specimens if (when := specimens.collected(s))]
        own = collected[0] if collected else item.date
        branch.effective = own or (parent.effective if parent else None)


class SpecimenIndex:
    """Specimens by the id that results refer to. An id used twice finds nothing."""

    def __init__(self, specimens: Sequence[Specimen]) -> None:
        self._found: dict[str, Specimen | None] = {}
        self._collected: dict[str, Moment | None] = {}
        self._add(specimens, None)

    def find(self, specimen_id: str) -> Specimen | None:
        """The specimen with that IdByServProvider."""
        return self._found.get(specimen_id)

    def collected(self, specimen: Specimen) -> Moment | None:
        """When a specimen was taken: its own date, else that of the specimen it is a part of."""
        return self._collected[specimen.key]

    def _add(self, specimens: Sequence[Specimen], above: Moment | None) -> None:
        for specimen in specimens:
            if specimen.id:
                self._found[specimen.id] = None if specimen.id in self._found else specimen
            collected = specimen.collected or above
            self._collected[specimen.key] = collected
            self._add(specimen.children, collected)
