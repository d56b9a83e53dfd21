"""Medical biochemistry: panels with values, references, flags and comparators."""

from __future__ import annotations

import math
from datetime import timedelta
from random import Random

import msgspec

from dev.generator.analytes import ANALYTES, Analyte
from dev.generator.codes import MARKED_CHANGE, PHONED
from dev.generator.labs import LABS, Lab, LabName
from dev.generator.model import Code, Item, Num, Report, Specimen
from dev.generator.order import Order

_UNFLAGGED = 0.02
"""Share of values without the laboratory's flag even where they lie outside the interval; it happens."""
DEPARTMENT: dict[LabName, str] = {"storfjella": "Medisinsk biokjemi", "nordlys": "Klinisk kjemi"}


def panel(
    order: Order,
    analytes: tuple[str, ...],
    values: dict[str, float] | None = None,
    *,
    lab: LabName = "storfjella",
    pending: tuple[str, ...] = (),
    comment: str | None = None,
    coded: tuple[Code, ...] = (),
) -> Report:
    """A report of `analytes`, from `values`, else the order's levels, else what is ordinary; noise is added.

    `pending` analytes are ordered but not yet answered (status 15), which makes the report preliminary.
    """
    levels = person_levels(order, analytes, {**order.levels, **(values or {})})
    names = tuple(dict.fromkeys(analytes))
    specimens = _specimens(order, lab, names)
    items = tuple(
        _item(order, LABS[lab], n, i, None if n in pending else levels[n], specimens)
        for i, n in enumerate(names, 1)
    )
    return order.report(
        "biochemistry-preliminary" if pending else "biochemistry",
        lab,
        DEPARTMENT[lab],
        "CLIN",
        after=timedelta(hours=7, minutes=order.random("answer").randrange(240)),
        status="P" if pending else "F",
        specimens=tuple(specimens.values()),
        items=items,
        comment=comment,
        coded_comments=coded,
    )


def person_levels(order: Order, analytes: tuple[str, ...], values: dict[str, float]) -> dict[str, float]:
    """Measured values: the true level with biological and analytical noise; eGFR follows creatinine."""
    found: dict[str, float] = {}
    for name in dict.fromkeys(analytes):
        if name == "egfr" and "egfr" not in values:
            continue
        analyte = ANALYTES[name]
        level = values.get(name, usual(order.patient.national_id, analyte, name, order.patient.sex))
        found[name] = level * math.exp(order.random(name).gauss(0, analyte.noise))
    if "egfr" in analytes and "egfr" not in found:
        found["egfr"] = ckd_epi(found.get("crea", 75.0), order.age, order.patient.sex)
    return found


def usual(person: str, analyte: Analyte, name: str, sex: int | None) -> float:
    """What is ordinary for this person: a fixed place within the reference interval."""
    low, high = analyte.limits(sex)
    place = _place(person, name)
    if low is not None and high is not None:
        return low + (high - low) * (0.25 + 0.5 * place)
    return high * (0.15 + 0.5 * place) if high is not None else (low or 1.0) * (1.2 + place)


def _place(person: str, name: str) -> float:
    return Random(f"{person}/{name}").random()


def ckd_epi(creatinine: float, age: int, sex: int | None) -> float:
    """Estimated GFR by CKD-EPI 2009 without ethnicity; creatinine in µmol/L, mL/min/1.73 m²."""
    kappa, alpha, factor = (61.9, -0.329, 1.018) if sex == 2 else (79.6, -0.411, 1.0)
    ratio = creatinine / kappa
    rate: float = 141 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.209 * 0.993**age * factor
    return rate


def _specimens(order: Order, lab: LabName, names: tuple[str, ...]) -> dict[str, Specimen]:
    found: dict[str, Specimen] = {}
    for name in names:
        kind = ANALYTES[name].specimen
        found.setdefault(
            str(kind.code),
            Specimen(
                id=f"{order.number(lab)}-{len(found) + 1}",
                collected=LABS[lab].stamp(order.taken),
                type=kind,
                number=1,
            ),
        )
    return found


def _item(
    order: Order, lab: Lab, name: str, index: int, level: float | None, specimens: dict[str, Specimen]
) -> Item:
    analyte = ANALYTES[name]
    limits = analyte.limits(order.patient.sex)
    value = None if level is None else number(level, analyte, lab)
    forgotten = order.random(f"{name}/flag").random() < _UNFLAGGED
    return Item(
        value=value,
        serv_type="N",
        reference=reference_text(limits, analyte.decimals, lab.dash),
        investigation=(analyte.code,),
        deviation=None if value is None or forgotten else deviation(value, limits),
        id=f"{order.number(lab.name)}-{index:02d}",
        status="15" if value is None else "3",
        validated=None if value is None else lab.stamp(order.taken + timedelta(hours=6)),
        specimens=(specimens[str(analyte.specimen.code)].id,),
        accredited=True,
    )


def number(level: float, analyte: Analyte, lab: Lab) -> Num:
    """The value as reported, with `<` or `>` where the method ends."""
    unit = lab.unit(analyte.unit)
    if analyte.floor is not None and level < analyte.floor:
        return Num(f"{analyte.floor:g}", unit, "LT")
    if analyte.ceiling is not None and level > analyte.ceiling:
        return Num(f"{analyte.ceiling:g}", unit, "GT")
    return Num(f"{level:.{analyte.decimals}f}", unit)


def deviation(value: Num, limits: tuple[float | None, float | None]) -> str | None:
    """The laboratory's flag (8244) for a reported value."""
    low, high = limits
    figure = float(value.value)
    if value.comparator == "LT" or (low is None and high is None):
        return None
    if high is not None and (figure > high or (low is None and figure >= high)):
        return "1"
    return "2" if low is not None and value.comparator is None and figure < low else None


def reference_text(limits: tuple[float | None, float | None], decimals: int, dash: str) -> str | None:
    """The limits as text with decimal comma: `3,5 - 4,6`, `< 5`, `> 60`."""
    low, high = (None if x is None else f"{x:.{decimals}f}".replace(".", ",") for x in limits)
    if low is None or high is None:
        return f"< {high}" if high else (f"> {low}" if low else None)
    return f"{low}{dash}{high}"


def phoned(order: Order, report: Report, what: str) -> Report:
    """The same report with a telephoned value: comment and code TA."""
    text = f"{what} er ringt til rekvirent {order.taken + timedelta(hours=6):%d.%m.%Y kl. %H.%M}."
    return msgspec.structs.replace(
        report, kind="biochemistry-phoned", comment=text, coded_comments=(PHONED, MARKED_CHANGE)
    )
