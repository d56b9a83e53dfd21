"""One form for each kind of entry: how it is a FHIR resource, and how a resource is it."""

from __future__ import annotations

from collections.abc import Mapping

from journal_api.fhir.forms.care import CARE
from journal_api.fhir.forms.clinical import CLINICAL
from journal_api.fhir.forms.events import EVENTS
from journal_api.fhir.forms.exchange import EXCHANGE
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.forms.ordering import ORDERING
from journal_api.fhir.forms.person import PERSON
from journal_api.fhir.forms.reconciled import RECONCILED
from journal_api.fhir.parts import Json

__all__ = ["BY_KIND", "BY_TYPE", "Context", "Form", "Parsed", "form_of"]
_FORMS = (*EVENTS, *CLINICAL, *CARE, *EXCHANGE, *ORDERING, *PERSON, *RECONCILED)
BY_TYPE: Mapping[str, tuple[Form, ...]] = {
    name: tuple(form for form in _FORMS if form.type == name)
    for name in dict.fromkeys(f.type for f in _FORMS)
}
"""FHIR resource type → its forms: one for each kind of entry that is given out as this type."""
BY_KIND: Mapping[str, Form] = {form.kind: form for form in _FORMS}
"""Kind of entry → form."""


def form_of(resource: Json) -> Form:
    """The form that reads a resource; raises `KeyError` for a type that the journal has not."""
    forms = BY_TYPE[resource["resourceType"]]
    return next((form for form in forms if form.claims is not None and form.claims(resource)), forms[0])
