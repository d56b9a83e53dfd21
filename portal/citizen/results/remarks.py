"""What must be known of a report that no single message says (`report-notice`), as codes with a text each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.clients import elements as fhir
from portal.clients.beside import digits, number_text

Json = dict[str, Any]
_CODES = {
    "gone-from-report": "gone",
    "person-changed": "number",
    "report-number-reused": "number",
    "preliminary-after-final": "together",
    "read-together": "together",
    "earlier-version": "earlier",
    "comment-disagrees": "disagrees",
}


@dataclass
class Remark:
    """`code`: `gone`, `number`, `together`, `earlier`, `disagrees` or `other`.

    `number`: used for another report too. It is told of for good, also when nothing is held any more.

    `names`: the results that it is about; `stated`: what a comment says was answered before, `stored`: what
    came.
    """

    code: str
    names: str = ""
    stated: str = ""
    stored: str = ""


def remarks_of(report: Json, found: dict[str, Json]) -> list[Remark]:
    """What a report's notices say, each once, all that is gone in one; `found`: what came along."""
    gone: dict[str, None] = {}
    others: dict[tuple[str, ...], Remark] = {}
    for extension in fhir.extensions(report, "report-notice", fhir.OWN_BASE):
        one = _remark(extension, found)
        if one.code == "gone":
            gone[one.names] = None
        else:
            others[one.code, one.names, one.stated] = one
    missing = [Remark("gone", ", ".join(name for name in gone if name))] if gone else []
    return [*missing, *others.values()]


def _remark(extension: Json, found: dict[str, Json]) -> Remark:
    parts = {
        fhir.text_of(part.get("url")): fhir.extension_value(part)
        for part in fhir.objects(extension.get("extension"))
    }
    item = found.get(fhir.text_of(fhir.first(parts.get("item")).get("reference")), {})
    stored = fhir.first(parts.get("stored"))
    number = number_text(digits(stored.get("value")))
    return Remark(
        code=_CODES.get(fhir.text_of(parts.get("code")), "other"),
        names=fhir.concept_text(parts.get("concept") or item.get("code")),
        stated=fhir.text_of(parts.get("stated")),
        stored=f"{number} {fhir.text_of(stored.get('unit'))}".strip(),
    )
