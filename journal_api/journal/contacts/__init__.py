"""Contacts (Encounter): that a person is seen, where and by whom; and the care relation it makes."""
