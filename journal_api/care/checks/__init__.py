"""The checks of the national programme that are due: on the health centre's list, done with a contact."""
