"""The page that takes in sheets: a file is tried first, then kept by one more press.

The file stays with the browser. It is sent again to be kept, with a mark of what was tried, so
that nothing is kept which nobody has looked at.
"""

import hashlib
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from api.console.forms import FIELD_MAX, FIELDS_MAX, fresh_key
from api.console.marks import N_
from api.console.render import language_of, render
from api.gate import Gate
from api.once import Done, Once, act_once
from api.parts import TheGate, ThePart
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from api.register import WRITE, judged_sheet, origin
from liftwatch.access.people import AccessError
from liftwatch.access.store import PeopleWork
from liftwatch.clock import now_ms
from liftwatch.handlers.imports import Judged, NotKept, keep, try_out
from liftwatch.ports import Books, Conflict
from liftwatch.register.columns import SHEETS
from liftwatch.register.csv_files import BYTES_MAX
from liftwatch.said import Said, said_by

router = APIRouter(include_in_schema=False)
FORM_MAX = BYTES_MAX + 64 * 1024
"""A file and the fields beside it."""
NAMES = {
    "lifts": N_("Lifts"),
    "households": N_("Households and floor areas"),
    "organisations": N_("Organisations"),
    "places": N_("Names of places"),
}
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]


class Upload(NamedTuple):
    """A file and what was chosen beside it."""

    data: bytes
    fields: dict[str, str]

    @property
    def mark(self) -> str:
        """Of all that decides what would be kept."""
        asked = [self.fields.get(name, "") for name in ("sheet", "area", "estate")]
        return hashlib.sha256(repr(asked).encode() + self.data).hexdigest()


async def uploaded(request: Request) -> Upload:
    """What the form sends; a form without a file has an empty one."""
    form = await request.form(max_fields=FIELDS_MAX, max_files=1)
    fields: dict[str, str] = {}
    data = b""
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            data = await value.read()
        elif len(value) <= FIELD_MAX:
            fields[name] = value.strip()
    await form.close()
    return Upload(data, fields)


TheUpload = Annotated[Upload, Depends(uploaded)]


@router.get("/import", dependencies=[Depends(allow(WRITE))])
def import_page(request: Request) -> Response:
    """The form, and which columns each sheet may have."""
    return render(request, "import.html", _values(request, {}))


@router.post("/import", max_body_size=FORM_MAX)
def import_file(
    request: Request, gate: TheGate, principal: Writer, *, parts: ThePart, upload: TheUpload
) -> Response:
    """Try a file; keep it where it was tried as it is. For a page that stays, a piece of it."""
    try:
        result = _carried_out(gate, principal, upload, books=parts.books)
    except BadParameter as error:
        result = {"wrong": error.reason}  # the form does not show how the parameter is called
    except Problem as problem:
        result = {"wrong": problem.detail}
    except (AccessError, Conflict) as error:
        result = {"wrong": said_by(error)}
    values = _values(request, upload.fields) | result
    piece = "hx-request" in request.headers
    return render(request, "_import.html" if piece else "import.html", values)


def _carried_out(gate: Gate, principal: Principal, upload: Upload, *, books: Books) -> Values:
    sheet = upload.fields.get("sheet", "")
    if not upload.data:
        raise AccessError(Said("the file is missing or empty"))
    area, estate = (upload.fields.get(name) or None for name in ("area", "estate"))
    if sheet == "organisations":
        area = estate = None
    judged = judged_sheet(upload.data, sheet, area=area, estate=estate, books=books)
    mark = upload.fields.get("keep")
    if mark != upload.mark:
        try_out(gate.people, judged, by=origin(principal, now_ms()))
        told = {"other": mark is not None, "mark": upload.mark if judged.is_clean else None}
        return _told(judged) | told
    kept = _kept(gate, principal, upload=upload, judged=judged)
    return _told(judged) | {"kept": kept}


def _kept(gate: Gate, principal: Principal, *, upload: Upload, judged: Judged) -> bool:
    """Whether all of it is in the register now."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        keep(work, judged, by=origin(principal, at_ms))
        return Done(Nothing(), "import", ("sheet", judged.sheet))

    key = upload.fields.get("once", "")
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise BadParameter("once", Said("this form is not one of ours"))
    try:
        act_once(gate, principal, WRITE, once=Once(key, upload.mark), act=act)
    except NotKept:
        return False
    return True


def _told(judged: Judged) -> Values:
    columns = SHEETS[judged.sheet].columns
    headings = {one.name: one.headings[0] for one in columns if one.headings}
    return {"judged": judged, "found": judged.findings, "headings": headings}


def _values(request: Request, typed: dict[str, str]) -> Values:
    language = language_of(request)
    names = {name: language.say(text) for name, text in NAMES.items()}
    nothing: Values = dict.fromkeys(("judged", "found", "mark", "wrong"))
    return nothing | {
        "names": names,
        "sheets": SHEETS.values(),
        "typed": typed,
        "key": fresh_key,
        "other": False,
        "kept": False,
    }


assert set(NAMES) == set(SHEETS), "a sheet without a word"
