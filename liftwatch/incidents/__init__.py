"""What people work on: the table of kinds, alarms, incidents and their life cycle."""
