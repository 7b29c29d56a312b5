"""How well incidents match the truth: by counts, with intervals, and as a report to read.

Knows the files of the contract's section 3 and nothing of what wrote them.
"""
