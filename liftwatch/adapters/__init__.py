"""What fulfils the ports: databases, stores and the net. Only here does the kernel do I/O."""
