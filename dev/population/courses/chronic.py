"""Long illnesses with a series of the same analyses, suited for a trend graph."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from dev.generator import immunology, radiology
from dev.generator.analytes import PANELS
from dev.generator.biochemistry import panel, phoned
from dev.generator.cases import EXAMINATIONS
from dev.generator.model import Report
from dev.generator.order import Order
from dev.population.subject import COURSE_DAYS, Subject, Visit, series

_CONTROL = "KF"


def diabetes(subject: Subject) -> Iterator[Visit]:
    """Type 2 diabetes under treatment: HbA1c falls, lipids follow, albumin in urine now and then."""
    for number, ago in series(subject, "diabetes", 110):
        names = (*PANELS["diabetes"], *(("uacr",) if number % 3 == 0 else ()))
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(panel, analytes=names),
            reason=(_CONTROL, "Diabetes type 2, årskontroll."),
        )


def thyroid(subject: Subject) -> Iterator[Visit]:
    """Hypothyroidism found and treated: TSH falls into place, antibodies at the start."""
    for number, ago in series(subject, "thyroid", 150):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(panel, analytes=("tsh", "ft4")),
            reason=(_CONTROL, "Hypotyreose, dosejustering av levotyroksin."),
        )
    yield Visit(
        ago=COURSE_DAYS - 60,
        name="antibodies",
        make=partial(immunology.antibodies, levels={"tpo": 310}),
        reason=("PROB", "Nyoppdaget høy TSH. Autoimmun?"),
    )


def kidney(subject: Subject) -> Iterator[Visit]:
    """Chronic kidney disease: creatinine and potassium rise, haemoglobin falls; one value is phoned."""
    names = ("crea", "egfr", "k", "na", "urea", "ca", "phos", "hb", "pth")
    for number, ago in series(subject, "kidney", 85):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=_phoned_potassium if number == 1 else partial(panel, analytes=names),
            reason=(_CONTROL, "Kronisk nyresykdom stadium 4."),
        )


def _phoned_potassium(order: Order) -> Report:
    values = {"k": 6.4, "crea": 252.0, "urea": 21.0}
    return phoned(order, panel(order, ("k", "na", "crea", "egfr", "urea"), values), "Kalium")


def iron(subject: Subject) -> Iterator[Visit]:
    """Iron deficiency treated: haemoglobin, MCV and ferritin rise."""
    for number, ago in series(subject, "iron", 120):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(panel, analytes=("hb", "mcv", "ferritin", "wbc", "plt")),
            reason=("PROB", "Jernmangelanemi under behandling."),
        )


def arthritis(subject: Subject) -> Iterator[Visit]:
    """Rheumatoid arthritis: inflammation falls with treatment, liver tests watched."""
    for number, ago in series(subject, "arthritis", 90):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(
                panel,
                analytes=("crp", "sr", "hb", "wbc", "plt", "alat", "crea"),
                lab="nordlys",
            ),
            reason=(_CONTROL, "Revmatoid artritt, metotreksat."),
            version="1.3" if ago > 500 else "1.4",
        )
    start = COURSE_DAYS - 45
    yield Visit(
        ago=start,
        name="antibodies",
        make=partial(immunology.antibodies, levels={"ccp": 126}, ana="1:80"),
        reason=("PROB", "Hovne fingerledd og morgenstivhet i to måneder."),
        place="hospital",
    )
    yield Visit(
        ago=start - 9,
        name="hands",
        make=partial(radiology.course, examination=EXAMINATIONS["hand"]),
        place="hospital",
    )


def heart(subject: Subject) -> Iterator[Visit]:
    """Heart failure: NT-proBNP with treatment, kidneys and potassium beside it."""
    for number, ago in series(subject, "heart", 95):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(panel, analytes=("probnp", "k", "na", "crea", "egfr", "hb")),
            reason=(_CONTROL, "Hjertesvikt, opptrapping av medisiner."),
        )


def warfarin(subject: Subject) -> Iterator[Visit]:
    """Anticoagulation: INR about monthly, around 2.5."""
    for number, ago in series(subject, "warfarin", 40):
        level = 2.5 + 0.5 * subject.random(f"inr/{number}").gauss(0, 0.6)
        yield Visit(
            ago=ago,
            name=f"inr-{number}",
            make=partial(panel, analytes=("inr",), values={"inr": max(1.3, level)}),
            reason=(_CONTROL, "Warfarin ved mekanisk hjerteklaff. Ønsket INR 2,0–3,0."),
            version="1.3" if ago > 850 else "1.4",
        )


def lithium(subject: Subject) -> Iterator[Visit]:
    """Lithium: level, thyroid, kidneys and calcium."""
    for number, ago in series(subject, "lithium", 120):
        level = 0.7 + 0.12 * subject.random(f"lithium/{number}").gauss(0, 1)
        yield Visit(
            ago=ago, name=f"level-{number}", make=partial(immunology.drug_level, drug="lithium", level=level)
        )
        if number % 2 == 0:
            yield Visit(
                ago=ago,
                name=f"control-{number}",
                make=partial(panel, analytes=("tsh", "ft4", "crea", "egfr", "ca")),
            )


def lipids(subject: Subject) -> Iterator[Visit]:
    """Statin treatment: LDL cholesterol falls."""
    for number, ago in series(subject, "lipids", 170):
        yield Visit(
            ago=ago,
            name=f"control-{number}",
            make=partial(panel, analytes=("chol", "ldl", "hdl", "tg", "alat"), lab="nordlys"),
            reason=(_CONTROL, "Statinbehandling."),
        )
