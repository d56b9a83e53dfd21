"""Rarer forms of result: date, interval, structured information, coded diagnosis, local code, long text."""

from __future__ import annotations

from datetime import timedelta

from dev.generator.codes import BLOOD, SERUM, local, norpat
from dev.generator.labs import LABS, LabName
from dev.generator.model import (
    Code,
    DateValue,
    Diagnosis,
    Item,
    Num,
    Report,
    Span,
    Specimen,
    Structured,
    Text,
)
from dev.generator.order import Order

_LAB: LabName = "storfjella"
_NORMAL = norpat("M00100", "Normal morfologi UNS")
LONG_TEXT = (
    "Flowcytometrisk undersøkelse av perifert blod.\n\n"
    "Materiale: EDTA-blod, mottatt innen 24 timer, god viabilitet.\n"
    "Metode: åttefarget flowcytometri med panel for modne B- og T-celler.\n\n"
    "Funn:\n"
    "  Lymfocytter utgjør 34 % av kjerneholdige celler.\n"
    "  T-celler (CD3+): 71 % av lymfocyttene. CD4/CD8-ratio 1,8.\n"
    "  B-celler (CD19+): 14 % av lymfocyttene, polytypisk uttrykk av lette kjeder (kappa/lambda 1,5).\n"
    "  NK-celler (CD16+/CD56+): 13 % av lymfocyttene.\n"
    "  Ingen populasjon med avvikende uttrykk av CD5, CD10, CD20 eller CD23.\n\n"
    "Vurdering:\n"
    "Det er ikke påvist tegn til klonal lymfocyttpopulasjon. Fordelingen av T-, B- og NK-celler er innenfor "
    "det som er vanlig for alderen. Lett økt andel aktiverte T-celler (HLA-DR+) kan sees ved nylig "
    "gjennomgått virusinfeksjon og krever ikke kontroll uten klinisk mistanke.\n\n"
    "Svaret må leses sammen med kliniske opplysninger og eventuell morfologisk undersøkelse."
)


def unusual(order: Order) -> Report:
    """One report with a date, an interval, structured information, a coded diagnosis and a local code."""
    specimen = Specimen(
        id=f"{order.number(_LAB)}-1",
        collected=LABS["storfjella"].stamp(order.taken),
        type=SERUM,
        comment="Lett hemolytisk prøve.",
        handling=("Sentrifugert etter 60 minutter", "Frosset ved -20 °C"),
        logistics="Sendt med bud, mottatt kjølt",
        accredited=True,
        pretreatment=("FA", "Fastende fra kl. 22"),
    )
    return order.report(
        "structured",
        _LAB,
        "Medisinsk biokjemi",
        "CLIN",
        after=timedelta(days=1, hours=1),
        specimens=(specimen,),
        items=(
            _date(order, specimen.id),
            _interval(specimen.id),
            _structured(specimen.id),
            _diagnosis(specimen.id),
            _local(specimen.id),
        ),
        comment="Rapporten inneholder svar i flere former.",
        copy_to=(("Norsk helsenett SF", "8100900"),),
    )


def _date(order: Order, specimen: str) -> Item:
    due = (order.taken + timedelta(days=200)).date().isoformat()
    return Item(
        value=DateValue(due),
        serv_type="N",
        investigation=(local("Beregnet termin (ultralyd)", "TERMIN"),),
        status="3",
        specimens=(specimen,),
    )


def _interval(specimen: str) -> Item:
    return Item(
        value=Span(("36", "nmol/L"), ("44", "nmol/L")),
        serv_type="N",
        investigation=(local("SHBG, to målinger", "SHBG2"),),
        status="3",
        specimens=(specimen,),
        comment="Laveste og høyeste av to uavhengige målinger.",
    )


def _structured(specimen: str) -> Item:
    return Item(
        value=Text(text="Se strukturerte opplysninger", heading="LR"),
        serv_type="N",
        investigation=(local("Allergianamnese ved prøvetaking", "ANAM"),),
        status="3",
        specimens=(specimen,),
        structured=(
            Structured(
                type=local("Utløsende faktorer"),
                texts=("Bjørkepollen i april og mai",),
                codes=(local("Pollen", "POL"),),
            ),
            Structured(
                type=local("Plager siste uke"),
                integers=(3,),
                quantities=(("7.5", "mg"),),
                flags=(True, False),
            ),
        ),
    )


def _diagnosis(specimen: str) -> Item:
    return Item(
        value=Text(text="Benign forandring", heading="DIAG", codes=(_NORMAL,)),
        serv_type="N",
        investigation=(local("Finnålsaspirat, hurtigvurdering", "FNAH"),),
        status="3",
        specimens=(specimen,),
        diagnosis=Diagnosis(
            _NORMAL,
            (("LA", (local("Høyre", "HO"),)), ("DI", (local("Sikker", "SIK"),))),
        ),
    )


def _local(specimen: str) -> Item:
    return Item(
        value=Num("12.4", "arb.enh.", "LE"),
        serv_type="N",
        reference="0 - 20",
        investigation=(local("Laktasebelastning, stigning", "LAKT"),),
        investigation_comment="Egen metode ved laboratoriet.",
        status="3",
        specimens=(specimen,),
    )


def long_text(order: Order) -> Report:
    """A text answer of some length, with line breaks that carry meaning."""
    specimen = Specimen(
        id=f"{order.number(_LAB)}-1", collected=LABS["storfjella"].stamp(order.taken), type=BLOOD
    )
    item = Item(
        value=Text(text=LONG_TEXT, heading="VU"),
        serv_type="N",
        investigation=(Code("NOR25715", "7280", "B-Immunfenotyping lymfocytter screen"),),
        id=f"{order.number(_LAB)}-01",
        status="3",
        specimens=(specimen.id,),
        performers=(order.signer(_LAB),),
    )
    return order.report(
        "long-text",
        _LAB,
        "Immunologi og transfusjonsmedisin",
        "IMTR",
        after=timedelta(days=4, hours=2),
        specimens=(specimen,),
        items=(item,),
    )
