"""What the official schema finds in a message, as findings like our own: code, plain words, path.

The validator's texts quote what it read, which is about a patient: of them only the names of elements that
the schema itself asks for are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree
from msgspec import structs

from results_service.intake.guard import find_message
from results_service.intake.schemas import Schemas
from results_service.reports.svarrapport import Issue
from results_service.reports.svarrapport.rules import issue
from results_service.reports.svarrapport.tree import element_paths

MOST_FINDINGS = 20
# Where every one of n siblings is at fault, telling which costs libxml2 n² steps: a third of a second here.
MOST_ELEMENTS = 20_000
# Faults in the form of a message: what senders who have asked for strict receipts are refused for (T02).
# Values are not among them: a date or a number that cannot be read is told, as anyone's.
STRUCTURAL = frozenset(
    {"schema-element-unexpected", "schema-element-missing", "schema-content", "schema-attribute"}
)

_EXPECTED = re.compile(r"\{[^{}]*\}([\w.-]+)")
_STEP = re.compile(r"/(?:([^/:\[\]]+):)?([^/:\[\]]+)(?:\[(\d+)\])?")
_WILDCARD = etree.ErrorTypes.SCHEMAV_CVC_ELT_1
_CONTENT = etree.ErrorTypes.SCHEMAV_ELEMENT_CONTENT
_CODES = {
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_2_1: "schema-content",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_2_2: "schema-content",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_2_3: "schema-content",
    etree.ErrorTypes.SCHEMAV_CVC_TYPE_3_1_2: "schema-content",
    etree.ErrorTypes.SCHEMAV_CVC_TYPE_3_1_1: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_3_1: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_3_2_2: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_COMPLEX_TYPE_4: "schema-attribute",
    etree.ErrorTypes.SCHEMAV_CVC_ELT_3_1: "schema-attribute",  # xsi:nil
    etree.ErrorTypes.SCHEMAV_CVC_ELT_4_2: "schema-attribute",  # xsi:type
    _WILDCARD: "schema-element-unexpected",
}

_count_elements = etree.XPath("count(//*)")


def findings(schemas: Schemas, root: etree._Element) -> list[Issue]:
    """What the schema finds in a svarrapport or the MsgHead around it; nothing where its schema is missing.

    At most `MOST_FINDINGS` and a word that there are more.
    """
    judged = root if _space(root) in schemas.namespaces else find_message(root)
    if _space(judged) not in schemas.namespaces:
        return []
    if float(str(_count_elements(root))) > MOST_ELEMENTS:
        return [issue("schema-not-checked")]
    if schemas.compiled.validate(judged):
        return []
    known = {root: etree.QName(root).localname, find_message(root): ""}
    found = dict.fromkeys(_told(schemas, judged, known))
    told = list(islice(found, MOST_FINDINGS))
    return [*told, issue("schema-more")] if len(found) > MOST_FINDINGS else told


def _told(schemas: Schemas, judged: etree._Element, known: dict[Any, str]) -> Iterator[Issue]:
    for number, error in enumerate(schemas.compiled.error_log):
        if number > 10 * MOST_FINDINGS:
            return
        element = _element(judged, error.path or "")
        if error.type == _WILDCARD and _space(element) not in schemas.namespaces:
            continue  # what is not installed judges nothing
        (path,) = element_paths(known, [element])
        code, expected = _CODES.get(error.type, "schema-value"), ""
        if error.type == _CONTENT:
            missing = "Missing child element" in error.message
            code = "schema-element-missing" if missing else "schema-element-unexpected"
            expected = _expected(error.message)
        if code == "schema-element-missing" and expected and "," not in expected:
            path = f"{path}/{expected}" if path else expected
        found = issue(code, path, getattr(element, "sourceline", None))
        yield structs.replace(found, message=f"{found.message} Expected: {expected}.") if expected else found


def _expected(message: str) -> str:
    """The names that the schema has in a place, from the end of libxml2's text: `Expected is ( … )`."""
    _, said, names = message.rpartition("Expected is")
    return ", ".join(_EXPECTED.findall(names)) if said else ""


def _element(judged: etree._Element, path: str) -> etree._Element:
    """The element that a path of libxml2 leads to (`/*/*[5]`): `*` counts all, a name those of that name."""
    element = judged
    for prefix, name, number in list(_STEP.findall(path))[1:]:
        if name.startswith("@"):
            break
        among = [
            child
            for child in element.iterchildren("*")
            if name == "*" or (etree.QName(child).localname == name and (child.prefix or "") == prefix)
        ]
        place = int(number or 1)
        if place > len(among):
            break
        element = among[place - 1]
    return element


def _space(element: etree._Element) -> str | None:
    return etree.QName(element).namespace
