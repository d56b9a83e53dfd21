"""Code systems: OIDs of the messages ↔ URLs of the FHIR guide `diagnostic.report.nilar`."""

from __future__ import annotations

OID_ROOT = "2.16.578.1.12.4.1.1."
_URL_ROOT = "http://ehelse.no/fhir/CodeSystem/no-kodeverk-"

NLK = OID_ROOT + "7280"
NLK_MISTAKEN = OID_ROOT + "7230"  # stands for 7280 in the field (clinical rule 10)
NCRP = OID_ROOT + "7270"
NORPAT = OID_ROOT + "7010"
LOCAL = OID_ROOT + "8212"
PATHOLOGY = OID_ROOT + "8219"

# The sets that the guide names (its aliases); three carry a longer name.
_LONGER = {"7010": "7010-norpat", "7270": "7270-ncrp", "7280": "7280-nlk"}
_PLAIN = (
    *("3108", "4101", "8202", "8212", "8216", "8219", "8231", "8232", "8233", "8234", "8243", "8244", "8269"),
    *("8271", "8272", "8273", "8274", "8275", "8340", "8351", "9603"),
)

URLS: dict[str, str] = {
    OID_ROOT + number: _URL_ROOT + _LONGER.get(number, number) for number in [*_PLAIN, *_LONGER]
}
OIDS: dict[str, str] = {url: oid for oid, url in URLS.items()}

# Identifiers of organisations and health personnel, by their type in the message (8268, 8116, 9051).
IDENTIFIER_SYSTEMS: dict[str, str] = {
    "HER": "urn:oid:2.16.578.1.12.4.1.2",
    "ENH": "urn:oid:2.16.578.1.12.4.1.4.101",
    "RSH": "urn:oid:2.16.578.1.12.4.1.4.102",
    "AKO": "urn:oid:2.16.578.1.12.4.1.4.107",
    "HPR": "urn:oid:2.16.578.1.12.4.1.4.4",
    "DUF": "urn:oid:2.16.578.1.12.4.1.4.5",
}


def system_url(oid: str) -> str:
    """The URL of a code system in FHIR: the guide's, else `urn:oid:<OID>`; "" for no system.

    A system that is no OID but already a URI is kept.
    """
    if not oid:
        return ""
    known = URLS.get(oid)
    if known is not None:
        return known
    return f"urn:oid:{oid}" if oid.replace(".", "").isdigit() else oid


def system_oid(url: str) -> str:
    """The OID of a system URL, the way back from `system_url`."""
    return OIDS.get(url) or url.removeprefix("urn:oid:")
