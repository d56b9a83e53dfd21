"""The log of decisions: what was said, who decided what at which control point, and what was done."""
