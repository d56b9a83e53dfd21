"""Codes the generated messages use, with their displays in bokmål.

Sources: Volven 8202, 8239, 8243–8245, 8269, 8271, 8351, 7306, 7309;
Norsk laboratoriekodeverk (7280), NCRP (7270), NORPAT (7010). Only the few codes needed here.
"""

from __future__ import annotations

from dev.generator.model import Code

OID = "2.16.578.1.12.4.1.1."

SERV_TYPE = {"N": "Ny", "M": "Endring", "C": "Kansellering", "H": "Historikk", "A": "Tillegg"}
REPORT_STATUS = {
    "P": "Foreløpig rapport",
    "F": "Endelig rapport",
    "A": "Tillegg til rapport",
    "S": "Planlagt",
}
FIELD = {
    "CLIN": "Medisinsk biokjemi",
    "MBIO": "Medisinsk mikrobiologi",
    "IMTR": "Immunologi og transfusjonsmedisin",
    "FARM": "Klinisk farmakologi",
    "MGEN": "Medisinsk genetikk",
    "HIST": "Histologi",
    "CYTO": "Cytologi",
    "RTG": "Røntgen",
    "CT": "Computertomografi",
    "MR": "Magnettomografi",
    "UL": "Ultralyd",
    "NUK": "Nukleærmedisin",
}
MESSAGE_TYPE = {
    "SVAR_LAB": "Svarrapport-Laboratoriemedisin",
    "SVAR_RTG": "Svarrapport-Radiologi",
}
HEADING = {
    "AN": "Analyse",
    "DIAG": "Diagnose",
    "FU": "Funn og undersøkelsesresultater",
    "GR": "Gruppe",
    "LR": "Laboratorieresultat",
    "RSB": "Resistensbestemmelse",
    "TFU": "Tilleggsfunn",
    "VU": "Vurdering",
}
REASON_HEADING = {
    "PROB": "Aktuell problemstilling",
    "OPPL": "Kliniske opplysninger",
    "KF": "Kontroll pga. tidligere funn",
    "RU": "Rutineundersøkelse utenom masseundersøkelse",
    "MU": "Innkalt til masseundersøkelse",
}
DEVIATION = {
    "1": "Over øvre referansegrense",
    "2": "Under nedre referansegrense",
    "3": "Utenfor referansegrensene",
}
ITEM_STATUS = {
    "1": "Revidert",
    "2": "Foreløpig",
    "3": "Endelig",
    "4": "Tillegg",
    "5": "Henvisning registrert",
    "7": "Tildelt time",
    "8": "Undersøkelse gjennomført",
    "9": "Diktert",
    "10": "Skrevet (usignert svar foreligger)",
    "11": "Signert",
    "13": "Signert korrigert/tilleggsbeskrivelse foreligger",
    "15": "I prosess",
}
COMPARATOR = {
    "EQ": "Lik",
    "LT": "Mindre enn",
    "GT": "Større enn",
    "LE": "Mindre eller lik",
    "GE": "Større eller lik",
}
RELATION = {"AHP": "Ansvarlig helsepersonell", "ARP": "Ansvarlig for rapport", "REK": "Rekvirent"}
PROFESSION = {"LE": "Lege", "BI": "Bioingeniør", "RA": "Radiograf"}
ID_KIND = {"FNR": "Fødselsnummer", "DNR": "D-nummer", "FHN": "Felles hjelpenummer (FH-nummer)"}
MODIFIER = {"LA": "Lateralitet", "DI": "Diagnosestatus", "AN": "Anatomisk lokalisasjon", "FO": "Forløp"}
SEX = {1: "Mann", 2: "Kvinne"}
PAYMENT = {"RE": "Rekvirent"}

PHONED = Code("TA", "8269", "Telefonsvar avgitt")
MARKED_CHANGE = Code("VA", "8269", "Vesentlig avvik fra tidligere svar")
MSIS_DUTY = Code("MSIS-M", "8269", "MSIS-melding - klinikermelding skal sendes")
MSIS_NO_FORM = Code("MSIS-UM", "8269", "MSIS-melding - klinikermelding skal ikke sendes")

SERUM = Code("S", "8351", "Serum")
PLASMA = Code("P", "8351", "Plasma")
BLOOD = Code("B", "8351", "Blod")
URINE = Code("U", "8351", "Urin")


def nlk(code: str, display: str) -> Code:
    """An investigation in Norsk laboratoriekodeverk."""
    return Code(code, "7280", display)


def ncrp(code: str, display: str) -> Code:
    """A radiological procedure; position 6 tells the modality."""
    return Code(code, "7270", display)


def norpat(code: str, display: str) -> Code:
    """A code of Norsk patologikodeverk."""
    return Code(code, "7010", display)


def pathology(code: str, display: str) -> Code:
    """A pathological examination (8219)."""
    return Code(code, "8219", display)


def local(text: str, code: str | None = None) -> Code:
    """A local investigation (8212): only its text is to be relied on."""
    return Code(code, "8212", None, text)
