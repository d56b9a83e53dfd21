"""The medication list with its version, and its reconciliation."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.entries.models import Entry
from journal_api.journal.medication import reconciling, stop
from kit.jsonapi import json_answer, read_body

router = APIRouter(prefix="/journal/medication", tags=["journal"])
_MOST = 400_000  # bytes of a list


@router.post("/_list", response_class=Response)
async def medication_list(request: Request, actor: Caller) -> Response:
    """What is taken now: {"list_version", "entries", "conflicts", "latest": reconciliation}."""
    return json_answer(await visit(request, actor, reconciling.KINDS, reconciling.listed))


@router.post("/$reconcile", response_class=Response)
async def reconcile(request: Request, actor: Caller) -> Response:
    """Decide about each line of the list looked at: continue, change, stop, add. All of it, or nothing.

    The answer is the record. Repeating changes nothing. 409 `list-changed`, `allergy-conflict` (names
    `allergies` and `medication`), `id-used`; 422 `reconcile-incomplete`, `reconcile-body`, `reason-missing`.
    """
    sent = await read_body(request, reconciling.Reconcile, most=_MOST)
    kinds = (stop.MEDICATION, reconciling.RECORD)

    async def work(here: Visit) -> LookUp[Entry]:
        record = await reconciling.reconcile(here, sent)
        return LookUp(record, {reconciling.RECORD: 1, stop.MEDICATION: len(record.body["items"])})

    return json_answer(await visit(request, actor, kinds, work, writes=True))
