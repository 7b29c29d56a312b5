"""`/openapi.json`: what the routes say, with examples that a test has played against the service.

What generators of clients stumble over is said in the way they understand: operations by the names
of their functions, tuples by their lengths alone, and who may ask by a scheme.
"""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.problems import problem_schema
from api.shapes import schemas

EXAMPLES = Path(__file__).parent / "examples.json"
"""Requests and answers by operation, as `tests/api/test_examples.py` plays and writes them."""
METHODS = ("get", "post", "put", "patch", "delete")
SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "description": "A token of /v1/auth/token, or a key of /v1/me/keys for a machine.",
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application; made once, and kept in it."""
    if app.openapi_schema is None:
        said = get_openapi(title=app.title, version=app.version, routes=app.routes)
        components = said.setdefault("components", {})
        components.setdefault("schemas", {}).update(schemas() | {"Problem": problem_schema()})
        components["securitySchemes"] = {"bearer": SCHEME}
        said["security"] = [{"bearer": []}, {}]  # as long as nobody is administrator, nobody signs
        _loosen(said)
        _name(said)
        _show(said, json.loads(EXAMPLES.read_text(encoding="utf-8")))
        app.openapi_schema = said
    return app.openapi_schema


def operation_id(route: APIRoute) -> str:
    """The name of a route's function, and behind it its path, by which it is one of its own."""
    return f"{route.name} {route.path_format}"


def resource(path: str) -> str:
    """What a path is about: its last word before a place for an id, or before an act.

    >>> resource("/v1/fund/votes/{vote}/confirm"), resource("/v1/fund/years"), resource("/healthz")
    ('votes', 'years', 'healthz')
    """
    words = path.strip("/").split("/")
    before = [word for word, after in itertools.pairwise(words) if after[0] == "{"]
    return before[-1] if before else words[-1]


def operations(said: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation with its path."""
    for path, item in said["paths"].items():
        yield from ((path, item[method]) for method in METHODS if method in item)


def _name(said: dict[str, Any]) -> None:
    """Operations by the names of their functions; several of one name by what they are about."""
    found = [(path, one, one["operationId"].partition(" ")[0]) for path, one in operations(said)]
    names = Counter(name for _, _, name in found)
    for path, one, name in found:
        one["operationId"] = name if names[name] == 1 else f"{name}_{resource(path)}"


def _loosen(part: Any) -> None:
    """A tuple is bounded by its length; that nothing follows need not be said once more."""
    if isinstance(part, list):
        for inner in part:
            _loosen(inner)
    elif isinstance(part, dict):
        if part.get("items") is False and part.get("maxItems") == len(part.get("prefixItems", ())):
            del part["items"]
        for inner in part.values():
            _loosen(inner)


def _show(said: dict[str, Any], examples: dict[str, Any]) -> None:
    """Put each example into its operation."""
    for _, operation in operations(said):
        shown = examples.get(operation["operationId"])
        if shown is None:
            continue
        for name, value in shown["parameters"].items():
            for one in operation.get("parameters", ()):
                if one["name"] == name:
                    one["example"] = value
        if "request" in shown:
            for content in operation["requestBody"]["content"].values():
                content["example"] = shown["request"]
        response = operation["responses"][str(shown["status"])]
        response["content"]["application/json"]["example"] = shown["answer"]
