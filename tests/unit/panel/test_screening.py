"""What may be stored of what people write."""

from __future__ import annotations

import pytest

from citizen_panel.speech.screening import Refused, admit, clean_text, screen, texts_in
from kit.errors import Conflict, TooLarge, Unprocessable


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("nummeret mitt er 13116900216.", Refused.NATIONAL_NUMBER),
        ("131169 00216", Refused.NATIONAL_NUMBER),
        ("13.11.69-00216", Refused.NATIONAL_NUMBER),
        ("13116900217 skrevet feil", Refused.NATIONAL_NUMBER),
        ("skriv til kari.nordmann@eksempel.no", Refused.E_MAIL),
        ("KARI@EKSEMPEL.NO", Refused.E_MAIL),
        ("ring 912 34 567", Refused.PHONE),
        ("ring 91 23 45 67", Refused.PHONE),
        ("91234567", Refused.PHONE),
        ("+47 91 23 45 67", Refused.PHONE),
        ("+46 8 123 456 78", Refused.PHONE),
    ],
)
def test_given_a_number_or_an_address_then_it_is_refused_without_being_echoed(
    text: str, kind: Refused
) -> None:
    assert kind in screen(text).refused
    with pytest.raises(Unprocessable) as refused:
        admit([text], confirmed=True)
    assert not any(part in str(refused.value) for part in ("13116900216", "912", "kari", "KARI"))


@pytest.mark.parametrize(
    "text",
    [
        "Vi er 5,6 millioner. 10 000 000 kroner er mye.",
        "Fra 2025 til 2026, kl. 09.30, side 12-14",
        "Prosjektet kostet 20 500,50 kroner",
        "versjon 1.2.3, punkt 4",
        "",
    ],
)
def test_given_ordinary_numbers_then_nothing_is_found(text: str) -> None:
    assert screen(text).refused == ()


@pytest.mark.parametrize(
    "text", ["Jeg har diabetes type 2", "Eg er gravid", "My cancer treatment", "etter HIV-testen"]
)
def test_given_words_of_health_then_the_writer_is_asked_once_more(text: str) -> None:
    with pytest.raises(Conflict) as asked:
        admit([text], confirmed=False)
    assert asked.value.code == "health-data-suspected"
    admit([text], confirmed=True)


def test_given_talk_of_the_services_then_nobody_is_asked() -> None:
    admit(["Legen svarte raskt, og prøvesvaret kom før sykehuset ringte. Hiver meg rundt!"], confirmed=False)


def test_given_too_long_a_text_then_the_limit_is_said() -> None:
    with pytest.raises(TooLarge, match="4000"):
        admit(["a" * 4001], confirmed=True)


def test_texts_are_found_however_deep_and_cleaned() -> None:
    assert list(texts_in({"a": ["x", {"b": "y"}], "c": 3})) == ["x", "y"]
    assert clean_text(" a\r\n\n\n\nb\x00\x07 ") == "a\n\nb"
