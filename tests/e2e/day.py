"""Writes what three personas have to do today, about persons of the personas' own file: run in the folder and
the environment of an instance."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from cli.instance import use_instance
from dev.personas import persona
from dev.today import Booked, write
from kit.norway import OSLO
from kit.settings import get_settings

BJORG, INGER = "03925813442", "03867416403"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def main() -> None:
    """A contact at the GP, a plan with three visits today, and a message to the GP."""
    use_instance()
    now = datetime.now(OSLO).replace(microsecond=0)
    begun = now.replace(hour=0, minute=0, second=0)
    activity = {"id": str(uuid4()), "text": "Gi fra dosetten", "kind": "medication", "days": DAYS}
    activity |= {"times": ["08:00", "20:00", "22:00"]}
    plan = {
        "goals": ["Bo hjemme"],
        "activities": [activity],
        "address": "Strandgata 4",
        "entry": "Nøkkelboks",
    }
    letter = {"to_unit": persona("lege-koman").org_child, "subject": "Sår", "text": "Kan dere se på såret?"}
    said = [
        ("lege-koman", INGER, "Encounter", "planned", now, {"form": "consultation", "service": "gp"}),
        ("sykepleier", BJORG, "CarePlan", "active", begun, plan),
        ("sykepleier", BJORG, "Communication", "sent", now, letter),
    ]
    write(
        get_settings(),
        [
            Booked(who, number, uuid4(), {"state": state, "at": at.isoformat(), "body": body}, kind)
            for who, number, kind, state, at, body in said
        ],
    )


if __name__ == "__main__":
    main()
