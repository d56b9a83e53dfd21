"""Sharing out a day's visits among those who work in the unit."""
