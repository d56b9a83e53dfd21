"""Release to the person: what a clinician releases or has looked at, and what the person has been shown."""
