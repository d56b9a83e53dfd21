"""Follow-up of results: every report on exactly one list until who may has assessed its newest version."""
