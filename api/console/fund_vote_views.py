"""A vote of owners as a page shows it: heads and areas, what is needed, exactly, and its papers."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from api.console.fund_case_views import Names, moment, money, names_in
from api.console.fund_texts import CHOICE_TEXTS
from api.console.language import Language
from api.gate import Gate
from liftwatch.fund.ballots import Ballot, Outcome, Vote, choices_of
from liftwatch.fund.scope import Household
from liftwatch.fund.votes import ACTS, CHOICES, QUORUM, Tally, Threshold, heads_of, tally

Counted = tuple[Vote, Outcome | None]


class Condition(NamedTuple):
    """A part that must be reached: how much of how much there is, and how much is needed."""

    text: str
    fraction: str
    area: tuple[str, str, str]
    heads: tuple[int, int, int]
    met: bool


def needed(threshold: Threshold, whole: int) -> int:
    """The smallest whole number that is enough of a whole.

    >>> needed(Threshold(2, 3, strict=False), 63_180), needed(Threshold(1, 2, strict=True), 6)
    (42120, 4)
    >>> needed(Threshold(3, 4, strict=False), 7), needed(Threshold(1, 2, strict=True), 7)
    (6, 4)
    """
    product = whole * threshold.numerator
    if threshold.strict:
        return product // threshold.denominator + 1
    return -(-product // threshold.denominator)


def vote_view(
    language: Language, gate: Gate | None, counted: Counted, *, viewer: str | None, now_ms: int
) -> dict[str, Any]:
    """A vote: how it stands by what counts now, or how it ended."""
    vote, outcome = counted
    current = outcome.tally if outcome else tally(vote.roll, choices_of(vote), vote.act)
    names = _names(gate, vote)
    waiting = [one for one in vote.ballots if one.stands and not one.counts]
    return {
        "id": vote.id,
        "case": vote.case,
        "version": vote.version,
        "open": vote.state == "open",
        "over": now_ms >= vote.closes_ms,
        "passed": None if outcome is None else outcome.tally.passed,
        "quorate": current.is_quorate,
        "opens": moment(language, vote.opens_ms),
        "closes": moment(language, vote.closes_ms),
        "plan": vote.plan,
        "conditions": conditions(language, current),
        "parts": parts_of(language, vote),
        "waiting": len(waiting),
        "ballots": [
            _ballot(language, vote, one, names=names, viewer=viewer) for one in vote.ballots
        ],
    }


def _names(gate: Gate | None, vote: Vote) -> Names:
    people: set[str | None] = set()
    for one in vote.ballots:
        people |= {one.entered_by, one.confirmed_by, one.struck_by}
    return names_in(gate, people=people, organisations=())


def conditions(language: Language, counted: Tally) -> list[Condition]:
    """The two conditions of Civil Code, art. 278, each by area and by heads."""
    agreeing = ACTS[counted.act].agreeing
    rows = (
        (language.say("Taking part"), QUORUM, ("taking", "all"), counted.is_quorate),
        (language.say("Agreeing, of those who take part"), agreeing, ("for", "taking"), None),
    )
    found = []
    for text, threshold, (part, whole), met in rows:
        area, area_all = (getattr(counted, f"area_{name}") for name in (part, whole))
        heads, heads_all = (getattr(counted, f"heads_{name}") for name in (part, whole))
        most = language.say("more than") if threshold.strict else language.say("at least")
        found.append(
            Condition(
                text=text,
                fraction=f"{most} {threshold.numerator}/{threshold.denominator}",
                area=(money(area), money(area_all), money(needed(threshold, area_all))),
                heads=(heads, heads_all, needed(threshold, heads_all)),
                met=counted.is_agreed if met is None else met,
            )
        )
    return found


def parts_of(language: Language, vote: Vote) -> list[tuple[str, int, str]]:
    """Heads and area of each choice that counts, of papers that wait, and of who is silent."""
    areas = heads_of(vote.roll)
    counting = choices_of(vote)
    waiting = {one.head for one in vote.ballots if one.stands and not one.counts}
    silent = set(areas) - set(counting) - waiting
    rows: list[tuple[str, Iterable[str]]] = [
        (language.word(CHOICE_TEXTS[choice]), [h for h, c in counting.items() if c == choice])
        for choice in CHOICES
    ]
    rows.append((language.say("read once, does not count yet"), waiting))
    rows.append((language.say("absent"), silent))
    return [(text, len(list(heads)), money(sum(areas[h] for h in heads))) for text, heads in rows]


def head_names(language: Language, roll: Iterable[Household]) -> dict[str, str]:
    """What each head of a roll is called: its doors, and the developer's name."""
    doors: dict[str, list[str]] = {}
    for one in roll:
        doors.setdefault(one.head, []).append(one.id)
    return {head: _head_name(language, head, own) for head, own in doors.items()}


def _head_name(language: Language, head: str, doors: list[str]) -> str:
    kind, _, name = head.partition(":")
    told = ", ".join(doors)
    if kind == "developer":
        return language.say("%(developer)s, unsold: %(doors)s", developer=name, doors=told)
    return told


def _ballot(
    language: Language, vote: Vote, one: Ballot, *, names: Names, viewer: str | None
) -> dict[str, Any]:
    """A paper. What was read on it stays hidden from whoever could still read it a second time."""
    hidden = one.stands and not one.counts and one.entered_by != viewer
    return {
        "head": one.head,
        "name": head_names(language, vote.roll).get(one.head, one.head),
        "choice": "" if hidden else language.word(CHOICE_TEXTS[one.choice]),
        "scan": one.scan or "",
        "entered_by": names.person(one.entered_by),
        "confirmed_by": names.person(one.confirmed_by),
        "struck_by": names.person(one.struck_by),
        "why": one.struck_why or "",
        "counts": one.counts,
        "stands": one.stands,
        "mine": one.entered_by == viewer,
    }


def free_heads(language: Language, vote: Vote) -> list[tuple[str, str]]:
    """The heads of which nothing has come yet."""
    taken = {one.head for one in vote.ballots if one.stands}
    names: Mapping[str, str] = head_names(language, vote.roll)
    return [(head, names[head]) for head in heads_of(vote.roll) if head not in taken]
