"""The forms of the moves that somebody may make now, and what comes back of a form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast

from api.console.course_texts import FIELD_TEXTS, MOVE_TEXTS, REPORT_TEXT, FieldKind
from api.console.forms import Sent
from api.console.language import SHANGHAI, Language
from api.console.signals import WORDS
from api.parts import Parts
from api.principal import ACTIONS, Principal
from liftwatch.access.sight import Sight, sight_of
from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import INSPECTED, MOVES, Cause, Told, Untold, moves_from
from liftwatch.ports import Books
from liftwatch.said import Said

MINUTE_LETTERS = len("2026-03-02T08:00")


class FieldView(NamedTuple):
    """A field of a form, with what was typed."""

    name: str
    label: str
    kind: FieldKind
    required: bool
    value: str


class MoveView(NamedTuple):
    """A form: `must` says that freeing without help is the only release from here."""

    name: str
    button: str
    says: str
    fields: list[FieldView]
    must: bool
    open: bool
    wrong: Said | None


class Wrong(NamedTuple):
    """Which form was wrong, why, and what was typed."""

    move: str
    why: Said
    status: int
    typed: Mapping[str, str]


def allowed_moves(
    part: Parts, principal: Principal, incident: Incident, *, seen: Sight
) -> tuple[str, ...]:
    """The moves that begin where an incident stands, and that somebody may make there.

    `seen` is the sight by which they see it; without people nobody moves anything.
    """
    if part.gate is None:
        return ()
    return tuple(
        name
        for name in moves_from(incident)
        if may_move(part.books, principal, name, incident=incident, seen=seen)
    )


def may_move(
    books: Books, principal: Principal, name: str, *, incident: Incident, seen: Sight
) -> bool:
    """Whether somebody may make a move where the incident is: by roles that may they see it."""
    sight = sight_of(principal.grants, ACTIONS[f"incidents.{name}"].roles)
    if sight == seen or sight.covers(incident.area, incident.estate):
        return True
    return books.incident(incident.id, sight=sight) is not None


def fields_of(name: str, incident: Incident) -> tuple[str, ...]:
    """The fields of a move's form: what it must tell, then what it may."""
    needs = MOVES[name].needs
    if name == "resolve" and incident.kind in INSPECTED:
        needs = (*needs, "inspection")
    more = ("without_help",) if name == "release" else ()
    rest = () if "text" in needs or "reason" in needs else ("text",)
    return (*needs, *more, *rest, "at")


def move_view(
    language: Language, name: str, incident: Incident, *, chosen: str, wrong: Wrong | None
) -> MoveView:
    """The form of a move; what was typed stands in it again."""
    mine = wrong if wrong is not None and wrong.move == name else None
    typed = mine.typed if mine else {}
    must = name == "release" and incident.state != "arrived"
    needs = (*MOVES[name].needs, "inspection")
    fields = []
    for field in fields_of(name, incident):
        text = REPORT_TEXT if (name, field) == ("report", "text") else FIELD_TEXTS[field]
        value, required = typed.get(field, ""), field in needs
        fields.append(FieldView(field, language.say(text.label), text.kind, required, value))
    return MoveView(
        name=name,
        button=language.say(MOVE_TEXTS[name].button),
        says=language.say(MOVE_TEXTS[name].says),
        fields=fields,
        must=must,
        open=name == chosen or mine is not None,
        wrong=mine.why if mine else None,
    )


def cause_words(language: Language) -> list[tuple[str, str]]:
    """The classes of causes, with their words."""
    return [(name, language.word(word)) for name, word in WORDS["cause"].items()]


def told_of(form: Sent, incident: Incident, course: Course) -> Told:
    """What a form tells; Untold for what is no number, no cause or no moment."""
    numbers = {name: _number(form, name) for name in ("trapped", "injured")}
    texts = ("text", "crew", "confirmed_by", "inspection", "reason")
    cause = form.text("cause") or None
    if cause is not None and cause not in WORDS["cause"]:
        raise Untold(Said("cause is none of those of the list"))
    named: dict[str, Any] = numbers | {name: form.text(name) or None for name in texts}
    return Told(
        at_ms=_moment(form.text("at"), incident, course),
        without_help=form.text("without_help") == "yes",
        cause=cast(Cause | None, cause),
        **named,
    )


def _number(form: Sent, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Untold(Said("%(field)s is no whole number", field=name))
    return int(text)


def _moment(text: str, incident: Incident, course: Course) -> int | None:
    """A moment to the minute stands for any moment of that minute which can be."""
    at_ms = shanghai_ms(text)
    since_ms = max(incident.opened_ms, course.last_ms or incident.opened_ms)
    if at_ms is not None and len(text) == MINUTE_LETTERS:
        return since_ms if at_ms <= since_ms < at_ms + MINUTE_MS else at_ms
    return at_ms


def local_moment(at_ms: int) -> str:
    """A moment as a field of a form has it: on Shanghai's clock, to the minute.

    >>> local_moment(1772409600000)
    '2026-03-02T08:00'
    """
    return datetime.fromtimestamp(at_ms / 1000, SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def shanghai_ms(text: str) -> int | None:
    """A moment typed on Shanghai's clock; None when it is blank, Untold for what is none.

    >>> shanghai_ms("2026-03-02T08:00"), shanghai_ms("")
    (1772409600000, None)
    """
    if not text:
        return None
    try:
        return round(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise Untold(Said("this is no moment such as 2026-03-02T08:30")) from error
