"""The work around a person: care relations, plans, tasks, messages, follow-up of results."""
