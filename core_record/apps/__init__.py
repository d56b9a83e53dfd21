"""Others' apps: which are admitted, by whom, and what each may at most."""
