"""The one-command runner."""
