"""Cases of microbiology: growths with resistance, respiratory and faecal PCR, serology. All invented."""

from __future__ import annotations

from dev.generator.codes import nlk
from dev.generator.microbiology import Finding, Growth, Resistance

_ECOLI_EASY: Resistance = {
    "ampicillin": ("S", "4"),
    "mecillinam": ("S", "0,25"),
    "trimetoprim": ("S", "0,5"),
    "trimsulfa": ("S", "0,25"),
    "nitrofurantoin": ("S", "16"),
    "ciprofloksacin": ("S", "0,016"),
}
_ECOLI_HARD: Resistance = {
    "ampicillin": ("R", ">32"),
    "mecillinam": ("S", "1"),
    "trimetoprim": ("R", ">16"),
    "trimsulfa": ("R", None),
    "nitrofurantoin": ("S", "32"),
    "ciprofloksacin": ("I", "0,5"),
    "cefotaksim": ("R", "16"),
    "gentamicin": ("S", "1"),
    "piptazo": ("K", "8"),
}
GROWTHS: dict[str, tuple[Growth, ...]] = {
    "coli": (Growth("Escherichia coli", ">100 000 CFU/mL", _ECOLI_EASY),),
    "coli-esbl": (
        Growth(
            "Escherichia coli",
            ">100 000 CFU/mL",
            _ECOLI_HARD,
            comment="ESBL-produserende stamme. Smitteverntiltak ved innleggelse.",
        ),
    ),
    "coli-enterococci": (
        Growth("Escherichia coli", ">100 000 CFU/mL", _ECOLI_EASY),
        Growth(
            "Enterococcus faecalis", "10 000 CFU/mL", {"ampicillin": ("S", "1"), "nitrofurantoin": ("S", "8")}
        ),
    ),
    "aureus": (
        Growth(
            "Staphylococcus aureus",
            "Rikelig vekst",
            {
                "kloksacillin": ("S", "0,25"),
                "penicillin": ("R", None),
                "erytromycin": ("S", "0,5"),
                "klindamycin": ("S", "0,12"),
                "doksysyklin": ("S", "0,25"),
                "fusidin": ("R", "8"),
                "trimsulfa": ("I", "2"),
            },
        ),
    ),
    "blood": (
        Growth(
            "Klebsiella pneumoniae",
            "Vekst i 2 av 4 flasker",
            {
                "ampicillin": ("R", None),
                "cefotaksim": ("S", "0,06"),
                "gentamicin": ("S", "0,5"),
                "piptazo": ("S", "4"),
                "ciprofloksacin": ("S", "0,03"),
            },
            comment="Ringt til vakthavende lege.",
        ),
    ),
}

_AIRWAY = (
    ("sars", nlk("NPU59105", "Sekr(Nasoph)-SARS-CoV-2 RNA")),
    ("flu-a", nlk("NPU18055", "Sekr(Nasoph)-Influensa A virus RNA")),
    ("flu-b", nlk("NPU18060", "Sekr(Nasoph)-Influensa B virus RNA")),
    ("rhino", nlk("NPU58917", "Sekr(Nasoph)-Rhinovirus RNA")),
    ("pertussis", nlk("NPU14581", "Sekr(Nasoph)-Bordetella pertussis DNA")),
)
_STOOL = (
    ("salmonella", nlk("NPU53379", "F-Salmonella DNA")),
    ("campylobacter", nlk("NPU53353", "F-Campylobacter DNA")),
    ("yersinia", nlk("NPU53383", "F-Yersinia enterocolitica DNA")),
)
_GENITAL = (
    ("chlamydia", nlk("NPU12331", "U-Chlamydia trachomatis DNA")),
    ("gonorrhoea", nlk("NPU27318", "U-Neisseria gonorrhoeae DNA")),
    ("genitalium", nlk("NPU26600", "U-Mycoplasma genitalium DNA")),
)
_PANELS = {"airway": _AIRWAY, "stool": _STOOL, "genital": _GENITAL}


def pcr(panel: str, positive: frozenset[str]) -> tuple[Finding, ...]:
    """A PCR panel (airway, stool or genital) with these targets found."""
    return tuple(
        Finding(
            code,
            "Påvist" if target in positive else "Ikke påvist",
            notable=target in positive,
            comment="Ct-verdi 24. Smitteførende." if target in positive and panel == "airway" else None,
        )
        for target, code in _PANELS[panel]
    )


_MONO = (
    Finding(
        nlk("NPU12738", "P-Epstein-Barr virus (EBV) VCA IgM"),
        "Påvist",
        comment="Funnet gir mistanke om nylig infeksjon, men må ses sammen med IgG mot EBNA.",
        notable=True,
    ),
    Finding(nlk("NPU12739", "P-Epstein-Barr virus (EBV) VCA IgG"), "Påvist"),
    Finding(nlk("NPU12085", "P-Epstein-Barr virus (EBV) EBNA IgG"), "Ikke påvist"),
)
_BORRELIA = (
    Finding(nlk("NPU08015", "P-Borrelia burgdorferi IgG"), "Påvist", notable=True),
    Finding(
        nlk("NPU08017", "P-Borrelia burgdorferi IgM"),
        "Ikke påvist",
        comment="IgG alene tyder på gjennomgått infeksjon. Kan forekomme hos friske i endemisk område.",
    ),
)
_HEPATITIS = (
    Finding(nlk("NPU02349", "P-Hepatitt B virus (HBV) s-antigen"), "Ikke påvist"),
    Finding(nlk("NPU02346", "P-Hepatitt B virus (HBV) core antistoff"), "Ikke påvist"),
    Finding(nlk("NPU12033", "P-Hepatitt C virus (HCV) antistoff"), "Ikke påvist"),
)
_HIV = (Finding(nlk("NPU12691", "P-HIV-1+HIV-2 antistoff"), "Ikke påvist"),)
_PREGNANCY = (
    Finding(nlk("NPU12412", "P-Rubellavirus IgG"), "Påvist", comment="Immun."),
    Finding(nlk("NPU08097", "P-Treponema antistoff (syfilis)"), "Ikke påvist"),
)

SEROLOGY: dict[str, tuple[tuple[str, tuple[Finding, ...]], ...]] = {
    "mononucleosis": (("Epstein-Barr virus", _MONO),),
    "tick": (("Borrelia", _BORRELIA),),
    "blood-borne": (("Hepatitt", _HEPATITIS), ("HIV", _HIV)),
    "pregnancy": (("Hepatitt", _HEPATITIS), ("HIV", _HIV), ("Svangerskap", _PREGNANCY)),
}
