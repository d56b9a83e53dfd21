"""The medication list: who says so, who changed and who confirmed what; allergies stop; reconciliation."""
