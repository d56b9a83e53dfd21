"""The open patient's journal: what matters at once, what happened, and writing notes."""
