"""Commands: one function each, one transaction each."""
