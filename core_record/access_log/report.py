"""What verification found: numbers of chains, rows and heads, and every fault in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

FAULTS = {
    "row-missing": "a row of the person's chain was taken out",
    "row-changed": "a row was changed after it was written",
    "link-broken": "a row does not follow from the row before it: the chain was written anew",
    "end-missing": "the newest rows of the chain, or the note of its end, were taken out",
    "row-not-sealed": "a row has waited over a minute for its seal: is the sealer running?",
    "row-not-as-sealed": "a row is not the one that was sealed: the chain was written anew after sealing",
    "sealed-row-missing": "a row that was sealed is gone",
    "actor-row-not-sealed": "a row by actor has waited over a minute for its seal: is the sealer running?",
    "actor-row-not-as-sealed": "a row by actor was changed after it was sealed",
    "sealed-actor-row-missing": "a row by actor that was sealed is gone",
    "seal-missing": "rows that a head sealed were taken out together with the notes of their seals",
    "root-differs": "a head's rows do not give the root that was signed",
    "head-not-signed": "a head's signature is wrong, or made by a key that is not in the key ring",
    "head-link-broken": "a head does not follow from the head before it: heads were written anew",
    "head-missing": "a head is missing between two others",
    "head-count-wrong": "a head states another number of rows than there are",
    "witness-unreadable": "a line of the witness file is no head: the file was changed",
    "witness-out-of-order": "the witness file's heads do not follow each other: the file was changed",
    "witness-not-signed": "a head of the witness file is not signed by our keys: the file was changed",
    "head-differs-from-witness": "a head is not the one the witness knows: the database was rewritten",
    "database-behind-witness": "the witness knows newer heads: the database was set back, or its end cut off",
    "head-not-witnessed": "a head more than a minute old is not in the witness file",
}
"""Code → what it means."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One fault: of a person's chain (`seq` None: as a whole), or of the seals (`head` or line number)."""

    person_id: UUID | None
    seq: int | None
    code: str
    head: int | None = None

    def __str__(self) -> str:
        """The code, what it means, and where."""
        places = (("person", self.person_id), ("row", self.seq), ("head", self.head))
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        return f"{self.code}: {FAULTS[self.code]}" + (f" ({where})" if where else "")


@dataclass(slots=True)
class ChainReport:
    """The result of verifying: chains, rows and heads seen, and every fault."""

    chains: int = 0
    rows: int = 0
    actor_rows: int = 0
    heads: int = 0
    faults: list[ChainFault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """True when nothing was found."""
        return not self.faults

    def chain(self, person_id: UUID, seq: int | None, code: str) -> None:
        """Note a fault of a person's chain."""
        self.faults.append(ChainFault(person_id, seq, code))

    def seal(self, code: str, head: int | None = None) -> None:
        """Note a fault of the seals."""
        self.faults.append(ChainFault(None, None, code, head))
