"""Lifts that do not exist: they know physics and people, and nothing of detectors."""
