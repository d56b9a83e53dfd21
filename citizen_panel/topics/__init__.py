"""Proposals with arguments, discussions, and the moderation of what members write."""
