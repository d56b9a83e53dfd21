"""What was written in the wrong person's journal is moved to the right one, with a trace on both sides."""
