"""Care team, plan, tasks, referrals and messages as FHIR R4 resources."""

from __future__ import annotations

from journal_api.fhir.forms.contact import contact_of, encounter_reference
from journal_api.fhir.forms.model import Context, Form, Parsed
from journal_api.fhir.parts import (
    Json,
    concept,
    extensions,
    note_text,
    notes,
    only,
    organisation,
    organisation_number,
    own_code,
    personnel,
    personnel_id,
    read_own_code,
    read_valued,
    text_of,
    valued,
    when,
    without_empty,
)
from journal_api.journal.entries.models import Entry


def _team(entry: Entry, context: Context) -> Json:
    members = [
        {
            "role": [concept(member.get("function"))] if member.get("function") else [],
            "member": personnel(member["personnel"], member["name"], context.hpr),
            **extensions(
                valued("personnel", "String", member["personnel"]), valued("role", "Code", member.get("role"))
            ),
        }
        for member in entry.body.get("members", [])
    ]
    return {
        "status": entry.state,
        "encounter": encounter_reference(entry),
        "period": {"start": entry.at.isoformat()},
        "participant": [without_empty(member) for member in members],
        "managingOrganization": [organisation(entry.unit)],
        "note": notes(entry.body.get("note")),
    }


def _read_team(resource: Json) -> Parsed:
    members = [
        without_empty(
            {
                "personnel": read_valued(one, "personnel", "String") or personnel_id(one.get("member")),
                "name": one.get("member", {}).get("display"),
                "role": read_valued(one, "role", "Code"),
                "function": text_of(only(one.get("role", []))),
            }
        )
        for one in resource.get("participant", [])
    ]
    body = {"members": members, "note": note_text(resource)}
    at = when(resource, "period.start")
    return Parsed(str(resource.get("status")), at, without_empty(body), contact_of(resource))


def _plan(entry: Entry, context: Context) -> Json:
    body = entry.body
    return {
        "status": entry.state,
        "intent": "plan",
        "encounter": encounter_reference(entry),
        "period": without_empty({"start": entry.at.isoformat(), "end": body.get("until")}),
        "author": personnel(entry.changed.by, entry.changed.name, context.hpr),
        "goal": [{"display": goal} for goal in body.get("goals", [])],
        "activity": [_activity(activity) for activity in body.get("activities", [])],
        **extensions(
            valued("visit-address", "String", body.get("address")),
            valued("visit-entry", "String", body.get("entry")),
        ),
    }


def _activity(activity: Json) -> Json:
    repeat = {"dayOfWeek": activity.get("days"), "timeOfDay": [f"{t}:00" for t in activity.get("times", [])]}
    detail = {
        "kind": "Task",
        "status": "scheduled",
        "code": own_code("activity", activity["kind"]) if activity.get("kind") else None,
        "description": activity.get("text"),
        "scheduledTiming": {"repeat": without_empty(repeat)} if without_empty(repeat) else None,
        **extensions(
            valued("activity-id", "String", str(activity["id"]) if activity.get("id") else None),
            valued("minutes", "PositiveInt", activity.get("minutes")),
            valued("label", "Code", activity.get("label")),
        ),
    }
    return {"detail": without_empty(detail)}


def _read_plan(resource: Json) -> Parsed:
    body = {
        "goals": [str(goal.get("display", "")) for goal in resource.get("goal", [])],
        "activities": [_read_activity(one.get("detail", {})) for one in resource.get("activity", [])],
        "until": resource.get("period", {}).get("end"),
        "address": read_valued(resource, "visit-address", "String"),
        "entry": read_valued(resource, "visit-entry", "String"),
    }
    at = when(resource, "period.start")
    return Parsed(str(resource.get("status")), at, without_empty(body), contact_of(resource))


def _read_activity(detail: Json) -> Json:
    repeat = detail.get("scheduledTiming", {}).get("repeat", {})
    return without_empty(
        {
            "id": read_valued(detail, "activity-id", "String"),
            "text": detail.get("description"),
            "kind": read_own_code(detail.get("code"), "activity"),
            "minutes": read_valued(detail, "minutes", "PositiveInt"),
            "days": repeat.get("dayOfWeek"),
            "times": [str(time)[:5] for time in repeat.get("timeOfDay", [])],
            "label": read_valued(detail, "label", "Code"),
        }
    )


def _task(entry: Entry, context: Context) -> Json:
    body = entry.body
    owner = None
    if assignee := body.get("assignee"):
        owner = personnel(assignee, body.get("assignee_name", ""), context.hpr)
    elif unit := body.get("unit"):
        owner = organisation(unit)
    return {
        "status": entry.state,
        "intent": "order",
        "code": own_code("task", body["kind"]),
        "description": body["text"],
        "encounter": encounter_reference(entry),
        "authoredOn": entry.at.isoformat(),
        "lastModified": entry.changed.at.isoformat(),
        "requester": personnel(entry.made.by, entry.made.name, context.hpr),
        "owner": owner,
        "restriction": {"period": {"end": body["due"]}} if body.get("due") else None,
        **extensions(
            *(
                valued(name, "String", body.get(name) and str(body[name]))
                for name in ("assignee", "unit", "result", "about", "outcome")
            ),
        ),
    }


def _read_task(resource: Json) -> Parsed:
    owner = resource.get("owner")
    assignee = read_valued(resource, "assignee", "String") or personnel_id(owner)
    body = {
        "kind": read_own_code(resource.get("code"), "task", "task"),
        "text": resource.get("description"),
        "assignee": assignee,
        "assignee_name": (owner or {}).get("display") if assignee else None,
        "unit": read_valued(resource, "unit", "String") or organisation_number(owner),
        "due": resource.get("restriction", {}).get("period", {}).get("end"),
        **{name: read_valued(resource, name, "String") for name in ("result", "about", "outcome")},
    }
    state = str(resource.get("status"))
    return Parsed(state, when(resource, "authoredOn"), without_empty(body), contact_of(resource))


CARE = (
    Form("CareTeam", "CareTeam", _team, _read_team),
    Form("CarePlan", "CarePlan", _plan, _read_plan),
    Form("Task", "Task", _task, _read_task, subject="for"),
)
