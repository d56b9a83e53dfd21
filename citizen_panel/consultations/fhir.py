"""A survey as FHIR R4 Questionnaire (4.44).

Ranking has no type in R4: a repeating choice whose order counts, marked by an extension of ours. Points are
a group with a whole number for each option, pairs a group with a choice between every two; a trial is a
choice of how it went, with the page to try in an extension of ours.
"""

from __future__ import annotations

from typing import Any

from citizen_panel.consultations.models import Consultation
from citizen_panel.consultations.questions import PREFERRED, Option, Question, QuestionKind
from citizen_panel.texts import Texts

ORDERED = "urn:akson:questionnaire-ordered"
TO_TRY = "urn:akson:questionnaire-page-to-try"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_LOWEST, _HIGHEST = (f"http://hl7.org/fhir/StructureDefinition/{name}Value" for name in ("min", "max"))
_STATUS = {"draft": "draft", "open": "active", "closed": "retired", "published": "retired"}
_TYPES = {
    QuestionKind.SINGLE: "choice",
    QuestionKind.MULTIPLE: "choice",
    QuestionKind.RANKING: "choice",
    QuestionKind.SCALE: "integer",
    QuestionKind.TEXT: "text",
    QuestionKind.POINTS: "group",
    QuestionKind.PAIRS: "group",
    QuestionKind.TRIAL: "choice",
}


def questionnaire(consultation: Consultation) -> dict[str, Any]:
    """The Questionnaire of a consultation, in bokmål with translations as extensions."""
    return {
        "resourceType": "Questionnaire",
        "id": str(consultation.id),
        "url": f"urn:uuid:{consultation.id}",
        "version": str(consultation.version),
        "status": _STATUS[consultation.state],
        "language": "nb",
        **_said("title", consultation.title),
        "effectivePeriod": {
            "start": consultation.opens_at.isoformat(),
            "end": consultation.closes_at.isoformat(),
        },
        "item": [_item(question) for question in consultation.questions],
    }


def _item(question: Question) -> dict[str, Any]:
    item: dict[str, Any] = {"linkId": question.id, **_said("text", question.text)}
    item |= {"type": _TYPES[question.kind], "required": question.required}
    if question.kind in (QuestionKind.MULTIPLE, QuestionKind.RANKING):
        item["repeats"] = True
    if question.kind in (QuestionKind.POINTS, QuestionKind.PAIRS):
        item["item"] = _points(question) if question.kind is QuestionKind.POINTS else _pairs(question)
    elif question.options:
        item["answerOption"] = [_coding(option) for option in question.options]
    if question.kind is QuestionKind.TRIAL:
        item["answerOption"] = [{"valueCoding": {"code": code}} for code in question.codes]
        item["extension"] = [{"url": TO_TRY, "valueUrl": question.link}]
    if question.kind is QuestionKind.RANKING:
        item["extension"] = [{"url": ORDERED, "valueBoolean": True}]
    if question.kind is QuestionKind.SCALE:
        item["extension"] = [
            {"url": _LOWEST, "valueInteger": question.lowest},
            {"url": _HIGHEST, "valueInteger": question.highest},
        ]
    if question.when is not None:
        coding = {"code": question.when.option}
        item["enableWhen"] = [{"question": question.when.question, "operator": "=", "answerCoding": coding}]
    return item


def _coding(option: Option) -> dict[str, Any]:
    return {"valueCoding": {"code": option.code, **_said("display", option.text)}}


def _points(question: Question) -> list[dict[str, Any]]:
    limits = [{"url": _LOWEST, "valueInteger": 0}, {"url": _HIGHEST, "valueInteger": question.points}]
    return [
        {
            "linkId": f"{question.id}.{option.code}",
            **_said("text", option.text),
            "type": "integer",
            "extension": limits,
        }
        for option in question.options
    ]


def _pairs(question: Question) -> list[dict[str, Any]]:
    by_code = {option.code: option for option in question.options}
    return [
        {
            "linkId": f"{question.id}.{a}{PREFERRED}{b}",
            "type": "choice",
            "answerOption": [_coding(by_code[code]) for code in (a, b)],
        }
        for a, b in question.pairs
    ]


def _said(name: str, texts: Texts) -> dict[str, Any]:
    """An element with its translations."""
    said: dict[str, Any] = {name: texts["nb"]}
    others = [
        {
            "url": _TRANSLATION,
            "extension": [{"url": "lang", "valueCode": lang}, {"url": "content", "valueString": text}],
        }
        for lang, text in texts.items()
        if lang != "nb" and text.strip()
    ]
    return said | ({f"_{name}": {"extension": others}} if others else {})
