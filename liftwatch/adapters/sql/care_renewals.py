"""Scores as they were told, and people's estimates, in the relational store."""

from collections.abc import Collection

from msgspec import structs
from sqlalchemy import Connection, Engine, func, insert, select, update

from liftwatch.adapters.sql.care_renewal_tables import estimate, score
from liftwatch.adapters.sql.trouble import translated
from liftwatch.care.renewal import Estimate
from liftwatch.care.risk import Score
from liftwatch.ports import Conflict
from liftwatch.said import Said

_SCORE, _ESTIMATE = score.c, estimate.c
_SCORES = [_SCORE[name] for name in Score.__struct_fields__]
_ESTIMATES = [_ESTIMATE[name] for name in Estimate.__struct_fields__]
AT_ONCE = 500
"""So many lifts are asked for in one query."""


class SqlRenewalReads:
    """Fulfils `RenewalReads`."""

    engine: Engine

    def score_heads(self) -> dict[str, int]:
        """Of each lift of which a score was told the number of the newest."""
        with translated(), self.engine.connect() as connection:
            rows = connection.execute(select(_SCORE.lift, _SCORE.n))
            return {row.lift: row.n for row in rows}

    def scores(self, lifts: Collection[str] | None = None) -> dict[str, Score]:
        """The newest score told of each lift; None: of all."""
        query = select(*_SCORES)
        queries = [query]
        if lifts is not None:
            queries = [query.where(_SCORE.lift.in_(part)) for part in _parts(lifts)]
        with translated(), self.engine.connect() as connection:
            rows = [row for one in queries for row in connection.execute(one)]
        return {row.lift: Score(**row._asdict()) for row in rows}

    def estimates(self, lifts: Collection[str]) -> dict[str, Estimate]:
        """The newest estimate of each lift that has any."""
        found = {}
        with translated(), self.engine.connect() as connection:
            for part in _parts(lifts):
                newest = (
                    select(_ESTIMATE.lift, func.max(_ESTIMATE.n).label("n"))
                    .where(_ESTIMATE.lift.in_(part))
                    .group_by(_ESTIMATE.lift)
                    .subquery()
                )
                same = (_ESTIMATE.lift == newest.c.lift) & (_ESTIMATE.n == newest.c.n)
                query = select(*_ESTIMATES).join(newest, same)
                for row in connection.execute(query):
                    found[row.lift] = Estimate(**row._asdict())
        return found

    def estimates_of(self, lift: str, *, limit: int = 50) -> list[Estimate]:
        """All estimates of a lift, the newest first."""
        query = select(*_ESTIMATES).where(_ESTIMATE.lift == lift)
        query = query.order_by(_ESTIMATE.n.desc()).limit(limit)
        with translated(), self.engine.connect() as connection:
            return [Estimate(**row._asdict()) for row in connection.execute(query)]


class SqlRenewalWork:
    """Fulfils `RenewalWork` on a connection whose transaction has begun."""

    connection: Connection

    def put_score(self, one: Score) -> None:
        """Insert number 1, replace the one whose number is one less; raises Conflict else."""
        if one.n == 1:
            self.connection.execute(insert(score), structs.asdict(one))
            return
        known = (_SCORE.lift == one.lift) & (_SCORE.n == one.n - 1)
        change = update(score).where(known).values(structs.asdict(one))
        if self.connection.execute(change).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def add_estimate(self, one: Estimate) -> Estimate:
        """Append; the estimate with its number. Nothing changes it. Raises Conflict."""
        query = select(func.coalesce(func.max(_ESTIMATE.n), 0)).where(_ESTIMATE.lift == one.lift)
        made = structs.replace(one, n=int(self.connection.execute(query).scalar_one()) + 1)
        self.connection.execute(insert(estimate), structs.asdict(made))
        return made


def _parts(lifts: Collection[str]) -> list[list[str]]:
    names = sorted(lifts)
    return [names[n : n + AT_ONCE] for n in range(0, len(names), AT_ONCE)]
