"""What a command's user gets to read instead of a traceback."""


class Failure(Exception):
    """One clear line; the command ends with exit status 2."""
