"""The page of the duty room."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.console.render import language_of, render
from api.console.room import room_values
from api.parts import TheBooks, ThePart
from api.principal import Principal, allow

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow("console.read"))]


@router.get("/room")
def room(*, request: Request, principal: Reader, books: TheBooks, part: ThePart) -> Response:
    """What is open, with clocks that run."""
    # The number is read first: what changes while the rest is read is told by the stream.
    values = {"stream": books.stream_head()}
    return render(
        request,
        "room.html",
        values | room_values(books, language_of(request), part, principal=principal),
    )


@router.get("/console/room")
def room_piece(*, request: Request, principal: Reader, books: TheBooks, part: ThePart) -> Response:
    """The same without the page round it."""
    values = room_values(books, language_of(request), part, principal=principal)
    return render(request, "_room.html", values)
