"""Admissions to a service: the decision (vedtak) by which home care and others have a person as a patient."""
