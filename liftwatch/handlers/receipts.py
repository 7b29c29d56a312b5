"""What the rescue platform answers: kept once, and carried into the incident where it fits."""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.handlers.course import note
from liftwatch.handlers.incidents import STANDARD, make_move
from liftwatch.handlers.page_about import page_about
from liftwatch.incidents.course import SAID, Actor, Line
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import CannotMove, Told, Untold
from liftwatch.ports import Work
from liftwatch.rescue.receipts import RECEIPTS, Receipt, known_as, said
from liftwatch.said import Said, kept, said_by


def no_number(feed: str, n: object) -> Said:
    """What is said of a number that a feed has not."""
    return Said("%(feed)s has no number %(n)s", feed=feed, n=n)


class NoSuchEvent(Exception):
    """The feed has no such number."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Taken(NamedTuple):
    """A receipt as it is kept, its incident as it stands then, and whether it was known before."""

    receipt: Receipt
    incident: Incident
    repeated: bool


def take_receipt(
    work: Work,
    feed: str,
    n: int,
    *,
    name: str,
    told: Told,
    by: Actor,
    now_ms: int,
    times: Mapping[str, int] = STANDARD,
) -> Taken:
    """Keep a receipt and make its move; one that came before changes nothing.

    Raises NoSuchEvent, Contradicts where another receipt of that number says otherwise, Lacks for
    what is missing.
    """
    event = work.rescue_event(feed, n)
    if event is None:
        raise NoSuchEvent(no_number(feed, n))
    incident = work.locked_incident(event.incident)
    assert incident is not None, "an event goes with its incident"
    known = known_as(name, told, work.receipts_of(feed, n))
    if known is not None:
        return Taken(known, incident, True)
    moved, why = _move(work, incident, name, told=told, by=by, times=times, now_ms=now_ms)
    receipt = Receipt(
        feed=feed,
        n=n,
        name=name,
        at_ms=now_ms if told.at_ms is None else told.at_ms,
        noted_ms=now_ms,
        by=by,
        told=said(told),
        moved=moved is not None,
        why=None if why is None else str(why),
    )
    work.add_receipt(receipt)
    incident = moved or incident
    if name == "refused" or why is not None:
        _tell_people(work, incident, receipt, why=why)
    return Taken(receipt, incident, False)


def _move(
    work: Work,
    incident: Incident,
    name: str,
    *,
    told: Told,
    by: Actor,
    times: Mapping[str, int],
    now_ms: int,
) -> tuple[Incident | None, Said | None]:
    """The incident after the receipt's move; None, and why, where it does not fit."""
    move = RECEIPTS[name].move
    if move is None:
        return None, None
    try:
        moved, _ = make_move(
            work,
            incident.id,
            move,
            told=told,
            by=by,
            version=incident.version,
            times=times,
            now_ms=now_ms,
        )
    except (CannotMove, Untold) as error:
        return None, said_by(error)
    return moved, None


def _tell_people(work: Work, incident: Incident, receipt: Receipt, *, why: Said | None) -> None:
    """A line of the story; and who refuses leaves people without the help they count on."""
    reason = receipt.told.get("reason")
    facts = {"feed": receipt.feed, "n": receipt.n, "receipt": receipt.name}
    if why is not None and not reason:
        facts |= {SAID: kept(why)}
    note(
        work,
        Line(
            incident=incident.id,
            at_ms=receipt.noted_ms,
            noted_ms=receipt.noted_ms,
            what="receipt",
            before=incident.state,
            state=incident.state,
            by=receipt.by,
            text=reason or receipt.why,
            facts=facts,
        ),
    )
    if receipt.name == "refused":
        page_about(
            work,
            Said(
                "The rescue platform refuses %(kind)s of %(lift)s: %(why)s",
                kind=incident.kind,
                lift=incident.lift,
                why=reason,
            ),
            sort="rescue.refused",
            incident=incident,
            data={"event": f"{receipt.feed}/{receipt.n}"},
        )
