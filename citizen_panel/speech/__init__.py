"""What people write: what may never be stored, and what is asked about again."""
