"""Results to be followed up: one's own, the unit's, and what has no owner; assessed one after the other."""
