"""Who is asking, and one table of what each role may do; every route declares its action.

Until people can sign in there is one principal, `local`; `api.serve` lets nobody else in.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from fastapi import Request

from api.problems import Problem

ROLES = frozenset(
    {"property", "maintenance", "supervision", "rescue", "custodian", "committee"}
    | {"bureau", "street", "inspector", "auditor", "owner", "admin"}
)
WATCHING = frozenset({"property", "maintenance", "supervision", "rescue", "admin"})
ANYBODY = ROLES | {"anonymous"}


class Principal(NamedTuple):
    """Whoever a request runs as; `organisations` will bound what they see."""

    name: str
    roles: frozenset[str]
    organisations: tuple[str, ...] = ()


LOCAL = Principal("local", frozenset({"admin"}))


class Action(NamedTuple):
    """One row: what is done, and the roles that may."""

    name: str
    roles: frozenset[str]
    what: str


ACTIONS: dict[str, Action] = {
    row.name: row
    for row in (
        Action("lifts.read", WATCHING, "see lifts and how they stand"),
        Action("telemetry.read", WATCHING, "see what a lift has said"),
        Action("incidents.read", WATCHING, "see incidents"),
        Action("stream.read", WATCHING, "follow changes as they happen"),
        Action("console.read", WATCHING, "look at the pages"),
        Action("console.assets", ANYBODY, "load the looks of the pages"),
        Action("console.language", ANYBODY, "choose a language"),
        Action("service.describe", ANYBODY, "read the description of the interface"),
        Action("service.health", ANYBODY, "ask whether the service lives and is ready"),
        Action("service.metrics", frozenset({"admin"}), "read the service's own figures"),
    )
}


async def principal_of(request: Request) -> Principal:
    """The principal of a request: for now always `local`."""
    del request
    return LOCAL


class Allow:
    """A route's dependency that declares its action and refuses whoever may not."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Principal:
        """The principal, or the problem `forbidden`."""
        principal = await principal_of(request)
        if not may(principal, self.action):
            raise Problem("forbidden", f"{principal.name} may not {self.action.what}")
        return principal


def allow(action: str) -> Callable[[Request], Awaitable[Principal]]:
    """The dependency for an action of the table; KeyError for one that is not in it."""
    return Allow(ACTIONS[action])


def may(principal: Principal, action: Action) -> bool:
    """Tell whether one of the principal's roles allows the action.

    >>> may(LOCAL, ACTIONS["service.metrics"]), may(LOCAL._replace(roles=frozenset({"owner"})),
    ...                                             ACTIONS["incidents.read"])
    (True, False)
    """
    return bool(principal.roles & action.roles)
