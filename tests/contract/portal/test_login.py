"""Login and logout by the real protocol: the portal's routes against the development provider."""

from __future__ import annotations

import httpx
import pytest

from kit.identity import faults
from kit.settings import Settings
from portal.session.cookies import LOGIN_COOKIE, NOTICE_COOKIE, SESSION_COOKIE
from portal.session.models import Kind
from portal.session.store import hashed
from portal.session.wiring import wiring
from tests.contract.portal.conftest import Browser, form_of


@pytest.mark.parametrize(
    ("persona", "kind", "home"),
    [
        ("lege-koman", Kind.CLINICIAN, "/clinician/patients"),
        ("line", Kind.CITIZEN, "/citizen/results"),
    ],
)
async def test_given_a_login_then_a_session_on_the_server_and_a_cookie_no_script_can_read(
    visitor: Browser, persona: str, kind: Kind, home: str
) -> None:
    answer = await visitor.log_in(persona)
    assert (answer.status_code, answer.headers["location"]) == (303, home)
    assert answer.headers["clear-site-data"] == '"storage"'
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    now = await visitor.current()
    assert now.session.kind is kind
    assert now.session.name == {"line": "Line Danser", "lege-koman": "Magnar Koman"}[persona]


async def test_given_a_session_then_nothing_of_it_is_readable_in_valkey(visitor: Browser) -> None:
    await visitor.log_in("line")
    now = await visitor.current()
    valkey = wiring().store.valkey
    blob = await valkey.get(f"portal:session:{hashed(now.sid)}")
    assert blob is not None
    for secret in (now.session.number, now.session.login.id_token, now.session.login.access.value):
        assert secret.encode() not in blob
    names = [name async for name in valkey.scan_iter("portal:*")]
    assert not any(now.sid.encode() in name for name in names)


async def test_given_a_new_login_then_the_identifier_is_new_and_the_old_session_has_ended(
    visitor: Browser,
) -> None:
    await visitor.log_in("lege-koman")
    first = visitor.sid
    await visitor.log_in("line")
    assert visitor.sid != first
    assert first is not None
    assert await wiring().store.get(first) is None
    assert (await visitor.current()).session.kind is Kind.CITIZEN


async def test_given_an_answer_used_again_or_in_another_browser_then_nobody_is_logged_in(
    visitor: Browser, world: httpx.AsyncClient
) -> None:
    start = await visitor.portal.get("/auth/helseid/login")
    state = visitor.portal.cookies.get(LOGIN_COOKIE)
    chosen = await world.post(start.headers["location"], data={"persona": "lege-koman"})
    visitor.portal.cookies.clear()
    stolen = await visitor.portal.get(chosen.headers["location"])
    assert stolen.headers["location"] == "/"
    assert visitor.sid is None

    visitor.portal.cookies.set(LOGIN_COOKIE, state or "", domain="127.0.0.1", path="/auth")
    assert (await visitor.portal.get(chosen.headers["location"])).headers["location"] == "/clinician/patients"
    visitor.portal.cookies.set(LOGIN_COOKIE, state or "", domain="127.0.0.1", path="/auth")
    again = await visitor.portal.get(chosen.headers["location"])
    assert again.headers["location"] == "/"


@pytest.mark.parametrize(
    ("form", "notice"), [({"cancel": "1"}, "login-cancelled"), ({"level": "3"}, "login-failed")]
)
async def test_given_a_cancelled_or_too_low_login_then_the_front_page_says_so(
    visitor: Browser, form: dict[str, str], notice: str
) -> None:
    answer = await visitor.log_in("lege-koman", **form)
    assert answer.headers["location"] == "/"
    assert visitor.portal.cookies.get(NOTICE_COOKIE) == notice
    assert visitor.sid is None


async def test_given_logout_then_the_session_has_ended_here_and_at_the_provider(
    visitor: Browser, world: httpx.AsyncClient, settings: Settings
) -> None:
    await visitor.log_in("lege-koman")
    now = await visitor.current()
    answer = await visitor.log_out()
    assert answer.headers["clear-site-data"] == '"storage"'
    assert visitor.sid is None
    assert await wiring().store.get(now.sid) is None
    address, fields = form_of(answer.text)
    assert settings.helseid_issuer in address
    assert "id_token_hint" not in address
    back = await world.post(address, data=fields)
    assert back.headers["location"] == f"{settings.portal_url}/"
    with pytest.raises(faults.LoginRefused) as caught:
        await wiring().helseid.refresh(now.session.login)
    assert caught.value.code == "provider-invalid-grant"


async def test_given_a_logout_forged_by_another_site_then_the_session_lives(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    assert (await visitor.log_out("https://evil.example")).status_code == 403
    assert (await visitor.current()).session.kind is Kind.CLINICIAN


async def test_given_a_session_that_has_ended_then_the_browser_is_emptied_and_told(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    now = await visitor.current()
    live = await visitor.portal.get("/auth/ended")
    assert live.headers["location"] == "/clinician/patients"
    await wiring().store.end(now.sid)
    answer = await visitor.portal.get("/auth/ended")
    assert answer.headers["location"] == "/"
    assert answer.headers["clear-site-data"] == '"storage"'
    assert visitor.portal.cookies.get(NOTICE_COOKIE) == "session-ended"
    assert visitor.sid is None
