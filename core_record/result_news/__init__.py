"""What the results service tells the journal about reports, and what the journal orders back: two queues."""
