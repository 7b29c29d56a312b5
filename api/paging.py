"""Cursors: where the next page of a list begins, opaque to whoever carries it."""

import base64
import binascii
from typing import Annotated, Any

import msgspec
from fastapi import Query

from api.problems import BadParameter
from liftwatch.said import Said

LIMIT_DEFAULT = 50
LIMIT_MAX = 500
CURSOR_MAX = 512
INT_MAX = 2**53

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many at most.")]
Cursor = Annotated[
    str | None,
    Query(max_length=CURSOR_MAX, description="`next` of the page before, with the same filters."),
]


def write_cursor(list_name: str, place: Any) -> str:
    """An opaque text for a place in a list.

    >>> read_cursor(write_cursor("lifts", "L-7"), "lifts", str)
    'L-7'
    """
    raw = msgspec.json.encode([list_name, place])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_cursor(text: str, list_name: str, type_: Any) -> Any:
    """The place a cursor stands for. Raises BadParameter for one this list never wrote."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, place = msgspec.json.decode(raw, type=tuple[str, type_])
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise BadParameter("cursor", Said("this is not a cursor of ours")) from error
    if name != list_name or write_cursor(name, place) != text:
        raise BadParameter(
            "cursor", Said("this is not a cursor of the list of %(list_name)s", list_name=list_name)
        )
    return place
