"""What happens by the clock: jobs, their deadlines in the database, and what leaves the house."""
