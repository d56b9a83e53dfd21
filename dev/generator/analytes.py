"""Biochemical analytes: code, unit, decimals, specimen and adult reference limits of Norwegian laboratories.

Limits follow what is common in Norwegian laboratory handbooks, rounded; for made-up messages only.
"""

from __future__ import annotations

import msgspec

from dev.generator.codes import BLOOD, PLASMA, SERUM, URINE, nlk
from dev.generator.model import Code

Limits = tuple[float | None, float | None]


class Analyte(msgspec.Struct, frozen=True, kw_only=True):
    """`female`/`male`: lower and upper limit; `floor`/`ceiling`: what the method reports ("< 1", "> 90")."""

    code: Code
    unit: str | None
    decimals: int
    specimen: Code
    female: Limits
    male: Limits
    noise: float = 0.04
    floor: float | None = None
    ceiling: float | None = None

    def limits(self, sex: int | None) -> Limits:
        """The limits for a sex (1 male, 2 female)."""
        return self.male if sex == 1 else self.female

    def middle(self, sex: int | None) -> float:
        """An ordinary value."""
        low, high = self.limits(sex)
        if low is not None and high is not None:
            return low + (high - low) * 0.45
        return high * 0.4 if high is not None else (low or 1.0) * 1.4


def _make(
    code: str, name: str, unit: str | None, decimals: int, specimen: Code, *limits: Limits, **more: float
) -> Analyte:
    return Analyte(
        code=nlk(code, name),
        unit=unit,
        decimals=decimals,
        specimen=specimen,
        female=limits[0],
        male=limits[-1],
        **more,
    )


ANALYTES: dict[str, Analyte] = {
    "hb": _make("NOR05172", "B-Hemoglobin", "g/dL", 1, BLOOD, (11.7, 15.3), (13.4, 17.0), noise=0.02),
    "wbc": _make("NPU02593", "B-Leukocytter", "10*9/L", 1, BLOOD, (4.1, 9.8), noise=0.12),
    "neut": _make("NPU02902", "B-Nøytrofile granulocytter", "10*9/L", 1, BLOOD, (1.8, 6.9), noise=0.15),
    "lymph": _make("NPU02636", "B-Lymfocytter", "10*9/L", 1, BLOOD, (1.2, 3.1), noise=0.1),
    "plt": _make("NPU03568", "B-Trombocytter", "10*9/L", 0, BLOOD, (165, 387), (145, 348), noise=0.08),
    "mcv": _make("NPU01944", "Ery-MCV", "fL", 0, BLOOD, (82, 98), noise=0.015),
    "sr": _make("NPU03404", "B-SR", "mm", 0, BLOOD, (None, 20), (None, 15), noise=0.25, floor=1),
    "k": _make("NPU03230", "P-Kalium", "mmol/L", 1, PLASMA, (3.5, 4.6), noise=0.04),
    "na": _make("NPU03429", "P-Natrium", "mmol/L", 0, PLASMA, (137, 145), noise=0.008),
    "ca": _make("NPU01443", "P-Kalsium", "mmol/L", 2, PLASMA, (2.15, 2.51), noise=0.015),
    "phos": _make("NPU03096", "P-Fosfat (uorg)", "mmol/L", 2, PLASMA, (0.85, 1.50), (0.75, 1.65), noise=0.06),
    "mg": _make("NPU02647", "P-Magnesium", "mmol/L", 2, PLASMA, (0.71, 0.94), noise=0.03),
    "crea": _make("NPU04998", "P-Kreatinin", "µmol/L", 0, PLASMA, (45, 90), (60, 105)),
    "egfr": _make(
        "NOR25909",
        "Nyre-estimert GFR CKD-EPI Kreatinin",
        "mL/min/1,73m2",
        0,
        PLASMA,
        (60, None),
        ceiling=90,
    ),
    "urea": _make("NPU01459", "P-Karbamid", "mmol/L", 1, PLASMA, (3.1, 7.9), (3.5, 8.1), noise=0.08),
    "urate": _make("NPU09356", "P-Urat", "µmol/L", 0, PLASMA, (155, 350), (230, 480)),
    "crp": _make("NPU19748", "P-CRP", "mg/L", 0, PLASMA, (None, 5), noise=0.3, floor=1),
    "hba1c": _make("NPU27300", "B-HbA1c", "mmol/mol", 0, BLOOD, (28, 40), noise=0.02),
    "glu": _make("NPU02192", "P-Glukose", "mmol/L", 1, PLASMA, (4.0, 6.0), noise=0.08),
    "chol": _make("NPU01566", "P-Kolesterol", "mmol/L", 1, PLASMA, (3.3, 6.9)),
    "ldl": _make("NPU01568", "P-LDL-kolesterol", "mmol/L", 1, PLASMA, (1.5, 4.8)),
    "hdl": _make("NPU01567", "P-HDL-kolesterol", "mmol/L", 1, PLASMA, (1.0, 2.7), (0.8, 2.1)),
    "tg": _make("NPU04094", "P-Triglyserid", "mmol/L", 1, PLASMA, (0.5, 2.6), noise=0.15),
    "tsh": _make("NPU03577", "P-TSH", "mIU/L", 2, PLASMA, (0.27, 4.20), noise=0.1, floor=0.01),
    "ft4": _make("NPU03579", "P-T4, fritt", "pmol/L", 1, PLASMA, (12.0, 22.0), noise=0.05),
    "alat": _make("NPU19651", "P-ALAT", "U/L", 0, PLASMA, (10, 45), (10, 70), noise=0.12),
    "asat": _make("NPU19654", "P-ASAT", "U/L", 0, PLASMA, (15, 35), (15, 45), noise=0.1),
    "gt": _make("NPU19657", "P-GT", "U/L", 0, PLASMA, (10, 75), (15, 115), noise=0.08),
    "alp": _make("NPU27783", "P-ALP", "U/L", 0, PLASMA, (35, 105), noise=0.05),
    "bili": _make("NPU01370", "P-Bilirubin (total)", "µmol/L", 0, PLASMA, (5, 25), noise=0.15, floor=3),
    "ld": _make("NPU19658", "P-LD", "U/L", 0, PLASMA, (105, 205), noise=0.05),
    "alb": _make("NPU19673", "P-Albumin", "g/L", 0, PLASMA, (36, 48), noise=0.03),
    "ferritin": _make("NPU19763", "P-Ferritin", "µg/L", 0, SERUM, (15, 170), (30, 400), noise=0.08, floor=3),
    "b12": _make("NPU01700", "P-Vit B12, total (Kobalamin)", "pmol/L", 0, SERUM, (150, 650), noise=0.06),
    "folate": _make("NPU02070", "P-Folat", "nmol/L", 0, SERUM, (9, None), noise=0.1, ceiling=45),
    "vitd": _make(
        "NPU10267", "P-Vitamin D (25-OH) (D2+D3)", "nmol/L", 0, SERUM, (50, 125), noise=0.08, floor=12
    ),
    "pth": _make("NPU03028", "P-PTH", "pmol/L", 1, PLASMA, (1.6, 6.9), noise=0.1),
    "psa": _make("NPU08669", "P-PSA", "µg/L", 2, SERUM, (None, 4.0), noise=0.06, floor=0.05),
    "probnp": _make("NPU21571", "P-NT-proBNP", "ng/L", 0, PLASMA, (None, 300), noise=0.08, floor=50),
    "tnt": _make("NPU27501", "P-Troponin T (hs-cTnT)", "ng/L", 0, PLASMA, (None, 15), noise=0.08, floor=5),
    "inr": _make("NPU01685", "P-INR", None, 1, PLASMA, (None, 1.2), noise=0.07),
    "ddimer": _make("NPU19767", "P-D-dimer", "mg/L", 2, PLASMA, (None, 0.50), noise=0.15, floor=0.20),
    "uacr": _make("NOR15260", "U-Albumin/Kreatinin", "mg/mmol", 1, URINE, (None, 3.0), noise=0.2, floor=0.3),
    "hcg": _make("NPU01580", "P-hCG beta-kjede", "IU/L", 0, SERUM, (None, 5), noise=0.05, floor=1),
}

PANELS: dict[str, tuple[str, ...]] = {
    "blood": ("hb", "wbc", "plt", "mcv"),
    "kidney": ("crea", "egfr", "k", "na"),
    "liver": ("alat", "gt", "alp", "bili"),
    "lipids": ("chol", "ldl", "hdl", "tg"),
    "thyroid": ("tsh", "ft4"),
    "iron": ("hb", "mcv", "ferritin"),
    "routine": ("hb", "wbc", "plt", "crp", "crea", "egfr", "k", "na", "alat", "hba1c", "tsh"),
    "diabetes": ("hba1c", "glu", "crea", "egfr", "k", "chol", "ldl", "hdl", "tg"),
    "vitamins": ("ferritin", "b12", "folate", "vitd"),
}
