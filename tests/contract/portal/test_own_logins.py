"""One's own logins: listed, ended one by one or all, ended by the provider; the choice of place of work."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import httpx
import pytest

from dev.identity_provider.backchannel import logout_token
from kit.identity import claims as names
from kit.identity.tokens import PendingLogin
from kit.identity.verifier import peek
from kit.settings import Settings
from portal.clinician.patients.state import PatientSearch
from portal.session.cookies import LOGIN_COOKIE, NOTICE_COOKIE
from portal.session.guard import LEAVE, Login
from portal.session.models import OpenPatient
from portal.session.places import CHOOSE
from portal.session.store import IDLE_SECONDS, handle_of, hashed
from portal.session.tokens import RESULTS, authorizer
from portal.session.wiring import wiring
from tests.contract.portal.conftest import Browser, paths, portal_app

LOGINS = "/auth/sessions"


@pytest.fixture
async def other(visitor: Browser, settings: Settings) -> AsyncIterator[Browser]:
    """A second browser."""
    transport = httpx.ASGITransport(portal_app())
    async with httpx.AsyncClient(transport=transport, base_url=settings.portal_url) as portal:
        yield Browser(visitor.world, portal, settings.portal_url)


async def is_alive(visitor: Browser, handle: str | None = None) -> bool:
    told = {"akson-session": handle or handle_of(visitor.sid or "")}
    answer = await visitor.portal.get("/auth/alive", headers=told)
    alive: bool = answer.json()["alive"]
    return alive


async def send(visitor: Browser, path: str, **form: str) -> httpx.Response:
    return await visitor.portal.post(path, data=form, headers={"origin": visitor.origin})


async def test_given_two_browsers_then_both_are_listed_and_one_ends_the_other(
    visitor: Browser, other: Browser
) -> None:
    other.portal.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    await visitor.log_in("line")
    await other.log_in("line")
    page = (await visitor.portal.get(LOGINS)).text
    assert "Firefox, Windows" in page
    assert page.count("<li><div>") == 2
    assert (visitor.sid or "-") not in page
    handle = handle_of(other.sid or "")
    assert (await send(visitor, f"{LOGINS}/end", login=handle)).headers["location"] == LOGINS
    assert not await is_alive(other)
    assert await is_alive(visitor)
    assert (await visitor.portal.get(LOGINS)).text.count("<li><div>") == 1


async def test_given_anothers_handle_then_nothing_ends(visitor: Browser, other: Browser) -> None:
    await visitor.log_in("line")
    await other.log_in("gry")
    await send(visitor, f"{LOGINS}/end", login=handle_of(other.sid or ""))
    assert await is_alive(other)
    assert "Ukjent" in (await other.portal.get(LOGINS)).text
    assert (await other.portal.get(LOGINS)).text.count("<li><div>") == 1


async def test_given_log_out_everywhere_then_every_browser_is_out_and_open_pages_learn_it(
    visitor: Browser, other: Browser
) -> None:
    await visitor.log_in("lege-koman")
    await other.log_in("lege-koman")
    tab = other.tab()
    answer = await send(visitor, f"{LOGINS}/end", all="1")
    assert answer.headers["clear-site-data"] == '"storage"'
    assert visitor.portal.cookies.get(NOTICE_COOKIE) == "logged-out-everywhere"
    assert visitor.sid is None
    assert not await is_alive(other)
    assert paths(await tab.do(PatientSearch, "load")) == [LEAVE]


@pytest.mark.parametrize("origin", ["https://evil.example", ""])
async def test_given_a_form_from_elsewhere_then_nothing_ends(visitor: Browser, origin: str) -> None:
    await visitor.log_in("line")
    answer = await visitor.portal.post(f"{LOGINS}/end", data={"all": "1"}, headers={"origin": origin})
    assert answer.status_code == 403
    assert await is_alive(visitor)


async def test_given_nobody_logged_in_then_the_pages_lead_out(visitor: Browser) -> None:
    for answer in (
        await visitor.portal.get(LOGINS),
        await visitor.portal.get(CHOOSE),
        await send(visitor, f"{LOGINS}/end", all="1"),
        await send(visitor, CHOOSE, place="313900762"),
    ):
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert not await is_alive(visitor, "0" * 16)


async def test_given_a_page_that_only_asks_then_the_session_idles_on(visitor: Browser) -> None:
    await visitor.log_in("line")
    name = f"portal:session:{hashed(visitor.sid or '')}"
    await wiring().store.valkey.expire(name, 100)
    assert await is_alive(visitor)
    assert await wiring().store.valkey.ttl(name) <= 100
    await visitor.current()
    assert await wiring().store.valkey.ttl(name) > IDLE_SECONDS - 10


async def test_given_another_login_in_the_browser_then_the_former_ones_page_is_told_to_go(
    visitor: Browser,
) -> None:
    await visitor.log_in("line")
    before = handle_of(visitor.sid or "")
    await visitor.log_in("gry")
    assert not await is_alive(visitor, before)


async def test_given_a_session_past_its_longest_time_then_it_has_ended(visitor: Browser) -> None:
    await visitor.log_in("line")
    store, sid = wiring().store, visitor.sid or ""
    await store.update(sid, ends_at=time.time() - 1)
    assert not await is_alive(visitor)
    assert await store.get(sid) is None


async def test_given_an_end_while_a_token_is_renewed_then_the_session_does_not_come_back(
    visitor: Browser,
) -> None:
    await visitor.log_in("line")
    now, store = await visitor.current(), wiring().store
    await store.end(now.sid)
    await store.save(now.sid, now.session)
    assert await store.get(now.sid) is None


@pytest.mark.parametrize(("side", "persona"), [("helseid", "lege-koman"), ("idporten", "line")])
async def test_given_an_end_at_the_provider_then_that_login_ends_here_and_no_other(
    visitor: Browser, other: Browser, settings: Settings, side: str, persona: str
) -> None:
    await visitor.log_in(persona)
    await other.log_in(persona)
    session = (await visitor.current()).session.login.claims["sid"]
    issuer = settings.helseid_issuer if side == "helseid" else settings.idporten_issuer
    listed = await visitor.world.get(f"{issuer}/sessions")
    assert session in listed.text
    assert (await visitor.world.post(f"{issuer}/sessions", data={"session": session})).status_code == 303
    assert not await is_alive(visitor)
    assert await is_alive(other)


async def test_given_a_logout_token_then_it_serves_once_at_its_own_provider_and_is_answered_as_specified(
    visitor: Browser, settings: Settings
) -> None:
    await visitor.log_in("lege-koman")
    now = (await visitor.current()).session
    provider = next(
        transport._transport.app if hasattr(transport, "_transport") else transport.app  # type: ignore[attr-defined]
        for pattern, transport in visitor.world._mounts.items()
        if pattern.pattern == settings.helseid_issuer.rsplit("/", 1)[0] and transport is not None
    )
    issuer = provider.state.issuers["helseid"]
    token = logout_token(issuer, settings.helseid_client_id, "lege-koman", "another-login")
    for path, body, status in (
        ("/auth/idporten/backchannel-logout", {"logout_token": token}, 400),
        ("/auth/helseid/backchannel-logout", {"logout_token": now.login.id_token}, 400),
        ("/auth/helseid/backchannel-logout", {}, 400),
        ("/auth/helseid/backchannel-logout", {"logout_token": token}, 200),
        ("/auth/helseid/backchannel-logout", {"logout_token": token}, 400),
    ):
        answer = await visitor.portal.post(path, data=body)
        assert (path, answer.status_code) == (path, status)
        assert answer.headers["cache-control"] == "no-store"
    assert await is_alive(visitor)
    whole = issuer.sign(
        {**peek(token)[1], "sid": None, "jti": "whole-subject"} | {"sub": issuer.subject("lege-koman")},
        "logout+jwt",
        60,
    )
    assert (
        await visitor.portal.post("/auth/helseid/backchannel-logout", data={"logout_token": whole})
    ).status_code == 200
    assert not await is_alive(visitor)


async def test_given_two_places_of_work_then_one_is_chosen_and_every_token_names_it(visitor: Browser) -> None:
    first = await visitor.log_in("lege-to-steder")
    assert first.headers["location"] == CHOOSE
    waiting = visitor.tab()
    assert paths(await waiting.do(PatientSearch, "load")) == [LEAVE]
    assert (await visitor.portal.get("/auth/ended")).headers["location"] == CHOOSE
    page = (await visitor.portal.get(CHOOSE)).text
    assert "Skogheim legekontor" in page
    assert "Fjordvik interkommunale legevakt" in page

    start = await send(visitor, CHOOSE, place="313900762")
    answer = await visitor.press(start, "lege-to-steder")
    assert answer.headers["location"] == "/clinician/patients"
    now = await visitor.current()
    assert (now.session.organisation, now.session.place) == ("313900657", "313900762")
    auth = await authorizer(now, RESULTS)()
    claims = peek(auth._token)[1]  # type: ignore[attr-defined]
    assert (claims[names.ORG_PARENT], claims[names.ORG_CHILD]) == ("313900657", "313900762")
    tab = visitor.tab()
    await tab.do(PatientSearch, "load")
    shown = await tab.get(Login)
    assert (shown.organisation, shown.several_places) == ("Skogheim legekontor", True)


async def test_given_a_place_that_is_not_ones_own_then_it_cannot_be_chosen(visitor: Browser) -> None:
    await visitor.log_in("lege-to-steder")
    assert (await send(visitor, CHOOSE, place="313901424")).headers["location"] == CHOOSE
    assert visitor.portal.cookies.get(LOGIN_COOKIE) is None
    forged = await visitor.portal.post(
        CHOOSE, data={"place": "313900762"}, headers={"origin": "https://evil"}
    )
    assert forged.status_code == 403


async def test_given_a_login_for_another_place_than_asked_for_then_it_is_stopped(
    visitor: Browser, settings: Settings
) -> None:
    await visitor.log_in("lege-to-steder")
    start = await send(visitor, CHOOSE, place="313900762")
    state = visitor.portal.cookies.get(LOGIN_COOKIE) or ""
    pending = await wiring().store.take_login(state, PendingLogin)
    assert pending is not None
    assert pending.organisation == ("313900657", "313900762")
    pending.organisation = ("313900657", "313900541")
    await wiring().store.keep_login(state, pending)
    answer = await visitor.press(start, "lege-to-steder")
    assert answer.headers["location"] == "/"
    assert visitor.portal.cookies.get(NOTICE_COOKIE) == "login-failed"


async def test_given_a_login_anew_then_it_is_asked_for_checked_and_what_waited_is_kept(
    visitor: Browser,
) -> None:
    await visitor.log_in("lege-koman")
    wanted = OpenPatient(number="13116900216", basis="AKUTT", reason="emergency")
    await wiring().store.update(visitor.sid or "", wanted=wanted)
    start = await visitor.portal.get("/auth/helseid/login?fresh=1")
    state = visitor.portal.cookies.get(LOGIN_COOKIE) or ""
    answer = await visitor.press(start, "lege-koman")
    assert answer.headers["location"] == "/clinician/patients"
    now = await visitor.current()
    assert now.session.wanted == wanted
    assert now.session.login.claims["auth_time"] >= time.time() - 60
    assert state


async def test_given_an_older_proof_than_asked_for_then_the_login_is_stopped(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    start = await visitor.portal.get("/auth/helseid/login?fresh=1")
    state = visitor.portal.cookies.get(LOGIN_COOKIE) or ""
    pending = await wiring().store.take_login(state, PendingLogin)
    assert pending is not None
    assert pending.fresh
    pending.created += 120  # as if the provider had answered with a login from two minutes before
    await wiring().store.keep_login(state, pending)
    answer = await visitor.press(start, "lege-koman")
    assert answer.headers["location"] == "/"


async def test_given_anothers_login_anew_then_what_waited_is_not_theirs(visitor: Browser) -> None:
    await visitor.log_in("lege-koman")
    wanted = OpenPatient(number="13116900216", basis="AKUTT", reason="emergency")
    await wiring().store.update(visitor.sid or "", wanted=wanted)
    await visitor.press(await visitor.portal.get("/auth/helseid/login?fresh=1"), "lege-lin")
    assert (await visitor.current()).session.wanted is None
