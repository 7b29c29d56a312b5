"""How others speak: tables of their codes and words, and whole formats of theirs made ours.

Nothing here keeps anything between two payloads, so that a journal read again gives the same.
"""
