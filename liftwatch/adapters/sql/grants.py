"""Who may what now: asked at every request, so the queries are made beforehand, which takes half
their time, and a request asks one of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, select

from liftwatch.access.sight import Grant, Place
from liftwatch.adapters.sql import people_tables as tables

_PERSON, _MEMBER, _CREDENTIAL = tables.person.c, tables.membership.c, tables.credential.c
_ORGANISATION, _PLACE = tables.organisation.c, tables.organisation_place.c
_NOW_MS = bindparam("now_ms", type_=BigInteger())
_STANDS = (
    select(1)
    .where(_CREDENTIAL.family == bindparam("family"), _CREDENTIAL.ended_ms.is_(None))
    .where(_CREDENTIAL.expires_ms > _NOW_MS)
)
_NOW_MEMBER = (_MEMBER.from_ms <= _NOW_MS) & (
    _MEMBER.until_ms.is_(None) | (_MEMBER.until_ms > _NOW_MS)
)
_WITHIN = (_PLACE.estate, _PLACE.building)
_GRANTED = (_MEMBER.role, _MEMBER.organisation, _ORGANISATION.closed_ms, _PLACE.area, *_WITHIN)


def _reaching(query: Select[Any]) -> Select[Any]:
    """With where each membership's organisation reaches."""
    query = query.outerjoin(tables.organisation, _ORGANISATION.id == _MEMBER.organisation)
    place = tables.organisation_place
    query = query.outerjoin(place, _PLACE.organisation == _MEMBER.organisation)
    return query.order_by(_MEMBER.role, _MEMBER.organisation, _PLACE.area, *_WITHIN)


GRANTS = _reaching(select(*_GRANTED).where(_MEMBER.person == bindparam("person"), _NOW_MEMBER))
SIGNED_IN = _reaching(
    select(_PERSON.id, _PERSON.login, _PERSON.epoch, *_GRANTED)
    .outerjoin(tables.membership, (_MEMBER.person == _PERSON.id) & _NOW_MEMBER)
    .where(_PERSON.id == bindparam("person"), _PERSON.disabled_ms.is_(None))
    .where(_STANDS.exists())
)


def grants_of(rows: Sequence[Sequence[Any]]) -> tuple[Grant, ...]:
    """Of rows of GRANTS: a closed organisation grants nothing, nor does no membership."""
    held: dict[tuple[str, str], dict[Place, None]] = {}
    for role, organisation, closed_ms, *place in rows:
        if role is not None and closed_ms is None:
            places = held.setdefault((role, organisation or ""), {})
            if place[0] is not None:
                places[Place(*place)] = None
    return tuple(
        Grant(role=role, organisation=organisation, places=tuple(places))
        for (role, organisation), places in held.items()
    )
