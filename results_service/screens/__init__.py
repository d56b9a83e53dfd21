"""What screens need of one person in one answer: the cumulative table, and what is new."""
