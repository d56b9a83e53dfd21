"""E-mail that says there is news in Akson, and nothing more: the address, its times, and sending."""
