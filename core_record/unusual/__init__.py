"""Access that the organisation should look at: found in the log's rows, listed by ids alone, followed up."""
