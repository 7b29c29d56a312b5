"""Cases and votes of the fund in the relational store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql import case_tables as tables
from liftwatch.adapters.sql.fund_reading import reading
from liftwatch.adapters.sql.fund_sight import seen_places
from liftwatch.adapters.sql.rows import upserting
from liftwatch.fund.ballots import Ballot, Outcome, Vote
from liftwatch.fund.books import Unreadable
from liftwatch.fund.case import Case
from liftwatch.fund.kept import CaseFilter, Publication, Snapshot
from liftwatch.fund.steps import HANDS
from liftwatch.ports import Conflict
from liftwatch.said import Said

_CASE, _VOTE, _BALLOT = tables.fund_case.c, tables.fund_vote.c, tables.fund_ballot.c
_DOCUMENT, _PUBLICATION = tables.fund_document.c, tables.fund_publication.c
_PLACE = ("id", "area", "estate", "building", "lift", "path", "stage", "opened_ms", "expires_ms")
ASKED_MAX = 500


class SqlCaseWork:
    """Fulfils `liftwatch.fund.kept.CaseWork` on a transaction that has begun."""

    connection: Connection

    def fund_case_locked(self, id: str) -> Case | None:
        """A case, held until the transaction ends."""
        query = select(_CASE.data).where(_CASE.id == id).with_for_update()
        row = self.connection.execute(query).one_or_none()
        return None if row is None else _case_of(row)

    def fund_put_case(self, case: Case, before: Case | None) -> None:
        """Insert a case that was not there, or replace `before` and add what the move added."""
        values = {name: getattr(case, name) for name in _PLACE} | {
            "version": case.version,
            "data": _json(case),
        }
        with _refused():
            if before is None:
                self.connection.execute(insert(tables.fund_case), values)
            else:
                known = (_CASE.id == case.id) & (_CASE.version == before.version)
                done = self.connection.execute(update(tables.fund_case).where(known).values(values))
                if done.rowcount != 1:
                    raise Conflict(Said("somebody else has changed it"))
            self._added(case, before)

    def _added(self, case: Case, before: Case | None) -> None:
        """The rows of plans, documents, hands and moves that were not there before."""
        papers = case.documents[len(before.documents) if before else 0 :]
        moves = case.done[len(before.done) if before else 0 :]
        for one in papers:
            self.connection.execute(
                insert(tables.fund_document),
                {
                    **{name: getattr(one, name) for name in ("sha256", "kind", "dated", "plan")},
                    "case_id": case.id,
                    "person": (moves[-1].by.person if moves else None) or "engine",
                    "at_ms": case.last_ms,
                },
            )
        plan, old = case.plan, before.plan_version if before else 0
        if plan is not None and plan.version != old:
            kept = {"case_id": case.id, "version": plan.version, "digest": plan.digest}
            self.connection.execute(insert(tables.fund_plan), kept | {"data": _json(plan)})
        for n, done in enumerate(moves, len(case.done) - len(moves) + 1):
            hand = HANDS.get(done.move)
            self._hand(case.id, hand, (done.by.person, done.by.organisation))
            row = {"case_id": case.id, "n": n, "move": done.move, "hand": hand, "plan": done.plan}
            row |= structs.asdict(done.by) | {"amount_fen": done.amount_fen, "at_ms": done.at_ms}
            self.connection.execute(insert(tables.fund_case_move), row)

    def _hand(self, case: str, hand: str | None, who: tuple[str | None, ...]) -> None:
        """The first hand somebody has is theirs; another one is refused by the move's keys."""
        rows = [{"case_id": case, "who": one, "hand": hand} for one in who if hand and one]
        if rows:
            once = upserting(self.connection, tables.fund_case_hand).on_conflict_do_nothing()
            self.connection.execute(once, rows)

    def fund_documents_used(self, hashes: tuple[str, ...]) -> dict[str, str]:
        """Of these hashes those that are known, with their case."""
        found: dict[str, str] = {}
        for start in range(0, len(hashes), ASKED_MAX):
            some = hashes[start : start + ASKED_MAX]
            query = select(_DOCUMENT.sha256, _DOCUMENT.case_id).where(_DOCUMENT.sha256.in_(some))
            found |= {row[0]: row[1] for row in self.connection.execute(query)}
        return found

    def fund_publish(self, publication: Publication) -> None:
        """Keep what was published."""
        values = structs.asdict(publication)
        with _refused():
            self.connection.execute(
                insert(tables.fund_publication), values | {"case_id": values.pop("case")}
            )

    def fund_keep_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the bytes of a document of a case."""
        values = structs.asdict(snapshot)
        with _refused():
            self.connection.execute(
                insert(tables.fund_snapshot), values | {"case_id": values.pop("case")}
            )

    def fund_published(self, case: str) -> int:
        """How many publications a case has."""
        query = select(_PUBLICATION.n).where(_PUBLICATION.case_id == case)
        return len(self.connection.execute(query).all())

    def fund_vote_locked(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote and how it ended, held until the transaction ends."""
        query: Select[Any] = select(_VOTE.data, _VOTE.outcome).where(_VOTE.id == id)
        rows = list(self.connection.execute(query.with_for_update()))
        return _vote_of(rows[0] if rows else None)

    def fund_put_vote(self, vote: Vote, before: Vote | None, outcome: Outcome | None) -> None:
        """Insert or replace, with its ballots."""
        values = {
            **{n: getattr(vote, n) for n in ("id", "plan", "scope", "state", "closes_ms")},
            "case_id": vote.case,
            "version": vote.version,
            "data": _json(vote),
            "outcome": None if outcome is None else _json(outcome),
        }
        with _refused():
            if before is None:
                self.connection.execute(insert(tables.fund_vote), values)
            else:
                known = (_VOTE.id == vote.id) & (_VOTE.version == before.version)
                done = self.connection.execute(update(tables.fund_vote).where(known).values(values))
                if done.rowcount != 1:
                    raise Conflict(Said("somebody else has changed it"))
            held = before.ballots if before else ()
            for n, ballot in enumerate(vote.ballots, 1):
                if n > len(held):
                    self.connection.execute(insert(tables.fund_ballot), _ballot(vote.id, n, ballot))
                elif ballot != held[n - 1]:
                    where = (_BALLOT.vote == vote.id) & (_BALLOT.n == n)
                    changed = update(tables.fund_ballot).where(where)
                    self.connection.execute(changed.values(_ballot(vote.id, n, ballot)))

    def fund_give(self, case: str, organisation: str, *, person: str, at_ms: int) -> None:
        """Give a case to an organisation of auditors; again changes nothing."""
        row = {"case_id": case, "organisation": organisation, "person": person, "at_ms": at_ms}
        once = upserting(self.connection, tables.fund_case_given).on_conflict_do_nothing()
        self.connection.execute(once, row)

    def fund_outcome(self, case: str) -> Outcome | None:
        """How the newest closed vote of a case ended."""
        query = select(_VOTE.outcome).where(_VOTE.case_id == case, _VOTE.outcome.is_not(None))
        row = self.connection.execute(query.order_by(_VOTE.id.desc()).limit(1)).one_or_none()
        return None if row is None else msgspec.json.decode(row.outcome, type=Outcome)


class SqlCaseReads:
    """Fulfils `liftwatch.fund.kept.CaseReads`."""

    engine: Engine

    def fund_case(self, id: str, *, sight: Sight = EVERYTHING) -> Case | None:
        """A case of a building that is seen."""
        query = select(_CASE.data).where(_CASE.id == id, *_seen(sight))
        rows = self._case_rows(query)
        return _case_of(rows[0]) if rows else None

    def fund_cases(
        self, where: CaseFilter, *, after: str = "", limit: int = 50, sight: Sight = EVERYTHING
    ) -> list[Case]:
        """Cases of buildings that are seen, in order of their ids."""
        query = select(_CASE.data).where(_CASE.id > after, *_seen(sight))
        for name, value in structs.asdict(where).items():
            if value is not None:
                query = query.where(_CASE[name] == value)
        return [_case_of(row) for row in self._case_rows(query.order_by(_CASE.id).limit(limit))]

    def fund_lapsed(self, at_ms: int, *, limit: int = 100) -> list[str]:
        """Ids of cases of which the time of reservation is over."""
        query = select(_CASE.id).where(
            _CASE.expires_ms <= at_ms, _CASE.stage.in_(("approved", "accepted", "audited"))
        )
        return [row.id for row in self._case_rows(query.order_by(_CASE.expires_ms).limit(limit))]

    def fund_given(self, organisations: tuple[str, ...]) -> list[str]:
        """Ids of cases that were given to one of these organisations."""
        given = tables.fund_case_given.c
        query = select(given.case_id).where(given.organisation.in_(organisations)).distinct()
        return [row.case_id for row in self._case_rows(query.order_by(given.case_id))]

    def fund_vote(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote, and how it ended."""
        rows = self._case_rows(select(_VOTE.data, _VOTE.outcome).where(_VOTE.id == id))
        return _vote_of(rows[0] if rows else None)

    def fund_votes(self, case: str) -> list[str]:
        """Ids of the votes of a case, the first one first."""
        query = select(_VOTE.id).where(_VOTE.case_id == case).order_by(_VOTE.id)
        return [row.id for row in self._case_rows(query)]

    def fund_publications(self, case: str) -> list[Publication]:
        """What was published of a case, the first one first."""
        query = select(tables.fund_publication).where(_PUBLICATION.case_id == case)
        rows = (row._asdict() for row in self._case_rows(query.order_by(_PUBLICATION.n)))
        return [Publication(case=row.pop("case_id"), **row) for row in rows]

    def fund_snapshot(self, case: str, sha256: str) -> Snapshot | None:
        """A document of a case, where its bytes are kept here."""
        held = tables.fund_snapshot
        query = select(held).where(held.c.case_id == case, held.c.sha256 == sha256)
        rows = [row._asdict() for row in self._case_rows(query)]
        return Snapshot(case=rows[0].pop("case_id"), **rows[0]) if rows else None

    def _case_rows(self, query: Select[Any]) -> list[Row[Any]]:
        with reading(self.engine, 0) as connection:
            return list(connection.execute(query))


def _seen(sight: Sight) -> tuple[ColumnElement[bool], ...]:
    return () if sight.everything else (seen_places(sight, _CASE),)


@contextmanager
def _refused() -> Iterator[None]:
    """What keys and triggers refuse is a conflict: somebody was faster, or has another hand."""
    try:
        yield
    except IntegrityError as error:
        raise Conflict(Said("the fund's books do not allow this: it is there already")) from error
    except DBAPIError as error:
        if "of the fund" not in str(error.orig):
            raise
        raise Conflict(Said("the fund's books do not allow this: it is there already")) from error


def _ballot(vote: str, n: int, one: Ballot) -> dict[str, Any]:
    names = ("head", "choice", "scan", "entered_by", "confirmed_by", "struck_by")
    return {"vote": vote, "n": n} | {name: getattr(one, name) for name in names}


def _case_of(row: Row[Any]) -> Case:
    """Raises Unreadable for what the disk, or somebody, has made of it."""
    try:
        return msgspec.json.decode(row.data, type=Case)
    except (msgspec.MsgspecError, UnicodeError, TypeError) as error:
        raise Unreadable(0, f"a case of the fund is damaged: {str(error)[:200]}") from error


def _vote_of(row: Row[Any] | None) -> tuple[Vote, Outcome | None] | None:
    if row is None:
        return None
    outcome = None if row.outcome is None else msgspec.json.decode(row.outcome, type=Outcome)
    return msgspec.json.decode(row.data, type=Vote), outcome


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
