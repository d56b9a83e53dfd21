"""Medical microbiology: culture with resistance table, PCR panels, serology in groups."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from dev.generator.chains import completed
from dev.generator.codes import MSIS_DUTY, SERUM, URINE, nlk
from dev.generator.labs import LABS, LabName
from dev.generator.model import Code, Item, Report, Specimen, Text
from dev.generator.order import Order

DEPARTMENT: dict[LabName, str | None] = {
    "storfjella": "Medisinsk mikrobiologi",
    "nordlys": "Mikrobiologi",
    "referanse": None,
}
SIR = {
    "S": Code("S", "8271", "Sensitiv, standarddose"),
    "I": Code("I", "8271", "Sensitiv, økt eksponering"),
    "R": Code("R", "8271", "Resistent"),
    "K": Code("K", "8271", "Se kommentar"),
}
DRUGS = {
    "ampicillin": nlk("NPU54371", "Us-Ampicillin"),
    "mecillinam": nlk("NPU54389", "Us-Mecillinam"),
    "trimetoprim": nlk("NPU54403", "Us-Trimetoprim"),
    "trimsulfa": nlk("NPU57715", "Us-Trimetoprim+Sulfametoksazol"),
    "nitrofurantoin": nlk("NPU54393", "Us-Nitrofurantoin"),
    "ciprofloksacin": nlk("NPU54378", "Us-Ciprofloksacin"),
    "cefotaksim": nlk("NPU54407", "Us-Cefotaksim"),
    "gentamicin": nlk("NPU60901", "Us-Gentamicin"),
    "piptazo": nlk("NPU54397", "Us-Piperacillin+Tazobaktam"),
    "kloksacillin": nlk("NPU58260", "Us-Kloksacillin"),
    "erytromycin": nlk("NPU54381", "Us-Erytromycin"),
    "klindamycin": nlk("NPU54379", "Us-Klindamycin"),
    "doksysyklin": nlk("NPU54380", "Us-Doksysyklin"),
    "fusidin": nlk("NPU54384", "Us-Fusidinsyre"),
    "penicillin": nlk("NPU53160", "Us-Benzylpenicillin"),
}
Resistance = dict[str, tuple[Literal["S", "I", "R", "K"], str | None]]


class Growth(msgspec.Struct, frozen=True):
    """A microbe found: name, amount, and (category, MIC in mg/L) per drug."""

    microbe: str
    amount: str
    resistance: Resistance
    comment: str | None = None


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where a culture came from. Materials without a code here go as text, as many laboratories do."""

    code: Code
    material: str
    coded: Code | None = None
    origin: str | None = None
    no_growth: str = "Ingen vekst av patogene bakterier"


URINE_SITE = Site(
    code=nlk("NPU06073", "U-Bakterier dyrkning"),
    material="Urin, midtstråle",
    coded=URINE,
    no_growth="Ingen signifikant vekst",
)
WOUND_SITE = Site(code=nlk("NPU06061", "Us-Bakterier dyrkning"), material="Sårsekret", origin="Legg")
BLOOD_SITE = Site(
    code=nlk("NPU58580", "B-Aerob blodkultur, bakterier"),
    material="Blod til dyrkning",
    no_growth="Ingen vekst etter 5 døgn",
)


def culture(
    order: Order, site: Site, growths: tuple[Growth, ...], *, lab: LabName = "storfjella"
) -> list[Report]:
    """A culture as two messages: growth first (preliminary), resistance the day after (final).

    Without growth: one final message.
    """
    final = _culture(order, site, growths, lab, resistance=True)
    if not growths:
        return [final]
    first = msgspec.structs.replace(
        _culture(order, site, growths, lab, resistance=False), kind="culture-preliminary", status="P"
    )
    return [first, completed(order, first, final, after=timedelta(days=1, hours=3))]


def culture_final(
    order: Order, site: Site, growths: tuple[Growth, ...], *, lab: LabName = "storfjella"
) -> Report:
    """The same culture answered in one final message."""
    return _culture(order, site, growths, lab, resistance=True)


def _culture(
    order: Order, site: Site, growths: tuple[Growth, ...], lab: LabName, *, resistance: bool
) -> Report:
    specimen = _specimen(order, lab, site)
    status = "3" if resistance else "2"
    found = [_growth(order, g, n, specimen.id, status, site) for n, g in enumerate(growths, 1)]
    if resistance:
        found += [r for n, g in enumerate(growths, 1) for r in _resistance(g, n, specimen.id)]
    items = tuple(found) or (_no_growth(site, specimen.id),)
    return order.report(
        "culture" if growths else "culture-no-growth",
        lab,
        DEPARTMENT[lab],
        "MBIO",
        after=timedelta(days=2 if growths else 3, minutes=order.random("answer").randrange(300)),
        specimens=(specimen,),
        items=items,
    )


def _specimen(order: Order, lab: LabName, site: Site) -> Specimen:
    return Specimen(
        id=f"{order.number(lab)}-1",
        collected=LABS[lab].stamp(order.taken),
        type=site.coded,
        type_text=None if site.coded else site.material,
        origin=site.origin,
    )


def _growth(order: Order, growth: Growth, number: int, specimen: str, status: str, site: Site) -> Item:
    amount = Item(
        value=Text(text=growth.amount), serv_type="N", investigation=(Code(None, "8212", None, "Mengde"),)
    )
    return Item(
        value=Text(text=growth.microbe, heading="LR"),
        serv_type="N",
        investigation=(site.code,),
        date=(order.taken + timedelta(days=1)).date().isoformat(),
        comment=growth.comment,
        id=str(number),
        status=status,
        specimens=(specimen,),
        items=(amount,),
    )


def _resistance(growth: Growth, number: int, specimen: str) -> list[Item]:
    return [
        Item(
            value=Text(heading="RSB", text=mic, codes=(SIR[category],)),
            serv_type="N",
            investigation=(DRUGS[drug],),
            ref=str(number),
            comment="Se laboratoriets kommentar om dosering." if category == "K" else None,
            status="3",
            specimens=(specimen,),
        )
        for drug, (category, mic) in growth.resistance.items()
    ]


def _no_growth(site: Site, specimen: str) -> Item:
    return Item(
        value=Text(text=site.no_growth, heading="LR"),
        serv_type="N",
        investigation=(site.code,),
        status="3",
        specimens=(specimen,),
    )


class Finding(msgspec.Struct, frozen=True):
    """A test with a text answer; `notable` answers get the laboratory's flag 1."""

    code: Code
    answer: str
    comment: str | None = None
    notable: bool = False


def virology(
    order: Order,
    findings: tuple[Finding, ...],
    *,
    material: str | Code = SERUM,
    kind: str = "virology",
    lab: LabName = "storfjella",
    msis: bool = False,
    comment: str | None = None,
) -> Report:
    """Single tests with text answers: PCR, antigen, serology without groups."""
    specimen = Specimen(
        id=f"{order.number(lab)}-1",
        collected=LABS[lab].stamp(order.taken),
        type=material if isinstance(material, Code) else None,
        type_text=material if isinstance(material, str) else None,
    )
    items = tuple(_finding(order, lab, f, n, specimen.id) for n, f in enumerate(findings, 1))
    return order.report(
        kind,
        lab,
        DEPARTMENT[lab],
        "MBIO",
        after=timedelta(days=1, minutes=order.random("answer").randrange(600)),
        specimens=(specimen,),
        items=items,
        comment=comment,
        coded_comments=(MSIS_DUTY,) if msis else (),
    )


def grouped(
    order: Order, groups: tuple[tuple[str, tuple[Finding, ...]], ...], *, lab: LabName = "storfjella"
) -> Report:
    """Serology in groups: a heading GR with the group's name, its tests below it."""
    specimen = Specimen(
        id=f"{order.number(lab)}-1", collected=LABS[lab].stamp(order.taken), type=SERUM, number=1
    )
    items = tuple(
        Item(
            value=Text(text=name, heading="GR"),
            serv_type="N",
            specimens=(specimen.id,),
            items=tuple(_finding(order, lab, f, 10 * g + n, specimen.id) for n, f in enumerate(findings, 1)),
        )
        for g, (name, findings) in enumerate(groups, 1)
    )
    return order.report(
        "serology-grouped",
        lab,
        DEPARTMENT[lab],
        "MBIO",
        after=timedelta(days=2, minutes=order.random("answer").randrange(400)),
        specimens=(specimen,),
        items=items,
    )


def _finding(order: Order, lab: LabName, finding: Finding, number: int, specimen: str) -> Item:
    return Item(
        value=Text(text=finding.answer, heading="LR"),
        serv_type="N",
        investigation=(finding.code,),
        date=LABS[lab].stamp(order.taken + timedelta(hours=20)),
        comment=finding.comment,
        deviation="1" if finding.notable else None,
        id=f"{order.number(lab)}-{number:02d}",
        status="3",
        specimens=(specimen,),
        accredited=True,
    )
