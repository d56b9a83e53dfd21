"""Opening what a patient has restricted: what is filled in, and a refusal, hold for that patient alone."""

from __future__ import annotations

from typing import Any

import pytest

import portal.portal  # noqa: F401 - every state is there before a tab is opened, as in the product
from portal.clients.core_record import CoreRecordClient
from portal.clinician.restricted.state import Restricted
from portal.frame.patient import PatientBanner
from portal.session.models import OpenPatient
from portal.session.patient import set_open_patient
from portal.session.profile import with_profile
from tests.contract.portal.conftest import Browser, Tab
from tests.contract.portal.test_clients import number_of

FILLED = ("problem", "code", "reason", "confirmed", "reason_missing", "confirmation_missing", "opening")


async def test_given_a_refusal_for_one_patient_then_nothing_of_it_stands_for_the_next(
    visitor: Browser,
) -> None:
    await visitor.log_in("lege-lin")
    tab = visitor.tab()
    ways, banner = await refused(visitor, tab, "line")
    assert (ways.problem, ways.reason, ways.confirmed, ways.opening) == ("refused", "emergency", True, False)
    assert ways.of == banner.handle != "", "shown for whom it is about"

    await opened(visitor, tab, "gry")
    assert ways.of != banner.handle, "shown for nobody else"
    await tab.do(Restricted, "open_in_emergency", {})
    assert (ways.of, ways.reason_missing, ways.confirmation_missing) == (banner.handle, True, True)
    assert (ways.problem, ways.reason, ways.confirmed) == ("", "", False)


@pytest.mark.parametrize(
    ("handler", "arguments", "left"),
    [
        ("choose_reason", ("advice",), {"reason": "advice"}),
        ("confirm", (True,), {"confirmed": True}),
        ("open_on", ("SAMTYKKE",), {}),
        ("open_with_consent", (), {"problem": "refused", "code": "nothing-restricted"}),
    ],
)
async def test_given_another_patient_then_each_way_begins_anew(
    visitor: Browser, handler: str, arguments: tuple[Any, ...], left: dict[str, Any]
) -> None:
    await visitor.log_in("lege-lin")
    tab = visitor.tab()
    ways, banner = await refused(visitor, tab, "line")
    await opened(visitor, tab, "gry")
    await tab.do(Restricted, handler, *arguments)
    assert ways.of == banner.handle
    empty = {name: Restricted.get_fields()[name].default for name in FILLED}
    assert {name: getattr(ways, name) for name in FILLED} == empty | left


async def test_given_an_opening_that_breaks_then_it_can_be_tried_again(
    visitor: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await visitor.log_in("lege-lin")
    tab = visitor.tab()
    await opened(visitor, tab, "line")

    async def breaks(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(CoreRecordClient, "person", breaks)
        with pytest.raises(RuntimeError):
            await tab.do(Restricted, "open_with_consent")
    assert not (await tab.get(Restricted)).opening


async def refused(visitor: Browser, tab: Tab, name: str) -> tuple[Any, Any]:
    await opened(visitor, tab, name)
    await tab.do(Restricted, "choose_reason", "emergency")
    await tab.do(Restricted, "confirm", True)
    await tab.do(Restricted, "open_with_consent")
    return await tab.get(Restricted), await tab.get(PatientBanner)


async def opened(visitor: Browser, tab: Tab, name: str) -> None:
    """A patient whom no register ties to the reader."""
    now = await with_profile(await visitor.current())
    await set_open_patient(now, OpenPatient(number=number_of(name), basis="UNNTAK", name=name))
    await tab.do(PatientBanner, "load")
