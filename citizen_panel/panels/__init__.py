"""Panels and their members: recruitment, consent, and leaving."""
