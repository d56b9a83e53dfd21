"""Merging: two persons who are one. Their results, originals and report numbers become one person's."""
