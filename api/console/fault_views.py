"""Faults as people read them: rows of the history, past cases alike, what a lift had by part."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from api.alike import Cases, Found, Helped, find_alike
from api.console.board import names_of
from api.console.kinds import KIND_TEXTS
from api.console.language import Language
from api.console.marks import N_, P_
from api.console.statistics_page import CAUSE_TEXTS
from api.console.values import label, value
from api.console.views import LiftName, lift_name
from api.incidents import find_incident
from api.seen import SeenBooks
from liftwatch.care.faults import Fault, FaultFilter
from liftwatch.care.faults_store import Scope
from liftwatch.care.parts import BY_NAME as PARTS
from liftwatch.care.signature import BY_NAME as TRAITS
from liftwatch.care.signature import Alike, Signed, words_of
from liftwatch.clock import DAY_MS, now_ms

HISTORY_MAX = 500
YEAR_MS = 366 * DAY_MS
SPARK_WIDTH, SPARK_HEIGHT = 100.0, 26.0
HOW_TEXTS: Mapping[str, str] = {
    "detector": N_("Found by us"),
    "reported": N_("Told by the controller"),
    "by_hand": N_("Told by a person"),
    "told": N_("Told, raised nothing"),
}
VERDICT_TEXTS: Mapping[str, tuple[str, str]] = {
    "open": P_("verdict", "Open"),
    "resolved": P_("verdict", "Put right"),
    "rejected": P_("verdict", "Rejected"),
    "by_itself": P_("verdict", "Over by itself"),
    "noted": P_("verdict", "Noted"),
}
SCOPE_TEXTS: Mapping[Scope, str] = {
    "lift": N_("On this lift"),
    "model": N_("On other lifts of its make and model"),
    "all": N_("On other lifts"),
}
TRAIT_SIGNALS: Mapping[str, str] = {"door": "car_door", "mode": "service_mode"}
TRAIT_WORDS: Mapping[str, tuple[str, str]] = {
    "up": P_("direction", "up"),
    "down": P_("direction", "down"),
    "empty": P_("load", "empty"),
    "light": P_("load", "light"),
    "half": P_("load", "half"),
    "full": P_("load", "full"),
    "over": P_("load", "over"),
    "just after": P_("visit", "just after"),
    "within 15 days": P_("visit", "within 15 days"),
    "overdue": P_("visit", "overdue"),
    "moving": P_("drive", "moving"),
    "stopped": P_("drive", "stopped"),
    "command": P_("drive", "command"),
    "no command": P_("drive", "no command"),
    "brake lifted": P_("drive", "brake lifted"),
    "brake applied": P_("drive", "brake applied"),
}


class FaultRow(NamedTuple):
    """One fault in a list; `path` is a small drawing, "" where there is none."""

    id: str
    when: str
    lift: LiftName
    what: str
    severity: int | None
    part: str
    codes: tuple[tuple[str, str], ...]
    how: str
    verdict: str
    found: tuple[str, ...]
    before: str
    incident: str
    signal: str
    path: str
    exercise: bool
    late: bool


class AlikeRow(NamedTuple):
    """A past case: how like it is, in what, in which traits it differs."""

    share: str
    same: tuple[str, ...]
    differ: str
    row: FaultRow


class AlikeGroup(NamedTuple):
    """Past cases of one scope, of so many compared."""

    title: str
    compared: int
    rows: list[AlikeRow]


class PartRow(NamedTuple):
    """A part of a lift: how often it went wrong in a year, when last, when replaced."""

    name: str
    title: str
    faults: int
    open: int
    last: str
    replaced: str


def fault_rows(
    books: SeenBooks, language: Language, faults: Sequence[Fault], *, at_ms: int
) -> list[FaultRow]:
    """Faults as rows."""
    known = {name: row for name in {f.lift for f in faults} if (row := books.lift(name))}
    names = names_of(books, language, known.values())
    signed = books.signed([one.incident for one in faults if one.incident and one.own])
    return [
        _row(
            language,
            one,
            where=lift_name(language, one.lift, known.get(one.lift), names=names),
            signed=signed.get(one.incident or ""),
            at_ms=at_ms,
        )
        for one in faults
    ]


def _row(
    language: Language, one: Fault, *, where: LiftName, signed: Signed | None, at_ms: int
) -> FaultRow:
    told = {(f"{c.dialect}/{c.code}" if c.dialect else c.code): c.text for c in one.codes}
    codes = tuple(told.items())
    what = kind_word(language, one.kind) if one.kind else ""
    before = ""
    if one.before and one.first_ms is not None:
        since = language.moment(one.first_ms, now_ms=at_ms)
        before = language.say("%(count)s before, since %(moment)s", count=one.before, moment=since)
    return FaultRow(
        id=one.id,
        when=language.moment(one.raised_ms, now_ms=at_ms),
        lift=where,
        what=what or (codes[0][1] or codes[0][0] if codes else ""),
        severity=one.severity,
        part=part_word(language, one.part),
        codes=codes,
        how=language.say(HOW_TEXTS[one.how]),
        verdict=language.word(VERDICT_TEXTS[one.verdict]),
        found=tuple(_found(language, one)),
        before=before,
        incident=one.incident if one.incident and one.own else "",
        signal=label(language, signed.signal.split(".", 1)[-1]) if signed and signed.signal else "",
        path=spark_path(signed.spark) if signed else "",
        exercise=one.exercise,
        late=one.late,
    )


def _found(language: Language, one: Fault) -> Iterable[str]:
    """What was found, replaced, and whether it came again."""
    if one.cause:
        yield language.say(CAUSE_TEXTS.get(one.cause, one.cause))
    if one.reason:
        yield one.reason
    if one.inspection:
        yield one.inspection
    if one.replaced:
        items = ", ".join(dict.fromkeys(f"{p.item}" for p in one.replaced))
        yield language.say("replaced: %(items)s", items=items)
    if one.back_after_ms is not None:
        days = f"{one.back_after_ms / DAY_MS:.1f}"
        yield language.say("came again after %(days)s days", days=days)


def kind_word(language: Language, kind: str) -> str:
    """What a kind is called."""
    text = KIND_TEXTS.get(kind)
    return language.say(text.name) if text else kind


def part_word(language: Language, part: str) -> str:
    """What a part is called."""
    return language.say(PARTS[part].words) if part in PARTS else part


def spark_path(points: Sequence[tuple[int, float]]) -> str:
    """A line through points in a box of 100 by 26.

    >>> spark_path([(-10, 0.0), (0, 2.0)]), spark_path([(0, 1.0)])
    ('0.0,25.0 100.0,1.0', '')
    """
    if len(points) < 2:
        return ""
    low, high = min(v for _, v in points), max(v for _, v in points)
    first, last = points[0][0], points[-1][0]
    wide, tall = max(last - first, 1), (high - low) or 1.0
    return " ".join(
        f"{SPARK_WIDTH * (at - first) / wide:.1f},"
        f"{SPARK_HEIGHT - 1 - (SPARK_HEIGHT - 2) * (told - low) / tall:.1f}"
        for at, told in points
    )


def alike_part(books: SeenBooks, language: Language, id: str) -> dict[str, Any]:
    """Past cases comparable with an incident, for its page."""
    incident = find_incident(books, id)
    found = find_alike(books, incident)
    at_ms = now_ms()
    groups = [_group(books, language, one, at_ms=at_ms) for one in found.scopes]
    return {
        "id": id,
        "of_several": incident.lift is None,
        "groups": groups,
        "none": not any(one.rows for one in groups),
        "compared": max((one.compared for one in groups), default=0),
        "helped": [_helped(language, one) for one in _telling(found)],
    }


def _telling(found: Found) -> list[Helped]:
    return found.helped[:5]


def _helped(language: Language, one: Helped) -> tuple[str, int, int]:
    cause = language.say(CAUSE_TEXTS.get(one.cause, one.cause)) if one.cause else ""
    done = [cause, *([", ".join(one.items)] if one.items else [])]
    return " · ".join(filter(None, done)), one.times, one.came_back


def _group(books: SeenBooks, language: Language, one: Cases, *, at_ms: int) -> AlikeGroup:
    rows = fault_rows(books, language, [case.fault for case in one.cases], at_ms=at_ms)
    made = [_alike(language, case.alike, row) for case, row in zip(one.cases, rows, strict=True)]
    return AlikeGroup(language.say(SCOPE_TEXTS[one.scope]), one.compared, made)


def _alike(language: Language, alike: Alike, row: FaultRow) -> AlikeRow:
    like = alike.likeness
    return AlikeRow(
        share=f"{like.share * 100:.0f} %",
        same=tuple(trait_words(language, name, told) for name, told in like.same),
        differ=", ".join(language.word(TRAIT_NAMES[name]) for name in like.differ),
        row=row,
    )


TRAIT_NAMES: Mapping[str, tuple[str, str]] = {
    "kind": P_("trait", "kind"),
    "codes": P_("trait", "codes"),
    "branch": P_("trait", "how it was found"),
    "before": P_("trait", "what came before"),
    "door": P_("trait", "door"),
    "drive": P_("trait", "drive"),
    "zone": P_("trait", "at a landing or not"),
    "floor": P_("trait", "floor"),
    "chain": P_("trait", "safety chain"),
    "direction": P_("trait", "direction"),
    "mode": P_("trait", "service mode"),
    "load": P_("trait", "load"),
    "care": P_("trait", "time since a visit"),
}
assert TRAIT_NAMES.keys() == TRAITS.keys()


def trait_words(language: Language, name: str, told: Any) -> str:
    """A trait in which two are alike, in a reader's words."""
    if name in TRAIT_SIGNALS:
        shown: Any = value(language, TRAIT_SIGNALS[name], told)
    elif name == "before":
        shown = tuple(kind_word(language, one) for one in told)
    elif isinstance(told, str):
        words = (TRAIT_WORDS.get(one) for one in told.split(", "))
        pieces = zip(told.split(", "), words, strict=True)
        shown = ", ".join(language.word(word) if word else one for one, word in pieces)
    else:
        shown = told
    said = words_of(name, shown)
    return language.say(said.template, **said.values)


def history_by_part(books: SeenBooks, language: Language, lift: str) -> dict[str, Any]:
    """What a lift had in a year, by part, those with most first; and what was replaced."""
    at_ms = now_ms()
    where = FaultFilter(lift=lift, from_ms=at_ms - YEAR_MS)
    faults = books.faults(where, limit=HISTORY_MAX)
    replaced = books.replaced(FaultFilter(lift=lift), limit=HISTORY_MAX, exercise=True)
    parts = {one.part for one in faults.items} | {one.part for one in replaced}
    rows = []
    for part in parts:
        mine = [one for one in faults.items if one.part == part]
        changed = max((one.at_ms for one in replaced if one.part == part), default=None)
        rows.append(
            PartRow(
                name=part,
                title=part_word(language, part),
                faults=len(mine),
                open=sum(one.verdict == "open" for one in mine),
                last=language.moment(mine[0].raised_ms, now_ms=at_ms) if mine else "",
                replaced="" if changed is None else language.moment(changed, now_ms=at_ms),
            )
        )
    rows.sort(key=lambda one: (-one.faults, one.name))
    return {"parts": rows, "parts_cut": faults.next is not None, "parts_max": HISTORY_MAX}
