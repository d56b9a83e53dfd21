"""Svarrapport v1.3 and v1.4: from an XML tree to one neutral shape."""

from results_service.reports.svarrapport.model import Issue, Item, Message, Moment, ReadMessage

__all__ = ["Issue", "Item", "Message", "Moment", "ReadMessage"]
