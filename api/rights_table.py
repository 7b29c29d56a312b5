"""`docs/rights.md`: every route by every role, of the same tables that decide."""

from collections.abc import Iterator
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.app import MODULES
from api.principal import Allow
from liftwatch.access.rights import LOGGED, Action
from liftwatch.access.roles import ANYBODY, ROLES

REACH = {
    "everything": "all rows",
    "places": "rows in the areas, estates and buildings of its organisation",
    "contracts": "lifts under a contract of its organisation while it lasts; incidents raised in"
    " that time, also later",
    "nothing": "no row of a lift",
}
HEAD = """# Rights

Made by `liftwatch rights` of the tables in `liftwatch/access/` and of the routes themselves; a
test keeps it fresh. What is not marked is refused: 401 for whoever has not signed in, 403 for a
role that may not, 404 for a row that the role may not see.
"""


class RouteRow(NamedTuple):
    """One route, and what it declares."""

    method: str
    path: str
    action: Action


def route_rows() -> list[RouteRow]:
    """Every route in order of path and method. Raises ValueError for one that declares no action,
    or several."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for module in MODULES:
        app.include_router(module.router)
    rows = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        found = {action.name: action for action in _actions(context.dependant)}
        if len(found) != 1:
            raise ValueError(f"{path} declares {sorted(found) or 'no action'}")
        (action,) = found.values()
        methods: set[str] = getattr(context.original_route, "methods", None) or set()
        rows += [RouteRow(method, path, action) for method in methods - {"HEAD"}]
    return sorted(rows, key=lambda row: (row.path, row.method))


def _actions(dependant: Dependant) -> Iterator[Action]:
    if isinstance(dependant.call, Allow):
        yield dependant.call.action
    for inner in dependant.dependencies:
        yield from _actions(inner)


def rights_page() -> str:
    """The whole page, as Markdown."""
    roles = [*ROLES, ANYBODY]
    lines = [
        HEAD,
        "## Roles\n",
        "| role | who | which rows | every read logged |",
        "|---|---|---|---|",
    ]
    for role in ROLES.values():
        logged = "yes" if role.name in LOGGED else ""
        lines.append(f"| `{role.name}` | {role.who} | {REACH[role.reach]} | {logged} |")
    lines += ["", "## Actions\n", "| action | what | by row | roles |", "|---|---|---|---|"]
    rows = route_rows()
    for action in sorted({row.action for row in rows}):
        allowed = ", ".join(name for name in roles if name in action.roles)
        by_row = "yes" if action.by_row else ""
        lines.append(f"| `{action.name}` | {action.what} | {by_row} | {allowed} |")
    lines += ["", "## Routes\n", f"| route | action | {' | '.join(roles)} |"]
    lines.append("|---|---|" + "---|" * len(roles))
    for row in rows:
        marks = " | ".join("x" if name in row.action.roles else "" for name in roles)
        lines.append(f"| `{row.method} {row.path}` | `{row.action.name}` | {marks} |")
    return "\n".join(lines) + "\n"
