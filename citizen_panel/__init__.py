"""Citizen panel: people are asked, answer, and see what came of it. No health data enters it."""
