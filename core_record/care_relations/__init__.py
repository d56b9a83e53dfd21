"""Which care relations the journal shows: an admission, a contact, a task. Facts of the decision."""
