"""Messages damaged at random, through the whole pipeline on a real database: none ends as our own failure."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from results_service.intake.work import Worker
from tests.integration.intake.conftest import Api
from tests.unit.intake.test_mutations import HARM, SOURCES, damaged


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(source=st.sampled_from(SOURCES), harms=st.lists(HARM, max_size=4))
async def test_given_a_damaged_message_when_processed_then_a_coded_outcome(
    api: Api, worker: Worker, source: Path, harms: list[tuple[str, int, int, str]]
) -> None:
    answer = await api.send(damaged(source, harms))
    assert answer.status_code == 202
    worker.take_turn()
    outcome = (await api.http.get(answer.headers["location"])).json()
    assert outcome["status"] in ("processed", "rejected", "needs-attention"), outcome
    assert bool(outcome["errors"]) == (outcome["status"] != "processed")
    assert "processing-failed" not in [error["code"] for error in outcome["errors"]]
