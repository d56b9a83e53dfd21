"""Who takes care of a person, and what is planned: care team and plan."""
