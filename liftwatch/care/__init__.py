"""Prevention: visits of maintenance, what the calendar asks, complaints, notices, instructions.

Pure rules and the ports that keep them; `liftwatch.handlers.care_*` does one thing in one
transaction, `liftwatch.adapters.sql.care_*` keeps it.
"""
