"""A small set of messages with one of every kind and chain, for tests and demonstrations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from dev.generator import cases, chains, immunology, microbes, pathology, radiology, structured
from dev.generator.biochemistry import panel, phoned
from dev.generator.codes import nlk
from dev.generator.microbiology import (
    BLOOD_SITE,
    URINE_SITE,
    WOUND_SITE,
    culture,
    culture_final,
    grouped,
    virology,
)
from dev.generator.model import Num, Patient, Report, Requester
from dev.generator.order import Order
from dev.generator.writer import write
from dev.personas import load_personas

Named = dict[str, Report]


def catalogue() -> dict[str, bytes]:
    """File name → message. Chains are numbered in the order they were sent."""
    return {f"{name}.xml": write(report, _encoding(name)) for name, report in reports().items()}


def reports() -> Named:
    """File name without ending → the report behind it."""
    found: Named = {}
    for part in (_chemistry, _microbiology, _immunology, _pathology, _radiology, _rare):
        found |= part()
    return found


def _encoding(name: str) -> str:
    return "ISO-8859-1" if name.endswith("latin1") else "UTF-8"


def order(key: str, person: str, taken: str, **more: Any) -> Order:
    """An order for one of the personas, requested by the person's GP."""
    file = load_personas()
    found = next(p for p in file.persons if p.national_id == file.personas[person].national_id)
    gp = next(g for g in file.gp_lists if g.national_id == found.national_id)
    doctor = next(p for p in file.personnel if p.hpr_number == gp.hpr_number)
    office = next(o for o in file.organisations if o.org_number == gp.org_number)
    moment = datetime.fromisoformat(taken)
    return Order(
        key=f"catalogue/{key}",
        patient=Patient(
            national_id=found.national_id,
            given_name=found.given_name,
            family_name=found.family_name,
            birth_date=found.birth_date,
            sex=found.sex,
        ),
        requester=Requester(
            name=office.name,
            her_id=office.her_id or "",
            doctor=f"{doctor.given_name} {doctor.family_name}",
            doctor_hpr=gp.hpr_number,
        ),
        taken=moment,
        age=(moment.date() - found.birth_date).days // 365,
        **more,
    )


def _chemistry() -> Named:
    line = order("kjemi", "line", "2025-02-11T08:20:00", reason=("PROB", "Slapphet, økt tørste."))
    names = ("hb", "wbc", "crp", "k", "crea", "egfr", "hba1c", "ldl", "tsh", "inr")
    new = panel(line, names, {"hba1c": 58, "crp": 0.4, "crea": 62})
    changed = chains.corrected(line, new, 0, Num("12.9", "g/dL"))
    changed = chains.withdrawn(changed, 3, "Svaret er trukket tilbake: hemolytisk prøve.")
    waiting = order("venter", "gry", "2025-03-04T09:05:00")
    first = panel(waiting, ("hb", "ferritin", "b12", "folate"), {"hb": 10.4}, pending=("b12", "folate"))
    final = panel(waiting, ("hb", "ferritin", "b12", "folate"), {"hb": 10.4, "ferritin": 6})
    urgent = order("ringt", "roland", "2025-01-20T10:40:00", reason=("KF", "Nyresvikt, kontroll av kalium."))
    other = order("nordlys", "roland", "2025-04-08T07:50:00")
    old = order("v13", "line", "2024-11-19T08:00:00", version="1.3")
    return {
        "biokjemi-1-ny": new,
        "biokjemi-2-endring": changed,
        "biokjemi-3-kansellering": chains.cancelled(
            line, changed, after=timedelta(days=2), comment="Prøven er tatt av feil person."
        ),
        "forelopig-1-ny": first,
        "forelopig-2-endelig": chains.completed(waiting, first, final, after=timedelta(days=1)),
        "ringt-kalium": phoned(
            urgent, panel(urgent, ("k", "na", "crea", "egfr"), {"k": 6.3, "crea": 212}), "Kalium"
        ),
        "annet-laboratorium": panel(
            other, ("hb", "wbc", "crea", "urate", "psa"), {"psa": 6.8}, lab="nordlys"
        ),
        "biokjemi-v13": panel(old, ("hb", "crp", "alat", "gt"), {"crp": 47}),
        "biokjemi-latin1": panel(
            order("latin1", "gry", "2025-05-06T08:30:00"), ("tsh", "ft4"), {"tsh": 9.4, "ft4": 11.0}
        ),
    }


def _microbiology() -> Named:
    urine = order("urin", "gry", "2025-02-03T11:10:00", reason=("PROB", "Svie ved vannlating."))
    first, final = culture(urine, URINE_SITE, microbes.GROWTHS["coli-enterococci"])
    wound = order("saar", "roland", "2025-03-17T13:25:00")
    blood = order("blod", "roland", "2025-01-20T19:45:00")
    clean = order("ren", "line", "2025-04-01T09:00:00")
    airway = order("luftvei", "forelder", "2025-01-13T10:15:00")
    groups = order("serologi", "line", "2025-03-10T08:45:00")
    named = grouped(groups, microbes.SEROLOGY["blood-borne"])
    return {
        "dyrkning-urin-1-forelopig": first,
        "dyrkning-urin-2-endelig": final,
        "dyrkning-saar": culture_final(wound, WOUND_SITE, microbes.GROWTHS["aureus"], lab="nordlys"),
        "dyrkning-blod": culture_final(blood, BLOOD_SITE, microbes.GROWTHS["blood"]),
        "dyrkning-ingen-vekst": culture(clean, URINE_SITE, ())[0],
        "luftvei-pcr": virology(
            airway, microbes.pcr("airway", frozenset({"flu-a"})), material="Nasopharynxsekret"
        ),
        "meldepliktig": virology(
            order("mage", "gry", "2025-06-16T12:00:00"),
            microbes.pcr("stool", frozenset({"salmonella"})),
            material="Fæces",
            lab="referanse",
            msis=True,
            comment="Nominativt meldingspliktig funn.",
        ),
        "serologi-gruppert-1-ny": named,
        "serologi-gruppert-2-endring": _serology_changed(groups, named),
    }


def _serology_changed(asked: Order, report: Report) -> Report:
    """One answer in the first group withdrawn; a nested change."""
    group = report.items[0]
    inner = msgspec.structs.replace(report, items=group.items)
    inner = chains.withdrawn(inner, 0, "Svaret er trukket tilbake, ny analyse pågår.")
    items = (msgspec.structs.replace(group, items=inner.items), *report.items[1:])
    return chains.revised(
        asked, report, "withdrawn", after=timedelta(days=1), kind="serology-grouped-changed", items=items
    )


def _immunology() -> Named:
    return {
        "immunologi": immunology.antibodies(
            order("imm", "gry", "2025-02-24T08:10:00"), {"ccp": 84, "ttg": 2, "tpo": 31}, ana="1:160"
        ),
        "allergi-barn": immunology.antibodies(
            order("allergi", "ungdom", "2025-05-13T14:20:00"),
            {"ige-birch": 12.4, "ige-timothy": 0.21, "ige-cat": 0.05},
            kind="allergy",
        ),
        "blodtype": immunology.blood_group(order("abo", "line", "2024-09-03T09:40:00"), "A RhD positiv"),
        "farmakologi-litium": immunology.drug_level(
            order("litium", "roland", "2025-03-03T08:05:00"), "lithium", 1.12
        ),
        "genetikk": immunology.gene_test(
            order("hfe", "roland", "2025-01-27T09:30:00"),
            nlk("NPU19276", "DNA-HFE (Cys282Tyr)"),
            "Homozygot for C282Y",
            "Genotypen er forenlig med arvelig hemokromatose. Genetisk veiledning kan tilbys.",
        ),
    }


def _pathology() -> Named:
    skin = order("hud", "roland", "2025-02-05T10:00:00", reason=("PROB", "Voksende forandring på nesen."))
    steps = pathology.histology(skin, cases.BIOPSIES["basal"])
    smear = order("celleprove", "line", "2025-03-26T09:15:00", reason=("MU", "Innkalt etter programmet."))
    cells = pathology.cervical(smear, cases.SMEARS["low-grade"])
    return {
        "histologi-1-forelopig": steps[0],
        "histologi-2-endelig": steps[1],
        "histologi-3-tillegg": steps[2],
        "cytologi-1-ny": cells,
        "cytologi-2-kansellering": chains.cancelled(
            smear, cells, after=timedelta(days=3), comment="Feil prøveglass. Ny rapport sendes."
        ),
    }


def _radiology() -> Named:
    knee = order("kne", "line", "2025-05-20T13:00:00")
    registered, unsigned, signed = radiology.course(knee, cases.EXAMINATIONS["knee"], preliminary=True)
    chest = radiology.described(order("lunger", "roland", "2025-01-21T08:10:00"), cases.EXAMINATIONS["chest"])
    return {
        "radiologi-mr-1-henvist": registered,
        "radiologi-mr-2-usignert": unsigned,
        "radiologi-mr-3-signert": signed,
        "radiologi-mr-4-tillegg": radiology.supplemented(
            knee, signed, "Sammenliknet med undersøkelse fra 2021: menisken var da intakt."
        ),
        "radiologi-rontgen": chest,
        "radiologi-ct": radiology.described(
            order("hode", "gry", "2024-12-30T22:15:00"), cases.EXAMINATIONS["head"]
        ),
        "radiologi-ultralyd": radiology.described(
            order("mage-ul", "gry", "2025-04-22T09:30:00"), cases.EXAMINATIONS["abdomen"], lab="vestbre"
        ),
        "radiologi-nukleaer": radiology.described(
            order("hjerte", "roland", "2025-06-02T10:45:00"), cases.EXAMINATIONS["myocardium"]
        ),
    }


def _rare() -> Named:
    test = panel(order("test", "line", "2025-01-02T08:00:00"), ("hb", "crp"))
    return {
        "svarformer": structured.unusual(order("former", "line", "2025-06-10T08:30:00")),
        "langt-tekstsvar": structured.long_text(order("lang", "roland", "2025-05-27T08:55:00")),
        "testmelding": msgspec.structs.replace(test, test=True, kind="test-marked"),
    }
