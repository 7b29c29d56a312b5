"""The page on which a lift's entries are typed: every field with what its terminal says, what
people set, by whom and when; what is wrong stands beside the field, and what was typed stays."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.console.board import names_of
from api.console.forms import Sent, TheForm, fresh_key
from api.console.language import Language
from api.console.pages import logins
from api.console.render import language_of, render
from api.console.signals import LABELS, YES_NO
from api.console.values import label, value
from api.console.views import lift_name
from api.gate import Gate
from api.once import Done, act_once
from api.parameters import LiftPath, lift_path, no_lift
from api.parts import TheBooks, TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.register import WRITE, origin
from api.seen import SeenBooks
from liftwatch.access.people import AccessError
from liftwatch.access.store import PeopleWork
from liftwatch.clock import date_of, estate_day, now_ms
from liftwatch.handlers.register import change_lift
from liftwatch.ports import Conflict, Stale
from liftwatch.register.changes import FIELDS, PLACE, differences
from liftwatch.register.record import SITE, Note, Record
from liftwatch.register.typed import TYPED, entered, read_typed, said, shown
from liftwatch.said import FIELD, Said, said_by

router = APIRouter(include_in_schema=False)
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]
HISTORY_MAX = 100
CHOICES: Mapping[str, tuple[str, ...]] = {
    "datum": ("wgs84", "gcj02"),
    "roping": ("1", "2"),
    "only_lift_of_unit": ("yes", "no"),
}
ANSWERS = {"yes": YES_NO[True], "no": YES_NO[False]}


@router.get("/lifts/{lift}/register", dependencies=[Depends(allow(WRITE))])
def register(request: Request, books: TheBooks, gate: TheGate, *, lift: LiftPath) -> Response:
    """The form, and who set what when."""
    return _page(request, books, gate, record=_record(books, lift))


@router.post("/lifts/{lift}/register")
def change(
    *,
    request: Request,
    principal: Writer,
    books: TheBooks,
    gate: TheGate,
    lift: LiftPath,
    form: TheForm,
) -> Response:
    """All that was typed is kept, or nothing of it."""
    record = _record(books, lift)
    version = form.number("version")
    year = date_of(estate_day(now_ms())).year
    typed = read_typed(record, form.fields, year=year)
    wrong = dict(typed.wrong)
    stale = record.version != version
    if not wrong and not stale:

        def act(work: PeopleWork, at_ms: int) -> Done:
            by = origin(principal, at_ms)
            change_lift(work.register, lift, typed.changes, version=version, by=by)
            return Done(Nothing(), "change", ("lift", lift))

        try:
            act_once(gate, principal, WRITE, once=form.once, act=act)
            return RedirectResponse(f"/lifts/{lift}/register", status_code=303)
        except Stale:
            stale, record = True, _record(books, lift)
        except (AccessError, Conflict) as error:
            field, why = field_of(said_by(error))
            wrong[field] = why
    return _page(request, books, gate, record=record, form=form, wrong=wrong, stale=stale)


def field_of(text: Said) -> tuple[str, Said]:
    """The field a reason begins with, and the reason; what names none is of the coordinate.

    >>> field_of(Said(FIELD, field="rescue_code", reason=Said("it is taken")))
    ('rescue_code', 'it is taken')
    >>> field_of(Said("a datum without a coordinate"))
    ('latitude', 'a datum without a coordinate')
    """
    field, why = text.values.get("field"), text.values.get("reason")
    if text.template == FIELD and field in TYPED and isinstance(why, Said):
        return str(field), why
    return "latitude", text


def _record(books: SeenBooks, lift: str) -> Record:
    record = books.record(lift_path(lift))
    if record is None:
        raise no_lift(lift)
    return record


def _page(
    request: Request,
    books: SeenBooks,
    gate: Gate,
    *,
    record: Record,
    form: Sent | None = None,
    wrong: Mapping[str, Said] | None = None,
    stale: bool = False,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    notes = books.notes(record.lift, limit=HISTORY_MAX)
    by = record.known.entered_by | record.site_by
    names = logins(gate, {one.who for one in by.values()} | {one.by.who for one in notes})
    row = books.lift(record.lift)
    typed = entered(record) if form is None else {name: form.text(name) for name in TYPED}
    since = form.number("version") if form is not None and stale else record.version
    for field in _left_alone(typed, notes, since):
        typed[field] = entered(record)[field]
    values: Values = {
        "name": lift_name(
            language, record.lift, row, names=names_of(books, language, [row] if row else [])
        ),
        "lift": record.lift,
        "version": record.version,
        "rows": _rows(language, record, typed, wrong=wrong or {}, names=names, at_ms=at_ms),
        "history": [note_view(language, one, names=names, at_ms=at_ms) for one in notes],
        "meanwhile": {one.field for one in notes if one.version > since},
        "stale": stale,
        "wrong": wrong or {},
        "key": fresh_key,
    }
    status = 412 if stale else 422 if wrong else 200
    return render(request, "register.html", values, status=status)


def _left_alone(typed: Mapping[str, str], notes: Sequence[Note], since: int) -> Iterator[str]:
    """Fields that others changed after a version, and who types had left as they were then: theirs
    is shown, so that keeping the rest does not undo it."""
    for field in {one.field for one in notes if one.version > since}:
        before = next((n.value for n in notes if n.field == field and n.version <= since), None)
        if typed[field] == shown(before):
            yield field


def _rows(
    language: Language,
    record: Record,
    typed: Mapping[str, str],
    *,
    wrong: Mapping[str, Said],
    names: Mapping[str, str],
    at_ms: int,
) -> list[Values]:
    """Every field: what is entered or was typed, what its terminal says, and who entered it."""
    kept = entered(record)
    by = record.known.entered_by | record.site_by
    apart = {one.field for one in differences(record.known)}
    apart |= set(PLACE) if "place" in apart else set()
    rows = []
    for name in TYPED:
        theirs, origin_ = said(record.known, name), by.get(name)
        rows.append(
            {
                "name": name,
                "label": label(language, name),
                "typed": typed[name],
                "kept": kept[name],
                "choices": [
                    (one, language.word(ANSWERS[one]) if one in ANSWERS else one)
                    for one in CHOICES.get(name, ())
                ],
                "told": name in FIELDS,
                "said": "" if theirs is None else _shown(language, name, theirs),
                "apart": name in apart,
                "by": "" if origin_ is None else names.get(origin_.who, origin_.who),
                "since": "" if origin_ is None else language.moment(origin_.at_ms, now_ms=at_ms),
                "wrong": wrong.get(name, ""),
            }
        )
    return rows


def _shown(language: Language, name: str, what: Any) -> str:
    if name == "floors":
        what = [floor.label or str(floor.index) for floor in what]
    return (
        f"{what:.6f}" if name in PLACE and isinstance(what, float) else value(language, name, what)
    )


def note_view(language: Language, note: Note, *, names: Mapping[str, str], at_ms: int) -> Values:
    """What somebody set, as the history shows it."""
    return {
        "when": language.moment(note.by.at_ms, now_ms=at_ms),
        "who": names.get(note.by.who, note.by.who),
        "label": label(language, note.field),
        "value": None if note.value is None else _shown(language, note.field, note.value),
    }


assert {*SITE, *FIELDS} <= set(LABELS), "a field without a label"
