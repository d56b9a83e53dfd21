"""What a notice becomes on the screen."""

from __future__ import annotations

import pytest

from core_record.notices.models import NoticeKind
from portal.citizen.notices.transform import newest, shown
from portal.ui.texts import LANGUAGES, under

ANSWER = {
    "total": 2,
    "unread": 1,
    "notices": [
        {
            "id": "n2",
            "at": "2026-11-23T23:30:00.000001Z",
            "kind": "emergency-access",
            "details": {"basis": "AKUTT"},
            "read": False,
            "log": {
                "event": "e1",
                "name": "Samira Haugland",
                "role": "LE",
                "organisation": "Fjordvik legevakt",
                "place": "Fjordvik legevakt",
            },
        },
        {
            "id": "n1",
            "at": "2026-11-22T10:00:00Z",
            "kind": "result-changed",
            "details": {},
            "read": True,
            "log": None,
        },
    ],
}


def test_notice_tells_when_what_and_who() -> None:
    first, second = shown(ANSWER)
    assert (first.day, first.time) == ("24.11.2026", "00:30")
    assert (first.unread, first.in_log, first.who, first.role) == (True, True, "Samira Haugland", "LE")
    assert first.place == "Fjordvik legevakt"
    assert (second.unread, second.in_log, second.who, second.place) == (False, False, "", "")


def test_newest_is_the_moment_as_the_service_wrote_it() -> None:
    assert newest(ANSWER) == "2026-11-23T23:30:00.000001Z"
    assert newest({"notices": []}) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_has_its_words(lang: str) -> None:
    for prefix in ("notices.kind", "notices.help"):
        assert {kind.value for kind in NoticeKind} <= set(under(lang, prefix))
