"""Who did or read what, when, from where and why: entries, their chain, and who is forgotten."""
