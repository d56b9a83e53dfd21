"""Immunology and transfusion medicine, clinical pharmacology and medical genetics."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from dev.generator.codes import BLOOD, SERUM, nlk
from dev.generator.labs import LABS, LabName
from dev.generator.model import Code, Item, Num, Report, Specimen, Text
from dev.generator.order import Order


class Antibody(msgspec.Struct, frozen=True):
    """A measured antibody: positive at or above `limit`; `doubt` below it is "lett positiv"."""

    code: Code
    unit: str
    limit: float
    doubt: float
    comment: str | None = None


ANTIBODIES = {
    "ccp": Antibody(nlk("NPU19947", "P-CCP IgG"), "kU/L", 10, 7),
    "ttg": Antibody(nlk("NPU14566", "P-Transglutaminase (tTG) IgA"), "kU/L", 7, 5),
    "tpo": Antibody(nlk("NPU20041", "P-TPO-antistoff"), "kIU/L", 35, 28),
    "ige-birch": Antibody(nlk("NPU13041", "P-IgE bjørk, t3"), "kU/L", 0.35, 0.10),
    "ige-timothy": Antibody(nlk("NPU13098", "P-IgE timotei, g6"), "kU/L", 0.35, 0.10),
    "ige-cat": Antibody(nlk("NPU13227", "P-IgE katt (flass), e1"), "kU/L", 0.35, 0.10),
    "ige-peanut": Antibody(nlk("NPU13208", "P-IgE peanøtt, f13"), "kU/L", 0.35, 0.10),
    "ige-egg": Antibody(nlk("NPU13195", "P-IgE eggehvite, f1"), "kU/L", 0.35, 0.10),
}
_ANA_COMMENT = (
    "Lavt titer av antinukleære antistoffer finnes hos mange friske og må vurderes sammen med kliniske funn. "
    "Ny prøve anbefales bare ved endret klinikk."
)


def antibodies(
    order: Order, levels: dict[str, float], *, kind: str = "immunology", ana: str | None = None
) -> Report:
    """Antibodies as text answers with unit; the measured level stands in the comment of positive ones."""
    specimen = _specimen(order, "storfjella", SERUM)
    items = [
        _antibody(order, ANTIBODIES[name], level, index, specimen.id)
        for index, (name, level) in enumerate(levels.items(), 1)
    ]
    if ana:
        items.append(_ana(order, ana, len(items) + 1, specimen.id))
    return order.report(
        kind,
        "storfjella",
        "Immunologi og transfusjonsmedisin",
        "IMTR",
        after=timedelta(days=3, minutes=order.random("answer").randrange(400)),
        specimens=(specimen,),
        items=tuple(items),
    )


def _specimen(order: Order, lab: LabName, kind: Code) -> Specimen:
    return Specimen(id=f"{order.number(lab)}-1", collected=LABS[lab].stamp(order.taken), type=kind, number=1)


def _antibody(order: Order, antibody: Antibody, level: float, index: int, specimen: str) -> Item:
    word = "Negativ"
    if level >= antibody.limit:
        word = "Positiv"
    elif level >= antibody.doubt:
        word = "Lett positiv"
    figure = f"{level:.2f}".replace(".", ",") if antibody.limit < 1 else f"{level:.0f}"
    return Item(
        value=Text(text=word, heading="LR", unit=antibody.unit),
        serv_type="N",
        reference=f"< {antibody.limit:g}".replace(".", ","),
        investigation=(antibody.code,),
        comment=f"Målt verdi {figure} {antibody.unit}." if word != "Negativ" else None,
        deviation="1" if word == "Positiv" else None,
        id=f"{order.number('storfjella')}-{index:02d}",
        status="3",
        specimens=(specimen,),
    )


def _ana(order: Order, titre: str, index: int, specimen: str) -> Item:
    return Item(
        value=Text(text=titre, heading="LR"),
        serv_type="N",
        reference="< 1:80",
        investigation=(nlk("NPU28707", "P-ANA HEp-2 titer"),),
        comment=_ANA_COMMENT,
        deviation="1",
        id=f"{order.number('storfjella')}-{index:02d}",
        status="3",
        specimens=(specimen,),
    )


def blood_group(order: Order, group: str) -> Report:
    """ABO and RhD with antibody screening, as in pregnancy care."""
    specimen = _specimen(order, "storfjella", BLOOD)
    rows = (
        (nlk("NPU01945", "Ery-ABO-RhD-antigen"), group),
        (nlk("NPU26690", "P-Erytrocyttantistoff screen"), "Ikke påvist"),
    )
    items = tuple(
        Item(
            value=Text(text=answer, heading="LR"),
            serv_type="N",
            investigation=(code,),
            status="3",
            specimens=(specimen.id,),
        )
        for code, answer in rows
    )
    return order.report(
        "blood-group",
        "storfjella",
        "Immunologi og transfusjonsmedisin",
        "IMTR",
        after=timedelta(days=1, hours=2),
        specimens=(specimen,),
        items=items,
    )


class Drug(msgspec.Struct, frozen=True):
    """A drug's therapeutic range."""

    code: Code
    unit: str
    low: float
    high: float
    decimals: int


DRUGS = {
    "lithium": Drug(nlk("NPU02613", "P-Litium"), "mmol/L", 0.5, 0.9, 2),
    "lamotrigine": Drug(nlk("NPU08732", "P-Lamotrigin"), "µmol/L", 10, 50, 0),
    "escitalopram": Drug(nlk("NPU20190", "P-Escitalopram"), "nmol/L", 50, 250, 0),
    "peth": Drug(nlk("NPU28874", "B-Fosfatidyletanol (PEth) 16:0/18:1"), "µmol/L", 0, 0.03, 3),
}


def drug_level(order: Order, drug: str, level: float, comment: str | None = None) -> Report:
    """One serum concentration with its therapeutic range."""
    found = DRUGS[drug]
    specimen = _specimen(order, "storfjella", BLOOD if drug == "peth" else SERUM)
    text = [f"{x:g}".replace(".", ",") for x in (found.low, found.high)]
    flag = "1" if level > found.high else ("2" if level < found.low else None)
    item = Item(
        value=Num(f"{level:.{found.decimals}f}", found.unit),
        serv_type="N",
        reference=f"{text[0]} - {text[1]}" if found.low else f"< {text[1]}",
        investigation=(found.code,),
        deviation=flag,
        comment=comment,
        id=f"{order.number('storfjella')}-01",
        status="3",
        specimens=(specimen.id,),
    )
    return order.report(
        "pharmacology",
        "storfjella",
        "Klinisk farmakologi",
        "FARM",
        after=timedelta(days=2, hours=3),
        specimens=(specimen,),
        items=(item,),
        comment="Prøven er oppgitt tatt 12 timer etter siste dose." if drug == "lithium" else None,
    )


def gene_test(order: Order, code: Code, answer: str, comment: str) -> Report:
    """A genetic test: never released to the citizen automatically."""
    specimen = _specimen(order, "storfjella", Code("B", "8351", "Blod"))
    item = Item(
        value=Text(text=answer, heading="LR"),
        serv_type="N",
        investigation=(code,),
        comment=comment,
        id=f"{order.number('storfjella')}-01",
        status="3",
        specimens=(specimen.id,),
    )
    return order.report(
        "genetics",
        "storfjella",
        "Medisinsk genetikk",
        "MGEN",
        after=timedelta(days=16, hours=1),
        specimens=(specimen,),
        items=(item,),
    )
