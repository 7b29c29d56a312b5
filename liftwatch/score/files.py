"""The lines of incidents and of truth (contract, section 3), as far as scoring needs them.

Reads whoever wrote them: fields it does not know are ignored, and optional ones may be absent or
null. It opens no file.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct, field

from liftwatch.clock import parse_ms

FOREVER_MS = float("inf")
FIRST_MS, LAST_MS = parse_ms("0001-01-01T00:00:00Z"), parse_ms("9999-12-31T23:59:59.999Z")

Place = tuple[str, str]
"""Where something is said to be: `("lift", NAME)`, `("scope", SCOPE)`, or one of the wider ones
below. Two lines speak of the same when they share a place."""

ANY_SCOPE: Place = ("any scope", "")
ANYWHERE: Place = ("anywhere", "")

Line = TypeVar("Line", bound=Struct)


class BadLine(ValueError):
    """A line that is none of its file; `number` counts from 1."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"line {number}: {reason}")
        self.number, self.reason = number, reason


class Raised(NamedTuple):
    """An incident. `evidence` is JSON as it stood in the file; `late` amends history only."""

    line: int
    lift: str | None
    kind: str
    raised_ms: int
    late: bool = False
    scope: str | None = None
    lifts: tuple[str, ...] = ()
    evidence: bytes = b"null"

    def places(self) -> tuple[Place, ...]:
        """Where it was raised.

        >>> Raised(1, "L-1", "overspeed", 0).places()
        (('lift', 'L-1'),)
        >>> Raised(1, None, "mains_lost", 0, scope="garden/3", lifts=("L-1",)).places()
        (('scope', 'garden/3'), ('over', 'L-1'), ('any scope', ''))
        """
        if self.lift is not None:
            return (("lift", self.lift),)
        named: tuple[Place, ...] = (("scope", self.scope),) if self.scope is not None else ()
        return (*named, *(("over", lift) for lift in dict.fromkeys(self.lifts)), ANY_SCOPE)


class Truth(NamedTuple):
    """What really happened. Moments are milliseconds since 1970; `to_ms` FOREVER_MS: to the end."""

    line: int
    lift: str | None
    kind: str
    from_ms: int
    to_ms: float
    within_ms: int
    scope: str | None = None
    lifts: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def until_ms(self) -> float:
        """The last moment at which an incident can belong to it."""
        return max(self.to_ms, self.from_ms + self.within_ms)

    def places(self) -> tuple[Place, ...]:
        """Where an incident finds it.

        One without a lift is found by an incident without a lift: of its scope, or, where it names
        none, of any scope that holds one of its `lifts`, or of any at all.

        >>> Truth(1, None, "mains_lost", 0, 9, 0, lifts=("L-1",)).places()
        (('over', 'L-1'),)
        """
        if self.lift is not None:
            return (("lift", self.lift),)
        if self.scope is not None:
            return (("scope", self.scope),)
        return tuple(("over", lift) for lift in dict.fromkeys(self.lifts)) or (ANY_SCOPE,)

    def children(self) -> tuple[Place, ...]:
        """The lifts on which incidents of its kind belong to it and find nothing."""
        if self.lift is not None:
            return ()
        return tuple(("lift", lift) for lift in dict.fromkeys(self.lifts))


class Quiet(NamedTuple):
    """A window in which `kinds` are wrong: of a lift, of a scope and of `lifts`, or of all."""

    line: int
    lift: str | None
    kinds: tuple[str, ...]
    from_ms: int
    to_ms: float
    scope: str | None = None
    lifts: tuple[str, ...] = ()

    def places(self) -> tuple[Place, ...]:
        """Where nothing of its kinds may be raised.

        >>> Quiet(1, None, ("overspeed",), 0, 9).places()
        (('anywhere', ''),)
        """
        if self.lift is not None:
            return (("lift", self.lift),)
        named: tuple[Place, ...] = (("scope", self.scope),) if self.scope is not None else ()
        return (*named, *(("lift", lift) for lift in dict.fromkeys(self.lifts))) or (ANYWHERE,)


class _IncidentLine(Struct):
    kind: str
    raised_at: str
    lift: str | None = None
    late: bool | None = None
    scope: str | None = None
    lifts: tuple[str, ...] | None = None
    evidence: msgspec.Raw = msgspec.Raw(b"null")


class _TruthLine(Struct):
    begin: str = field(name="from")
    to: str | None = None
    lift: str | None = None
    kind: str | None = None
    expect_within_s: float | None = None
    scope: str | None = None
    lifts: tuple[str, ...] | None = None
    also: tuple[str, ...] | None = None
    never: bool | None = None
    kinds: tuple[str, ...] | None = None


_INCIDENT = msgspec.json.Decoder(_IncidentLine)
_TRUTH = msgspec.json.Decoder(_TruthLine)


def read_incidents(lines: Iterable[bytes]) -> list[Raised]:
    """The incidents of OUT, in file order; raises BadLine. Empty lines are passed over.

    >>> read_incidents([b'{"lift": "L-1", "kind": "overspeed", "raised_at": "1970-01-01"}'])
    Traceback (most recent call last):
    liftwatch.score.files.BadLine: line 1: raised_at: no offset in '1970-01-01'
    """
    return [
        Raised(
            line=number,
            lift=said.lift,
            kind=said.kind,
            raised_ms=_moment(said.raised_at, number, name="raised_at"),
            late=bool(said.late),
            scope=said.scope,
            lifts=said.lifts or (),
            evidence=bytes(said.evidence),
        )
        for number, said in _decoded(lines, _INCIDENT)
    ]


def read_truths(lines: Iterable[bytes]) -> tuple[list[Truth], list[Quiet]]:
    """What happened, and the quiet windows of T, in file order; raises BadLine."""
    truths: list[Truth] = []
    quiet: list[Quiet] = []
    for number, said in _decoded(lines, _TRUTH):
        if said.never:
            quiet.append(_quiet(said, number))
        else:
            truths.append(_truth(said, number))
    return truths, quiet


def _truth(said: _TruthLine, number: int) -> Truth:
    if said.kind is None:
        raise BadLine(number, "Object missing required field `kind`")
    if said.expect_within_s is None:
        raise BadLine(number, "Object missing required field `expect_within_s`")
    if not 0 <= said.expect_within_s <= 1e12:  # far beyond any span, and still a whole number
        raise BadLine(number, f"expect_within_s: {said.expect_within_s} is no span of seconds")
    from_ms, to_ms = _span(said, number)
    return Truth(
        line=number,
        lift=said.lift,
        kind=said.kind,
        from_ms=from_ms,
        to_ms=to_ms,
        within_ms=round(said.expect_within_s * 1_000),
        scope=said.scope,
        lifts=said.lifts or (),
        also=said.also or (),
    )


def _quiet(said: _TruthLine, number: int) -> Quiet:
    if not said.kinds:
        raise BadLine(number, "a line with `never` needs `kinds`")
    from_ms, to_ms = _span(said, number)
    kinds = tuple(dict.fromkeys(said.kinds))
    return Quiet(number, said.lift, kinds, from_ms, to_ms, said.scope, said.lifts or ())


def _span(said: _TruthLine, number: int) -> tuple[int, float]:
    from_ms = _moment(said.begin, number, name="from")
    to_ms = FOREVER_MS if said.to is None else _moment(said.to, number, name="to")
    if to_ms < from_ms:
        raise BadLine(number, f"`to` {said.to} is before `from` {said.begin}")
    return from_ms, to_ms


def _decoded(
    lines: Iterable[bytes], decoder: msgspec.json.Decoder[Line]
) -> Iterator[tuple[int, Line]]:
    """Each line that is not empty, with its number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise BadLine(number, str(error)[:200]) from error


def _moment(text: str, number: int, *, name: str) -> int:
    try:
        moment_ms = parse_ms(text)
    except (ValueError, OverflowError) as error:
        raise BadLine(number, f"{name}: {error}") from error
    if not FIRST_MS <= moment_ms <= LAST_MS:  # an offset can lead out of the years 1 to 9999
        raise BadLine(number, f"{name}: {text!r} is beyond the calendar")
    return moment_ms
