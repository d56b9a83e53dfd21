"""Which version of a report is shown, and which message must wait for a person. Pure functions.

A report is known by its sender, department and ServProvId. N is a new report, M a change that replaces all of
it, C a cancellation, A an addition, H history (7309); status P, F, A or S (7306). The newest GenDate is shown
whatever order the messages arrive in. Sources: HITS 1102:2014 (version rules), HIS 80822.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID, uuid5

HoldReason = Literal["person-changed", "report-number-reused", "message-id-reused"]

# At equal GenDate the more restrictive statement is shown: a cancelled result must not live on.
_TYPE_RANK = {"C": 4, "M": 3, "A": 2, "N": 1}
# Then the more finished one.
_STATUS_RANK = {"A": 4, "F": 3, "P": 2, "S": 1}
_UNFINISHED = frozenset("PS")


@dataclass(frozen=True, slots=True)
class ReportKey:
    """What a laboratory knows a report by; `sender` and `department` are the registered units' keys."""

    sender: str
    department: str | None
    serv_prov_id: str

    @property
    def hash(self) -> bytes:
        """16 bytes that name the key outside the person's shard."""
        return short_hash(self.sender, self.department or "", self.serv_prov_id)

    def report_id(self, person_id: UUID) -> UUID:
        """The FHIR id of the DiagnosticReport: the same for every version, different for every person."""
        return uuid5(person_id, self.hash.hex())


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One result of a version; `name` is what it is a result of, the same for results of one kind."""

    cancelled: bool
    name: str


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What the rules look at in one version. `items`: the observations by id."""

    version_id: UUID
    generated: datetime
    serv_type: str
    status: str
    fingerprint: bytes
    sampled: date | None = None
    requisitions: Set[str] = frozenset()
    report_date: str | None = None
    items: Mapping[str, ItemFacts] = field(default_factory=dict)

    @property
    def order(self) -> tuple[datetime, int, int, bytes]:
        """The place in the chain. Two versions never compare equal: the fingerprint covers the MsgId."""
        rank = _TYPE_RANK.get(self.serv_type, 0), _STATUS_RANK.get(self.status, 0)
        return (self.generated, *rank, self.fingerprint)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a report.

    `beside` is an earlier version that must be seen together with `main`. `gone` are items that vanished from
    the report without being cancelled, each with the version that last had it.
    """

    main: UUID
    beside: UUID | None
    warnings: tuple[str, ...]
    gone: tuple[tuple[str, UUID], ...]
    report_date: str | None


def short_hash(*parts: str) -> bytes:
    """A 16-byte hash of the parts, unambiguous whatever they contain."""
    return hashlib.blake2b("\x1f".join(f"{len(p)}:{p}" for p in parts).encode(), digest_size=16).digest()


def hold_reused_message_id(serv_type: str, key_hash: bytes, earlier_key_hashes: Set[bytes]) -> bool:
    """Whether a message whose MsgId was used before, with other content, must wait for a person.

    A change or cancellation that points at another report than the first one did may be aimed at the wrong
    report (clinical rule 17); everything else is a message of its own.
    """
    return serv_type in "CM" and bool(earlier_key_hashes) and key_hash not in earlier_key_hashes


def hold_reused_number(new: VersionFacts, accepted: Sequence[VersionFacts]) -> bool:
    """Whether a message shows that a number was used for two reports: a *new* one (N) follows another's.

    A new one is compared with every other N and with the version that it follows by its time; one that only
    goes in behind a change is the chain's own beginning. Whatever comes late is compared with an N that
    follows it, so that it is not hidden behind another report. A cancellation need not be complete: one that
    names neither sampling date nor requisition contradicts nobody.
    """
    if new.serv_type != "N":
        after = min((v for v in accepted if v.order > new.order), key=lambda v: v.order, default=None)
        return after is not None and after.serv_type == "N" and _contradict(new, after)
    before = max((v for v in accepted if v.order < new.order), key=lambda v: v.order, default=None)
    if any(v.serv_type == "N" and not _same_examination(new, v) for v in accepted):
        return True
    if before is None:
        return False
    return _contradict(new, before) if before.serv_type == "C" else not _same_examination(new, before)


def home_of(new: VersionFacts, sharing: Mapping[UUID, Sequence[VersionFacts]]) -> UUID | None:
    """The one of several reports under one number that a message belongs to; None: it waits.

    Sampling date and requisition tell; what fits none or more than one is not guessed.
    """
    if len(sharing) == 1:
        return next(iter(sharing))
    fitting = [
        report_id
        for report_id, accepted in sharing.items()
        if any(_same_examination(new, other) for other in accepted)
    ]
    return fitting[0] if len(fitting) == 1 else None


def _same_examination(one: VersionFacts, other: VersionFacts) -> bool:
    """Same sampling date and requisition, as far as both say; with nothing to compare it is not the same."""
    known = _compared(one, other)
    return bool(known) and all(known)


def _contradict(one: VersionFacts, other: VersionFacts) -> bool:
    """Another sampling date or requisition, where both say."""
    return not all(_compared(one, other))


def _compared(one: VersionFacts, other: VersionFacts) -> list[bool]:
    """For the sampling date and the requisition, each where both say: whether it is the same."""
    known: list[bool] = []
    if one.sampled and other.sampled:
        known.append(one.sampled == other.sampled)
    if one.requisitions and other.requisitions:
        known.append(bool(one.requisitions & other.requisitions))
    return known


def decide(accepted: Sequence[VersionFacts]) -> Shown:
    """What to show of a report's accepted versions (at least one), in whatever order they are given."""
    chain = sorted(accepted, key=lambda v: v.order)
    main = chain[-1]
    beside = _beside(main, _since_cancellation(chain[:-1])) if main.serv_type != "C" else None
    late = beside is not None and main.status in _UNFINISHED
    return Shown(
        main=main.version_id,
        beside=beside.version_id if beside else None,
        warnings=("preliminary-after-final",) if late else (),
        gone=_gone(main, chain[:-1], beside),
        report_date=next((v.report_date for v in chain if v.report_date), None),
    )


def _since_cancellation(chain: Sequence[VersionFacts]) -> Sequence[VersionFacts]:
    last = max((i for i, v in enumerate(chain) if v.serv_type == "C"), default=-1)
    return chain[last + 1 :]


def _beside(main: VersionFacts, earlier: Sequence[VersionFacts]) -> VersionFacts | None:
    """The version that `main` cannot be read without.

    A preliminary report after a final one takes nothing back: both are shown. An addition (A) that is not
    sent as a change (M, which repeats everything) is read with the latest final report.
    """
    finished = [v for v in earlier if v.status not in _UNFINISHED and v.serv_type in "NM"]
    if main.status in _UNFINISHED:
        return finished[-1] if finished else None
    if main.serv_type == "A" or (main.status == "A" and main.serv_type != "M"):
        candidates = finished or earlier
        return candidates[-1] if candidates else None
    return None


def _gone(
    main: VersionFacts, earlier: Sequence[VersionFacts], beside: VersionFacts | None
) -> tuple[tuple[str, UUID], ...]:
    if main.serv_type == "C":
        return ()
    standing: dict[str, _Standing] = {}
    for version in _since_cancellation(earlier):
        standing = _missing(standing, version.items) | {
            item: _Standing(facts.name, version.version_id)
            for item, facts in version.items.items()
            if not facts.cancelled
        }
    missing = _missing(standing, main.items)
    if beside:
        missing = _missing(missing, beside.items)
    return tuple((item, missing[item].version_id) for item in sorted(missing))


class _Standing(NamedTuple):
    """A result that some version gave and none took back; `version_id` is the last that had it."""

    name: str
    version_id: UUID


def _missing(standing: Mapping[str, _Standing], items: Mapping[str, ItemFacts]) -> dict[str, _Standing]:
    """The standing results that a version neither has nor cancels.

    An item is the same by id and name. Laboratories that give no ids, or change them, repeat items under new
    ones: then each new item answers for one missing of its name, and what is left is compared by id alone (a
    code may be corrected).
    """
    exact = {item for item, stood in standing.items() if item in items and items[item].name == stood.name}
    spare = [item for item in sorted(items) if item not in exact]
    missing = {}
    for item in sorted(standing.keys() - exact):
        answer = next((other for other in spare if items[other].name == standing[item].name), None)
        if answer:
            spare.remove(answer)
        else:
            missing[item] = standing[item]
    return {item: stood for item, stood in missing.items() if item not in spare}
