"""The page of places: what areas, estates and buildings are called, for administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import Sent, TheForm, degrees, done, fresh_key
from api.console.render import render
from api.once import Done
from api.parts import TheGate, ThePart
from api.people_shapes import Nothing
from api.places import WRITE
from api.principal import Principal, allow
from liftwatch.access.store import PeopleWork
from liftwatch.handlers.register import change_place
from liftwatch.ports import Books
from liftwatch.register.localities import TOLD, Key, Locality
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PAGE = 200
Writer = Annotated[Principal, Depends(allow(WRITE))]
Code = Annotated[str, Query(max_length=64)]
Values = dict[str, Any]


@router.get("/places", dependencies=[Depends(allow(WRITE))])
def places(
    *,
    request: Request,
    parts: ThePart,
    area: Code = "",
    estate: Code = "",
    building: Code = "",
    after: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """All that have a name, estates that have none, and a form for one of them."""
    known = parts.books.localities([(area, estate, building)])
    found = known.get((area, estate, building)) or Locality(
        area=area, estate=estate, building=building
    )
    return _page(request, parts.books, form=_fields(found), after=_key_of(after))


@router.post("/places")
def change(
    request: Request, parts: ThePart, gate: TheGate, *, principal: Writer, form: TheForm
) -> Response:
    """What its form says of one place."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        key = (form.text("area"), form.text("estate"), form.text("building"))
        told: Values = {name: form.text(name) or None for name in TOLD}
        told |= {name: degrees(form.text(name)) for name in ("latitude", "longitude")}
        made = change_place(work.register, key, told, version=_version(form))
        return Done(Nothing(), "change", ("place", "/".join(filter(None, made.key))))

    wrong = done(gate, principal, WRITE, form=form, act=act)
    if wrong:
        names = ("area", "estate", "building", *TOLD, "version")
        typed = {name: form.text(name) for name in names}
        return _page(request, parts.books, form=typed, wrong=wrong)
    return RedirectResponse("/places", status_code=303)


def _version(form: Sent) -> int:
    return form.number("version") if form.text("version") else 0


def _page(
    request: Request,
    books: Books,
    *,
    form: Values,
    after: Key | None = None,
    wrong: Said | None = None,
) -> Response:
    rows = books.localities_after(after=after, limit=PAGE + 1)
    values: Values = {
        "rows": [_fields(row) for row in rows[:PAGE]],
        "more": "/".join(rows[PAGE - 1].key) if len(rows) > PAGE else None,
        "unnamed": books.estates_without_name(),
        "form": form,
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "places.html", values, status=422 if wrong else 200)


def _fields(row: Locality) -> Values:
    """A place as fields of a form."""
    names = row.__struct_fields__
    return {name: "" if (value := getattr(row, name)) is None else str(value) for name in names}


def _key_of(text: str) -> Key | None:
    """The codes of a place as the page links them; buildings may hold a slash."""
    parts = text.split("/", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None
