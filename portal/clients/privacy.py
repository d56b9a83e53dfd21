"""A citizen's privacy: settings (Consent), powers of attorney (RelatedPerson), and whom to name in them."""

from __future__ import annotations

from typing import Any

from portal.clients.fhir import Bundle, FhirClient, resources

Json = dict[str, Any]
FNR, DNR = "urn:oid:2.16.578.1.12.4.1.4.1", "urn:oid:2.16.578.1.12.4.1.4.2"
POWER = "urn:akson:fullmakt-power"
_FOUND = "20"


class PrivacyClient:
    """The settings of the person with this number, who is the caller or whom the caller represents."""

    def __init__(self, fhir: FhirClient, number: str) -> None:
        self._fhir = fhir
        self._whose = {"person-id": number}

    async def settings(self) -> list[Json]:
        """Every setting, newest first, withdrawn ones too. Raises `ServiceProblem`."""
        return resources(await self._fhir.search("Consent", [("_count", "500")], self._whose), "Consent")

    async def make(self, consent: Json, key: str) -> Json:
        """Make a setting, once for each `key`, which is the wish's own. Raises `ServiceProblem`."""
        headers = {**self._whose, "idempotency-key": key}
        return await self._fhir.write("POST", "Consent", headers, consent)

    async def withdraw(self, consent_id: str, version: str) -> Json:
        """Withdraw a setting as it was read (`version`). Raises `ServiceProblem`."""
        body = {"resourceType": "Consent", "id": consent_id, "status": "inactive"}
        headers = {**self._whose, "if-match": f'W/"{version}"'}
        return await self._fhir.write("PUT", f"Consent/{consent_id}", headers, body)

    async def practitioners(self, name: str) -> list[Json]:
        """Health personnel with HPR number by words of the name. Raises `ServiceProblem`."""
        bundle = await self._fhir.search("Practitioner", [("name", name), ("_count", _FOUND)], {})
        return resources(bundle, "Practitioner")

    async def roles(self, hpr_number: str) -> list[Json]:
        """Where someone works. Raises `ServiceProblem`."""
        bundle = await self._fhir.search("PractitionerRole", [("practitioner", hpr_number)], {})
        return resources(bundle, "PractitionerRole")

    async def organisations(self, name: str) -> list[Json]:
        """Organisations by words of the name. Raises `ServiceProblem`."""
        bundle = await self._fhir.search("Organization", [("name", name), ("_count", _FOUND)], {})
        return resources(bundle, "Organization")


class RepresentationClient:
    """Whom the caller may act for, and the powers of attorney the caller has given."""

    def __init__(self, fhir: FhirClient) -> None:
        self._fhir = fhir

    async def represented(self) -> list[Json]:
        """Whom the caller may act for today (`RelatedPerson`). Raises `ServiceProblem`."""
        return await self._list("represented")

    async def given(self) -> list[Json]:
        """Every fullmakt the caller has given, newest first, ended ones too. Raises `ServiceProblem`."""
        return await self._list("representatives")

    async def give(self, fullmakt_id: str, fullmakt: Json) -> Json:
        """Give a fullmakt under an id of one's own making, once. Raises `ServiceProblem`."""
        return await self._fhir.write("PUT", f"RelatedPerson/{fullmakt_id}", {}, fullmakt)

    async def end(self, fullmakt_id: str, giver: str | None = None) -> Json:
        """End a fullmakt; its holder names the giver's number. Raises `ServiceProblem`."""
        headers = {"person-id": giver} if giver else {}
        return await self._fhir.write("DELETE", f"RelatedPerson/{fullmakt_id}", headers)

    async def _list(self, which: str) -> list[Json]:
        bundle: Bundle = await self._fhir.search("RelatedPerson", [("_list", which), ("_count", "500")], {})
        return resources(bundle, "RelatedPerson")


def fullmakt(
    number: str, family: str, powers: list[str], start: str | None = None, end: str | None = None
) -> Json:
    """A fullmakt to give to the one with this number and family name; days in ISO form."""
    period = {name: day for name, day in (("start", start), ("end", end)) if day}
    return {
        "resourceType": "RelatedPerson",
        "identifier": [{"system": DNR if number[:1] in "4567" else FNR, "value": number}],
        "name": [{"family": family}],
        "period": period,
        "extension": [{"url": POWER, "valueCode": power} for power in powers],
    }
