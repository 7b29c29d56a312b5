"""How a database comes to have its tables; `liftwatch.adapters.sql.migrate` runs the steps."""
