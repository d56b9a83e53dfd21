"""Every kind of entry, by name."""

from __future__ import annotations

from collections.abc import Mapping

from journal_api.care.admissions.kind import EPISODE_OF_CARE
from journal_api.care.messages.kind import COMMUNICATION
from journal_api.care.plans.kind import CARE_PLAN, CARE_TEAM
from journal_api.care.referrals.kind import SERVICE_REQUEST
from journal_api.care.requisitions.kind import REQUISITION
from journal_api.care.tasks.kind import TASK
from journal_api.journal.contacts.kind import ENCOUNTER
from journal_api.journal.documents.kind import DOCUMENT
from journal_api.journal.entries.models import Kind
from journal_api.journal.lists.conditions import CONDITION
from journal_api.journal.lists.critical import ALLERGY, FLAG
from journal_api.journal.lists.kin import NEXT_OF_KIN, WISH
from journal_api.journal.lists.vaccines import IMMUNIZATION
from journal_api.journal.measured import OBSERVATION
from journal_api.journal.medication.kind import MEDICATION
from journal_api.journal.medication.record import RECONCILIATION
from journal_api.journal.notes.kind import COMPOSITION

_EVENT_KINDS = (ENCOUNTER, COMPOSITION, OBSERVATION)
_LIST_KINDS = (ALLERGY, FLAG, CONDITION, MEDICATION, IMMUNIZATION, NEXT_OF_KIN, WISH)
_KEPT_KINDS = (RECONCILIATION, DOCUMENT)
_CARE_KINDS = (EPISODE_OF_CARE, CARE_TEAM, CARE_PLAN, TASK, SERVICE_REQUEST, REQUISITION, COMMUNICATION)
_ALL = (*_EVENT_KINDS, *_LIST_KINDS, *_KEPT_KINDS, *_CARE_KINDS)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
EVENTS = frozenset(
    {
        *("Encounter", "Composition", "Observation", "ServiceRequest", "Communication"),
        *("MedicationReconciliation", "Requisition"),
    }
)
"""Kinds that grow with time: the summary shows the newest of each, of the others all that are live."""
