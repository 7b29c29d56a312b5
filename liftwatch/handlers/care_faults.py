"""What the fault history takes in: codes and visits as they are told, signatures of episodes."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from liftwatch.care.faults import TELLING_MS, TEXT_MAX, Closing, Heard, ToldCode
from liftwatch.care.parts import normal_item, part_of
from liftwatch.care.signature import (
    PRECEDING_MS,
    Signature,
    Signed,
    read_signature,
    spark_of,
)
from liftwatch.clock import SECOND_MS
from liftwatch.incidents.evidence import EvidenceWindow, Kept
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import Books, Work
from liftwatch.telemetry.messages import Event, Maintenance, Message

WITH_MS = 30 * SECOND_MS
"""A code told so shortly after the raising is of the same episode [our choice]."""
NAME_MAX, REPORT_MAX = 64, 300


def is_told(message: Message) -> bool:
    """Whether the history keeps anything of a message: codes, and visits that end."""
    body = message.body
    if isinstance(body, Event):
        return body.edge is not None and (body.raw_code is not None or body.code is not None)
    return isinstance(body, Maintenance) and body.phase == "out"


def keep_told(books: Books, messages: Sequence[Message]) -> None:
    """Keep what messages tell, in one transaction. Raises StoreUnavailable."""
    with books.begin() as work:
        take_told(work, messages)


def take_told(work: Work, messages: Iterable[Message]) -> None:
    """Keep codes and visits of messages; a message heard again changes nothing."""
    codes: list[ToldCode] = []
    closings: list[Closing] = []
    visits: list[Heard] = []
    for message in messages:
        body = message.body
        if isinstance(body, Event) and body.edge == "open":
            codes.append(_code(message, body))
        elif isinstance(body, Event):
            closings.append(Closing(message.lift, _report(body), message.at_ms))
        elif isinstance(body, Maintenance):
            visits.append(_visit(message, body))
    work.note_codes(codes)
    work.close_codes(closings)
    work.note_visits(visits)


def _code(message: Message, event: Event) -> ToldCode:
    """A report as it was told; what only names one of our kinds has that as its code."""
    kind = event.code if event.code in BY_NAME else None
    dialect = (event.dialect or "").strip()[:NAME_MAX]
    code = (event.raw_code or event.code or "").strip()[:NAME_MAX]
    return ToldCode(
        id=_id(message),
        lift=message.lift,
        area=message.area,
        estate=message.estate,
        raised_ms=message.at_ms,
        dialect=dialect,
        code=code,
        text=(event.raw_text or "")[:TEXT_MAX],
        kind=kind,
        part=part_of(kind, dialect=dialect, code=code),
        report=_report(event),
        late=message.late,
        exercise=message.exercise,
    )


def _report(event: Event) -> str:
    """The name by which a report is opened and closed, as the detector has it."""
    return (event.id or f"{event.dialect}/{event.raw_code}/{event.code}")[:REPORT_MAX]


def _visit(message: Message, body: Maintenance) -> Heard:
    replaced = (one.code for one in body.items or () if one.result == "replaced" and one.code)
    return Heard(
        id=_id(message),
        lift=message.lift,
        area=message.area,
        estate=message.estate,
        at_ms=message.at_ms,
        work=body.work or "",
        replaced=tuple(dict.fromkeys(normal_item(one)[:NAME_MAX] for one in replaced)),
        exercise=message.exercise,
    )


def _id(message: Message) -> str:
    """The identity of a message (contract, section 1), as a name of fixed length."""
    told = f"{message.lift}\n{message.terminal}\n{message.boot}\n{message.seq}"
    return blake2b(told.encode(), digest_size=16).hexdigest()


def link(work: Work, incident: Incident) -> None:
    """What was told shortly before of a new incident's lift and kind belongs to it."""
    if incident.lift is not None:
        work.link_codes(incident, since_ms=incident.opened_ms - TELLING_MS)


def sign(work: Work, incident: Incident, window: EvidenceWindow) -> Signed | None:
    """Keep the signature of an incident by its first window, when that has been read.

    None for what stands for several lifts, and for later windows.
    """
    if incident.lift is None or window.n != 1:
        return None
    signed = signed_now(work, incident, window.kept, opened_ms=window.opened_ms)
    work.put_signature(signed)
    return signed


def signed_now(work: Work, incident: Incident, kept: Kept, *, opened_ms: int) -> Signed:
    """The signature by what is known now."""
    lift = incident.lift or ""
    raised_ms = incident.raised_ms
    begins_ms = min(opened_ms, raised_ms)
    told = work.told_between(lift, begins_ms - PRECEDING_MS, raised_ms + WITH_MS)
    cared_ms = work.cared_before(lift, begins_ms)
    names = [(one.raised_ms, f"{one.dialect}/{one.code}") for one in told]
    with_ms = begins_ms - WITH_MS
    kinds = work.kinds_between(lift, begins_ms - PRECEDING_MS, begins_ms)
    signature: Signature = read_signature(
        incident.kind,
        kept,
        evidence=incident.evidence,
        opened=begins_ms - raised_ms,
        codes=[name for at_ms, name in names if at_ms >= with_ms],
        before=[*kinds, *(name for at_ms, name in names if at_ms < with_ms)],
        cared_ms_ago=None if cared_ms is None else begins_ms - cared_ms,
    )
    make, model = work.make_of(lift)
    signal, spark = spark_of(incident.kind, kept)
    return Signed(
        incident=incident.id,
        lift=lift,
        area=incident.area,
        estate=incident.estate,
        kind=incident.kind,
        raised_ms=raised_ms,
        make=make,
        model=model,
        signature=signature,
        signal=signal,
        spark=spark,
    )
