"""The municipal journal: one journal for GP, emergency clinic, home care and health centre."""
