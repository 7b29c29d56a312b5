"""Recalls: what lifts have in common is put right on every one of them, and followed to the last.

    open ──close──▶ closed         every lift is put right, or excepted with a reason
      └──withdraw──▶ withdrawn     it ought not to have been made; why

What a recall hits is fixed when it begins; what meets its criterion later joins as long as it is
open. Each lift gets one instruction, and lies with whoever has that; as long as there is nobody to
instruct it lies with the authority that recalls.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from msgspec import Struct, structs

from liftwatch.access.sight import Place
from liftwatch.care.instructions import KINDS_MAX, check_deadline
from liftwatch.care.instructions import State as InstructionState
from liftwatch.care.parts import BY_NAME as PARTS
from liftwatch.incidents.kinds import BY_NAME as KINDS
from liftwatch.incidents.moves import CannotMove, Untold, too_long
from liftwatch.register.facts import Facts
from liftwatch.said import Said

RecallState = Literal["open", "closed", "withdrawn"]
Origin = Literal["regulator", "maker"]
How = Literal["start", "later"]
Standing = Literal["nobody", "withdrawn", "work", "judged", "done", "excepted"]
"""How a lift stands in a recall: nobody is instructed, the instruction was withdrawn, there is work
to do, somebody judges the work, it is put right, it is excepted."""

STATES: tuple[RecallState, ...] = get_args(RecallState)
ORIGINS: tuple[Origin, ...] = get_args(Origin)
STANDINGS: tuple[Standing, ...] = get_args(Standing)
SETTLED: frozenset[str] = frozenset({"done", "excepted"})
WORDS_MAX, REASON_MAX, NAME_MAX = 450, 1_000, 200
"""What it is about and the remedy together are the words of an instruction (1 000)."""
LIFTS_MAX = 20_000
BASIS = "recall"
FACTS = ("make", "model", "firmware")
FAULTS = ("kind", "part", "code")
_STANDING: Mapping[InstructionState, Standing] = {
    "issued": "work",
    "accepted": "work",
    "reported": "judged",
    "verified": "done",
    "closed": "done",
    "withdrawn": "withdrawn",
}
_HEX = frozenset("0123456789abcdef")


class Criterion(Struct, frozen=True, kw_only=True):
    """What lifts have in common; all that is given holds of each, what is None is no condition.

    `kind`, `part` (one was replaced) and `code` (of a `dialect`) count from `from_ms` to `to_ms`
    (exclusive); without an end for ever on. Texts are the same whatever their case.
    """

    make: str | None = None
    model: str | None = None
    firmware: str | None = None
    kind: str | None = None
    part: str | None = None
    code: str | None = None
    dialect: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def key(self) -> str:
        """The same for two that say the same.

        >>> Criterion(make="Kone ", model="M").key == Criterion(make="KONE", model="m").key
        True
        """
        told = {name: value for name, value in structs.asdict(self).items() if value is not None}
        return json.dumps({n: _same(v) if n in FACTS else v for n, v in sorted(told.items())})

    @property
    def fault(self) -> str | None:
        """Which of `FAULTS` it asks for, the first of them."""
        return next((name for name in FAULTS if getattr(self, name) is not None), None)

    def fits(self, facts: Facts) -> bool:
        """Whether what is on record of a lift is what is asked; a fault is looked up elsewhere.

        >>> one = Criterion(make="kone")
        >>> one.fits(Facts(manufacturer="KONE")), one.fits(Facts())
        (True, False)
        """
        had = (facts.manufacturer, facts.model, facts.firmware)
        asked = (self.make, self.model, self.firmware)
        return all(
            want is None or (have is not None and _same(have) == _same(want))
            for have, want in zip(had, asked, strict=True)
        )


class Recall(Struct, frozen=True, kw_only=True):
    """One recall: by whom, on whose word, what of which lifts, until when, and how it ended.

    `word` names the maker's notice or the authority's finding, `paper` is its SHA-256. `places` are
    those of the authority when it began; `exercise` whether lifts of exercises count.
    """

    id: str
    issuer: str
    issued_by: str
    issued_ms: int
    places: tuple[Place, ...]
    origin: Origin
    word: str
    paper: str | None = None
    criterion: Criterion
    what: str
    why: str
    remedy: str
    kinds: tuple[str, ...] = ()
    span_ms: int
    deadline_ms: int
    exercise: bool = False
    state: RecallState = "open"
    ended_ms: int | None = None
    ended_by: str | None = None
    ended_why: str | None = None
    version: int = 1

    @property
    def open_key(self) -> str | None:
        """What no two open ones of an authority share."""
        return f"{self.issuer} {self.criterion.key}" if self.state == "open" else None

    @property
    def asks(self) -> str:
        """The words of its instructions."""
        return f"{self.what}\n{self.remedy}"


class RecallLift(Struct, frozen=True, kw_only=True):
    """A lift in a recall; `instruction` is None as long as nobody can be instructed."""

    recall: str
    lift: str
    area: str
    estate: str
    joined_ms: int
    how: How = "start"
    instruction: str | None = None
    excepted_ms: int | None = None
    excepted_by: str | None = None
    excepted_why: str | None = None


class Hit(Struct, frozen=True, kw_only=True):
    """A lift in a recall, with how its instruction stands."""

    row: RecallLift
    state: InstructionState | None = None
    responsible: str | None = None
    deadline_ms: int | None = None

    @property
    def standing(self) -> Standing:
        """How it stands.

        >>> row = RecallLift(recall="r", lift="L", area="a", estate="e", joined_ms=0)
        >>> Hit(row=row).standing, Hit(row=row, state="reported").standing
        ('nobody', 'judged')
        """
        if self.row.excepted_ms is not None:
            return "excepted"
        return "nobody" if self.state is None else _STANDING[self.state]


def checked(one: Recall, *, now_ms: int) -> Recall:
    """A recall that may begin; Untold says what cannot be."""
    check_criterion(one.criterion)
    for name in ("what", "why", "remedy"):
        _check_text(name, getattr(one, name), WORDS_MAX)
    _check_text("word", one.word, NAME_MAX)
    if one.paper is not None and (len(one.paper) != 64 or not _HEX.issuperset(one.paper)):
        raise Untold(Said("a document is named by the SHA-256 of its bytes, 64 of 0-9 and a-f"))
    check_deadline(one.deadline_ms, now_ms=now_ms)
    _check_kinds(one.kinds)
    return one


def check_criterion(one: Criterion) -> None:
    """Untold for a criterion that says nothing, or what cannot be."""
    told = [getattr(one, name) for name in (*FACTS, *FAULTS)]
    if not any(told):
        raise Untold(Said("say what the lifts have in common: without a criterion it would be all"))
    for name in (*FACTS, "code", "dialect"):
        if (text := getattr(one, name)) is not None:
            _check_text(name, text, NAME_MAX)
    if one.kind is not None:
        _check_kinds((one.kind,))
    if one.part is not None and one.part not in PARTS:
        raise Untold(Said("there is no part %(part)s", part=one.part))
    if one.dialect is not None and one.code is None:
        raise Untold(Said("a dialect says nothing without a code"))
    if one.fault is None and (one.from_ms, one.to_ms) != (None, None):
        raise Untold(Said("a time belongs to a fault, a code or a part"))
    if one.fault is not None and one.from_ms is None:
        raise Untold(Said("say since when the fault, the code or the part counts"))
    if one.to_ms is not None and one.from_ms is not None and one.to_ms <= one.from_ms:
        raise Untold(Said("the time ends before it begins"))


def order(hits: Iterable[Hit]) -> list[Hit]:
    """As they are followed: open ones first, of these what lies with nobody, then by deadline."""
    return sorted(
        hits,
        key=lambda one: (
            STANDINGS.index(one.standing),
            one.deadline_ms or one.row.joined_ms,
            one.row.lift,
        ),
    )


def left(hits: Iterable[Hit]) -> list[Hit]:
    """Those that are neither put right nor excepted."""
    return [one for one in hits if one.standing not in SETTLED]


def ended(
    one: Recall, state: RecallState, hits: Iterable[Hit], *, why: str, by: str, now_ms: int
) -> Recall:
    """A recall that is over. Raises CannotMove where it is already, or is to be closed with lifts
    left; Untold without words."""
    check_open(one)
    _check_text("text", why, REASON_MAX)
    rest = len(left(hits)) if state == "closed" else 0
    if rest:
        raise CannotMove(
            Said("%(count)s lifts are neither put right nor excepted with a reason", count=rest)
        )
    return structs.replace(
        one,
        state=state,
        ended_ms=now_ms,
        ended_by=by,
        ended_why=why.strip(),
        version=one.version + 1,
    )


def excepted(one: RecallLift, *, why: str, by: str, now_ms: int) -> RecallLift:
    """A lift of which nothing is asked any more. Raises CannotMove where it is excepted already;
    Untold without words."""
    if one.excepted_ms is not None:
        raise CannotMove(Said("it is excepted already"))
    _check_text("text", why, REASON_MAX)
    return structs.replace(one, excepted_ms=now_ms, excepted_by=by, excepted_why=why.strip())


def check_open(one: Recall) -> None:
    """CannotMove for one that is over."""
    if one.state != "open":
        raise CannotMove(Said("the recall is over"))


def _check_kinds(kinds: tuple[str, ...]) -> None:
    unknown = next((kind for kind in kinds if kind not in KINDS), None)
    if unknown is not None:
        raise Untold(Said("there is no kind %(kind)s", kind=unknown))
    if len(kinds) > KINDS_MAX:
        raise Untold(Said("at most %(most)s kinds", most=KINDS_MAX))


def _check_text(field: str, text: str, most: int) -> None:
    if not text.strip() or len(text) > most:
        raise Untold(too_long(field, most))


def _same(text: str) -> str:
    return " ".join(text.split()).casefold()
