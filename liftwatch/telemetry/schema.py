"""JSON Schema of every message, made from the types: for whoever builds a terminal.

It is stricter than the service, which sets a value outside its range aside and passes over a
field it does not know: a terminal has no reason to send either.
"""

from typing import Any

import msgspec
from msgspec import Struct

from liftwatch.clock import WIRE_PATTERN
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.topics import BATCH, LIFT_PATTERN, ROOT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ADDRESSED = ("lift", "kind")
"""What only an element of a gateway's batch says."""
MOMENT = r"(Z|[+-][0-9]{2}:[0-9]{2})$"
"""Of the times inside: msgspec names the format, and an offset must be there."""
NAMES = (*KINDS, BATCH)


def schema_of(name: str) -> dict[str, Any]:
    """The schema of what may be published under a kind, or under `batch`; KeyError for others.

    >>> schema_of("online")["oneOf"]
    [{'$ref': '#/$defs/Online'}, {'type': 'array', 'items': {'$ref': '#/$defs/Online'}}]
    """
    if name == BATCH:
        return _document(name, f"{ROOT}/AREA/ESTATE/GATEWAY/{BATCH}", _batch())
    type_ = KINDS[name]
    one = {"$ref": f"#/$defs/{type_.__name__}"}
    definitions = _definitions(type_)
    for word in ADDRESSED:
        del definitions[type_.__name__]["properties"][word]
    return _document(
        name,
        f"{ROOT}/AREA/ESTATE/LIFT/{name}",
        {"oneOf": [one, {"type": "array", "items": one}], "$defs": definitions},
    )


def _document(name: str, topic: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": f"urn:liftwatch:v1:{name}",
        "title": name,
        "description": f"What may be published to {topic}, with QoS 1.",
        **body,
    }


def _batch() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    for kind, type_ in KINDS.items():
        definitions |= _definitions(type_)
        element = definitions[type_.__name__]
        element["properties"] |= {
            "lift": {"type": "string", "pattern": _ecma(LIFT_PATTERN)},
            "kind": {"const": kind},
        }
        element["required"] = [*element["required"], *ADDRESSED]
    elements = [{"$ref": f"#/$defs/{type_.__name__}"} for type_ in KINDS.values()]
    return {"type": "array", "items": {"oneOf": elements}, "$defs": definitions}


def _definitions(type_: type[Struct]) -> dict[str, Any]:
    _, definitions = msgspec.json.schema_components([type_])
    for one in definitions.values():
        _settle(one)
    definitions[type_.__name__]["properties"]["at"] = {
        "type": "string",
        "pattern": _ecma(WIRE_PATTERN),
    }
    return definitions


def _settle(part: Any) -> None:
    """Say what msgspec leaves to its own decoder, and drop what says nothing."""
    if isinstance(part, list):
        for inner in part:
            _settle(inner)
        return
    if not isinstance(part, dict):
        return
    for inner in part.values():
        _settle(inner)
    if part.get("default", 0) is None:
        del part["default"]  # None is what absent means everywhere
    if part.get("format") == "date-time":
        part["pattern"] = MOMENT
    if "pattern" in part:
        part["pattern"] = _ecma(part["pattern"])


def _ecma(pattern: str) -> str:
    r"""A pattern as JSON Schema wants it: ECMA 262 has no `\Z`, and its `$` is the very end."""
    anchored = pattern if pattern.startswith("^") or pattern == MOMENT else f"^{pattern}"
    return anchored.replace(r"\Z", "$")
