"""One page of the tour."""

from typing import NamedTuple


class Stop(NamedTuple):
    """A page: the name of its picture, its route, as whom it is looked at, what its picture shows.

    `start` is the page with a link to it; `press` what is pressed there instead; `then` is added to
    the address; `phone` says that it is used on a telephone, `at` what must be there first.
    """

    name: str
    route: str
    roles: tuple[str, ...]
    says: str
    start: str = ""
    press: str = ""
    then: str = ""
    phone: bool = False
    at: str = "main"
