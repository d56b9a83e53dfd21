"""Notes (Composition): written by template, saved as drafts, signed, and corrected with both shown."""
