"""What an Observation says besides its value, and numbers with the digits that the laboratory sent."""

from decimal import Decimal, InvalidOperation

from portal.clients import elements as fhir
from portal.clients.elements import Json


def digits(value: object) -> str:
    """A JSON number with the digits that were sent, never in exponent form."""
    if isinstance(value, Decimal):
        return format(value, "f")
    text = fhir.text_of(value)
    return format(Decimal(text), "f") if "e" in text.lower() and decimal_of(text) is not None else text


def number_text(digits: str) -> str:
    """A number of an interface (`13.80`) as it is read on a page (`13,80`), with the comma that laboratories
    write references with; no digit is added or taken."""
    return digits.replace(".", ",")


def decimal_of(text: str) -> Decimal | None:
    """A number to compare and draw with; None for what is none."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def extras_of(observation: Json) -> tuple[tuple[str, str], ...]:
    """Structured information (StructuredInfo), and a coded diagnosis with its modifiers: name and value."""
    found: list[tuple[str, str]] = []
    for extension in (
        *fhir.extensions(observation, "structured-info"),
        *fhir.extensions(observation, "diagnosis-comment", fhir.OWN_BASE),
    ):
        parts = [_extension_shown(part) for part in fhir.objects(extension.get("extension"))]
        named = [part for part in parts if part]
        if named:
            found.append((named[0], ", ".join(named[1:])))
    return tuple(found)


def _extension_shown(extension: Json) -> str:
    value = fhir.extension_value(extension)
    if value is None:
        parts = [_extension_shown(part) for part in fhir.objects(extension.get("extension"))]
        return ": ".join(part for part in (", ".join(parts[:1]), ", ".join(parts[1:])) if part)
    if isinstance(value, bool):
        return "ja" if value else "nei"
    if isinstance(value, dict):
        if "value" in value:
            return f"{number_text(digits(value.get('value')))} {fhir.text_of(value.get('unit'))}".strip()
        return fhir.concept_text(value) or (fhir.code_of(value).label if "code" in value else "")
    return fhir.text_of(value)
