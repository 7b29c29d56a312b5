"""Who may speak for which lift: messages of others are kept apart with their reason.

Runs between decoding and what reads it. A binding is in force from when this process has learned
of it, by the time of reception, and stands in a file beside the journal before it judges: the
journal read again gives the same verdicts, whatever the table of credentials says by then.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import structlog
from msgspec import Struct, field
from msgspec.json import encode

from ingest.decode import Decoded, Publication, decode, inner
from ingest.sqlite_file import open_file
from liftwatch import clock
from liftwatch.ports import StoreUnavailable
from liftwatch.register.terminals import Terminal
from liftwatch.telemetry.messages import Message, Rejection
from liftwatch.telemetry.topics import BATCH, CANARY_AREA, parse_topic

log = structlog.get_logger()

REFRESH_S = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (
    what TEXT NOT NULL,
    name TEXT NOT NULL,
    from_ms INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (what, name, from_ms)
) WITHOUT ROWID;
"""
_INSERT = "INSERT INTO fact VALUES (?, ?, ?, ?)"
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])

What = Literal["lift", "terminal", "gateway"]
Name = tuple[What, str]


class Fact(Struct, frozen=True, omit_defaults=True):
    """What is known of a lift (who speaks for it), a terminal or a gateway (for whom it does).

    Empty `names` is no binding.
    """

    names: frozenset[str] = frozenset()
    revoked: bool = False


NOTHING = Fact()
_FACT = msgspec.json.Decoder(Fact)
History = tuple[tuple[int, Fact], ...]
"""Of one name, the newest first: since when, and what."""
FINE_MAX = 100_000  # pairs kept in mind: 10 000 lifts have as many; a flood of names has more


class Known(Struct, frozen=True):
    """All that is known; `fine` are pairs of terminal and lift, and since when they are allowed."""

    facts: dict[Name, History]
    fine: dict[tuple[str, str], int] = field(default_factory=dict)

    def in_force(self, what: What, name: str, at_ms: int) -> Fact:
        """What was known of a name at a moment of reception."""
        for from_ms, fact in self.facts.get((what, name), ()):
            if from_ms <= at_ms:
                return fact
        return NOTHING

    def newest(self, what: What, name: str) -> tuple[int, Fact]:
        """What is known last, and since when."""
        history = self.facts.get((what, name))
        return history[0] if history else (0, NOTHING)


def facts_of(terminals: Sequence[Terminal]) -> dict[Name, Fact]:
    """What a table of credentials says of each name; what it says nothing of is free."""
    facts: dict[Name, Fact] = {}
    speakers: dict[str, set[str]] = {}
    for one in terminals:
        if one.role != "terminal":
            continue
        fact = Fact(frozenset(one.lifts), one.revoked)
        facts["terminal", one.name] = fact
        if one.gateway is not None:
            facts["gateway", one.gateway] = fact
        for lift in one.lifts:
            speakers.setdefault(lift, set()).add(one.name)
    for lift, names in speakers.items():
        facts["lift", lift] = Fact(frozenset(names))
    return {name: fact for name, fact in facts.items() if fact != NOTHING}


class Bindings:
    """The bindings by time, a decoder that keeps to them, and a thread that learns of changes."""

    def __init__(
        self,
        path: Path,
        *,
        read: Callable[[], Sequence[Terminal]],
        decoder: Callable[[Publication], Decoded] = decode,
    ) -> None:
        self._read, self._decoder = read, decoder
        self._db = open_file(path, _SCHEMA)
        self._db.execute("PRAGMA synchronous=FULL")  # it must not forget by what it judged
        self._known = self._load()
        self._judged_ms = 0
        self._turn = threading.Lock()
        self.trouble: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bindings", daemon=True)

    def start(self) -> None:
        """Learn what is in force now, then go on learning; before anything is received."""
        self.learn()
        self._thread.start()

    def stop(self) -> None:
        """End; the file is left to `close`, when nobody decodes any more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _run(self) -> None:
        while not self._stopping.wait(REFRESH_S):
            self.learn()

    def learn(self) -> None:
        """Take over what the table says; while it cannot be read, what was known stays in force."""
        try:
            facts = facts_of(self._read())
            changed = self._take(facts)
        except (StoreUnavailable, sqlite3.Error) as error:
            if self.trouble is None:
                log.warning("bindings of terminals are not refreshed", reason=str(error)[:200])
            self.trouble = str(error)[:200]
            return
        if self.trouble is not None:
            log.info("bindings of terminals are refreshed again")
        self.trouble = None
        if changed:
            log.info("bindings of terminals have changed", names=changed)

    def _take(self, facts: Mapping[Name, Fact]) -> int:
        """Write what is new, then judge by it: everything that was not judged before."""
        known = self._known
        changes = {name: fact for name, fact in facts.items() if known.newest(*name)[1] != fact}
        for name in known.facts.keys() - facts.keys():
            if known.newest(*name)[1] != NOTHING:
                changes[name] = NOTHING
        if not changes:
            return 0
        after = dict(known.facts)
        with self._turn:
            from_ms = max(self._judged_ms + 1, clock.now_ms())
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:
                for name, fact in changes.items():
                    # a clock set back: what is newer is later all the same
                    since_ms = max(from_ms, known.newest(*name)[0] + 1)
                    self._db.execute(_INSERT, (*name, since_ms, encode(fact)))
                    after[name] = ((since_ms, fact), *after.get(name, ()))
            self._known = Known(after)
        return len(changes)

    def _load(self) -> Known:
        facts: dict[Name, History] = {}
        rows: Iterator[Any] = self._db.execute(
            "SELECT what, name, from_ms, value FROM fact ORDER BY from_ms"
        )
        for what, name, from_ms, value in rows:
            facts[what, name] = ((from_ms, _FACT.decode(value)), *facts.get((what, name), ()))
        return Known(facts)

    def decode(self, publication: Publication) -> Decoded:
        """What a publication says, without what its sender may not say: that is rejected."""
        said = self._decoder(publication)
        at_ms = publication.received_ms
        with self._turn:  # what is judged by these is not judged by later ones, when read again
            known = self._known
            if at_ms > self._judged_ms:
                self._judged_ms = at_ms
        if not known.facts or not said.messages:
            return said
        publication = inner(publication)
        if said.messages[0].source == "gateway":
            return screen(publication, said, known)
        fine = known.fine
        for one in said.messages:
            if fine.get((one.body.terminal, one.lift), at_ms + 1) > at_ms:
                return screen(publication, said, known)
        return said


def screen(publication: Publication, said: Decoded, known: Known) -> Decoded:
    """Move messages whose sender may not speak for their lift to the rejections."""
    gateway = _gateway_of(publication, said.messages[0], known)
    refused = {}
    for place, message in enumerate(said.messages):
        if (why := refusal(message, gateway, known)) is not None:
            refused[place] = why
        elif message.source == "terminal" and message.area != CANARY_AREA:
            _keep_in_mind(message, known)
    if not refused:
        return said
    elements = _places(said)
    for place, (reason, detail) in refused.items():
        message = said.messages[place]
        said.rejections.append(
            Rejection(
                reason=reason,
                detail=detail,
                topic=publication.topic,
                payload=_payload(publication, message, elements[place]),
                received_ms=publication.received_ms,
                element=elements[place] if publication.payload.lstrip()[:1] == b"[" else None,
            )
        )
    said.messages = [one for place, one in enumerate(said.messages) if place not in refused]
    return said


def _keep_in_mind(message: Message, known: Known) -> None:
    """That this pair is allowed from the newest change of either on."""
    terminal, lift = message.terminal, message.lift
    since_ms = max(known.newest("terminal", terminal)[0], known.newest("lift", lift)[0])
    if message.received_ms >= since_ms:
        if len(known.fine) >= FINE_MAX:
            known.fine.clear()
        known.fine[terminal, lift] = since_ms


def refusal(
    message: Message, gateway: tuple[str, Fact] | None, known: Known
) -> tuple[str, str] | None:
    """Why this sender may not speak for this lift, as a reason and a detail; None when it may."""
    if message.area == CANARY_AREA:
        return None
    at_ms, terminal, lift = message.received_ms, message.terminal, message.lift
    sender = known.in_force("terminal", terminal, at_ms)
    if sender.revoked:
        return "revoked_terminal", f"the credential of {terminal} was withdrawn"
    speakers = known.in_force("lift", lift, at_ms).names
    if speakers and terminal not in speakers:
        return "foreign_terminal", f"{lift} is bound to {_some(speakers)}, not to {terminal}"
    if sender.names and lift not in sender.names:
        return "foreign_terminal", f"{terminal} is bound to other lifts than {lift}"
    if gateway is not None and gateway[1].names and lift not in gateway[1].names:
        return "foreign_terminal", f"gateway {gateway[0]} is bound to other lifts than {lift}"
    return None


def _gateway_of(publication: Publication, first: Message, known: Known) -> tuple[str, Fact] | None:
    """The gateway that sent a batch, and what is known of it; its name is only in the topic."""
    if first.source != "gateway":
        return None
    topic = parse_topic(publication.topic)
    if topic is None or topic.kind != BATCH:
        return None
    return topic.name, known.in_force("gateway", topic.name, publication.received_ms)


def _some(names: frozenset[str]) -> str:
    first, *others = sorted(names)
    return f"{first} and {len(others)} more" if others else first


def _places(said: Decoded) -> list[int]:
    """The place in its array of each message: those of rejected elements are left out."""
    taken = {one.element for one in said.rejections}
    places, place = [], 0
    for _ in said.messages:
        while place in taken:
            place += 1
        places.append(place)
        place += 1
    return places


def _payload(publication: Publication, message: Message, element: int) -> bytes:
    """The bytes of one message as they came; of what was another format, as it was understood."""
    if publication.payload.lstrip()[:1] == b"{":
        return publication.payload
    try:
        return bytes(_ELEMENTS.decode(publication.payload)[element])
    except (msgspec.MsgspecError, IndexError, RecursionError):
        return encode(message.body)
