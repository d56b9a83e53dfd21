"""The public page: plain HTML in three languages, without scripts, saying only what it knows."""

from __future__ import annotations

import pytest

from portal.frame.public import front_page
from portal.session.logoutpage import LOGOUT_CSP, logout_page
from portal.ui.texts import LANGUAGES, say


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_offers_both_logins_in_each_language(lang: str) -> None:
    page = front_page(lang, "", None, "/assets/a.css")
    assert f'<html lang="{lang}">' in page
    assert 'href="/auth/helseid/login"' in page
    assert 'href="/auth/idporten/login"' in page
    assert say(lang, "front.heading") in page
    assert "<script" not in page
    assert "$" not in page


def test_a_notice_is_said_and_an_unknown_one_is_not() -> None:
    assert say("nb", "front.notice.logged-out") in front_page("nb", "logged-out", None, "")
    assert front_page("nb", "<b>hello</b>", None, "") == front_page("nb", "", None, "")


def test_someone_logged_in_can_go_on() -> None:
    assert '<a href="/citizen/results">' in front_page("nb", "", "/citizen/results", "")
    assert '"/citizen/results"' not in front_page("nb", "", None, "")


def test_the_logout_page_posts_the_token_and_escapes_what_it_is_given() -> None:
    page = logout_page("https://id.example/out", {"id_token_hint": 'a"><script>'}, "nn")
    assert 'action="https://id.example/out"' in page
    assert "<script>document.forms[0].submit()</script>" in page
    assert page.count("<script>") == 1
    assert "unsafe" not in LOGOUT_CSP
