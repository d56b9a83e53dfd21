"""When a citizen may see a report: the strictest item decides (clinical rule 4). A judgement, in one place.

1 at once · 2 after review, or by itself after 14 days · 3 only when a clinician releases it · 4 never here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from results_service.codes import CodeBook
from results_service.codes.systems import NLK, NLK_MISTAKEN, NORPAT, PATHOLOGY
from results_service.reports.fhir.forest import Branch
from results_service.reports.fhir.left_out import left_out
from results_service.reports.fhir.model import ReleaseClass
from results_service.reports.fhir.status import UNFINISHED
from results_service.reports.svarrapport.model import Message
from results_service.reports.svarrapport.parts import NumResult, TextResult

# Each class with its reason; the functions below name the key they follow.
CLASSES: dict[str, tuple[ReleaseClass, str]] = {
    "listed": (
        1,
        "a number for a common investigation, without comment: readable as it stands",
    ),
    "text": (2, "words and codes need an explanation; a clinician gets the chance to give it first"),
    "commented": (2, "a comment changes what a value means"),
    "left-out": (2, "something of the message is not shown: it may change what a value means"),
    "local": (2, "a laboratory's own code says nothing certain about what was examined"),
    "unlisted": (2, "not on the list of what may be shown at once"),
    "unknown": (3, "the laboratory code set is not loaded here: the code could be a genetic one"),
    "preliminary": (3, "may still change; never shown by itself"),
    "pathology": (3, "may tell of cancer; a clinician tells it"),
    "genetic": (4, "concerns relatives too and needs guidance"),
}
_PATHOLOGY_KINDS = frozenset({"PAT", "HIST", "CYTO", "OBD", "MORS", "MPAT"})
_GENETIC_KIND = "MGEN"
_PRELIMINARY = frozenset({"preliminary", "registered", "unknown"})
_NLK_CODE = re.compile(r"(NPU|NOR)\d{5}")


def release_class(
    message: Message, branches: Iterable[Branch], codes: CodeBook, unmapped: Sequence[str] = ()
) -> ReleaseClass:
    """The class of a report; `unmapped` are the paths that found no place in it."""
    reasons = set(_report_reasons(message))
    if left_out(unmapped):
        reasons.add("left-out")
    for branch in branches:
        reasons.update(_item_reasons(branch, codes))
    return max((CLASSES[reason][0] for reason in reasons), default=CLASSES["unlisted"][0])


def _report_reasons(message: Message) -> Iterable[str]:
    if message.status in ("P", "S") and message.serv_type != "C":
        yield "preliminary"
    if message.kind.value in _PATHOLOGY_KINDS:
        yield "pathology"
    if message.kind.value == _GENETIC_KIND:
        yield "genetic"
    if message.comment or message.coded_comments or message.infos or message.documents:
        yield "commented"


def _item_reasons(branch: Branch, codes: CodeBook) -> Iterable[str]:
    """Everything that holds an item back, or "listed"."""
    item = branch.item
    known = [_code_reason(code.system, code.value, codes) for code in item.codes]
    yield from (reason for reason in known if reason not in ("listed", "local"))
    # A local code beside a listed one only repeats it.
    if known and "listed" not in known and "local" in known:
        yield "local"
    if branch.status in _PRELIMINARY or (branch.code_status in UNFINISHED and not branch.is_cancelled):
        yield "preliminary"
    if item.comment or item.investigation_comments or item.diag_comment or item.structured:
        yield "commented"
    if isinstance(item.result, TextResult):
        yield "text"
        if any(code.system == NORPAT for code in item.result.codes):
            yield "pathology"
    if not isinstance(item.result, NumResult | TextResult) and not branch.is_cancelled:
        yield "unlisted"
    yield "listed" if "listed" in known else "unlisted"


def _code_reason(system: str, value: str, codes: CodeBook) -> str:
    """What one code of an investigation says about release."""
    if system == PATHOLOGY:
        return "pathology"
    if system not in (NLK, NLK_MISTAKEN):
        return "local"
    info = codes.find(NLK, value)
    if info is None:
        could_be_any = system == NLK or _NLK_CODE.fullmatch(value)
        return "unknown" if could_be_any and not codes.complete else "local"
    if info.is_genetic:
        return "genetic"
    if info.field == "PAT":
        return "pathology"
    return "listed" if info.at_once else "unlisted"
