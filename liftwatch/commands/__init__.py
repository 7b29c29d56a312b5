"""One module a command: where settings are read, adapters are built, and services are wired."""
