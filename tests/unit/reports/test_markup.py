"""Markup in results: the words and line breaks stay, nothing that could run does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from results_service.reports.svarrapport.markup import read_markup
from results_service.reports.svarrapport.tree import build, leftovers

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'


def marked(inside: str) -> tuple[str, str]:
    return read_markup(build(etree.fromstring(f"<TextResultValue>{inside}</TextResultValue>")))


def test_plain_text_keeps_its_line_breaks() -> None:
    assert marked("Første linje.&#13;\nAndre linje.\n\nTredje.") == (
        "Første linje.\nAndre linje.\n\nTredje.",
        "",
    )


def test_escaped_markup_is_text() -> None:
    assert marked("a &lt;b&gt; c") == ("a <b> c", "")


def test_a_very_long_run_of_spaces_is_read_in_one_pass() -> None:
    text, _ = marked("<pre>a" + " \t" * 2_000_000 + "b</pre>")
    assert (text[0], text[-1], len(text)) == ("a", "b", 4_000_002)
    assert marked("<pre>a \t\n  b  \nc</pre>")[0] == "a\n  b\nc"


def test_words_inside_a_break_follow_it() -> None:
    text, xhtml = marked(f"<div {XHTML}>Ingen<br>vekst av <b>E. coli</b></br>etter to døgn<hr>.</hr></div>")
    assert text == "Ingen\nvekst av E. coli\netter to døgn\n."
    assert "<b>E. coli</b>" in xhtml


def test_paragraphs_and_breaks_become_lines() -> None:
    text, xhtml = marked(
        f"<div {XHTML}><p><strong>R: Normalt.</strong></p><br/><p>Ingen <br/>funn.</p></div>\n  "
    )
    assert text == "R: Normalt.\n\nIngen\nfunn."
    assert xhtml == (
        f"<div {XHTML}><div><p><strong>R: Normalt.</strong></p><br/><p>Ingen <br/>funn.</p></div></div>"
    )


def test_table_cells_stand_apart() -> None:
    text, _ = marked("<table><tr><td>Hb</td><td>14,3</td></tr><tr><td>CRP</td><td>5</td></tr></table>")
    assert text == "Hb\t14,3\nCRP\t5"


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>Funn",
        '<p onclick="x()">Funn</p>',
        '<a href="javascript:x()">Funn</a>',
        "<style>p{}</style><p>Funn</p>",
        '<img src="x" onerror="x()"/><p>Funn</p>',
        '<iframe src="x">bort</iframe>Funn',
        '<svg xmlns="http://www.w3.org/2000/svg"><text>Funn</text></svg>',
    ],
)
def test_nothing_active_survives(inside: str) -> None:
    text, xhtml = marked(inside)
    assert text == "Funn"
    for active in (
        "script",
        "onclick",
        "onerror",
        "javascript",
        "href",
        "style",
        "iframe",
        "svg",
        "img",
        "alert",
    ):
        assert active not in xhtml


def test_raised_and_lowered_digits_stay_apart_from_the_number_before_them() -> None:
    assert marked("5,2 x 10<sup>9</sup>/L")[0] == "5,2 x 10⁹/L"
    assert marked("CO<sub>2</sub>, HCO<sub>3</sub><sup>-</sup>")[0] == "CO₂, HCO₃⁻"
    assert "10⁹/L" in marked("5,2 x 10<sup>9</sup>/L")[1]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<rad><celle>12</celle><celle>3</celle></rad>", "12\n3"),
        ("<dl><dt>Diagnose</dt><dd>Karsinom</dd></dl>", "Diagnose\nKarsinom"),
        ("<font>Pneumo</font><a>ni</a>", "Pneumoni"),
    ],
)
def test_words_of_unknown_elements_do_not_grow_together(inside: str, text: str) -> None:
    said, xhtml = marked(inside)
    assert said == text
    assert "123" not in xhtml


def test_preformatted_text_keeps_its_lines() -> None:
    assert marked("<pre>Hb   14,3\nCRP     5</pre>")[0] == "Hb   14,3\nCRP     5"


@pytest.mark.parametrize(
    "inside", ['Se bilde <img src="b.png" alt="kurve"/>', "Se vedlegg <iframe>Funn</iframe>"]
)
def test_what_cannot_be_shown_is_listed(inside: str) -> None:
    node = build(etree.fromstring(f"<TextResultValue>{inside}</TextResultValue>"))
    assert read_markup(node)[0].startswith("Se ")
    assert leftovers(node) == [etree.fromstring(f"<x>{inside}</x>")[0].tag]


@given(
    st.recursive(
        st.text("<>&\"' abcæøå\n", max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=12
    ),
    st.data(),
)
def test_any_markup_becomes_well_formed_xhtml(tree: object, data: st.DataObject) -> None:
    names = st.sampled_from(["p", "div", "b", "br", "script", "x", "td", "li"])

    def element(part: object, tag: str) -> etree._Element:
        made = etree.Element(tag)
        for child in part if isinstance(part, list) else [part]:
            if isinstance(child, str):
                made.text = (made.text or "") + child
            else:
                made.append(element(child, data.draw(names)))
        return made

    root = element(tree, "TextResultValue")
    node = build(root)
    text, xhtml = read_markup(node)
    assert "\r" not in text
    assert leftovers(node) == []
    if xhtml:
        assert etree.fromstring(xhtml).tag == "{http://www.w3.org/1999/xhtml}div"
