"""What is always so of a person until it changes: critical information, diagnoses, vaccines, kin, wishes."""
