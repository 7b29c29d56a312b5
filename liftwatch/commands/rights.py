"""`liftwatch rights`: who may do what, as a page."""

from api.rights_table import rights_page


def rights_command() -> None:
    """Print the table of routes by roles."""
    print(rights_page(), end="")
