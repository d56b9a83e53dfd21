"""Every real message of ../shared ends with an outcome that says why, and nothing crashes."""

from __future__ import annotations

from collections import Counter

from results_service.intake.work import Worker
from tests.integration.intake.conftest import Api
from tests.shared import REAL_MESSAGES, requires_shared

FINAL = {"processed", "rejected", "needs-attention"}
# Three new reports under one number, one number for two persons, a cancellation under a reused MsgId.
HELD = {
    "field/2021-03-18-KlinKj uten ansvarlig for rapport.xml": "report-number-reused",
    "field/2021-03-19-KlinKj uten ansvarlig for rapport.xml": "report-number-reused",
    "field/SVAR_CLIN unilab  (2).xml": "person-changed",
    "official/Svar_immunologi_v1-4_Kansellering.xml": "message-id-reused",
}


@requires_shared
async def test_given_all_real_messages_when_sent_by_name_then_each_ends_coded_and_none_fails(
    api: Api, worker: Worker
) -> None:
    outcomes = {}
    for path in REAL_MESSAGES:
        answer = await api.send(path.read_bytes())
        assert answer.status_code == 202
        while worker.take_turn() is not None:
            pass
        outcomes[f"{path.parent.name}/{path.name}"] = (await api.http.get(answer.headers["location"])).json()
    assert len(REAL_MESSAGES) >= 88
    for name, outcome in outcomes.items():
        assert outcome["status"] in FINAL, name
        assert bool(outcome["errors"]) == (outcome["status"] != "processed"), name
        for problem in [*outcome["errors"], *outcome["warnings"]]:
            assert problem["code"] != "processing-failed", name
            assert problem["message"].endswith((".", "?")), (name, problem)
    counts = Counter(outcome["status"] for outcome in outcomes.values())
    assert counts == {"processed": len(REAL_MESSAGES) - len(HELD), "needs-attention": len(HELD)}
    held = {name: o["errors"][0]["code"] for name, o in outcomes.items() if o["status"] != "processed"}
    assert held == HELD
