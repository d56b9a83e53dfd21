"""Keeping the registers of one's own organisation: personnel, links to places of work, substitutes of GPs."""
