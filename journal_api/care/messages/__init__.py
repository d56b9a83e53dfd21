"""Messages between services about a patient: sent, read, answered, in a thread; they stand in the journal."""
