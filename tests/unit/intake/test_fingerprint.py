"""Copies of a message have one fingerprint; anything a laboratory says changes it."""

from __future__ import annotations

import pytest

from results_service.intake.fingerprint import fingerprint
from results_service.intake.guard import read_bytes
from results_service.reports.svarrapport.tree import build

V14 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
V13 = "http://www.kith.no/xmlstds/labsvar/2008-12-01"

MESSAGE = """<Message xmlns="{namespace}"><!-- til Nordlys -->
<Type V="SVAR_LAB" DN="Svarrapport"/><MIGversion>v1.4 2012-02-15</MIGversion>
<GenDate V="2024-05-02T10:00:00"/><MsgId>m-1</MsgId>
<ServReport><ServType V="N" DN="Ny"/><Comment>Kontroll</Comment>
<Patient><OffId>x</OffId><ResponsibleHcp><Relation V="REK"/><HCP><Name>A</Name></HCP></ResponsibleHcp>
<ResultItem><NumResult><NumResultValue V="4.4" U="mmol/L"/></NumResult>
<Investigation><Id V="L1" S="2.16.578.1.12.4.1.1.8212" DN="Kalium"/></Investigation></ResultItem></Patient>
<Requester><HCP><Name>A</Name></HCP></Requester><CopyDest><HCP><Name>B</Name></HCP></CopyDest>
</ServReport></Message>"""


def of(text: str, namespace: str = V14) -> bytes:
    return fingerprint(build(read_bytes(text.replace("{namespace}", namespace).encode())))


SAME = {
    "another requester": ("<Requester><HCP><Name>A", "<Requester><HCP><Name>Alvdal kommune"),
    "another copy receiver": ("<Name>B</Name>", "<Name>C</Name>"),
    "no copy receiver": ("<CopyDest><HCP><Name>B</Name></HCP></CopyDest>", ""),
    "the requester who is responsible": (
        '<Relation V="REK"/><HCP><Name>A',
        '<Relation V="REK"/><HCP><Name>Z',
    ),
    "another XML comment": ("<!-- til Nordlys -->", "<!-- til Alvdal -->"),
    "another display name of a fixed list": ('DN="Ny"', 'DN="Ny rapport"'),
    "another format version's words": ("v1.4 2012-02-15", "v1.3 2008-12-01"),
    "indentation": ("\n", "\n      "),
}
OTHER = {
    "another value": ('V="4.4"', 'V="4.5"'),
    "another unit": ('U="mmol/L"', 'U="g/L"'),
    "a comment of the laboratory": ("Kontroll", "Kontroll om 3 uker"),
    "another person": ("<OffId>x", "<OffId>y"),
    "another local name": ('DN="Kalium"', 'DN="Natrium"'),
    "another time": ("10:00:00", "10:00:01"),
    "a result less": (MESSAGE[MESSAGE.index("<ResultItem>") : MESSAGE.index("</Patient>")], ""),
    "another one responsible": ('<Relation V="REK"/><HCP><Name>A', '<Relation V="BEH"/><HCP><Name>A'),
}


@pytest.mark.parametrize("name", SAME)
def test_given_a_copy_when_compared_then_equal(name: str) -> None:
    old, new = SAME[name]
    assert old in MESSAGE
    assert of(MESSAGE.replace(old, new)) == of(MESSAGE)


def test_given_the_other_format_version_when_compared_then_equal() -> None:
    assert of(MESSAGE, V13) == of(MESSAGE, V14)


@pytest.mark.parametrize("name", OTHER)
def test_given_other_content_when_compared_then_different(name: str) -> None:
    old, new = OTHER[name]
    assert old in MESSAGE
    assert of(MESSAGE.replace(old, new)) != of(MESSAGE)


def test_given_text_moved_between_elements_when_compared_then_different() -> None:
    one = f'<Message xmlns="{V14}"><a>bc</a><d/></Message>'
    other = f'<Message xmlns="{V14}"><a>b</a><d>c</d></Message>'
    assert of(one) != of(other)
