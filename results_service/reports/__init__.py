"""Reports: a svarrapport message becomes FHIR R4 resources, in versions."""
