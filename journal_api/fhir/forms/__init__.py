"""One form for each kind of entry: how it is a FHIR resource, and how a resource is it."""

from __future__ import annotations

from collections.abc import Mapping

from journal_api.fhir.forms.care import CARE
from journal_api.fhir.forms.clinical import CLINICAL
from journal_api.fhir.forms.events import EVENTS
from journal_api.fhir.forms.exchange import EXCHANGE
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.forms.person import PERSON
from journal_api.fhir.forms.reconciled import RECONCILED

__all__ = ["BY_KIND", "BY_TYPE", "Context", "Form", "Parsed"]
_FORMS = (*EVENTS, *CLINICAL, *CARE, *EXCHANGE, *PERSON, *RECONCILED)
BY_TYPE: Mapping[str, Form] = {form.type: form for form in _FORMS}
"""FHIR resource type → form."""
BY_KIND: Mapping[str, Form] = {form.kind: form for form in _FORMS}
"""Kind of entry → form."""
