"""What waits for a member, over all panels."""
