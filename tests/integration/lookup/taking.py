"""Whole messages mapped and stored as if they were all about one person."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from kit.ids import new_id
from results_service.codes import CodeBook
from results_service.intake.fingerprint import fingerprint
from results_service.intake.guard import read_bytes
from results_service.reports.fhir import map_report
from results_service.reports.service import store_report_sync
from results_service.reports.svarrapport import read_message
from results_service.reports.versions import ReportKey
from tests.integration.lookup.conftest import Store
from tests.shared import REAL_MESSAGES

_OWN = sorted((Path(__file__).resolve().parents[2] / "messages").glob("*.xml"))
MESSAGES = [*_OWN, *REAL_MESSAGES]
CODES = CodeBook.builtin()


def take_in_all(store: Store, person: UUID) -> None:
    """Every message there is, ours and where they are at hand the real ones."""
    for path in MESSAGES:
        _take_in(store, person, path)


def _take_in(store: Store, person: UUID, path: Path) -> None:
    read = read_message(read_bytes(path.read_bytes()))
    message, top = read.message, read.top
    if message is None or top is None:
        return
    key = ReportKey(message.sender_ids[0][1] if message.sender_ids else "x", None, message.serv_prov_id)
    with store.database.transaction() as conn:
        store_report_sync(
            conn,
            person_id=person,
            key=key,
            message=message,
            mapped=map_report(message, key.report_id(person), CODES),
            message_id=new_id(),
            fingerprint=fingerprint(top),
        )
