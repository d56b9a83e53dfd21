"""The panel's pages for those who lead, moderate and decide in it."""
