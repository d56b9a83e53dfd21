"""Entries and their versions: the one store of the journal, and the path on which everything is written."""
