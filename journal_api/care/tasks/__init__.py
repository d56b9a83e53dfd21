"""Tasks: what somebody, or a unit, is asked to do for a person."""
