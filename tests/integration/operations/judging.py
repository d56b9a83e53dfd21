"""What the tests of judging share: a second use of a number, and an operator who judges."""

from __future__ import annotations

from uuid import uuid4

from tests.integration.intake.messages import Sample
from tests.integration.operations.conftest import World

NOTE = "Ringt laboratoriet, de har brukt nummeret to ganger."


async def judged(world: World, message_id: str, judgement: str) -> str:
    await world.post(f"/messages/{message_id}/open", original=True)
    answer = await world.post(f"/messages/{message_id}/release", judgement=judgement, note=NOTE)
    assert answer.status_code == 200, answer.text
    world.work()
    return world.status(message_id)


def later(first: Sample, **changes: str) -> Sample:
    """Another report under the same number: other requisition, other sampling date."""
    return first.but(msg_id=str(uuid4()), gen_date="2026-10-03T12:00:00", **changes)


def reports(world: World) -> int:
    return int(world.rows("SELECT count(*) FROM results.report")[0][0])


class Reused:
    """Messages about another examination under a number that is taken."""

    def __init__(self, first: Sample) -> None:
        self._first = first

    def new(self) -> Examination:
        return self._of("N", "2026-10-05T12:00:00")

    def change(self) -> Examination:
        return self._of("M", "2026-10-06T12:00:00")

    def cancellation_of_nothing(self) -> Examination:
        return Examination(self._of("C", "2026-10-07T12:00:00").sample, "R-UKJENT", "2026-09-01")

    def _of(self, serv_type: str, at: str) -> Examination:
        message = self._first.but(msg_id=str(uuid4()), serv_type=serv_type, gen_date=at)
        return Examination(message, "R-ANNEN", "2026-10-05")


class Examination:
    """A sample's message with a requisition and a sampling date of its own."""

    def __init__(self, message: Sample, requisition: str, sampled: str) -> None:
        self.sample, self._requisition, self._sampled = message, requisition, sampled

    def xml(self) -> bytes:
        own = f"<Id>R-{self.sample.serv_prov_id}</Id>".encode()
        data = self.sample.xml().replace(own, f"<Id>{self._requisition}</Id>".encode())
        return data.replace(b"2026-10-01T08:00:00", f"{self._sampled}T08:00:00".encode())
