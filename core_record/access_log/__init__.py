"""The record of every look-up: append-only, one hash chain per person, shown to the citizen."""
