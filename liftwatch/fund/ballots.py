"""A vote while it is held: papers with their scan and a second reader, votes of one's own, the end.

    open ──enter──▶ a paper, read once ──confirm, by another person who reads the same──▶ it counts
      │                     └── read otherwise: it stays unread; strike it and begin again
      └──close: after its time, when no paper is left unread ──▶ closed, with its outcome

One head votes once, with all its area. What was entered is never changed: it is struck, with a
reason, and entered anew.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct, structs

from liftwatch.fund.documents import check_hash
from liftwatch.fund.refusals import CannotMove, NotYours, Untold
from liftwatch.fund.scope import Household, Scope, check_scope
from liftwatch.fund.votes import ACTS, CHOICES, Choice, Tally, heads_of, tally
from liftwatch.said import Said

REASON_MAX = 500


class Ballot(Struct, frozen=True, kw_only=True):
    """What one head handed in. A paper has the hash of its `scan` and counts when a second person
    has read the same; what a head sent itself has none and counts at once."""

    head: str
    choice: Choice
    scan: str | None
    cast_ms: int
    entered_by: str
    entered_ms: int
    confirmed_by: str | None = None
    confirmed_ms: int | None = None
    struck_by: str | None = None
    struck_ms: int | None = None
    struck_why: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it was not struck."""
        return self.struck_ms is None

    @property
    def counts(self) -> bool:
        """Whether it stands and has been read as often as it must."""
        return self.stands and (self.scan is None or self.confirmed_ms is not None)


class Vote(Struct, frozen=True, kw_only=True):
    """A vote on one version of one plan, `closes_ms` exclusive, by the roll of its scope."""

    id: str
    case: str
    act: str
    plan: str
    scope: str
    roll: tuple[Household, ...]
    opens_ms: int
    closes_ms: int
    state: Literal["open", "closed"] = "open"
    closed_ms: int | None = None
    ballots: tuple[Ballot, ...] = ()
    version: int = 1


class Outcome(Struct, frozen=True, kw_only=True):
    """How a vote ended: on which plan and scope (their digests), with which counts."""

    vote: str
    case: str
    plan: str
    scope: str
    closed_ms: int
    opens_ms: int
    tally: Tally


def open_vote(
    case: str, *, id: str, act: str, plan: str, scope: Scope, opens_ms: int, closes_ms: int
) -> Vote:
    """A vote of the owners of a scope on a plan, known by its digest; raises Untold."""
    if act not in ACTS:
        raise Untold(Said("%(act)s is nothing owners vote on", act=act), rule="Civil Code, 278")
    if closes_ms <= opens_ms:
        raise Untold(Said("a vote ends after it begins"))
    check_scope(scope)
    return Vote(
        id=id,
        case=case,
        act=act,
        plan=check_hash(plan, field="plan"),
        scope=scope.digest,
        roll=tuple(sorted(scope.households, key=lambda one: one.id)),
        opens_ms=opens_ms,
        closes_ms=closes_ms,
    )


def enter(
    vote: Vote,
    head: str,
    choice: Choice,
    *,
    scan: str | None,
    cast_ms: int,
    by: str,
    now_ms: int,
) -> Vote:
    """A vote after somebody entered a paper (`scan` is its hash), or a head itself has voted.

    A paper handed in within the time may be entered after it, until the vote is closed. Who may
    speak for a head is for the caller to know. Raises CannotMove and Untold.
    """
    _check_open(vote)
    if head not in heads_of(vote.roll):
        raise Untold(Said("%(head)s has no vote here", head=head))
    if choice not in CHOICES or (choice == "void" and scan is None):
        raise Untold(Said("%(choice)s is no choice", choice=choice))
    if not vote.opens_ms <= cast_ms < vote.closes_ms or cast_ms > now_ms:
        raise Untold(Said("it was not handed in while the vote was open"))
    if any(one.stands and one.head == head for one in vote.ballots):
        raise CannotMove(
            Said("%(head)s has voted", head=head), rule="SPC interpretation, art. 9: one head"
        )
    if scan is not None:
        check_hash(scan, field="scan")
        if any(one.stands and one.scan == scan for one in vote.ballots):
            raise Untold(Said("this scan stands for another paper of this vote"))
    ballot = Ballot(
        head=head, choice=choice, scan=scan, cast_ms=cast_ms, entered_by=by, entered_ms=now_ms
    )
    return _with(vote, (*vote.ballots, ballot))


def confirm(vote: Vote, head: str, choice: Choice, *, by: str, now_ms: int) -> Vote:
    """A vote after a second person read a paper and found the same on it.

    They say what they read, not that they agree. Raises NotYours for the one who entered it,
    Untold where they read something else: then it is struck and entered again.
    """
    _check_open(vote)
    ballot = _standing(vote, head)
    if ballot.counts:
        raise CannotMove(Said("this paper has been read twice"))
    if ballot.entered_by == by:
        raise NotYours(Said("another person reads a paper the second time"))
    if ballot.choice != choice:
        raise Untold(Said("the two readings of this paper differ: strike it and enter it again"))
    read = structs.replace(ballot, confirmed_by=by, confirmed_ms=now_ms)
    return _with(vote, (read if one is ballot else one for one in vote.ballots))


def strike(vote: Vote, head: str, *, why: str, by: str, now_ms: int) -> Vote:
    """A vote after a paper was taken out, with a reason; it stays to be seen.

    What a head sent itself is not struck by others. What has been read twice takes a third
    person. Raises CannotMove, NotYours, Untold.
    """
    _check_open(vote)
    ballot = _standing(vote, head)
    if ballot.scan is None:
        raise NotYours(Said("what an owner sent is not struck by others"))
    if not why.strip() or len(why) > REASON_MAX:
        raise Untold(Said("a reason has %(low)s to %(high)s characters", low=1, high=REASON_MAX))
    if ballot.counts and by in (ballot.entered_by, ballot.confirmed_by):
        raise NotYours(Said("a third person strikes what two have read"))
    struck = structs.replace(ballot, struck_by=by, struck_ms=now_ms, struck_why=why)
    return _with(vote, (struck if one is ballot else one for one in vote.ballots))


def close(vote: Vote, *, now_ms: int) -> tuple[Vote, Outcome]:
    """A vote at its end, and how it ended. Raises CannotMove before its time, and while a paper
    waits for its second reader."""
    _check_open(vote)
    if now_ms < vote.closes_ms:
        raise CannotMove(Said("the time of this vote is not over"))
    unread = sum(one.stands and not one.counts for one in vote.ballots)
    if unread:
        raise CannotMove(Said("%(count)s papers have been read by one person only", count=unread))
    counted = tally(vote.roll, choices_of(vote), vote.act)
    closed = structs.replace(vote, state="closed", closed_ms=now_ms, version=vote.version + 1)
    outcome = Outcome(
        vote=vote.id,
        case=vote.case,
        plan=vote.plan,
        scope=vote.scope,
        opens_ms=vote.opens_ms,
        closed_ms=now_ms,
        tally=counted,
    )
    return closed, outcome


def choices_of(vote: Vote) -> dict[str, Choice]:
    """What counts, by head."""
    return {one.head: one.choice for one in vote.ballots if one.counts}


def _check_open(vote: Vote) -> None:
    if vote.state != "open":
        raise CannotMove(Said("this vote is closed"))


def _standing(vote: Vote, head: str) -> Ballot:
    for one in vote.ballots:
        if one.stands and one.head == head:
            return one
    raise CannotMove(Said("%(head)s has handed in nothing", head=head))


def _with(vote: Vote, ballots: Iterable[Ballot]) -> Vote:
    return structs.replace(vote, ballots=tuple(ballots), version=vote.version + 1)
