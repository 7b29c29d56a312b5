"""The fund's books in the relational store."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import structs
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    ScalarSelect,
    Select,
    insert,
    select,
)

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import fund_guards
from liftwatch.adapters.sql import fund_tables as tables
from liftwatch.adapters.sql.fund_beside import (
    SqlFundBesideReads,
    SqlFundBesideWork,
    closed_years,
)
from liftwatch.adapters.sql.fund_reading import reading
from liftwatch.adapters.sql.fund_sight import seen_places
from liftwatch.audit.chain import Keys
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter, EntryFilter, Held, OpenedAccount, Unreadable
from liftwatch.fund.chain import Head
from liftwatch.fund.posted import Entry, Posting
from liftwatch.fund.years import Closed

PAGE = 2_000
"""Entries read at once: some 2 MB."""
ASKED_MAX = 500
"""Accounts asked for at once."""
SPAN, WIDER = 500, 8
"""Entries of the journal that a feed looks through, and how much wider it looks each time."""

_ENTRY, _POSTING, _ACCOUNT = tables.fund_entry.c, tables.fund_posting.c, tables.fund_account.c
_HEAD, _SEEN = tables.fund_head.c, tables.fund_posting.alias("seen").c
_FIELDS = [n for n in Entry.__struct_fields__ if n != "postings"]
_ENTRIES = [_ENTRY[name] for name in _FIELDS]
_POSTINGS = [_POSTING[name] for name in ("entry", "leg", "account", "amount", "balance")]
_HEADS = [_HEAD[name] for name in Head.__struct_fields__]
_WHOLE = {"n", "day", "at_ms", "reverses", "legs"}
_TYPES = [(name, int if name in _WHOLE else str, bool(_ENTRY[name].nullable)) for name in _FIELDS]


class SqlFundWork(SqlFundBesideWork):
    """Fulfils `liftwatch.fund.books.FundWork` on a transaction that has begun."""

    connection: Connection
    fund_keys: Keys

    def fund_lock(self) -> Head:
        """The end of the books, held until the transaction ends."""
        return _head(self.connection, select(*_HEADS).with_for_update())

    def fund_known(self, key: str) -> Entry | None:
        """The entry that was booked under an idempotency key."""
        return self._fund_one(select(*_ENTRIES).where(_ENTRY.key == key))

    def fund_source(self, source: str) -> Entry | None:
        """The entry that a source has caused."""
        return self._fund_one(select(*_ENTRIES).where(_ENTRY.source == source))

    def fund_reversal(self, n: int) -> Entry | None:
        """The entry that takes back entry n."""
        return self._fund_one(select(*_ENTRIES).where(_ENTRY.reverses == n))

    def fund_numbered(self, n: int) -> Entry | None:
        """Entry n."""
        return self._fund_one(select(*_ENTRIES).where(_ENTRY.n == n))

    def _fund_one(self, query: Select[Any]) -> Entry | None:
        return next(iter(_entries(self.connection, query)), None)

    def fund_balances(self, accounts: Iterable[str]) -> dict[str, int]:
        """What accounts hold, on their own sides; those never used are not in it."""
        asked = sorted(set(accounts))
        found: dict[str, int] = {}
        for start in range(0, len(asked), ASKED_MAX):
            some = asked[start : start + ASKED_MAX]
            query = select(_ACCOUNT.id, _newest_balance()).where(_ACCOUNT.id.in_(some))
            found.update((row[0], row[1]) for row in self.connection.execute(query))
        return found

    def fund_append(self, entry: Entry) -> None:
        """Open what is new, write the postings, and the entry that closes them."""
        used = [one.account for one in entry.postings]
        known = self.fund_balances(used)
        opened = [_opening(name, entry.n) for name in used if name not in known]
        if opened:
            self.connection.execute(insert(tables.fund_account), opened)
        postings = [
            {"entry": entry.n, "leg": leg, **structs.asdict(one)}
            for leg, one in enumerate(entry.postings, 1)
        ]
        self.connection.execute(insert(tables.fund_posting), postings)
        values = {name: getattr(entry, name) for name in _FIELDS}
        self.connection.execute(insert(tables.fund_entry), values)


class SqlFundReads(SqlFundBesideReads):
    """Fulfils `liftwatch.fund.books.FundReads`."""

    engine: Engine
    fund_keys: Keys

    def fund_head(self) -> Head:
        """The end of the books."""
        with reading(self.engine, 0) as connection:
            return _head(connection, select(*_HEADS))

    def fund_entries(self, after: int = 0, *, limit: int = 500) -> list[Entry]:
        """Entries numbered above `after`, in order."""
        query = select(*_ENTRIES).where(_ENTRY.n > after).order_by(_ENTRY.n).limit(limit)
        with reading(self.engine, after + 1) as connection:
            return _entries(connection, query, after=after)

    def fund_journal(self, upto: int) -> Iterator[Entry]:
        """All entries up to a number; where a page cannot be read, one after another."""
        after, limit = 0, PAGE
        while after < upto:
            try:
                page = self.fund_entries(after, limit=limit)
            except Unreadable:
                if limit == 1:
                    raise
                limit = 1
                continue
            if not page:
                return
            yield from (one for one in page if one.n <= upto)
            after = max(page[-1].n, after + 1)

    def fund_accounts(self) -> list[OpenedAccount]:
        """Every account that was opened; of a damaged one the name tells that it is."""
        with reading(self.engine, 0) as connection:
            # without an order it is the table that is read, not an index that may be damaged
            rows = connection.execute(select(tables.fund_account))
            return sorted(_opened(row) for row in rows)

    def fund_feed(
        self, where: EntryFilter, *, after: int = 0, limit: int = 500, sight: Sight = EVERYTHING
    ) -> list[Entry]:
        """Entries above `after` that touch a building which is seen, in order."""
        query = select(*_ENTRIES).where(_ENTRY.n > after).order_by(_ENTRY.n).limit(limit)
        if where.case is not None:
            query = query.where(_ENTRY.case == where.case)
        if where.account is not None:  # an entry names an account once, and by it is read in order
            of_account = (_POSTING.entry == _ENTRY.n) & (_POSTING.account == where.account)
            query = query.join(tables.fund_posting, of_account).where(_POSTING.entry > after)
            query = query.order_by(None).order_by(_POSTING.entry)
        with reading(self.engine, after + 1) as connection:
            if sight.everything:
                return _entries(connection, query, after=after)
            account = _of(sight).where(_ACCOUNT.id == _SEEN.account)  # of its few legs, in turn
            touched = select(_SEEN.entry).where(_SEEN.entry == _ENTRY.n, account.exists())
            query = query.where(touched.exists())
            if where != EntryFilter():
                return _entries(connection, query, after=after)
            return _feed(connection, query, sight, after=after, limit=limit)

    def fund_held(
        self,
        where: AccountFilter,
        *,
        after: str = "",
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Held]:
        """Accounts of buildings that are seen and what they hold, in order of their names."""
        query = select(_ACCOUNT.id, _newest_balance()).where(_ACCOUNT.id > after)
        if not sight.everything:
            query = query.where(seen_places(sight, _ACCOUNT))
        for name in AccountFilter.__struct_fields__:
            if getattr(where, name) is not None:
                query = query.where(_ACCOUNT[name] == getattr(where, name))
        with reading(self.engine, 0) as connection:
            rows = connection.execute(query.order_by(_ACCOUNT.id).limit(limit))
            return [Held(*row) for row in rows]

    def fund_closed(self) -> list[Closed]:
        """The years that are closed, the first one first."""
        with reading(self.engine, 0) as connection:
            return closed_years(connection)

    def fund_damage(self) -> list[str]:
        """What the database itself finds wrong with the books."""
        try:
            with reading(self.engine, 0) as connection:
                return fund_guards.damage(connection)
        except Unreadable as error:
            return [error.why]


def _of(sight: Sight) -> Select[Any]:
    """The accounts of buildings that are seen."""
    return select(_ACCOUNT.id).where(seen_places(sight, _ACCOUNT))


def _feed(
    connection: Connection, query: Select[Any], sight: Sight, *, after: int, limit: int
) -> list[Entry]:
    """The journal looked through for a while; then by the accounts that are seen, span by span.

    Whoever sees much finds a page in the first span; whoever sees little is not made to wait for
    the journal of the others.
    """
    head = _head(connection, select(*_HEADS)).n  # first: what comes meanwhile comes behind it
    upto, span = after + SPAN, SPAN
    found = _entries(connection, query.where(_ENTRY.n <= upto), after=after)
    while len(found) < limit and upto < head:
        low, span = upto, span * WIDER
        upto = low + span
        numbers = (
            select(_POSTING.entry)
            .where(_POSTING.account.in_(_of(sight)), _POSTING.entry > low, _POSTING.entry <= upto)
            .distinct()
            .order_by(_POSTING.entry)
            .limit(limit - len(found))
        )
        wanted = [row[0] for row in connection.execute(numbers)]
        for start in range(0, len(wanted), ASKED_MAX):
            some = wanted[start : start + ASKED_MAX]
            rows = select(*_ENTRIES).where(_ENTRY.n.in_(some)).order_by(_ENTRY.n)
            found += _entries(connection, rows, after=low)
    return found


def _head(connection: Connection, query: Select[Any]) -> Head:
    rows = connection.execute(query).all()
    if len(rows) != 1 or not _is_typed(
        rows[0], [("", int, False), ("", str, False), ("", str, False)]
    ):
        raise Unreadable(0, "the head of the fund's books is damaged")
    n, hash_, seal = rows[0]
    return Head(n=n, hash=hash_, seal=seal)


def _entries(connection: Connection, query: Select[Any], *, after: int = 0) -> list[Entry]:
    """The entries of a query, each with its postings. Raises Unreadable for what has no shape."""
    rows = connection.execute(query).all()
    if not rows:
        return []
    for place, row in enumerate(rows):
        if not _is_typed(row, _TYPES):
            before = rows[place - 1][0] if place else after
            raise Unreadable(before + 1, "a field is no number, or no text")
    postings = select(*_POSTINGS).order_by(_POSTING.entry, _POSTING.leg)
    if rows[-1][0] - rows[0][0] >= len(rows):  # a part of them, far apart
        postings = postings.where(_POSTING.entry.in_([row[0] for row in rows]))
    elif len(rows) == 1:
        postings = postings.where(_POSTING.entry == rows[0][0])
    else:
        postings = postings.where(_POSTING.entry.between(rows[0][0], rows[-1][0]))
    found: defaultdict[int, list[Posting]] = defaultdict(list)
    for entry, leg, account, amount, balance in connection.execute(postings):
        legs = found[entry]
        if leg != len(legs) + 1 or not (
            type(account) is str and type(amount) is int and type(balance) is int
        ):
            raise Unreadable(entry, f"leg {leg} is not the next one, or holds no number")
        legs.append(Posting(account, amount, balance))
    return [
        Entry(**dict(zip(_FIELDS, row, strict=True)), postings=tuple(found[row[0]])) for row in rows
    ]


def _is_typed(row: Row[Any], types: Sequence[tuple[str, type, bool]]) -> bool:
    return all(
        type(value) is kind or (optional and value is None)
        for value, (_, kind, optional) in zip(row, types, strict=True)
    )


def _newest_balance() -> ScalarSelect[int]:
    """Of each account the balance of its last posting: one step down an index."""
    query = select(_POSTING.balance).where(_POSTING.account == _ACCOUNT.id)
    return query.order_by(_POSTING.entry.desc()).limit(1).scalar_subquery()


def _opening(name: str, n: int) -> dict[str, Any]:
    account = account_of(name)
    return {**structs.asdict(account), "id": name, "side": account.side, "entry": n}


def _opened(row: Row[Any]) -> OpenedAccount:
    """Its name and entry; a row whose other columns are not what its name says has none."""
    values = row._asdict()
    try:
        right = values == _opening(row.id, row.entry)
    except (ValueError, AttributeError):
        right = False
    n = row.entry if type(row.entry) is int else 0
    return OpenedAccount(row.id if right else f"what is damaged of {row.id!r}", n)
