"""`make compose-test`: docker-compose.yml for real, with stand-ins for images not to be had."""
