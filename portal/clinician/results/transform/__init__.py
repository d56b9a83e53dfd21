"""From FHIR R4 Bundles to what a clinician sees: pure functions, no network, no state, no texts."""
