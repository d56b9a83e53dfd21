"""Pathology: histology through preliminary answer, final answer and addendum; cervical and other cytology."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from dev.generator.chains import mapped, revised
from dev.generator.codes import nlk, pathology
from dev.generator.labs import LABS, LabName
from dev.generator.model import Code, Item, Report, Specimen, Text
from dev.generator.order import Order

_LAB: LabName = "storfjella"


class Biopsy(msgspec.Struct, frozen=True, kw_only=True):
    """What pathologists write about one specimen."""

    material: str
    origin: str
    macro: str
    micro: str
    awaiting: str
    finding: str
    codes: tuple[Code, ...]
    assessment: str
    addendum: str | None = None


def histology(order: Order, biopsy: Biopsy) -> list[Report]:
    """The chain: preliminary, final and, where there is one, an addendum with history below it."""
    preliminary = _preliminary(order, biopsy)
    final = _final(order, biopsy, preliminary)
    chain = [preliminary, final]
    if biopsy.addendum:
        chain.append(_addendum(order, biopsy, final))
    return chain


def _frame(order: Order, status: str, parts: tuple[Item, ...], *, days: int) -> Item:
    return Item(
        serv_type="N",
        investigation=(pathology("A", "Histologisk undersøkelse"),),
        date=(order.taken + timedelta(days=days)).date().isoformat(),
        status=status,
        performers=(order.signer(_LAB),),
        items=parts,
    )


def _part(text: str, heading: str | None = None, codes: tuple[Code, ...] = (), **item: object) -> Item:
    return Item(value=Text(text=text, heading=heading, codes=codes), serv_type="N", **item)  # type: ignore[arg-type]


def _preliminary(order: Order, biopsy: Biopsy) -> Report:
    parts = (
        _part(biopsy.awaiting, "VU"),
        _part(biopsy.macro, investigation=(pathology("MA", "Makroskopisk undersøkelse"),)),
        _part(biopsy.micro, investigation=(pathology("MI", "Mikroskopisk undersøkelse"),)),
    )
    specimen = Specimen(
        id=f"{order.number(_LAB)}-1",
        collected=order.taken.date().isoformat(),
        type_text=biopsy.material,
        origin=biopsy.origin,
        preservation="Formalin 4 %",
        number=1,
    )
    return order.report(
        "histology-preliminary",
        _LAB,
        "Patologi",
        "HIST",
        after=timedelta(days=4, hours=5),
        status="P",
        specimens=(specimen,),
        items=(_frame(order, "2", parts, days=4),),
    )


def _final(order: Order, biopsy: Biopsy, preliminary: Report) -> Report:
    parts = (
        _part(biopsy.finding, "DIAG", biopsy.codes),
        _part(biopsy.assessment, "VU"),
    )
    return revised(
        order,
        preliminary,
        "final",
        after=timedelta(days=7),
        kind="histology",
        status="F",
        approved=(order.taken + timedelta(days=11)).date().isoformat(),
        items=(_frame(order, "3", parts, days=11), *history(preliminary.items)),
    )


def _addendum(order: Order, biopsy: Biopsy, final: Report) -> Report:
    parts = (_part(biopsy.addendum or "", "TFU"),)
    return revised(
        order,
        final,
        "addendum",
        after=timedelta(days=12),
        kind="histology-addendum",
        status="A",
        items=(_frame(order, "4", parts, days=23), *history(final.items)),
    )


def history(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Items of an earlier version, marked as history (H) at every depth."""
    return mapped(items, lambda item: msgspec.structs.replace(item, serv_type="H"))


class Smear(msgspec.Struct, frozen=True, kw_only=True):
    """A cervical sample: HPV answer and, when HPV is positive, the cells."""

    hpv: str
    finding: str | None
    codes: tuple[Code, ...] = ()
    advice: str


def cervical(order: Order, smear: Smear) -> Report:
    """Cervical screening: HPV test first, cytology when it is positive, advice on the next sample."""
    parts = [
        _part(
            smear.hpv,
            "LR",
            investigation=(
                nlk("NOR25904", "Sekr(Cervix uteri)-Humant papillomavirus type høyrisiko, ikke16, ikke 18"),
            ),
        )
    ]
    if smear.finding:
        parts.append(_part(smear.finding, "FU", smear.codes))
    parts.append(_part(smear.advice, "VU"))
    specimen = Specimen(
        id=f"{order.number(_LAB)}-1",
        collected=LABS["storfjella"].stamp(order.taken),
        collector_comment="Børste og spatel",
        type=Code("CVX", "8216", "Cervix"),
    )
    top = Item(
        serv_type="N",
        investigation=(pathology("D", "Vaginal - Cervix cytologi"),),
        date=(order.taken + timedelta(days=9)).date().isoformat(),
        status="3",
        performers=(order.signer(_LAB, "BI"),),
        specimens=(specimen.id,),
        items=tuple(parts),
    )
    return order.report(
        "cytology",
        _LAB,
        "Patologi",
        "CYTO",
        after=timedelta(days=10, hours=2),
        specimens=(specimen,),
        items=(top,),
    )
