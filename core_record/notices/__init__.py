"""What a citizen is told: that something happened, and where to read about it. No names, no contents."""
