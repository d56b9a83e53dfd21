"""Radiology: referral registered, preliminary and signed descriptions, corrections, nuclear medicine."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import msgspec

from dev.generator.chains import revised
from dev.generator.labs import LABS, LabName
from dev.generator.model import Code, InfItem, Item, Report, Text
from dev.generator.order import Order

Modality = Literal["RTG", "CT", "MR", "UL", "NUK"]
_DEPARTMENT: dict[tuple[LabName, bool], str | None] = {
    ("storfjella-bilde", False): "Radiologi",
    ("storfjella-bilde", True): "Nukleærmedisin",
    ("vestbre", False): None,
}


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """An examination: procedures (NCRP) with additions, the summary line `R:` and the description."""

    modality: Modality
    procedures: tuple[Code, ...]
    additions: tuple[Code, ...] = ()
    question: str
    summary: str
    description: str


def described(order: Order, examination: Examination, *, lab: LabName = "storfjella-bilde") -> Report:
    """A signed, final description. The text is the group; the procedures lie below it."""
    return order.report(
        f"radiology-{examination.modality.lower()}",
        lab,
        _DEPARTMENT[lab, examination.modality == "NUK"],
        examination.modality,
        after=timedelta(hours=20, minutes=order.random("answer").randrange(900)),
        message_type="SVAR_RTG",
        information=_question(examination),
        items=(_described(order, examination, lab, status="11"),),
    )


def _question(examination: Examination) -> tuple[InfItem, ...]:
    return (InfItem(type="OPPL", type_name="Kliniske opplysninger", text=examination.question),)


def _described(order: Order, examination: Examination, lab: LabName, *, status: str) -> Item:
    done = LABS[lab].stamp(order.taken)
    procedures = tuple(
        Item(
            serv_type="N",
            investigation=(code,),
            methods=examination.additions if n == 1 else (),
            date=done,
            id=f"{order.number(lab)}-{n}",
            status=status,
        )
        for n, code in enumerate(examination.procedures, 1)
    )
    return Item(
        value=Text(heading="GR", text=f"R: {examination.summary}\n{examination.description}", xhtml=True),
        serv_type="N",
        status="3" if status == "11" else "2",
        described=LABS[lab].stamp(order.taken + timedelta(hours=5)),
        countersigned=LABS[lab].stamp(order.taken + timedelta(hours=19)) if status == "11" else None,
        performers=(order.signer(lab),),
        items=procedures,
    )


def registered(order: Order, examination: Examination, *, lab: LabName = "storfjella-bilde") -> Report:
    """A referral received: planned, no result yet (status S, item status 5 or 7)."""
    items = tuple(
        Item(
            serv_type="N",
            investigation=(code,),
            id=f"{order.number(lab)}-{n}",
            status="7",
            comment="Undersøkelsen er tildelt time.",
        )
        for n, code in enumerate(examination.procedures, 1)
    )
    referred = order.taken - timedelta(days=7)
    requisition = msgspec.structs.replace(
        order.requisition(lab),
        issued=referred.date().isoformat(),
        received=LABS[lab].stamp(referred + timedelta(hours=20)),
    )
    return order.report(
        "radiology-registered",
        lab,
        _DEPARTMENT[lab, examination.modality == "NUK"],
        examination.modality,
        after=-timedelta(days=6),
        requisition=requisition,
        message_type="SVAR_RTG",
        status="S",
        information=_question(examination),
        items=items,
    )


def course(
    order: Order, examination: Examination, *, lab: LabName = "storfjella-bilde", preliminary: bool = False
) -> list[Report]:
    """The whole course: registered, (written but unsigned,) described and signed."""
    first = registered(order, examination, lab=lab)
    final = described(order, examination, lab=lab)
    steps = [first]
    if preliminary:
        unsigned = _described(order, examination, lab, status="10")
        steps.append(
            revised(
                order,
                first,
                "unsigned",
                after=timedelta(days=6, hours=5),
                kind="radiology-preliminary",
                status="P",
                items=(unsigned,),
            )
        )
    last = steps[-1]
    steps.append(
        revised(
            order,
            last,
            "signed",
            after=final.answered - last.answered,
            kind=final.kind,
            status="F",
            items=final.items,
        )
    )
    return steps


def supplemented(order: Order, report: Report, addition: str) -> Report:
    """A signed correction: the description with an addition at its top, the procedures unchanged."""
    top = report.items[0]
    text = top.value
    if not isinstance(text, Text):
        raise TypeError("only described examinations can be supplemented")
    changed = msgspec.structs.replace(
        top,
        value=msgspec.structs.replace(text, text=f"Tilleggsbeskrivelse: {addition}\n{text.text}"),
        serv_type="M",
    )
    return revised(
        order,
        report,
        "supplemented",
        after=timedelta(days=2, hours=1),
        kind="radiology-changed",
        items=(changed,),
    )
