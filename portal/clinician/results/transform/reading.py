"""From a Bundle of the results service to reports with their trees of results, ready to be presented."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.clients import elements as fhir
from portal.clients.beside import digits, extras_of, number_text
from portal.clients.elements import Code, Json, Resources
from portal.clinician.results.transform import ranges
from portal.clinician.results.transform.values import SUSCEPTIBILITIES, Value, value_of

# 8244: the laboratory's mark of deviation. HL7's letters are read too.
_FLAGS = {
    "1": "high", "H": "high", "HH": "high", "HU": "high",
    "2": "low", "L": "low", "LL": "low", "LU": "low",
    "3": "outside", "A": "outside", "AA": "outside",
}  # fmt: skip
_NOT_ABNORMAL = frozenset(("N", "0"))
_PRELIMINARY = frozenset(("2", "8", "9", "10", "12"))
_PENDING = frozenset(("5", "6", "7", "8", "9", "15"))
_ABSENT = "/data-absent-reason"
_GIVEN_UP = frozenset(("cancelled", "entered-in-error"))


@dataclass(slots=True)
class Item:
    """One result (Observation) with those below it. `judged` is ours, from the reference text alone."""

    id: str
    name: str
    codes: tuple[Code, ...]
    status: str
    value: Value
    flag: str
    flag_text: str
    reference: tuple[str, ...]
    interval: ranges.Interval | None
    judged: ranges.Judgement
    notes: tuple[str, ...]
    history: bool
    behind: str
    effective: str
    investigated: str
    method: str
    performer: str
    specimen: str
    extras: tuple[tuple[str, str], ...] = ()
    children: list["Item"] = field(default_factory=list)
    repeated: bool = False

    @property
    def code(self) -> Code:
        """The code that names the analysis: NLK before every other list; none where nothing names it."""
        nlk = next((c for c in self.codes if c.register == "7280"), None)
        return nlk or (self.codes[0] if self.codes else Code("", "", self.name, ""))

    @property
    def preliminary(self) -> bool:
        """Preliminary, also where FHIR's status hides it (8245 behind it: 2, and 8 to 10 and 12)."""
        return self.status == "preliminary" or self.behind in _PRELIMINARY

    @property
    def pending(self) -> bool:
        """Ordered, planned, done or dictated: an answer is to come (8245: 5 to 9 and 15)."""
        return self.status in ("registered", "preliminary") or self.behind in _PENDING

    @property
    def cancelled(self) -> bool:
        """Cancelled: neither value nor flag is to be shown."""
        return self.status in _GIVEN_UP

    @property
    def resistance(self) -> bool:
        """Whether this is a drug tried on a microbe."""
        return bool(self.value.susceptibility) or any(h.code == "RSB" for h in self.value.headings)


def walk(items: list[Item]) -> Iterator[Item]:
    """Every item of some trees, parents first."""
    for item in items:
        yield item
        yield from walk(item.children)


def unanswered(items: list[Item]) -> list[Item]:
    """What is ordered, planned or done and has no result yet, neither of its own, above nor below it."""
    return [waiting for item in items for waiting in _unanswered(item)]


def _unanswered(item: Item) -> list[Item]:
    if item.value.kind != "none" or item.history:
        return []
    below = [waiting for child in item.children for waiting in _unanswered(child)]
    answered = any(child.value.kind != "none" for child in walk(item.children))
    waits = item.pending and not (answered or item.resistance or below)
    return [item] if waits and (item.name or item.codes) else below


def _flag(observation: Json, value: Value) -> tuple[str, str]:
    """The laboratory's flag and its own words for it."""
    interpretation = observation.get("interpretation")
    codes = [c for c in fhir.codes_of(interpretation) if c.code not in _NOT_ABNORMAL]
    known = next((c for c in codes if c.code in _FLAGS), None)
    if known:
        return _FLAGS[known.code], known.display
    # Susceptibility given as an interpretation is the value itself, not a deviation.
    other = next((c for c in codes if c.register != "8271" and c.code not in SUSCEPTIBILITIES), None)
    if other and value.kind != "none":
        return "other", other.label
    return "", ""


def _references(observation: Json) -> tuple[str, ...]:
    return tuple(_reference_text(entry) for entry in fhir.objects(observation.get("referenceRange")))


def _reference_text(entry: Json) -> str:
    """The laboratory's own words; the limits only when there are no words."""
    if text := fhir.text_of(entry.get("text")):
        return text
    low = number_text(digits(fhir.first(entry.get("low")).get("value")))
    high = number_text(digits(fhir.first(entry.get("high")).get("value")))
    if low and high:
        return f"{low} - {high}"
    return f"< {high}" if high else f"> {low}" if low else ""


def item_of(observation: Json, resources: Resources) -> Item:
    """One Observation, without those below it."""
    value = value_of(observation)
    flag, flag_text = _flag(observation, value)
    reference = tuple(text for text in _references(observation) if text)
    interval = ranges.read(reference[0], value.unit) if len(reference) == 1 else None
    status = fhir.text_of(observation.get("status")) or "unknown"
    if status in _GIVEN_UP:
        value, flag, flag_text, interval = Value(), "", "", None
    name, codes = _analysis(observation)
    return Item(
        id=fhir.text_of(observation.get("id")),
        name=name,
        codes=codes,
        status=status,
        value=value,
        flag=flag,
        flag_text=flag_text,
        reference=reference,
        interval=interval,
        judged=ranges.judge(value.decimal, value.comparator, interval),
        notes=tuple(fhir.notes(observation.get("note"))),
        history=fhir.extension_text(observation, "history") == "true" or _is_history(observation),
        behind=_behind(observation),
        effective=_own_time(observation),
        investigated=_investigated(observation),
        method=fhir.concept_text(observation.get("method")),
        performer=person_name(observation.get("performer"), resources),
        specimen=specimen_name(resources.get("Specimen", fhir.reference_id(observation.get("specimen")))),
        extras=extras_of(observation),
    )


def _own_time(observation: Json) -> str:
    """When this result is from: its specimen's or its own date; "" where it has neither.

    The guide then lets `effective` be the date of the answer, which must not be shown as a sampling date.
    A result sent earlier keeps its date: it must not move to this report's sampling.
    """
    own = observation.get("specimen") or fhir.extension_text(observation, "investigation-date")
    earlier = fhir.extension_text(observation, "history") == "true" or _is_history(observation)
    return fhir.text_of(observation.get("effectiveDateTime")) if own or earlier else ""


def _analysis(observation: Json) -> tuple[str, tuple[Code, ...]]:
    """Name and codes of the analysis. A part of a text has none: its code is its heading, or "not given"."""
    codes = tuple(fhir.codes_of(observation.get("code")))
    if codes and all(code.register == "8243" or code.system.endswith(_ABSENT) for code in codes):
        return "", ()
    return fhir.concept_text(observation.get("code")), codes


def _behind(observation: Json) -> str:
    """The code of 8245 behind a status that says less."""
    found = fhir.extensions(observation, "result-status", fhir.OWN_BASE)
    return next((c.code for e in found for c in fhir.all_codes(e) if c.register == "8245"), "")


def _is_history(observation: Json) -> bool:
    return any(fhir.extension_value(e) is True for e in fhir.extensions(observation, "history"))


def _investigated(observation: Json) -> str:
    """When this part was examined or described, which orders the parts of a pathology report."""
    for name in ("investigation-date", "description-date", "status-change-date"):
        if found := fhir.extension_text(observation, name):
            return found
    return fhir.text_of(observation.get("effectiveDateTime"))


def specimen_name(specimen: Json) -> str:
    """What was sampled."""
    return fhir.concept_text(specimen.get("type"))


def actor_name(references: object, resources: Resources) -> str:
    """Person and organisation of the first PractitionerRole that states either."""
    for reference in fhir.objects(references):
        role = resources.get("PractitionerRole", fhir.reference_id(reference))
        person = fhir.text_of(fhir.first(role.get("practitioner")).get("display"))
        place = fhir.text_of(fhir.first(role.get("organization")).get("display"))
        shown = ", ".join(part for part in (person, place) if part)
        if shown or (shown := fhir.text_of(reference.get("display"))):
            return shown
    return ""


def person_name(references: object, resources: Resources) -> str:
    """The first person among some PractitionerRoles, else the first place."""
    roles = [resources.get("PractitionerRole", role_id) for role_id in fhir.reference_ids(references)]
    names = (fhir.text_of(fhir.first(role.get("practitioner")).get("display")) for role in roles)
    return next((name for name in names if name), "") or actor_name(references, resources)


def laboratory_name(references: object, resources: Resources) -> str:
    """The organisation and department that answered: the last that stands for itself, else a person's."""
    roles = [resources.get("PractitionerRole", role_id) for role_id in fhir.reference_ids(references)]
    places = [(role, place) for role in roles if (place := _place(role))]
    alone = [place for role, place in places if not role.get("practitioner")]
    found = alone[-1:] or [place for _, place in places[-1:]]
    return found[0] if found else actor_name(references, resources)


def _place(role: Json) -> str:
    """Organisation and department."""
    parts = [role.get("organization"), *fhir.objects(role.get("healthcareService"))]
    names = [fhir.text_of(fhir.first(part).get("display")) for part in parts]
    return ", ".join(dict.fromkeys(name for name in names if name))


def sender_id(references: object, resources: Resources) -> str:
    """The identifier of the organisation that answered, which its local codes belong to; else its name."""
    roles = [resources.get("PractitionerRole", role_id) for role_id in fhir.reference_ids(references)]
    places = [role for role in roles if role.get("organization")]
    alone = [role for role in places if not role.get("practitioner")]
    organisation = fhir.first((alone or places or [{}])[-1].get("organization"))
    identifier = fhir.text_of(fhir.first(organisation.get("identifier")).get("value"))
    return identifier or fhir.text_of(organisation.get("display"))
