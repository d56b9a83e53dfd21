"""Small svarrapporter for the tests of the intake; every number and name is fictitious."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

V14 = "http://www.kith.no/xmlstds/labsvar/2012-02-15"
V13 = "http://www.kith.no/xmlstds/labsvar/2008-12-01"
LINE, GRY = "13116900216", "12057900499"


@dataclass(frozen=True)
class Sample:
    """One biochemistry report with one result."""

    msg_id: str
    serv_prov_id: str
    number: str = LINE
    namespace: str = V14
    gen_date: str = "2026-10-01T12:00:00"
    serv_type: str = "N"
    value: str = "4.4"
    sender_her: str = "8100080"
    receiver: str = "Fjordvik legesenter"
    encoding: str = "UTF-8"
    extra: str = ""

    def xml(self) -> bytes:
        version = "v1.4 2012-02-15" if self.namespace == V14 else "v1.3 2008-12-01"
        off_id = f'<OffId>{self.number}</OffId><TypeOffId V="FNR" DN="Fødselsnummer"/>' if self.number else ""
        items = "" if self.serv_type == "C" else self._item()
        return f"""<?xml version="1.0" encoding="{self.encoding}"?>
<Message xmlns="{self.namespace}">
<Type V="SVAR_LAB" DN="Svarrapport-Laboratoriemedisin"/><MIGversion>{version}</MIGversion>
<GenDate V="{self.gen_date}"/><MsgId>{self.msg_id}</MsgId>
<ServReport>
<ServType V="{self.serv_type}"/><IssueDate V="2026-10-01T11:00:00"/><Status V="F" DN="Endelig rapport"/>
<MsgDescr V="CLIN" DN="Medisinsk biokjemi"/><ServProvId>{self.serv_prov_id}</ServProvId>
<ServReq><Id>R-{self.serv_prov_id}</Id></ServReq>
<Patient><Name>Danser, Line</Name>{off_id}
<AnalysedSubject><CollectedSample><CollectedDate V="2026-10-01T08:00:00"/></CollectedSample>
<TypeCoded S="2.16.578.1.12.4.1.1.8351" V="P" DN="Plasma"/><Number>1</Number>
<IdByServProvider>1</IdByServProvider></AnalysedSubject>
{items}</Patient>
<ServProvider><HCP><Inst><Name>Nordlys Laboratorium AS</Name><Id>{self.sender_her}</Id>
<TypeId V="HER" DN="HER-id"/></Inst></HCP></ServProvider>
<Requester><HCP><Inst><Name>{self.receiver}</Name><Id>8100031</Id><TypeId V="HER" DN="HER-id"/></Inst></HCP>
</Requester>
</ServReport>{self.extra}</Message>""".encode(self.encoding)

    def _item(self) -> str:
        return f"""<ResultItem><NumResult><NumResultValue V="{self.value}" U="mmol/L"/></NumResult>
<ServType V="N" DN="Ny"/><RefInterval><Descr>3,6 - 5,0</Descr></RefInterval>
<Investigation><Id V="NPU03230" S="2.16.578.1.12.4.1.1.7280" DN="P-Kalium"/></Investigation>
<IdResultItem>1</IdResultItem><StatusInvestigation V="3" DN="Endelig"/>
<RefAnalysedSubject>1</RefAnalysedSubject><Accredited V="true"/></ResultItem>"""

    def but(self, **changes: str) -> Sample:
        return replace(self, **changes)


def sample(**changes: str) -> Sample:
    """A message of its own: new MsgId, new report number."""
    return replace(Sample(str(uuid4()), f"P{uuid4().hex[:12]}"), **changes)


def report_of(message: Sample) -> bytes:
    data = message.xml()
    return data[data.index(b"<ServReport>") : data.index(b"</ServReport>") + len(b"</ServReport>")]


def together(*messages: Sample) -> bytes:
    """The reports of all under the first one's header."""
    first = messages[0]
    more = b"\n".join(report_of(message) for message in messages[1:])
    return first.xml().replace(b"</Message>", more + b"</Message>")
