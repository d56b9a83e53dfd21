"""What people say about a page, and what was answered."""
