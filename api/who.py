"""Whoever a request runs as: what they may, by what they came in, and from where."""

from typing import Literal, NamedTuple

from fastapi import Request

from api.problems import Problem
from liftwatch.access.hosts import address_of
from liftwatch.access.roles import ANYBODY
from liftwatch.access.sight import Grant
from liftwatch.audit.entry import Channel
from liftwatch.said import Said

By = Literal["nobody", "local", "token", "key", "session"]


class Where(NamedTuple):
    """From where somebody asks."""

    address: str = ""
    channel: Channel = "api"


class Principal(NamedTuple):
    """Whoever a request runs as; `person` is None for who is not in the register."""

    name: str
    grants: tuple[Grant, ...] = ()
    person: str | None = None
    family: str | None = None
    by: By = "nobody"
    where: Where = Where()

    @property
    def roles(self) -> frozenset[str]:
        """The roles they have, in whatever organisation."""
        return frozenset(grant.role for grant in self.grants)


NOBODY = Principal(ANYBODY)
LOCAL = Principal("local", (Grant(role="admin", organisation=""),), by="local")


def client_of(request: Request) -> str:
    """The client's address, one of IPv4 always as such; empty for what is none."""
    return str(address_of(request.client.host) or "") if request.client else ""


def where_of(request: Request) -> Where:
    """The client's address, and whether it asks the API or for a page."""
    return Where(client_of(request), "api" if request.url.path.startswith("/v1/") else "console")


def person_of(principal: Principal) -> str:
    """The person somebody is; the problem `not-found` for who is not in the register."""
    if principal.person is None:
        raise Problem("not-found", Said("%(name)s is nobody who signs in", name=principal.name))
    return principal.person
