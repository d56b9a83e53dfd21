"""Others' apps at the journal: which can be opened for a patient, the opening, and what is told about it."""
