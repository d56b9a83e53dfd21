"""Absence: who stands in for whom in a unit, from day to day, so that no list is left alone."""
