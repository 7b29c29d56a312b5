"""Liftwatch: words, rules and books that ingest, detectors, API and simulators share."""

__version__ = "0.1.0"
