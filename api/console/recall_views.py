"""What pages show of recalls: their criterion in words, how far they have come, lift by lift."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from api.console.board import lifts_of, names_of
from api.console.fault_views import kind_word, part_word
from api.console.language import Language
from api.console.marks import N_
from api.console.silence_views import names_by_id
from api.console.views import LiftName, lift_name
from api.parts import Parts
from api.recall_shapes import is_late
from api.seen import SeenBooks
from liftwatch.care.commonalities import Group
from liftwatch.care.recalls import SETTLED, STANDINGS, Criterion, Hit, Recall
from liftwatch.clock import estate_day, rfc3339

STATE_TEXTS = {
    "open": N_("Recall is open"),
    "closed": N_("Recall is closed: every lift is settled"),
    "withdrawn": N_("Recall was withdrawn"),
}
ORIGIN_TEXTS = {
    "regulator": N_("The authority's own finding"),
    "maker": N_("The maker's word"),
}
STANDING_TEXTS = {
    "nobody": N_("Nobody to instruct yet"),
    "withdrawn": N_("Instruction withdrawn: except it, with a reason"),
    "work": N_("Still to be put right"),
    "judged": N_("Reported, waits for verification"),
    "done": N_("Put right"),
    "excepted": N_("Excepted"),
}
FACT_TEXTS = {
    "make": N_("Make"),
    "model": N_("Model"),
    "firmware": N_("Firmware"),
    "code": N_("Code"),
    "dialect": N_("Dialect"),
}
N_SINCE, N_BETWEEN = N_("since %(since)s"), N_("%(since)s to %(until)s")
N_REPLACED = N_("replaced: %(part)s")
N_LATER = N_("joined later")
assert STANDING_TEXTS.keys() == set(STANDINGS)


class RecallView(NamedTuple):
    """A recall as it is read; `parts` are its standings with their counts, those with any."""

    id: str
    what: str
    why: str
    remedy: str
    criterion: tuple[str, ...]
    origin: str
    word: str
    paper: str
    issuer: str
    issued: str
    due: str
    due_at: str
    late: bool
    state: str
    is_open: bool
    ended: str
    ended_why: str
    kinds: tuple[str, ...]
    lifts: int
    settled: int
    parts: tuple[tuple[str, str, int], ...]


class HitView(NamedTuple):
    """A lift in a recall as it is read."""

    where: LiftName
    standing: str
    name: str
    instruction: str
    responsible: str
    authority: bool
    due: str
    due_at: str
    late: bool
    more: str


class GroupView(NamedTuple):
    """A make, model or firmware against the rest, as it is read."""

    name: str
    query: dict[str, str]
    lifts: int
    hit: int
    share: str
    rest: str
    rate: str
    bounds: str
    ratio: str
    ratio_bounds: str
    stands_out: bool


def recall_views(
    part: Parts,
    language: Language,
    some: Sequence[Recall],
    *,
    hits: dict[str, Sequence[Hit]],
    now_ms: int,
) -> list[RecallView]:
    """Recalls with the names of who issued them, and how far they have come."""
    names = names_by_id(part.gate, (), [one.issuer for one in some])
    return [_view(language, one, hits[one.id], names=names, now_ms=now_ms) for one in some]


def _view(
    language: Language,
    one: Recall,
    hits: Sequence[Hit],
    *,
    names: dict[str, str],
    now_ms: int,
) -> RecallView:
    counts = Counter(hit.standing for hit in hits)
    settled = sum(hit.standing in SETTLED for hit in hits)
    return RecallView(
        id=one.id,
        what=one.what,
        why=one.why,
        remedy=one.remedy,
        criterion=tuple(criterion_words(language, one.criterion)),
        origin=language.say(ORIGIN_TEXTS[one.origin]),
        word=one.word,
        paper=one.paper or "",
        issuer=names.get(one.issuer, one.issuer),
        issued=language.moment(one.issued_ms, now_ms=now_ms),
        due=language.moment(one.deadline_ms, now_ms=now_ms),
        due_at=rfc3339(one.deadline_ms),
        late=one.state == "open" and any(is_late(one, hit, now_ms) for hit in hits),
        state=language.say(STATE_TEXTS[one.state]),
        is_open=one.state == "open",
        ended="" if one.ended_ms is None else language.moment(one.ended_ms, now_ms=now_ms),
        ended_why=one.ended_why or "",
        kinds=tuple(kind_word(language, kind) for kind in one.kinds),
        lifts=len(hits),
        settled=settled,
        parts=tuple(
            (name, language.say(STANDING_TEXTS[name]), counts[name])
            for name in STANDINGS
            if counts[name]
        ),
    )


def hit_views(
    books: SeenBooks,
    part: Parts,
    language: Language,
    *,
    one: Recall,
    hits: Sequence[Hit],
    now_ms: int,
) -> list[HitView]:
    """The lifts of a recall in the order they come, with whom each lies."""
    lifts = lifts_of(books, [hit.row.lift for hit in hits])
    names = names_of(books, language, lifts.values())
    units = names_by_id(part.gate, (), [one.issuer, *(hit.responsible for hit in hits)])
    found = []
    for hit in hits:
        id = hit.responsible or one.issuer
        due_ms = hit.deadline_ms or one.deadline_ms
        found.append(
            HitView(
                where=lift_name(language, hit.row.lift, lifts.get(hit.row.lift), names=names),
                standing=hit.standing,
                name=language.say(STANDING_TEXTS[hit.standing]),
                instruction=hit.row.instruction or "",
                responsible=units.get(id, id),
                authority=hit.responsible is None,
                due=language.moment(due_ms, now_ms=now_ms),
                due_at=rfc3339(due_ms),
                late=one.state == "open" and is_late(one, hit, now_ms),
                more=_more(language, hit, now_ms=now_ms),
            )
        )
    return found


def _more(language: Language, hit: Hit, *, now_ms: int) -> str:
    if hit.row.excepted_why:
        return hit.row.excepted_why
    if hit.row.how == "later":
        moment = language.moment(hit.row.joined_ms, now_ms=now_ms)
        return f"{language.say(N_LATER)} {moment}"
    return ""


def criterion_words(language: Language, one: Criterion) -> Iterable[str]:
    """What lifts have in common, in words."""
    for name, text in FACT_TEXTS.items():
        if (value := getattr(one, name)) is not None:
            yield f"{language.say(text)} {value}"
    if one.kind is not None:
        yield kind_word(language, one.kind)
    if one.part is not None:
        yield language.say(N_REPLACED, part=part_word(language, one.part))
    if one.from_ms is not None:
        since = language.day(estate_day(one.from_ms))
        if one.to_ms is None:
            yield language.say(N_SINCE, since=since)
        else:
            until = language.day(estate_day(one.to_ms - 1))
            yield language.say(N_BETWEEN, since=since, until=until)


def group_views(some: Iterable[Group]) -> list[GroupView]:
    """What stands out, in figures."""
    return [_group(one) for one in some]


def _group(one: Group) -> GroupView:
    told = {"make": one.make, "model": one.model, "firmware": one.firmware}
    query = {name: value for name, value in told.items() if value is not None}
    high = "∞" if one.ratio_high is None else f"{one.ratio_high:.1f}"
    return GroupView(
        name=" · ".join(query.values()),
        query=query,
        lifts=one.lifts,
        hit=one.hit,
        share=f"{one.share:.0%}",
        rest="–" if one.rest_share is None else f"{one.rest_share:.1%}",
        rate=f"{one.rate:.2f}",
        bounds=f"{one.rate_low:.2f}–{one.rate_high:.2f}",
        ratio="–" if one.ratio is None else f"{one.ratio:.1f}",
        ratio_bounds=f"{one.ratio_low:.1f}–{high}",
        stands_out=one.stands_out,
    )
