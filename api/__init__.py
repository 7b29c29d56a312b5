"""What people and machines ask over HTTP: routes by noun, and the console."""
