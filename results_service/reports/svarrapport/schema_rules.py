"""The part of the table of rules that is about the official schema, where it is installed (ADR 0053)."""

from __future__ import annotations

from results_service.reports.svarrapport.model import Rule

SCHEMA_RULES = (
    Rule(
        "schema-element-unexpected",
        "warning",
        "Follow the schema: the element cannot stand here (unknown, misplaced, one too many, or one before it"
        " is missing).",
        "Elements are read by name wherever they stand in their parent; what is not read is listed and told.",
    ),
    Rule(
        "schema-element-missing",
        "warning",
        "Follow the schema: add the element that is missing.",
        "What a report cannot do without has a rule of its own above; the rest is shown without it.",
    ),
    Rule(
        "schema-content",
        "warning",
        "Follow the schema: it has text, or elements, but not both, in this place.",
        "Words are read with what stands around them; what is not read is listed and told.",
    ),
    Rule(
        "schema-attribute",
        "warning",
        "Follow the schema: use the attributes that it has in this place.",
        "An attribute that says something and is not read is listed and told.",
    ),
    Rule(
        "schema-value",
        "warning",
        "Follow the schema: send the value in the form it has here (date, number, OID, true or false).",
        "It is shown as sent, and never guessed; numbers and dates have rules of their own above.",
    ),
    Rule(
        "schema-more",
        "warning",
        "Validate the message with the schema: it has more faults than are listed.",
        "They are of the kinds that are listed.",
    ),
    Rule(
        "schema-not-checked",
        "warning",
        "Send smaller messages: this one has too many elements to be held against the schema.",
        "Our own rules have judged all of it.",
    ),
)
