"""A person's whole journal out and in: as a FHIR Bundle that can be taken in again, and as a PDF to read."""
