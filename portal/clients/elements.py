"""Reading of FHIR R4 JSON as the results service gives it (profiles nilar-*): Bundles, codings, extensions.

Everything here is tolerant: a missing or oddly formed element reads as "not stated", never as an exception,
since a page that fails to open hides every other result on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Json = dict[str, Any]

EXTENSION_BASE = "http://nhn.no/fhir/nilar/StructureDefinition/nilar-"
OWN_BASE = "http://akson.no/fhir/StructureDefinition/"

# Code lists are known by number whatever form their system takes: the guide's URL or the OID.
_URL_MARK = "no-kodeverk-"
_OID_MARK = "2.16.578.1.12.4.1.1."


@dataclass(frozen=True, slots=True)
class Code:
    """One coding. `register` is the Volven number of its system ("7280"), empty when it is another system."""

    system: str
    code: str
    display: str
    register: str

    @property
    def label(self) -> str:
        """What to call it: the display, else the code itself."""
        return self.display or self.code


@lru_cache(maxsize=512)
def register_of(system: str) -> str:
    """The Volven number in a code system's URL or OID; empty when there is none."""
    for mark in (_URL_MARK, _OID_MARK):
        if mark in system:
            return system.rpartition(mark)[2].partition("-")[0]
    return ""


def objects(value: object) -> list[Json]:
    """Only the JSON objects of a repeating element; a single one as a list of one."""
    if type(value) is list:
        return [entry for entry in value if type(entry) is dict]
    return [value] if isinstance(value, dict) else []


def first(value: object) -> Json:
    """The first object of a repeating element, or an empty object."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list):
        return {}
    return next((entry for entry in value if isinstance(entry, dict)), {})


def text_of(value: object) -> str:
    """A JSON scalar as text, trimmed; anything else as empty text."""
    if type(value) is str:
        return value.strip()
    if value is None or isinstance(value, dict | list | bool):
        return ""
    return str(value).strip()


def code_of(coding: Json) -> Code:
    """One Coding; with the sender's own words in brackets where they are others than the code's name."""
    system = text_of(coding.get("system"))
    display = text_of(coding.get("display"))
    if coding.get("extension") and (own := extension_text(coding, "original-text", OWN_BASE)):
        display = f"{display} ({own})" if display else own
    return Code(system, text_of(coding.get("code")), display, register_of(system))


def codes_of(concept: object) -> list[Code]:
    """The codings of a CodeableConcept (or of several)."""
    return [code_of(coding) for entry in objects(concept) for coding in objects(entry.get("coding"))]


def concept_text(concept: object) -> str:
    """The text of a CodeableConcept, else the label of its first coding."""
    entry = first(concept)
    codes = codes_of(entry)
    return text_of(entry.get("text")) or (codes[0].label if codes else "")


def reference_id(reference: object) -> str:
    """The id that a Reference points to: the last part of its literal reference."""
    literal = text_of(first(reference).get("reference"))
    return literal.replace(":", "/").rpartition("/")[2]


def reference_ids(references: object) -> list[str]:
    """The ids of several References, without the empty ones."""
    return [found for entry in objects(references) if (found := reference_id(entry))]


def extensions(resource: Json, name: str, base: str = EXTENSION_BASE) -> list[Json]:
    """The extensions of a name, of the guide (nilar-<name>) or with `OWN_BASE` ours."""
    found = resource.get("extension")
    if not found:
        return []
    url = base + name
    if type(found) is list:  # asked a dozen times for each result: no list on the way
        return [ext for ext in found if type(ext) is dict and ext.get("url") == url]
    return [ext for ext in objects(found) if ext.get("url") == url]


def extension_value(extension: Json) -> object:
    """The value[x] of an extension, whatever its type; None when it has none."""
    return next((value for key, value in extension.items() if key.startswith("value")), None)


def extension_text(resource: Json, name: str, base: str = EXTENSION_BASE) -> str:
    """The first such extension's scalar value as text."""
    found = extensions(resource, name, base)
    return text_of(extension_value(found[0])) if found else ""


def all_codes(resource: Json) -> Iterator[Code]:
    """Every code that the extensions of an element carry, at any depth."""
    for extension in objects(resource.get("extension")):
        value = extension_value(extension)
        if isinstance(value, dict):
            yield from codes_of(value)
            if "code" in value:
                yield code_of(value)
        yield from all_codes(extension)


def notes(value: object) -> list[str]:
    """The texts of a list of Annotations, without blank ones."""
    return [text for entry in objects(value) if (text := text_of(entry.get("text")))]


class Resources:
    """The resources of one Bundle by type and id."""

    def __init__(self, resources: Iterable[Json]) -> None:
        self._by_type: dict[str, dict[str, Json]] = {}
        for resource in resources:
            kind = text_of(resource.get("resourceType"))
            self._by_type.setdefault(kind, {})[text_of(resource.get("id"))] = resource

    @classmethod
    def of_bundle(cls, bundle: Json) -> "Resources":
        """The resources of a Bundle's entries."""
        return cls(first(entry.get("resource")) for entry in objects(bundle.get("entry")))

    def all(self, kind: str) -> list[Json]:
        """Every resource of a type, in the Bundle's order."""
        return list(self._by_type.get(kind, {}).values())

    def get(self, kind: str, resource_id: str) -> Json:
        """One resource; an empty object when the Bundle does not hold it."""
        return self._by_type.get(kind, {}).get(resource_id, {})
