"""What an administrator may write: tables of what is allowed and what is not, to the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from core_record.registers.administration import rules
from core_record.registers.roles import AUTHORISED_ROLES, KNOWN_ROLES, OWN_ROLES
from kit.errors import AksonError
from kit.ids import parse_national_id
from portal.administration.shared import FIELD_OF, LINK_REASONS, SUBSTITUTE_REASONS, WHOLE
from portal.administration.shared import OWN_ROLES as SHOWN_ROLES
from portal.ui.texts import LANGUAGES, under

TODAY = date(2026, 11, 23)


def refused(rule: Callable[..., None], *values: object) -> str | None:
    """The code a rule refuses with, or None."""
    try:
        rule(*values)
    except AksonError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("since", "until", "code"),
    [
        (TODAY, None, None),
        (TODAY, TODAY, None),
        (TODAY, TODAY - timedelta(days=1), "period-backwards"),
        (date(1950, 1, 1), None, None),
        (date(1949, 12, 31), None, "period-unlikely"),
        (TODAY + timedelta(days=730), None, None),
        (TODAY + timedelta(days=731), None, "period-unlikely"),
    ],
)
def test_periods_to_the_day(since: date, until: date | None, code: str | None) -> None:
    assert refused(rules.period, since, until, TODAY) == code


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  Ida   Marie ", "Ida Marie"),
        ("Åse-Lill", "Åse-Lill"),
        ("O'Hara", "O'Hara"),
        ("Nils jr.", "Nils jr."),
    ],
)
def test_names_are_kept_as_written(text: str, tidy: str) -> None:
    assert rules.name(text) == tidy


@pytest.mark.parametrize("text", ["", "  ", "12", "A1", "<b>", "-", "A--", "13116900216"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(AksonError, match="name-invalid"):
        rules.name(text)


@pytest.mark.parametrize(
    ("written", "registered", "same"),
    [
        (("Ida Marie", "Solheim"), ("Ida", "Solheim Berg"), True),
        (("ida", "SOLHEIM"), ("Ida", "Solheim"), True),
        (("Ida", "Solheim"), (None, None), True),
        (("Ida", "Berg"), ("Ida", "Solheim"), False),
        (("Eva", "Solheim"), ("Ida", "Solheim"), False),
        (("Ida", "Solheim-Berg"), ("Ida", "Berg"), True),
    ],
)
def test_a_word_of_each_name_must_agree(
    written: tuple[str, str], registered: tuple[str | None, str | None], same: bool
) -> None:
    assert rules.same_person(written, registered) is same


@pytest.mark.parametrize(("day", "young"), [(date(2027, 6, 18), True), (date(2027, 6, 19), False)])
def test_nobody_under_fifteen_works(day: date, young: bool) -> None:
    number = parse_national_id("19861270451")  # born 2012-06-19
    assert refused(rules.age, number, day) == ("too-young" if young else None)


@pytest.mark.parametrize("code", sorted(KNOWN_ROLES))
def test_a_role_of_9060_takes_the_authorisation_and_our_own_take_none(code: str) -> None:
    if code in OWN_ROLES:
        rules.role(code, ())
        return
    with pytest.raises(AksonError):
        rules.role(code, ())
    if code in AUTHORISED_ROLES:
        rules.role(code, {code})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_role_reason_and_refusal_has_words(lang: str) -> None:
    assert SHOWN_ROLES == OWN_ROLES
    assert (LINK_REASONS, SUBSTITUTE_REASONS) == (rules.LINK_REASONS, rules.SUBSTITUTE_REASONS)
    assert set(under(lang, "administration.role")) >= KNOWN_ROLES
    assert set(under(lang, "administration.link_reason")) == set(LINK_REASONS)
    assert set(under(lang, "administration.substitute_reason")) == set(SUBSTITUTE_REASONS)
    words = set(under(lang, "administration.fault"))
    assert set(FIELD_OF) | WHOLE - {"body-invalid", "substitution-unknown"} <= words
