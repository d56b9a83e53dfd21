"""Places of work and those who work there, as the registers know them."""
