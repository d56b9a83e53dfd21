"""Representation: parents of children under 12, and powers of attorney (fullmakt) from 16."""
