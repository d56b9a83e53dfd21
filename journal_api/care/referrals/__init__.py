"""Referrals from one service to another inside the journal."""
