"""Training of the learned detectors: the only place that knows scikit-learn."""
