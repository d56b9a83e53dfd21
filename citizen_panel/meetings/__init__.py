"""Meetings of a panel: agenda, who comes, minutes."""
