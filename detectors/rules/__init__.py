"""One file a detector: its thresholds with their sources, what it hears, when it clears."""
