"""A message that uses every part of the standard becomes valid FHIR R4."""

from __future__ import annotations

import pytest
from fhir.resources.R4B import get_fhir_model_class

from tests.unit.reports.build import (
    code,
    investigation,
    item,
    linked,
    mapped,
    message,
    num,
    specimen,
    text,
)
from tests.unit.reports.parts import APPROVER, FULL_SPECIMEN, REQUEST, RESPONSIBLE

SUBJECT = b'{"subject":{"identifier":{"system":"urn:oid:2.16.578.1.12.4.1.4.1","value":"13116900216"}},'
STRUCTURED = (
    "<StructuredInfo>" + code("Type", "T1", "8272", "Anbefaling")
    + "<TextInfo><Text>snarest</Text></TextInfo><IntegerInfo><Integer>3</Integer></IntegerInfo>"
    + "<IntegerInfo><Integer>mange</Integer></IntegerInfo>"
    + '<PhysicalInfo><Quantity V="2.50" U="mm"/></PhysicalInfo><CodedInfo><Code V="CYT"/></CodedInfo>'
    + '<BooleanInfo><Flag V="true"/></BooleanInfo></StructuredInfo><StructuredInfo><Type/></StructuredInfo>'
)  # fmt: skip
DIAGNOSIS = (
    "<DiagComment>" + code("Concept", "M80703", "7010") + '<Modifier><Name V="LA"/>'
    + code("Value", "H", "7010") + "</Modifier></DiagComment><DiagComment/>"
)  # fmt: skip
DATES = "".join(
    f'<{tag} V="2021-03-16T08:0{n}"/>'
    for n, tag in enumerate(
        ["InvDate", "StatusChangeDate", "DescrDate", "CounterSignDate", "MedicalValidationDate"]
    )
)
INTERVAL = (
    "<RefInterval><Descr>3,5 - 11,0</Descr></RefInterval><RefInterval><Descr>se tabell</Descr></RefInterval>"
)
MARKUP = (
    '<div xmlns="http://www.w3.org/1999/xhtml"><p>En <b>to</b></p><table><tr><td>3</td></tr></table></div>'
)
ITEMS = (
    linked(
        "1",
        "",
        investigation(),
        num("4.40", comparator="LT"),
        INTERVAL,
        '<DevResultInd V="2" DN="Under"/>',
        DATES,
    ),
    linked("2", "1", text(MARKUP, code("TextCode", "S", "8271"), "<Unit>kU/L</Unit>"), STRUCTURED, DIAGNOSIS),
    linked(
        "3", "", '<DateResult><DateResultValue V="2021-03"/></DateResult>', "<Accredited V='true'/>", item()
    ),
    linked("4", "", '<Interval><Low V="-1.0" U="g/L"/><High V="2" U="0"/></Interval>', APPROVER),
    linked("5", "", investigation("", "8212", "", original="Mengde"), num("1,5"), "<Comment>a\nb</Comment>"),
    linked("6", "", "<RefAnalysedSubject>1</RefAnalysedSubject><RefAnalysedSubject>2</RefAnalysedSubject>"),
)
INFO = (
    "<InfItem><Observation><Description>Feber</Description><Comment>nå</Comment>"
    + code("CodedDescr", "A03", "7170") + '</Observation><Type V="OPPL"/><StartDateTime V="2021"/>'
    + '<EndDateTime V="2021-03"/><OrgDate V="2021-03-01"/></InfItem>'
)  # fmt: skip
REPORT = (
    "<ApprDate V='2021-03-17'/><CancellationCode V='K'/><Comment>Merk</Comment>"
    "<RefDoc><MsgType V='A'/></RefDoc><CodedComment V='VA' S='2.16.578.1.12.4.1.1.8269'/>"
)


@pytest.mark.parametrize("serv_type", ["N", "M", "C", "H", "A"])
@pytest.mark.parametrize("status", ["S", "P", "F", "A"])
def test_every_part_of_the_standard(serv_type: str, status: str) -> None:
    whole = message(
        *ITEMS,
        serv_type=serv_type,
        status=status,
        head='<Status V="TEST"/>',
        report=REPORT,
        patient=RESPONSIBLE
        + INFO
        + FULL_SPECIMEN
        + specimen("1", "")
        + specimen("2", "2021", specimen("3", "")),
        request=REQUEST,
        after=APPROVER,
    )
    found = mapped(whole)
    assert len(found.observations) == 7
    for resource in found.report.resources:
        body = resource.body if resource.kind == "PractitionerRole" else SUBJECT + resource.body[1:]
        assert get_fhir_model_class(resource.kind).model_validate_json(body)
