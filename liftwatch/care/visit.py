"""A visit of maintenance from check-in to both signatures: its rules, without I/O and clock.

    open ─▶ left ─▶ signed ─▶ agreed
      └──▶ lapsed          (somebody else came while it was open for longer than 8 hours)

What was filled in stays as it is from check-out on; after both signatures nothing changes at all.
A visit that was finished with its whole list is care; one that was broken off is none.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct, structs

from liftwatch.access.people import AccessError
from liftwatch.care.checklist import BY_CODE, CARES, Work, items_of
from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.said import Said

State = Literal["open", "left", "signed", "agreed", "lapsed"]
Result = Literal["ok", "adjusted", "replaced", "defect", "not_applicable"]
Method = Literal["qr", "nfc", "number"]
RESULTS: tuple[Result, ...] = ("ok", "adjusted", "replaced", "defect", "not_applicable")
METHODS: tuple[Method, ...] = ("qr", "nfc", "number")
WORKS: tuple[Work, ...] = (*(care.work for care in CARES), "repair", "rescue")
EXPLAINED = frozenset({"defect", "not_applicable"})
"""Results that say nothing without a remark."""
OPEN_MS_MAX = 8 * HOUR_MS
"""So long a visit is planned work (contract, section 2); then it holds up nobody any more."""
KEPT_MS = 4 * 366 * DAY_MS
"""Records are kept for at least four years (domain 5.2: ordinances; TSG T5002 art. 6)."""
NOTE_MAX, PARTS_MAX, PHOTOS_MAX = 500, 50, 200
LIFE_MONTHS_MAX, LIFE_RIDES_MAX, COST_FEN_MAX = 600, 100_000_000, 100_000_000_00


class CannotVisit(AccessError):
    """It cannot be like that; one line says why."""


class Entry(Struct, frozen=True):
    """What was found at one item of the list, and when we were told."""

    code: str
    result: Result
    note: str
    at_ms: int


class Part(Struct, frozen=True, kw_only=True):
    """A part that was replaced: at which item, how long it is to live, what it cost in fen."""

    name: str
    code: str | None = None
    life_months: int | None = None
    life_rides: int | None = None
    cost_fen: int | None = None


class Photo(Struct, frozen=True, kw_only=True):
    """A photograph by the SHA-256 of its bytes; the file lies with whoever took it."""

    sha256: str
    code: str | None = None
    name: str = ""


class Signature(Struct, frozen=True, kw_only=True):
    """Who signed, for whom, and the digest of what was signed (`digest_of`)."""

    person: str
    organisation: str
    role: str
    at_ms: int
    digest: str
    remark: str = ""


class Visit(Struct, frozen=True, kw_only=True):
    """A visit of a technician to a lift. `broken_off` says why the list was not finished."""

    id: str
    lift: str
    area: str
    estate: str
    organisation: str
    technician: str
    work: Work
    method: Method
    in_ms: int
    out_ms: int | None = None
    state: State = "open"
    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()
    photos: tuple[Photo, ...] = ()
    remark: str = ""
    broken_off: str = ""
    saved_ms: int | None = None
    signatures: tuple[Signature, ...] = ()
    version: int = 1

    @property
    def cared(self) -> Work | None:
        """Which routine care it was, once it is finished; None for other work or a broken one."""
        finished = self.state in ("left", "signed", "agreed") and not self.broken_off
        return self.work if finished and items_of(self.work) else None

    def entry(self, code: str) -> Entry | None:
        """What was found at an item."""
        return next((one for one in self.entries if one.code == code), None)


def begin(visit: Visit, *, of_lift: Visit | None, of_technician: Visit | None) -> Visit | None:
    """Check in. `of_lift` and `of_technician` are visits that are open there and of them.

    Returns the visit that lapses by it. Raises CannotVisit.
    """
    if of_technician is not None:
        if of_technician.lift == visit.lift:
            raise CannotVisit(Said("you are checked in at this lift already"))
        raise CannotVisit(
            Said(
                "you are checked in at lift %(lift)s since %(time)s: check out there first,"
                " nobody is at two lifts at once",
                lift=of_technician.lift,
                time=_clock(of_technician.in_ms),
            )
        )
    if of_lift is None:
        return None
    if visit.in_ms - of_lift.in_ms <= OPEN_MS_MAX:
        raise CannotVisit(
            Said(
                "somebody is at work on this lift since %(time)s: one visit at a time",
                time=_clock(of_lift.in_ms),
            )
        )
    return structs.replace(of_lift, state="lapsed", version=of_lift.version + 1)


def check_hash(text: str) -> str:
    """A SHA-256 in lower-case hexadecimal; raises CannotVisit.

    >>> check_hash("AB" * 32)[:4]
    'abab'
    """
    digits = "".join(text.split()).lower()
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        raise CannotVisit(Said("a SHA-256 is 64 digits of hexadecimal"))
    return digits


def fill(visit: Visit, found: Mapping[str, tuple[str, str]], *, now_ms: int) -> Visit:
    """The visit with results and remarks by item: what is told again replaces what was told.

    What is told as it is already keeps its time. Raises CannotVisit.
    """
    _still_open(visit)
    codes = {item.code for item in items_of(visit.work)}
    entries = {one.code: one for one in visit.entries}
    for code, (result, note) in found.items():
        if code not in codes:
            raise CannotVisit(Said("%(code)s is not on the list of this visit", code=code))
        if result not in RESULTS:
            raise CannotVisit(
                Said("the result of %(code)s is none of %(acts)s", code=code, acts=_these(RESULTS))
            )
        note = _note(note)
        known = entries.get(code)
        if known is None or (known.result, known.note) != (result, note):
            entries[code] = Entry(code, result, note, now_ms)
    order = [item.code for item in items_of(visit.work)]
    kept = tuple(sorted(entries.values(), key=lambda one: order.index(one.code)))
    if kept == visit.entries:
        return visit
    return structs.replace(visit, entries=kept, saved_ms=now_ms, version=visit.version + 1)


def add_part(visit: Visit, part: Part) -> Visit:
    """The visit with a part that was replaced. Raises CannotVisit."""
    _still_open(visit)
    if not part.name.strip() or len(part.name) > NOTE_MAX:
        raise CannotVisit(Said("say what the part is, in at most 500 characters"))
    _known_item(part.code)
    limits = (
        (part.life_months, LIFE_MONTHS_MAX),
        (part.life_rides, LIFE_RIDES_MAX),
        (part.cost_fen, COST_FEN_MAX),
    )
    for value, most in limits:
        if value is not None and not 0 <= value <= most:
            raise CannotVisit(
                Said("%(value)s is not between 0 and %(most)s", value=value, most=most)
            )
    if len(visit.parts) >= PARTS_MAX:
        raise CannotVisit(Said("a visit holds at most %(most)s parts", most=PARTS_MAX))
    return structs.replace(visit, parts=(*visit.parts, part), version=visit.version + 1)


def add_photo(visit: Visit, photo: Photo) -> Visit:
    """The visit with a photograph. Raises CannotVisit, also for one that it has already."""
    _still_open(visit)
    sha256 = check_hash(photo.sha256)
    _known_item(photo.code)
    if any(one.sha256 == sha256 for one in visit.photos):
        raise CannotVisit(Said("this photograph stands in this visit already"))
    if len(visit.photos) >= PHOTOS_MAX or len(photo.name) > NOTE_MAX:
        raise CannotVisit(Said("a visit holds at most %(most)s photographs", most=PHOTOS_MAX))
    made = structs.replace(photo, sha256=sha256)
    return structs.replace(visit, photos=(*visit.photos, made), version=visit.version + 1)


def lacking(visit: Visit) -> list[str]:
    """Codes of items that have no result, or one that says nothing without a remark."""
    codes = [item.code for item in items_of(visit.work)]
    found = {one.code: one for one in visit.entries}
    return [
        code
        for code in codes
        if (one := found.get(code)) is None or (one.result in EXPLAINED and not one.note)
    ]


def leave(visit: Visit, *, remark: str, broken_off: str, now_ms: int) -> Visit:
    """Check out. Raises CannotVisit for a list that is not finished, unless it is broken off."""
    _still_open(visit)
    missing = lacking(visit)
    broken_off = _note(broken_off)
    if missing and not broken_off:
        raise CannotVisit(
            Said(
                "%(count)s items have no result, or lack a remark: %(codes)s; fill them in, or say"
                " why the visit is broken off, then it does not count as care",
                count=len(missing),
                codes=_these(missing[:6]),
            )
        )
    if not items_of(visit.work) and not _note(remark):
        raise CannotVisit(Said("say what was done"))
    return structs.replace(
        visit,
        state="left",
        out_ms=max(now_ms, visit.in_ms),
        remark=_note(remark),
        broken_off=broken_off if missing else "",
        version=visit.version + 1,
    )


def digest_of(visit: Visit) -> str:
    """The SHA-256 of what is signed: all but the signatures, the state and the version."""
    signed = structs.replace(visit, signatures=(), state="left", version=0)
    return hashlib.sha256(msgspec.json.encode(signed, order="deterministic")).hexdigest()


def sign(visit: Visit, by: Signature) -> Visit:
    """The visit with a signature: first its technician's, then one of the use unit's.

    Raises CannotVisit for another order, another technician, and one person for both.
    """
    if visit.state == "left":
        if by.role != "maintenance" or by.person != visit.technician:
            raise CannotVisit(Said("its technician signs first"))
        state: State = "signed"
    elif visit.state == "signed":
        if by.role != "property":
            raise CannotVisit(Said("now somebody of the property signs"))
        first = visit.signatures[0]
        if by.person == first.person or by.organisation == first.organisation:
            raise CannotVisit(Said("nobody signs for both sides"))
        state = "agreed"
    elif visit.state == "agreed":
        raise CannotVisit(Said("both sides have signed: nothing changes any more"))
    else:
        raise CannotVisit(Said("it is signed after check-out"))
    made = structs.replace(by, digest=digest_of(visit), remark=_note(by.remark))
    return structs.replace(
        visit, state=state, signatures=(*visit.signatures, made), version=visit.version + 1
    )


def is_whole(visit: Visit) -> bool:
    """Whether each signature is of what the visit says now."""
    return all(one.digest == digest_of(visit) for one in visit.signatures)


def _still_open(visit: Visit) -> None:
    if visit.state != "open":
        raise CannotVisit(Said("the visit is over: what was filled in stays as it is"))


def _known_item(code: str | None) -> None:
    if code is not None and code not in BY_CODE:
        raise CannotVisit(Said("there is no item %(code)s", code=code))


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > NOTE_MAX:
        raise CannotVisit(Said("a remark has at most %(most)s characters", most=NOTE_MAX))
    return note


def _these(words: Iterable[str]) -> str:
    return ", ".join(words)


def _clock(ms: int) -> str:
    """Hour and minute of the estates.

    >>> _clock(0)
    '08:00'
    """
    minutes = (ms + 8 * HOUR_MS) // 60_000 % 1_440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def tokens_of(text: str) -> Sequence[str]:
    """Words of a code that may name a lift, the last first: a QR code often holds an address.

    >>> tokens_of("https://lift.example/l/31103205832018080001?from=car")[:2]
    ['car', 'from']
    >>> "31103205832018080001" in tokens_of("https://lift.example/l/31103205832018080001?from=car")
    True
    """
    words = "".join(one if one.isascii() and (one.isalnum() or one == "-") else " " for one in text)
    return words.split()[::-1][:20]
