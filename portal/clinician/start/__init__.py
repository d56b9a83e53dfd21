"""The day of a place of work: its lists, as its service needs them."""
