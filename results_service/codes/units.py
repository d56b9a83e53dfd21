"""Units as laboratories write them → UCUM, only where there is no doubt (clinical rule 13).

The laboratory's own text is always shown; the UCUM code stands beside it for machines. A unit that is not
here has no UCUM code: "10E-3/L" (TSH in the field) names no unit, "0" and "" are no unit at all.
Source: UCUM 2.1; NLK (7280), column enhet.
"""

from __future__ import annotations

# What the laboratory means by these is "no unit" (INR and other ratios).
_NONE = frozenset({"", "0", "-"})

_SAME = (
    *(
        "mol/L",
        "mmol/L",
        "nmol/L",
        "pmol/L",
        "g/L",
        "mg/L",
        "ng/L",
        "pg/L",
        "g/dL",
        "mg/dL",
        "ng/mL",
        "pg/mL",
    ),
    *("g/kg", "mg/kg", "mmol/kg", "mol/kg", "nmol/g", "mmol/mol", "mg/mmol", "mg/mol", "nmol/mmol"),
    *(
        "mmol/d",
        "nmol/d",
        "g/d",
        "mg/d",
        "mL/d",
        "mL/min",
        "mL/s",
        "U/L",
        "kU/L",
        "mU/L",
        "U/mL",
        "U/g",
        "nkat/L",
    ),
    *("g", "mg", "kg", "pg", "mmol", "fL", "mL", "L/L", "mm", "cm", "kPa", "%", "s", "min", "h", "d"),
    *("L", "m", "kat", "L/min", "mol/d", "g/mol", "kg/m2", "U/d"),
)

_OTHER = {
    "umol/L": "umol/L",
    "ug/L": "ug/L",
    "ug/mL": "ug/mL",
    "ug/g": "ug/g",
    "ukat/L": "ukat/L",
    "umol/d": "umol/d",
    "umol/kg": "umol/kg",
    "umol/mol": "umol/mol",
    "umol/mmol": "umol/mmol",
    "ug/d": "ug/d",
    "IU/L": "[IU]/L",
    "IU/mL": "[IU]/mL",
    "IU/dL": "[IU]/dL",
    "kIU/L": "k[IU]/L",
    "mIU/L": "m[IU]/L",
    "10E-3 IU/L": "m[IU]/L",
    "10E3 IU/L": "k[IU]/L",
    "10E-3 U/L": "mU/L",
    "10E3 U/L": "kU/L",
    "uL": "uL",
    "umol/g": "umol/g",
    "ukat/kg": "ukat/kg",
    "ug/min": "ug/min",
    "°C": "Cel",
    "mosmol/kg": "mosm/kg",
    "mosmol/L": "mosm/L",
    "mmHg": "mm[Hg]",
    "mm/h": "mm/h",
    "mm/t": "mm/h",
    "t": "h",
    "mL/min/1.73m2": "mL/min/{1.73_m2}",
    "mL/min/1.73 m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "mL/min/1.73m^2": "mL/min/{1.73_m2}",
}

_COUNTS = {
    f"10{sign}{power}{gap}/L": f"10*{power}/L"
    for power in (3, 6, 9, 12)
    for sign in "E^#*e"
    for gap in ("", " ")
}

_TABLE: dict[str, str] = {**{unit: unit for unit in _SAME}, **_OTHER, **_COUNTS}
# The micro sign, the Greek letter and the letter u are one; so are the decimal comma and point.
_SPELLING = str.maketrans({"µ": "u", "μ": "u", ",": "."})


def is_unit(text: str) -> bool:
    """Whether a unit field says a unit at all."""
    return text.strip() not in _NONE


def ucum(text: str) -> str | None:
    """The UCUM code of a unit as written by a laboratory, None where it is not known without doubt."""
    unit = text.strip().translate(_SPELLING)
    if unit[:1] in ("x", "X", "×") and unit[1:].lstrip().startswith("10"):
        unit = unit[1:].lstrip()
    return _TABLE.get(unit)
