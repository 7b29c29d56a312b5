"""What pages show of silences, of what they hid, and of what detectors withheld on a visit."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from api.console.board import lifts_of
from api.console.course_texts import HIDDEN_TEXTS
from api.console.language import Language
from api.console.marks import N_
from api.console.place_names import PlaceNames, keys_of, keys_of_scopes
from api.console.views import LiftName, kind_name, lift_name, scope_words
from api.gate import Gate
from api.seen import SeenBooks
from liftwatch.clock import rfc3339
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.silences import Hidden, Silence, Withheld
from liftwatch.ports import LiftRow

HIDDEN_MAX = 100
WITHHELD_TEXTS = {
    "visit": N_("somebody works on the lift"),
    "mode": N_("the lift is in a mode for work"),
}
"""Why a detector did not raise what it saw."""


class SilenceView(NamedTuple):
    """A silence; `kind` is empty where it is of all that may be, `ended` where nobody ended it."""

    id: str
    estate: str
    where: LiftName | None
    kind: str
    why: str
    who: str
    organisation: str
    begun: str
    until: str
    until_ms: int
    ended: str
    in_force: bool
    version: int
    hid: int
    may_end: bool


class HiddenView(NamedTuple):
    """An alarm that paged nobody; `incident` is empty where none was raised, `silence` where none
    hid it, `told` where nobody was told after all."""

    at: str
    at_iso: str
    kind: str
    incident: str
    where: LiftName | None
    scope: str
    because: str
    silence: str
    told: str


class Known(NamedTuple):
    """The lifts of some rows, and what places are called."""

    lifts: Mapping[str, LiftRow]
    names: PlaceNames

    def lift(self, language: Language, lift: str | None) -> LiftName | None:
        """A lift by its name; None for none."""
        if lift is None:
            return None
        return lift_name(language, lift, self.lifts.get(lift), names=self.names)


def known_of(
    books: SeenBooks,
    language: Language,
    silences: Sequence[Silence],
    *,
    incidents: Sequence[Incident] = (),
    withheld: Sequence[Withheld] = (),
) -> Known:
    """What lifts and places of some rows are called."""
    rows: tuple[Silence | Incident | Withheld, ...] = (*silences, *incidents, *withheld)
    lifts = lifts_of(books, [one.lift for one in rows])
    keys = keys_of(lifts.values()) | keys_of_scopes(incidents)
    keys |= {(one.area, one.estate, "") for one in rows}
    return Known(lifts, PlaceNames(language, books.localities(keys)))


def silence_view(
    language: Language,
    one: Silence,
    known: Known,
    *,
    now_ms: int,
    people: Mapping[str, str] | None = None,
    hid: int = 0,
    may_end: bool = False,
) -> SilenceView:
    """A silence with its words."""
    in_force, people = one.holds(now_ms), people or {}
    return SilenceView(
        id=one.id,
        estate=known.names.estate(one.area, one.estate),
        where=known.lift(language, one.lift),
        kind="" if one.kind is None else kind_name(language, one.kind),
        why=one.why,
        who=people.get(one.person or "", ""),
        organisation=people.get(one.organisation or "", ""),
        begun=language.moment(one.from_ms, now_ms=now_ms),
        until=language.moment(one.end_ms, now_ms=now_ms),
        until_ms=one.end_ms,
        ended="" if one.ended_ms is None else language.moment(one.ended_ms, now_ms=now_ms),
        in_force=in_force,
        version=one.version,
        hid=hid,
        may_end=may_end and in_force,
    )


def hidden_views(
    language: Language,
    known: Known,
    hidden: Sequence[tuple[Hidden, Incident]],
    *,
    withheld: Sequence[Withheld],
    now_ms: int,
) -> list[HiddenView]:
    """What paged nobody, the newest first."""
    views = [
        (row.at_ms, _hidden(language, known, row, one=one, now_ms=now_ms)) for row, one in hidden
    ]
    views += [(one.at_ms, _withheld(language, known, one, now_ms=now_ms)) for one in withheld]
    views.sort(key=lambda pair: pair[0], reverse=True)
    return [view for _, view in views[:HIDDEN_MAX]]


def _hidden(
    language: Language, known: Known, row: Hidden, *, one: Incident, now_ms: int
) -> HiddenView:
    return HiddenView(
        at=language.moment(row.at_ms, now_ms=now_ms),
        at_iso=rfc3339(row.at_ms),
        kind=kind_name(language, one.kind),
        incident=one.id,
        where=known.lift(language, one.lift),
        scope=scope_words(language, one, known.names),
        because=language.say(HIDDEN_TEXTS[row.by]),
        silence=row.of if row.by == "silence" else "",
        told="" if row.over_ms is None else language.moment(row.over_ms, now_ms=now_ms),
    )


def _withheld(language: Language, known: Known, one: Withheld, *, now_ms: int) -> HiddenView:
    return HiddenView(
        at=language.moment(one.at_ms, now_ms=now_ms),
        at_iso=rfc3339(one.at_ms),
        kind=kind_name(language, one.kind),
        incident="",
        where=known.lift(language, one.lift),
        scope="",
        because=language.say(WITHHELD_TEXTS[one.by]),
        silence="",
        told="",
    )


def names_by_id(
    gate: Gate | None, people: Collection[str | None], units: Collection[str | None]
) -> dict[str, str]:
    """What people and organisations are called; nobody is named where none are kept."""
    if gate is None:
        return {}
    with gate.people.reading() as reads:
        persons = ((id, reads.person(id)) for id in set(people) if id)
        organisations = ((id, reads.organisation(id)) for id in set(units) if id)
        found = {id: one.name for id, one in persons if one is not None}
        return found | {id: one.name for id, one in organisations if one is not None}
