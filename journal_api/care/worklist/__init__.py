"""A unit's lists of what is to be done: ids, states and dates; opening an item is a look-up of its person."""
