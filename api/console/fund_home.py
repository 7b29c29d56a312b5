"""Where whoever works with the fund begins, by role: the one table that pages and demo ask."""

from collections.abc import Collection

from liftwatch.access.rights import ACTIONS

DESK, CASES, DISCLOSURE = "/fund/custodian", "/fund/cases", "/fund"
HOMES: tuple[tuple[str, str], ...] = (
    ("custodian", DESK),
    ("bureau", DESK),
    ("supervision", CASES),
    ("committee", CASES),
    ("street", CASES),
    ("inspector", CASES),
    ("auditor", CASES),
    ("property", CASES),
    ("admin", DESK),
    ("owner", DISCLOSURE),
)
"""The first that fits. Who has several roles finds the others' pages by the links of each."""


def fund_home(roles: Collection[str]) -> str | None:
    """The page of the fund with which somebody begins; None for whom there is none.

    >>> fund_home({"property"}), fund_home({"auditor", "custodian"}), fund_home({"rescue"})
    ('/fund/cases', '/fund/custodian', None)
    """
    return next((page for role, page in HOMES if role in roles), None)


def home(roles: Collection[str]) -> str:
    """The first page of all for somebody: the fleet for whom it is, else the fund.

    >>> home({"property"}), home({"custodian"})
    ('/', '/fund/custodian')
    """
    watches = not ACTIONS["console.read"].roles.isdisjoint(roles)
    return "/" if watches else fund_home(roles) or "/"
