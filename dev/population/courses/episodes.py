"""Shorter episodes: check-ups, infections, examinations, screening, children."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from dev.generator import chains, immunology, microbes, pathology, radiology
from dev.generator.analytes import ANALYTES, PANELS
from dev.generator.biochemistry import deviation, panel
from dev.generator.cases import BIOPSIES, EXAMINATIONS, SMEARS
from dev.generator.codes import nlk
from dev.generator.labs import LabName
from dev.generator.microbiology import URINE_SITE, WOUND_SITE, culture, culture_final, grouped, virology
from dev.generator.model import Num, Report
from dev.generator.order import Order
from dev.population.subject import Subject, Visit, series, share_of


def checkup(subject: Subject) -> Iterator[Visit]:
    """A yearly round of ordinary tests; now and then one is corrected, cancelled or partly delayed."""
    lab: LabName = "nordlys" if subject.random("checkup-lab").random() < 0.4 else "storfjella"
    for number, ago in series(subject, "checkup", 400):
        yield Visit(
            ago=ago,
            name=f"year-{number}",
            make=partial(_routine, lab=lab),
            reason=("RU", "Generell helsekontroll."),
        )


def _routine(order: Order, lab: LabName) -> list[Report]:
    chance = order.random("routine").random()
    report = panel(order, PANELS["routine"], lab=lab)
    if chance < 0.05:
        return [report, _corrected_haemoglobin(order, report)]
    if chance < 0.08:
        text = "Feilmerket prøve. Rapporten er trukket tilbake."
        return [report, chains.cancelled(order, report, after=timedelta(days=1), comment=text)]
    if chance < 0.2:
        names = (*PANELS["routine"], *PANELS["vitamins"])
        first = panel(order, names, lab=lab, pending=("b12", "folate", "vitd"))
        return [first, chains.completed(order, first, panel(order, names, lab=lab), after=timedelta(days=1))]
    return [report]


def _corrected_haemoglobin(order: Order, report: Report) -> Report:
    """The first result half a gram higher, with the flag that belongs to it."""
    old = report.items[0].value
    if not isinstance(old, Num):
        raise TypeError("the first result of a routine panel is a number")
    new = Num(f"{float(old.value) + 0.5:.1f}", old.unit)
    flag = deviation(new, ANALYTES["hb"].limits(order.patient.sex))
    return chains.corrected(order, report, 0, new, deviation=flag)


def waiting(subject: Subject) -> Iterator[Visit]:
    """A sample of the last days, of which some answers are still to come."""
    yield Visit(
        ago=subject.random("waiting").randint(1, 2),
        name="sample",
        make=_half_answered,
        reason=("PROB", "Slapphet og prikking i hendene."),
    )


def _half_answered(order: Order) -> list[Report]:
    names = ("hb", "ferritin", "crp", "tsh", "b12", "folate")
    first = panel(order, names, pending=("b12", "folate"))
    return [first, chains.completed(order, first, panel(order, names), after=timedelta(days=5))]


def urinary(subject: Subject) -> Iterator[Visit]:
    """Recurring urinary infections, the last with a resistant strain."""
    rng = subject.random("urinary")
    for number in range(rng.randint(2, 4)):
        kind = "coli-esbl" if number == 0 else rng.choice(("coli", "coli-enterococci"))
        growths = microbes.GROWTHS[kind]
        yield Visit(
            ago=15 + number * 190 + rng.randrange(60),
            name=f"urine-{number}",
            make=partial(culture, site=URINE_SITE, growths=growths),
            reason=("PROB", "Hyppig vannlating og svie."),
        )
    yield Visit(ago=8, name="after", make=partial(culture, site=URINE_SITE, growths=()))


def wound(subject: Subject) -> Iterator[Visit]:
    """A leg wound with staphylococci."""
    rng = subject.random("wound")
    yield Visit(
        ago=rng.randint(20, 600),
        name="swab",
        make=partial(culture_final, site=WOUND_SITE, growths=microbes.GROWTHS["aureus"], lab="nordlys"),
        reason=("PROB", "Leggsår som ikke gror."),
    )


def airway(subject: Subject) -> Iterator[Visit]:
    """An infection of the airways: PCR, CRP, and an X-ray with its control."""
    ago = subject.random("airway").randint(60, 700)
    found = subject.random("airway-virus").choice(("flu-a", "sars", "rhino", "pertussis"))
    yield Visit(
        ago=ago,
        name="pcr",
        make=partial(
            virology, findings=microbes.pcr("airway", frozenset({found})), material="Nasopharynxsekret"
        ),
        reason=("PROB", "Feber og hoste."),
        place="emergency",
    )
    yield Visit(
        ago=ago,
        name="crp",
        make=partial(panel, analytes=("crp", "wbc", "hb"), values={"crp": 64, "wbc": 13.5}),
    )
    if subject.age > 15:
        yield Visit(
            ago=ago - 1, name="x-ray", make=partial(radiology.described, examination=EXAMINATIONS["chest"])
        )
        yield Visit(
            ago=max(1, ago - 44),
            name="x-ray-control",
            make=partial(radiology.described, examination=EXAMINATIONS["chest-normal"]),
        )


def stomach(subject: Subject) -> Iterator[Visit]:
    """Diarrhoea after travel; a notifiable finding from the reference laboratory."""
    findings = microbes.pcr("stool", frozenset({"salmonella"}))
    yield Visit(
        ago=subject.random("stomach").randint(30, 800),
        name="stool",
        make=partial(virology, findings=findings, material="Fæces", lab="referanse", msis=True),
        reason=("PROB", "Diaré etter reise."),
    )


def serology(subject: Subject) -> Iterator[Visit]:
    """Blood tests for infection, in groups."""
    rng = subject.random("serology")
    groups = microbes.SEROLOGY[rng.choice(("mononucleosis", "tick", "blood-borne"))]
    yield Visit(ago=rng.randint(10, 900), name="groups", make=partial(grouped, groups=groups))


def genital(subject: Subject) -> Iterator[Visit]:
    """A test for sexually transmitted infections."""
    rng = subject.random("genital")
    positive = frozenset({"chlamydia"}) if rng.random() < 0.3 else frozenset[str]()
    findings = microbes.pcr("genital", positive)
    yield Visit(
        ago=rng.randint(10, 900), name="urine", make=partial(virology, findings=findings, material="Urin")
    )


def pregnancy(subject: Subject) -> Iterator[Visit]:
    """Pregnancy care: blood group, serology, haemoglobin, ferritin, hCG."""
    ago = subject.random("pregnancy").randint(90, 900)
    yield Visit(ago=ago, name="hcg", make=partial(panel, analytes=("hcg",), values={"hcg": 24_500}))
    yield Visit(ago=ago - 14, name="blood-group", make=partial(immunology.blood_group, group="0 RhD positiv"))
    yield Visit(ago=ago - 14, name="serology", make=partial(grouped, groups=microbes.SEROLOGY["pregnancy"]))
    yield Visit(
        ago=ago - 80,
        name="iron",
        make=partial(panel, analytes=PANELS["iron"], values={"hb": 11.2, "ferritin": 12}),
        reason=("RU", "Svangerskapskontroll uke 28."),
    )


def cervix(subject: Subject) -> Iterator[Visit]:
    """Cervical screening by the programme."""
    rng = subject.random("cervix")
    smear = SMEARS[rng.choices(("negative", "normal-cells", "low-grade"), (8, 1, 1))[0]]
    yield Visit(
        ago=rng.randint(30, 1000),
        name="smear",
        make=partial(pathology.cervical, smear=smear),
        reason=("MU", "Innkalt etter programmet."),
    )


def biopsy(subject: Subject, kind: str) -> Iterator[Visit]:
    """A tissue sample with preliminary and final answer."""
    rng = subject.random(f"biopsy/{kind}")
    yield Visit(
        ago=rng.randint(3, 800),
        name=kind,
        make=partial(pathology.histology, biopsy=BIOPSIES[kind]),
        reason=("PROB", f"{BIOPSIES[kind].material} fra {BIOPSIES[kind].origin.lower()}."),
    )


def prostate(subject: Subject) -> Iterator[Visit]:
    """Rising PSA, MR, and biopsies."""
    for number, ago in series(subject, "prostate", 160):
        level = 2.4 + 4.6 * share_of(ago)
        yield Visit(
            ago=ago + 90,
            name=f"psa-{number}",
            make=partial(panel, analytes=("psa", "crea"), values={"psa": level}, lab="nordlys"),
            reason=("PROB", "Vannlatingsplager."),
        )
    yield Visit(
        ago=75,
        name="mr",
        make=partial(radiology.course, examination=EXAMINATIONS["prostate"], preliminary=True),
        place="hospital",
    )
    yield Visit(
        ago=52,
        name="needle",
        make=partial(pathology.histology, biopsy=BIOPSIES["prostate"]),
        place="hospital",
    )


def imaging(subject: Subject, kind: str) -> Iterator[Visit]:
    """One examination, from referral to signed answer."""
    ago = subject.random(f"imaging/{kind}").randint(-4, 800)
    yield Visit(
        ago=ago,
        name=kind,
        make=partial(radiology.course, examination=EXAMINATIONS[kind]),
        place="emergency" if kind == "head" else "gp",
    )


def childhood(subject: Subject) -> Iterator[Visit]:
    """A child's few tests: haemoglobin, coeliac antibodies and allergy."""
    rng = subject.random("childhood")
    yield Visit(
        ago=rng.randint(20, 900),
        name="blood",
        make=partial(panel, analytes=("hb", "ferritin", "crp", "wbc"), values={"hb": 12.1, "ferritin": 22}),
        reason=("PROB", "Slapp og blek."),
    )
    levels = {"ige-birch": rng.uniform(0.05, 20), "ige-cat": rng.uniform(0.02, 2), "ige-egg": 0.04}
    yield Visit(
        ago=rng.randint(20, 900),
        name="allergy",
        make=partial(immunology.antibodies, levels=levels, kind="allergy"),
        reason=("PROB", "Rennende nese om våren."),
    )
    yield Visit(
        ago=rng.randint(20, 900), name="coeliac", make=partial(immunology.antibodies, levels={"ttg": 2})
    )


def genes(subject: Subject) -> Iterator[Visit]:
    """A genetic test after high ferritin."""
    yield Visit(
        ago=subject.random("genes").randint(30, 900),
        name="hfe",
        make=partial(
            immunology.gene_test,
            code=nlk("NPU19276", "DNA-HFE (Cys282Tyr)"),
            answer="Heterozygot for C282Y",
            comment="Bærertilstand. Gir vanligvis ikke jernopphopning alene.",
        ),
        place="hospital",
    )
