"""`akson lookup`: one FHIR search, signed as a persona, and the answer's body on stdout."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import httpx
import typer

from kit.identity import audiences, faults
from kit.identity.apiclient import DpopAuth
from kit.settings import get_settings

if TYPE_CHECKING:
    from dev.personas import Persona, PersonaFile

_SELF_DECLARED = "treatment"
JOURNAL_TYPES = frozenset(
    {
        "Patient",
        "Encounter",
        "Composition",
        "DocumentReference",
        "AllergyIntolerance",
        "Flag",
        "Condition",
        "MedicationStatement",
        "Immunization",
        "CareTeam",
        "CarePlan",
        "Task",
        "RelatedPerson",
        "Basic",
    }
)
"""Resources of the journal; Observation and ServiceRequest are the results service's here."""


def lookup(
    resource: Annotated[str, typer.Argument(help="DiagnosticReport … or Encounter, Composition …")],
    person: Annotated[str, typer.Option(help="The person's national identity number.")],
    persona: Annotated[str, typer.Option("--as", help="Who asks: a development persona.")],
    basis: Annotated[str | None, typer.Option(help="access-basis: UNNTAK, SAMTYKKE, AKUTT …")] = None,
    reason: Annotated[str | None, typer.Option(help="Code of a self-declared relation.")] = None,
    data: Annotated[list[str] | None, typer.Option("-d", help="A parameter, name=value. Repeatable.")] = None,
) -> None:
    """Search one person's results, or journal; exit 1 when the answer is not 200."""
    if find_spec("dev") is None:
        raise typer.BadParameter("personas exist only where the development part is installed")
    from dev.login import persona_token  # noqa: PLC0415
    from dev.personas import load_personas  # noqa: PLC0415

    personas = load_personas()
    if persona not in personas.personas:
        raise typer.BadParameter(f"choose one of {', '.join(personas.personas)}", param_hint="--as")
    who = personas.personas[persona]
    journal = resource in JOURNAL_TYPES
    listed = any(e.national_id == person and e.hpr_number == who.hpr_number for e in personas.gp_lists)
    form = _form(data or [])
    try:
        audience = audiences.JOURNAL if journal else audiences.RESULTS
        scope = audiences.READ_JOURNAL if journal else audiences.READ_RESULTS
        token, key = persona_token(persona, audience, [scope])
        settings = get_settings()
        base = settings.journal_url if journal else settings.results_url
        declared = _declared(who, basis, reason, listed=listed)
        if journal and basis is None and who.org_parent not in _outside(personas):
            declared.pop("access-basis", None)  # help being given is the journal's own ground
        answer = httpx.post(
            f"{base}/fhir/{resource}/_search",
            data=form,
            headers={"person-id": person, **declared},
            auth=DpopAuth(key, token),
            timeout=30,
        )
    except (httpx.HTTPError, faults.LoginRefused, faults.IdentityUnavailable) as problem:
        typer.echo(f"No answer: {problem}. Is Akson running? See `akson status`.", err=True)
        raise typer.Exit(1) from problem
    typer.echo(answer.text)
    raise typer.Exit(0 if answer.status_code == 200 else 1)


def _outside(personas: PersonaFile) -> set[str]:
    """Organisations that read the municipal journal from outside: they state a basis."""
    return {one.org_number for one in personas.organisations if one.kind == "hospital"}


def _form(data: list[str]) -> dict[str, list[str]]:
    form: dict[str, list[str]] = {}
    for pair in data:
        name, equals, value = pair.partition("=")
        if not equals:
            raise typer.BadParameter("write name=value", param_hint="-d")
        form.setdefault(name, []).append(value)
    return form


def _declared(who: Persona, basis: str | None, reason: str | None, *, listed: bool) -> dict[str, str]:
    """What the persona declares; citizens declare nothing.

    The reason counts only where the registers show no relation, so it is always sent.
    """
    if who.login != "helseid":
        return {}
    headers = {
        "access-basis": basis or ("UNNTAK" if listed else "SAMTYKKE"),
        "access-reason": reason or _SELF_DECLARED,
    }
    return headers | ({"requester-hpr-role": who.role} if who.role else {})
