"""The decision: may this actor see this person's data, on what basis; and the whole path of a look-up."""
