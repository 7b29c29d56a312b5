"""Proof by mutation: break a detector's comparison, and a test must fail."""
