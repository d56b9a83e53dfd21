"""Control points: what was planned, what it costs, what it should give, and what is measured beside it."""
