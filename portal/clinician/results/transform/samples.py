"""The specimens of a report: what they are, and what was done with them and said of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.clients import elements as fhir
from portal.clients.elements import Json, Resources
from portal.clinician.results.transform import dates
from portal.clinician.results.transform.reading import specimen_name


@dataclass(frozen=True, slots=True)
class Sample:
    """A specimen: what, from where, when, what was done with it, and what was said of it."""

    name: str
    body_site: str
    collected: str
    numbers: tuple[str, ...]
    notes: tuple[str, ...]
    details: tuple[str, ...] = ()


def samples_of(resource: Json, resources: Resources) -> tuple[Sample, ...]:
    """The specimens of a report."""
    ids = fhir.reference_ids(resource.get("specimen"))
    return tuple(_sample(found) for i in ids if (found := resources.get("Specimen", i)))


def _sample(specimen: Json) -> Sample:
    collection = fhir.first(specimen.get("collection"))
    numbers = [*fhir.objects(specimen.get("accessionIdentifier")), *fhir.objects(specimen.get("identifier"))]
    shown = [text for number in numbers if (text := fhir.text_of(number.get("value")))]
    return Sample(
        name=specimen_name(specimen),
        body_site=fhir.concept_text(collection.get("bodySite")),
        collected=fhir.text_of(collection.get("collectedDateTime")),
        numbers=tuple(dict.fromkeys(shown)),
        notes=tuple(fhir.notes(specimen.get("note"))),
        details=tuple(text for text in dict.fromkeys(_handling(specimen)) if text),
    )


def _handling(specimen: Json) -> Iterator[str]:
    """What was done before, at and after the sampling, and what a study product is."""
    collection = fhir.first(specimen.get("collection"))
    kind = fhir.first(specimen.get("type"))
    yield from (code.label for code in fhir.codes_of(kind) if code.label != fhir.text_of(kind.get("text")))
    for extension in fhir.extensions(specimen, "pretreatment"):
        concept = fhir.first(fhir.extension_value(extension))
        said = (*(code.label for code in fhir.codes_of(concept)), fhir.text_of(concept.get("text")))
        yield ": ".join(dict.fromkeys(text for text in said if text))
    yield fhir.concept_text(collection.get("method"))
    yield from (_own_concept(e) for e in fhir.extensions(specimen, "sample-collection", fhir.OWN_BASE))
    for container in fhir.objects(specimen.get("container")):
        yield fhir.concept_text(container.get("additiveCodeableConcept"))
    for name in ("sample-handling", "logistics", "study-product-type", "study-product-ref"):
        yield from (fhir.text_of(fhir.extension_value(e)) for e in fhir.extensions(specimen, name))
    yield dates.show(fhir.extension_text(specimen, "study-product-date", fhir.OWN_BASE))


def _own_concept(extension: Json) -> str:
    return fhir.concept_text(fhir.extension_value(extension))
