"""The visits that plans make: on the unit's list for the days ahead, done or not done with a contact."""
