"""The journal as FHIR R4: the same entries, the same decision, in the resources of the contract."""
