"""Notices to residents and codes of public pages, in the relational store."""

from msgspec import structs
from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.adapters.sql.care_complaint_tables import notice, public_code
from liftwatch.adapters.sql.care_complaints import ComplaintReads, ComplaintWork
from liftwatch.adapters.sql.filters import seen_lifts
from liftwatch.care.codes import Code, Use
from liftwatch.care.notices import Notice
from liftwatch.clock import now_ms
from liftwatch.ports import Conflict
from liftwatch.said import Said

_NOTICE, _CODE = notice.c, public_code.c
_NOTICES = [_NOTICE[name] for name in Notice.__struct_fields__]
_CODES = [_CODE[name] for name in Code.__struct_fields__]


class SqlCareReads(ComplaintReads):
    """Fulfils `liftwatch.care.residents_store.CareReads` on a connection."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        self._connection, self._seal = connection, seal

    def notice(self, id: str, *, sight: Sight = EVERYTHING) -> Notice | None:
        """One of them."""
        query = select(*_NOTICES).where(_NOTICE.id == id)
        query = seen_lifts(query, sight, now_ms(), columns=_NOTICE)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Notice(**row._asdict())

    def notices(
        self, *, since_ms: int, sight: Sight = EVERYTHING, limit: int = 500
    ) -> list[Notice]:
        """Those that end after a moment, and drafts, the newest first."""
        query = select(*_NOTICES).where(
            or_(_NOTICE.until_ms > since_ms, _NOTICE.state == "draft", _NOTICE.made_ms > since_ms)
        )
        query = seen_lifts(query, sight, now_ms(), columns=_NOTICE)
        query = query.order_by(_NOTICE.made_ms.desc(), _NOTICE.id).limit(limit)
        return [Notice(**row._asdict()) for row in self._connection.execute(query)]

    def notices_at(self, place: tuple[str, str, str]) -> list[Notice]:
        """Published ones of a building and of its whole estate, the newest first."""
        area, estate, building = place
        query = select(*_NOTICES).where(
            _NOTICE.area == area,
            _NOTICE.estate == estate,
            _NOTICE.building.in_(["", building]),
            _NOTICE.state == "published",
            _NOTICE.until_ms > now_ms(),
        )
        query = query.order_by(_NOTICE.published_ms.desc(), _NOTICE.id).limit(50)
        return [Notice(**row._asdict()) for row in self._connection.execute(query)]

    def code(self, code: str) -> Code | None:
        """One that leads somewhere."""
        query = select(*_CODES).where(_CODE.code == code, _CODE.ended_ms.is_(None))
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Code(**row._asdict())

    def code_of(self, use: Use, *, place: tuple[str, str, str], lift: str | None) -> Code | None:
        """The one that leads to a lift's page, or to a building's screen."""
        row = self._connection.execute(
            select(*_CODES).where(_leads(use, place=place, lift=lift))
        ).one_or_none()
        return None if row is None else Code(**row._asdict())


class SqlCareWork(SqlCareReads, ComplaintWork):
    """Fulfils `liftwatch.care.residents_store.CareWork` in a transaction."""

    def put_notice(self, one: Notice) -> None:
        """Insert version 1, replace one whose version is one less; raises Conflict else."""
        values = structs.asdict(one)
        if one.version == 1:
            self._connection.execute(insert(notice), values)
            return
        known = (_NOTICE.id == one.id) & (_NOTICE.version == one.version - 1)
        if self._connection.execute(update(notice).where(known).values(values)).rowcount != 1:
            raise Conflict(Said("somebody else has changed it"))

    def locked_notice(self, id: str) -> Notice | None:
        """One of them, locked against others."""
        query = select(*_NOTICES).where(_NOTICE.id == id).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Notice(**row._asdict())

    def add_code(self, code: Code) -> None:
        """Insert; what led to the same page before leads nowhere from then on."""
        place = (code.area, code.estate, code.building)
        before = update(public_code).where(_leads(code.use, place=place, lift=code.lift))
        self._connection.execute(before.values(ended_ms=code.made_ms))
        self._connection.execute(insert(public_code), structs.asdict(code))


def _leads(use: Use, *, place: tuple[str, str, str], lift: str | None) -> ColumnElement[bool]:
    conditions = [_CODE.use == use, _CODE.ended_ms.is_(None)]
    if lift is not None:
        return and_(*conditions, _CODE.lift == lift)
    area, estate, building = place
    here = (_CODE.area == area, _CODE.estate == estate, _CODE.building == building)
    return and_(*conditions, _CODE.lift.is_(None), *here)
