"""What pages show of instructions: the list of open ones, one of them, its story."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from api.console.board import lifts_of
from api.console.instruction_words import (
    HELD_TEXTS,
    LINE_TEXTS,
    MOVE_TEXTS,
    SIGNAL_TEXTS,
    SOURCE_TEXTS,
    STATE_TEXTS,
)
from api.console.language import Language
from api.console.marks import N_
from api.console.place_names import PlaceNames, keys_of
from api.console.silence_views import Known, names_by_id
from api.console.views import LiftName, kind_name
from api.instruction_seen import SeenInstructions
from api.instruction_shapes import is_overdue
from api.parts import Parts
from api.principal import Principal, may
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.instruction_bases import BASES
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.instructions import Instruction, Line
from liftwatch.clock import rfc3339

PANEL_MAX = 20
N_UNTIL, N_LEVEL = N_("until %(moment)s"), N_("level %(level)s")
N_AGAIN = N_("raised again: %(count)s")


class InstructionView(NamedTuple):
    """An instruction as it is read; `due` is what the next clock waits for."""

    id: str
    what: str
    estate: str
    where: LiftName | None
    unit: str
    state: str
    over: bool
    overdue: bool
    level: int
    due: str
    due_ms: int
    due_at: str
    runs: bool
    responsible: str
    offered: str
    asked: str
    issuer: str
    issued: str
    source: str
    basis: str
    kinds: tuple[str, ...]
    signals: str
    mine: bool
    offered_to_me: bool
    watching: bool


class LineView(NamedTuple):
    """A line of the story as it is read."""

    n: int
    at: str
    at_iso: str
    what: str
    who: str
    text: str
    more: tuple[str, ...]
    documents: tuple[dict[str, str], ...]


def views(
    books: SeenBooks,
    part: Parts,
    language: Language,
    *,
    some: Sequence[Instruction],
    mine: Sequence[str] = (),
    now_ms: int,
) -> list[InstructionView]:
    """Instructions with the names of places and organisations."""
    lifts = lifts_of(books, [one.lift for one in some])
    keys = keys_of(lifts.values()) | {(one.area, one.estate, "") for one in some}
    known = Known(lifts, PlaceNames(language, books.localities(keys)))
    units = [x for one in some for x in (one.responsible, one.offered_to, one.issuer, one.unit)]
    names = names_by_id(part.gate, (), units)
    return [_view(language, one, known, names=names, mine=mine, now_ms=now_ms) for one in some]


def _view(
    language: Language,
    one: Instruction,
    known: Known,
    *,
    names: dict[str, str],
    mine: Sequence[str],
    now_ms: int,
) -> InstructionView:
    due_ms = one.watched_until_ms or one.deadline_ms
    law = BASES[one.basis]
    return InstructionView(
        id=one.id,
        what=one.what,
        estate=known.names.estate(one.area, one.estate) if one.estate else one.area,
        where=known.lift(language, one.lift),
        unit=_name(names, one.unit),
        state=language.say(STATE_TEXTS[one.state]),
        over=not one.is_open,
        overdue=is_overdue(one, now_ms),
        level=one.level,
        due=language.moment(due_ms, now_ms=now_ms),
        due_ms=due_ms,
        due_at=rfc3339(due_ms),
        runs=one.state in ("issued", "accepted") or one.watched_until_ms is not None,
        responsible=_name(names, one.responsible),
        offered=_name(names, one.offered_to),
        asked="" if one.asked_ms is None else language.moment(one.asked_ms, now_ms=now_ms),
        issuer=_name(names, one.issuer),
        issued=language.moment(one.issued_ms, now_ms=now_ms),
        source=language.say(SOURCE_TEXTS[one.source]),
        basis=law.law_en if language.code == "en" else law.law,
        kinds=tuple(kind_name(language, kind) for kind in one.kinds),
        signals="" if one.signals is None else language.say(SIGNAL_TEXTS[one.signals]),
        mine=one.responsible in mine,
        offered_to_me=one.offered_to in mine,
        watching=one.watched_until_ms is not None,
    )


def panel(
    books: SeenBooks,
    part: Parts,
    language: Language,
    *,
    principal: Principal,
    estate: str | None = None,
    lift: str | None = None,
    now_ms: int,
) -> dict[str, Any] | None:
    """The open instructions that stand at the top of a page, for whoever they concern: what is
    due first, where only signals are listened to last; at most PANEL_MAX. None for a role that has
    none, or where there is none."""
    action = ACTIONS["instructions.read"]
    if not may(principal.roles, action):
        return None
    sight = sight_of(principal.grants, action.roles)
    mine = tuple(
        {g.organisation for g in principal.grants if g.role in action.roles and g.organisation}
    )
    seen = SeenInstructions(part.books, sight, mine)
    where = InstructionFilter(open_only=True, estate=estate, lift=lift)
    found = seen.list(where, limit=PANEL_MAX + 1)
    if not found:
        return None
    rows = views(books, part, language, some=found[:PANEL_MAX], mine=mine, now_ms=now_ms)
    rows.sort(key=lambda one: (not (one.mine or one.offered_to_me), one.watching))
    return {
        "rows": rows,
        "more": len(found) > PANEL_MAX,
        "overdue": sum(one.overdue for one in rows),
    }


def line_views(
    language: Language, lines: Iterable[Line], *, names: dict[str, str], now_ms: int
) -> list[LineView]:
    """The story, the newest line first."""
    found = [_line(language, one, names, now_ms=now_ms) for one in lines]
    return found[::-1]


def _line(language: Language, one: Line, names: dict[str, str], *, now_ms: int) -> LineView:
    text = MOVE_TEXTS[one.what].made if one.what in MOVE_TEXTS else LINE_TEXTS[one.what]
    who = " · ".join(names[id] for id in (one.by.person, one.by.organisation) if id and id in names)
    return LineView(
        n=one.n,
        at=language.moment(one.at_ms, now_ms=now_ms),
        at_iso=rfc3339(one.at_ms),
        what=language.say(text),
        who=who,
        text=one.text or "",
        more=tuple(_more(language, one, names, now_ms=now_ms)),
        documents=tuple(one.facts.get("documents", ())),
    )


def _more(language: Language, one: Line, names: dict[str, str], *, now_ms: int) -> Iterable[str]:
    facts = one.facts
    if "why" in facts:
        why = MOVE_TEXTS[facts["why"]].made if facts["why"] in MOVE_TEXTS else ""
        yield language.say(why or LINE_TEXTS.get(facts["why"], facts["why"]))
    if "to" in facts:
        yield f"→ {names.get(facts['to'], facts['to'])}"
    if "deadline_ms" in facts:
        moment = language.moment(facts["deadline_ms"], now_ms=now_ms)
        yield language.say(N_UNTIL, moment=moment)
    if facts.get("level"):
        yield language.say(N_LEVEL, level=facts["level"])
    told = [names[id] for id in facts.get("organisations", ()) if id in names]
    if told:
        yield ", ".join(told)
    if "held" in facts:
        yield language.say(HELD_TEXTS.get(facts["held"], facts["held"]))
    if facts.get("incidents"):
        yield language.say(N_AGAIN, count=len(facts["incidents"]))


def names_in(part: Parts, one: Instruction, lines: Iterable[Line]) -> dict[str, str]:
    """The names of everybody in a story."""
    people = {line.by.person for line in lines}
    units: set[str | None] = {one.responsible, one.offered_to, one.issuer, one.unit}
    for line in lines:
        units |= {line.by.organisation, line.facts.get("to"), line.facts.get("from")}
        units |= set(line.facts.get("organisations", ()))
    return names_by_id(part.gate, people, units)


def _name(names: dict[str, str], id: str | None) -> str:
    return "" if id is None else names.get(id, id)
