"""From the broker to the journal, and from the journal to detectors and store."""
