"""Texts become paragraphs; nothing of their markup reaches the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clinician.results.transform.richtext import Paragraph, paragraphs, plain


def test_plain_text_keeps_its_line_breaks() -> None:
    assert paragraphs("Første linje\r\nandre linje\n\nNytt avsnitt") == [
        Paragraph("Første linje\nandre linje"),
        Paragraph("Nytt avsnitt"),
    ]


@pytest.mark.parametrize("text", [" >100.000 pr.ml.", "p<0.05 og a>b", "<5", "x < y > z", "<ukjent>"])
def test_signs_in_plain_text_are_no_markup(text: str) -> None:
    assert plain(text) == text.strip()


def test_xhtml_gives_paragraphs_with_line_breaks_and_emphasis() -> None:
    text = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p><strong>R: Stor lever.</strong></p><br/>'
        "<p>Ingen\n   lesjoner. <br/>Fri galle &lt; 5 mm.</p></div>"
    )
    assert paragraphs(text) == [
        Paragraph("R: Stor lever.", strong=True),
        Paragraph("Ingen lesjoner.\nFri galle < 5 mm."),
    ]


def test_lists_headings_tables_and_preformatted_text_keep_their_lines() -> None:
    text = (
        "<h2>Funn</h2><ul><li>En</li><li>To</li></ul><table><tr><td>Ki-67</td><td>20 %</td></tr>"
        "<tr><td>ER</td><td>pos</td></tr></table><pre>a   b\nc   d</pre>"
    )
    assert paragraphs(text) == [
        Paragraph("Funn", "heading"),
        Paragraph("En", "point"),
        Paragraph("To", "point"),
        Paragraph("Ki-67 · 20 %"),
        Paragraph("ER · pos"),
        Paragraph("a   b\nc   d"),
    ]


def test_scripts_and_styles_are_dropped_and_handlers_lost() -> None:
    text = '<p onclick="steal()">Svar<script>alert(1)</script><style>p{}</style></p><img src=x onerror=y>'
    assert plain(text) == "Svar"


def test_a_blank_text_has_no_paragraphs() -> None:
    assert paragraphs(" \n ") == []
    assert paragraphs("<p> </p>") == []


@given(st.text(alphabet="<>/pbrdivstong &;\"'=a1\n", max_size=60))
def test_any_text_gives_paragraphs_without_failing(text: str) -> None:
    assert all(part.text for part in paragraphs(text))


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="<>&")))
def test_no_word_of_a_text_is_lost(text: str) -> None:
    assert plain(f"<p>{text}</p>").split() == text.split()
