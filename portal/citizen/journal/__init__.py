"""The citizen's own journal: what the municipal services have written, in plain words and by whom."""
