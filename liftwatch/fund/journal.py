"""Entries of the journal: what is asked to be booked, and what it becomes when it is.

    Draft --numbered()--> Entry        never changed, never deleted; taken back by a reversal

An entry has two legs or more, each an account and an amount (debit positive). Its legs add up to
zero within every building, and no account goes below zero by it. Nothing here knows a database.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, structs

from liftwatch.audit.chain import Keys, SealError, seal_name
from liftwatch.clock import day_of, estate_day
from liftwatch.fund.accounts import Account, account_of, is_part
from liftwatch.fund.chain import Head, hash_after
from liftwatch.fund.kinds import KINDS, OF_A_CASE, REVERSAL, EntryKind
from liftwatch.fund.money import FEN_MAX, yuan
from liftwatch.fund.posted import Entry, Posting
from liftwatch.said import Said, said_by

LEGS_MAX = 20_000
"""Two for each household of an estate of ten thousand, which is larger than any of Kunshan."""
MEMO_MAX = 200
SOURCE_MAX = 120
PERSON_MAX = 64
DAY_MIN = day_of("1998-01-01")
"""There was no maintenance fund before (建住房〔1998〕213号)."""

_KEY = re.compile(r"[!-~]{8,120}\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


class CannotBook(Exception):
    """What was asked cannot be booked; one sentence says why."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Short(CannotBook):
    """An account does not hold what is to be taken from it."""


class KeyTaken(CannotBook):
    """Another request was made under this key."""


class Leg(Struct, frozen=True):
    """A debit (positive) or a credit (negative) of an account, in fen."""

    account: str
    amount: int


class Draft(Struct, frozen=True, kw_only=True):
    """What is to be booked, still without number, balances and hash.

    `day` is the day of the money (days since 1970), `at_ms` when it is booked. `key` makes it
    count once: under the same key `request`, a digest of what was asked, must be the same.
    `source` names what caused it, such as a line of a bank statement: no two entries have the same.
    `document` is the SHA-256 of the paper behind it. `second` is whoever looked at it, too.
    """

    kind: str
    day: int
    at_ms: int
    person: str
    organisation: str | None = None
    second: str | None = None
    legs: tuple[Leg, ...]
    key: str
    request: str = ""
    case: str | None = None
    source: str | None = None
    document: str | None = None
    memo: str = ""
    reverses: int | None = None


def request_of(draft: Draft) -> str:
    """The digest of what was asked: what the caller gave, else of all but the moment."""
    if draft.request:
        return draft.request
    asked = {name: getattr(draft, name) for name in draft.__struct_fields__ if name != "at_ms"}
    return digest_of("book", **asked)


def digest_of(command: str, /, **asked: Any) -> str:
    """The digest of a command and what was asked of it; the order of names does not count.

    >>> digest_of("draw", amount=5, case="c-1") == digest_of("draw", case="c-1", amount=5)
    True
    """
    data = msgspec.json.encode([command, asked], order="deterministic")
    return hashlib.sha256(data).hexdigest()


def same_request(known: Entry, request: str) -> Entry:
    """The entry known under a key; raises KeyTaken when another thing was asked under it."""
    if known.request != request:
        raise KeyTaken(Said("another request was made under this Idempotency-Key"))
    return known


def numbered(
    head: Head,
    draft: Draft,
    balances: Mapping[str, int],
    *,
    keys: Keys = (),
    reversed: Entry | None = None,
) -> Entry:
    """The entry of a draft behind a head, numbered and sealed; `balances` are those before it.

    An account that is not in `balances` is new. `reversed` is the entry that a reversal takes
    back. Raises CannotBook, Short, or SealError as `liftwatch.audit.chain.chained` does.
    """
    if head.seal and head.seal not in map(seal_name, keys):
        raise SealError(
            f"the fund's books are sealed with key {head.seal}, which LIFTWATCH_FUND_KEY is not"
        )
    check(draft, reversed)
    key = keys[0] if keys else None
    entry = Entry(
        n=head.n + 1,
        **{name: getattr(draft, name) for name in COPIED},
        request=request_of(draft),
        legs=len(draft.legs),
        seal=seal_name(key) if key is not None else "",
        postings=tuple(_posting(leg, balances) for leg in draft.legs),
    )
    return structs.replace(entry, hash=hash_after(head.hash, entry, key=key))


COPIED = tuple(n for n in Draft.__struct_fields__ if n not in ("legs", "request"))


def _posting(leg: Leg, balances: Mapping[str, int]) -> Posting:
    account, before = account_of(leg.account), balances.get(leg.account, 0)
    after = before + account.side * leg.amount
    if after < 0:
        raise Short(
            Said(
                "%(account)s holds %(has)s yuan, and %(wants)s are to be taken from it",
                account=leg.account,
                has=yuan(before),
                wants=yuan(abs(leg.amount)),
            )
        )
    if after > FEN_MAX:
        raise CannotBook(
            Said("%(account)s would hold more than can be counted", account=account.id)
        )
    return Posting(leg.account, leg.amount, after)


def reversal(entry: Entry, /, **given: Any) -> Draft:
    """The draft that takes an entry back: every leg turned round; `given` is who, when and why."""
    legs = tuple(Leg(one.account, -one.amount) for one in entry.postings)
    return Draft(kind=REVERSAL, legs=legs, case=entry.case, reverses=entry.n, **given)


def check(draft: Draft, reversed: Entry | None = None) -> None:
    """Whether a draft is an entry at all, whatever the accounts hold; raises CannotBook."""
    why = (
        wrong_texts(draft)
        or wrong_legs(draft.legs, kind=draft.kind, case=draft.case)
        or wrong_reversal(draft.legs, draft=draft, reversed=reversed)
    )
    if why is not None:
        raise CannotBook(why)


def wrong_texts(one: Draft | Entry) -> Said | None:
    """What is wrong with all but the legs."""
    kind = KINDS.get(one.kind)
    if kind is None:
        return Said("%(kind)s is no kind of entry", kind=repr(one.kind[:40]))
    if not _KEY.match(one.key):
        return Said("an Idempotency-Key has 8 to 120 printable characters")
    if not DAY_MIN <= one.day <= estate_day(one.at_ms):
        return Said("the day of an entry is neither before 1998 nor after today")
    if not 0 < len(one.person) <= PERSON_MAX:
        return Said("an entry is made by somebody")
    if one.second is not None and (one.second == one.person or len(one.second) > PERSON_MAX):
        return Said("the second person is another one")
    if kind.second and one.second is None:
        return Said("%(kind)s needs a second person", kind=one.kind)
    if one.case is not None and not is_part(one.case):
        return Said("%(case)s is no name of a case", case=repr(one.case[:40]))
    if one.document is not None and not _SHA256.match(one.document):
        return Said("a document is named by its SHA-256 in 64 hexadecimal digits")
    if not _plain(one.memo, MEMO_MAX) or not _plain(one.source or "", SOURCE_MAX):
        return Said("memo and source are one line of at most %(most)s characters", most=MEMO_MAX)
    return None


def _plain(text: str, most: int) -> bool:
    return len(text) <= most and text.isprintable()


def wrong_legs(legs: Sequence[Leg | Posting], *, kind: str, case: str | None) -> Said | None:
    """What is wrong with the legs of an entry of a known kind, whatever the accounts hold.

    >>> legs = Leg("bank/320583/garden/7/ccb", 500), Leg("principal/320583/garden/8/1", -500)
    >>> wrong_legs(legs, kind="deposit", case=None)
    'the legs of building 320583/garden/7 add up to 500 fen, not to zero'
    """
    if not 2 <= len(legs) <= LEGS_MAX:
        return Said("an entry has 2 to %(most)s legs", most=LEGS_MAX)
    if len({leg.account for leg in legs}) < len(legs):
        return Said("an entry names an account once")
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for leg in legs:
        if type(leg.amount) is not int or not 0 < abs(leg.amount) <= FEN_MAX:
            return Said("a leg is a whole number of fen, not zero, at most %(most)s", most=FEN_MAX)
        try:
            account = account_of(leg.account)
        except ValueError as error:
            return said_by(error)
        why = _wrong_leg(KINDS[kind], account, leg.amount)
        if why is not None:
            return why
        if account.kind in OF_A_CASE and account.of != case:
            return Said("%(account)s is of another case", account=account.id)
        sums[account.place] += leg.amount
    for place, left in sums.items():
        if left:
            return Said(
                "the legs of building %(place)s add up to %(left)s fen, not to zero",
                place="/".join(place),
                left=left,
            )
    return None


def _wrong_leg(kind: EntryKind, account: Account, amount: int) -> Said | None:
    if account.kind in (kind.debit if amount > 0 else kind.credit):
        return None
    if amount > 0:
        return Said("%(kind)s does not debit %(account)s", kind=kind.name, account=account.kind)
    return Said("%(kind)s does not credit %(account)s", kind=kind.name, account=account.kind)


def wrong_reversal(
    legs: Sequence[Leg | Posting], *, draft: Draft | Entry, reversed: Entry | None
) -> Said | None:
    """What is wrong with the entry it takes back, if it takes one back."""
    if (draft.kind == REVERSAL) != (draft.reverses is not None):
        return Said("a reversal names the entry it takes back, and no other entry does")
    if draft.reverses is None:
        return None
    if reversed is None or reversed.n != draft.reverses:
        return Said("there is no entry %(n)s to take back", n=draft.reverses)
    if reversed.kind == REVERSAL:
        return Said("a reversal is not taken back: book it anew")
    if reversed.case != draft.case:
        return Said("a reversal is of the case of the entry it takes back")
    turned = {one.account: -one.amount for one in reversed.postings}
    if turned != {leg.account: leg.amount for leg in legs}:
        return Said("a reversal takes back all legs of entry %(n)s, and nothing else", n=reversed.n)
    return None
