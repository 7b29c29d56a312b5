"""What a lift says: topics, typed messages of the twelve kinds, and the table of signals."""
