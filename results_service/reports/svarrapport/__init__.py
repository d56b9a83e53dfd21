"""Svarrapport v1.3 and v1.4: from an XML tree to one neutral shape."""

from results_service.reports.svarrapport.model import Issue, Message, Patient, ReadMessage, Rule
from results_service.reports.svarrapport.parts import Item, Moment, Party
from results_service.reports.svarrapport.reader import read_message
from results_service.reports.svarrapport.rules import RULES

__all__ = [
    "RULES",
    "Issue",
    "Item",
    "Message",
    "Moment",
    "Party",
    "Patient",
    "ReadMessage",
    "Rule",
    "read_message",
]
