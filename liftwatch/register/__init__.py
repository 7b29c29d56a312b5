"""What lifts are: facts that outlast their telemetry."""
