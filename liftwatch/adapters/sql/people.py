"""People, organisations and what stands for a sign-in, in the relational store.

Names and telephone numbers of people are sealed (`liftwatch.access.secrets.Seal`): who reads the
database without the installation's secret reads none of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import structs
from sqlalchemy import (
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from liftwatch.access.people import (
    Answered,
    Contract,
    Credential,
    Membership,
    Organisation,
    Person,
    SignedIn,
)
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Grant, Place
from liftwatch.adapters.sql import people_tables as tables
from liftwatch.adapters.sql.books import SqlBooks
from liftwatch.adapters.sql.care_notices import SqlCareReads, SqlCareWork
from liftwatch.adapters.sql.contacts import SqlContactReads, SqlContactWork
from liftwatch.adapters.sql.dwellings import DwellingReads, DwellingWork
from liftwatch.adapters.sql.grants import GRANTS, SIGNED_IN, grants_of
from liftwatch.adapters.sql.identities import IdentityReads, IdentityWork
from liftwatch.adapters.sql.rotas import SqlRotaReads, SqlRotaWork, replace_version
from liftwatch.adapters.sql.trouble import translated
from liftwatch.adapters.sql.work import SqlWork
from liftwatch.audit.entry import Act
from liftwatch.ports import Conflict, Work
from liftwatch.records import RegisterWork
from liftwatch.said import Said

_PERSON, _MEMBER, _CREDENTIAL = tables.person.c, tables.membership.c, tables.credential.c
_ORGANISATION, _PLACE, _CONTRACT = (
    tables.organisation.c,
    tables.organisation_place.c,
    tables.contract.c,
)
_ANSWERED = tables.answered.c
SEALED = ("name", "phone", "email")

_PERSON_OF_ID = select(tables.person).where(_PERSON.id == bindparam("id"))


class SqlPeople:
    """Fulfils `liftwatch.access.store.PeopleStore` over the books' database."""

    def __init__(self, books: SqlBooks, seal: Seal) -> None:
        self._books, self._seal = books, seal

    @contextmanager
    def begin(self) -> Iterator["SqlPeopleWork"]:
        """A transaction: committed at the end of the block, rolled back by an exception."""
        with self._books.begin() as work:
            try:
                yield SqlPeopleWork(work, self._seal)
            except IntegrityError as error:
                raise Conflict(Said("it is taken, or what it refers to does not exist")) from error

    @contextmanager
    def reading(self) -> Iterator["SqlPeopleReads"]:
        """Reads that belong together."""
        with translated(), self._books.engine.connect() as connection:
            yield SqlPeopleReads(connection, self._seal)


class SqlPeopleReads(IdentityReads, DwellingReads, SqlRotaReads, SqlContactReads):
    """What is read of people and organisations."""

    def __init__(self, connection: Connection, seal: Seal) -> None:
        super().__init__(connection, seal)
        self._care = SqlCareWork(connection, seal)

    @property
    def care(self) -> SqlCareReads:
        """Complaints, notices, codes of public pages."""
        return self._care

    def person(self, id: str) -> Person | None:
        """One person."""
        row = self._connection.execute(_PERSON_OF_ID, {"id": id}).one_or_none()
        return None if row is None else self._person(row)

    def person_of_login(self, login: str) -> Person | None:
        """The person of a login in small letters."""
        query = select(tables.person).where(_PERSON.login == login)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._person(row)

    def people(self, *, after: str = "", limit: int = 50) -> list[Person]:
        """People in order of their login, after a login."""
        query = select(tables.person).where(_PERSON.login > after)
        rows = self._connection.execute(query.order_by(_PERSON.login).limit(limit))
        return [self._person(row) for row in rows]

    def memberships(self, people: Sequence[str]) -> list[Membership]:
        """The roles of some people, past ones too."""
        query = select(tables.membership).where(_MEMBER.person.in_(people))
        rows = self._connection.execute(query.order_by(_MEMBER.from_ms, _MEMBER.id))
        return [Membership(**row._asdict()) for row in rows]

    def members(self, organisation: str) -> list[Membership]:
        """The roles in an organisation, past ones too."""
        query = select(tables.membership).where(_MEMBER.organisation == organisation)
        rows = self._connection.execute(query.order_by(_MEMBER.from_ms, _MEMBER.id))
        return [Membership(**row._asdict()) for row in rows]

    def grants(self, person: str, now_ms: int) -> tuple[Grant, ...]:
        """What a person may now: roles in organisations that are not closed, and their places."""
        rows = self._connection.execute(GRANTS, {"person": person, "now_ms": now_ms})
        return grants_of(rows.all())

    def organisation(self, id: str) -> Organisation | None:
        """One organisation."""
        return next(iter(self._organisations(select(tables.organisation).where(_by(id)))), None)

    def organisations(self, *, after: str = "", limit: int = 50) -> list[Organisation]:
        """Organisations in order of their id, after an id."""
        query = select(tables.organisation).where(_ORGANISATION.id > after)
        return self._organisations(query.order_by(_ORGANISATION.id).limit(limit))

    def organisations_at(self, area: str, estate: str) -> list[Organisation]:
        """Organisations that are open and reach something of an estate, in order of their id."""
        reach = select(_PLACE.organisation).where(_PLACE.area == area)
        reach = reach.where(_PLACE.estate.in_(("", estate)))
        query = select(tables.organisation).where(_ORGANISATION.id.in_(reach))
        query = query.where(_ORGANISATION.closed_ms.is_(None)).order_by(_ORGANISATION.id)
        return self._organisations(query)

    def contracts(
        self, *, lift: str | None = None, organisation: str | None = None
    ) -> list[Contract]:
        """Contracts of a lift or of an organisation, the newest first."""
        query = select(tables.contract).order_by(_CONTRACT.from_ms.desc(), _CONTRACT.id)
        if lift is not None:
            query = query.where(_CONTRACT.lift == lift)
        if organisation is not None:
            query = query.where(_CONTRACT.organisation == organisation)
        return [Contract(**row._asdict()) for row in self._connection.execute(query)]

    def credential(self, digest: str) -> Credential | None:
        """What stands for a sign-in, by the digest of its secret."""
        query = select(tables.credential).where(_CREDENTIAL.digest == digest)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _credential(row)

    def credentials(self, person: str, *, now_ms: int) -> list[Credential]:
        """What stands for a person now, the newest first."""
        query = (
            select(tables.credential)
            .where(_CREDENTIAL.person == person, _CREDENTIAL.ended_ms.is_(None))
            .where(_CREDENTIAL.expires_ms > now_ms)
            .order_by(_CREDENTIAL.made_ms.desc(), _CREDENTIAL.id)
        )
        return [_credential(row) for row in self._connection.execute(query)]

    def signed_in(self, person: str, *, family: str, now_ms: int) -> SignedIn | None:
        """A person who may come in, while something of a sign-in's family still stands."""
        values = {"person": person, "family": family, "now_ms": now_ms}
        rows = self._connection.execute(SIGNED_IN, values).all()
        if not rows:
            return None
        id, login, epoch, *_ = rows[0]
        return SignedIn(id, login, epoch, grants_of([row[3:] for row in rows]))

    def has_admin(self) -> bool:
        """Whether anybody is an administrator who is not disabled."""
        query = (
            select(_PERSON.id)
            .join(tables.membership, _MEMBER.person == _PERSON.id)
            .where(_MEMBER.role == "admin", _MEMBER.until_ms.is_(None))
            .where(_PERSON.disabled_ms.is_(None))
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def _person(self, row: Row[Any]) -> Person:
        values = row._asdict()
        for name in SEALED:
            values[name] = self._seal.open(values[name], place=f"person/{row.id}/{name}")
        return Person(**values)

    def _organisations(self, query: Select[Any]) -> list[Organisation]:
        rows = self._connection.execute(query).all()
        places = self._places([row.id for row in rows])
        return [Organisation(**row._asdict(), places=tuple(places.get(row.id, ()))) for row in rows]

    def _places(self, organisations: Sequence[str]) -> dict[str, list[Place]]:
        found: defaultdict[str, list[Place]] = defaultdict(list)
        if organisations:
            query = select(tables.organisation_place)
            query = query.where(_PLACE.organisation.in_(organisations))
            ordered = query.order_by(_PLACE.area, _PLACE.estate, _PLACE.building)
            for row in self._connection.execute(ordered):
                found[row.organisation].append(Place(row.area, row.estate, row.building))
        return found


class SqlPeopleWork(SqlPeopleReads, IdentityWork, DwellingWork, SqlRotaWork, SqlContactWork):
    """One transaction: reads, and what it changes."""

    def __init__(self, work: SqlWork, seal: Seal) -> None:
        super().__init__(work.connection, seal)
        self._work = work

    @property
    def care(self) -> SqlCareWork:
        """What it does with complaints, notices, codes of public pages."""
        return self._care

    @property
    def books(self) -> Work:
        """What it does with incidents."""
        return self._work

    @property
    def register(self) -> RegisterWork:
        """What it does with lifts on record and households."""
        return self._work

    def audit(self, act: Act) -> None:
        """Note an act in the trail, in this transaction."""
        self._work.audit(act)

    def erase_person(self, person: str) -> str | None:
        """Forget who a pseudonym of the trail is; the pseudonym, or None without one."""
        return self._work.erase_person(person)

    def delete_person(self, id: str) -> None:
        """Delete a person with their roles, secrets and kept answers."""
        self._connection.execute(delete(tables.answered).where(_ANSWERED.caller == id))
        self._connection.execute(delete(tables.person).where(_PERSON.id == id))

    def locked_person(self, login: str) -> Person | None:
        """The person of a login, locked against others until the transaction ends."""
        query = select(tables.person).where(_PERSON.login == login).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else self._person(row)

    def locked_credential(self, digest: str) -> Credential | None:
        """The credential, locked against others until the transaction ends."""
        query = select(tables.credential).where(_CREDENTIAL.digest == digest).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _credential(row)

    def add_person(self, person: Person) -> None:
        """Insert; raises Conflict when the login is taken."""
        self._insert(tables.person, self._sealed(person))

    def update_person(self, person: Person) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""
        self._replace(tables.person, self._sealed(person))

    def note_sign_in(self, person: Person) -> None:
        """Keep `failed` and `locked_until_ms`, which are no change of the person."""
        values = {"failed": person.failed, "locked_until_ms": person.locked_until_ms}
        self._connection.execute(
            update(tables.person).where(_PERSON.id == person.id).values(values)
        )

    def add_membership(self, membership: Membership) -> None:
        """Insert; raises Conflict when the person or the organisation does not exist."""
        self._insert(tables.membership, structs.asdict(membership))

    def end_membership(self, id: str, *, until_ms: int) -> None:
        """It ends then."""
        query = update(tables.membership).where(_MEMBER.id == id)
        self._connection.execute(query.values(until_ms=until_ms))

    def add_organisation(self, organisation: Organisation) -> None:
        """Insert; raises Conflict when the id or the credit code is taken."""
        values = structs.asdict(organisation)
        places = values.pop("places")
        self._insert(tables.organisation, values)
        self._put_places(organisation.id, places)

    def update_organisation(self, organisation: Organisation) -> None:
        """Replace the row whose version is one less; raises Conflict when there is none."""
        values = structs.asdict(organisation)
        places = values.pop("places")
        self._replace(tables.organisation, values)
        self._put_places(organisation.id, places)

    def add_contract(self, contract: Contract) -> None:
        """Insert; raises Conflict when the organisation does not exist."""
        self._insert(tables.contract, structs.asdict(contract))

    def update_contract(self, contract: Contract) -> None:
        """Replace the row whose version is one less; raises Stale when there is none."""
        self._replace(tables.contract, structs.asdict(contract))

    def delete_contract(self, id: str) -> None:
        """As if it had never been."""
        self._connection.execute(delete(tables.contract).where(_CONTRACT.id == id))

    def add_credential(self, credential: Credential) -> None:
        """Insert."""
        values = structs.asdict(credential) | {"roles": list(credential.roles)}
        self._insert(tables.credential, values)

    def end_credentials(
        self, *, now_ms: int, id: str | None = None, family: str | None = None, of: str = ""
    ) -> int:
        """End one, a family, or all `of` a person; how many that still stood."""
        query = update(tables.credential).where(_CREDENTIAL.ended_ms.is_(None))
        if id is not None:
            query = query.where(_CREDENTIAL.id == id)
        if family is not None:
            query = query.where(_CREDENTIAL.family == family)
        if of:
            query = query.where(_CREDENTIAL.person == of)
        assert of or id is not None or family is not None, "say which"
        return self._connection.execute(query.values(ended_ms=now_ms)).rowcount

    def answered(self, caller: str, key: str) -> Answered | None:
        """What a caller was answered under a key, locked against others."""
        query = select(tables.answered).where(_ANSWERED.caller == caller, _ANSWERED.key == key)
        row = self._connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            return None
        body = self._seal.open(row.body, place=f"answered/{caller}/{key}") or ""
        return Answered(row.digest, row.status, body)

    def keep_answer(self, caller: str, key: str, answered: Answered, *, now_ms: int) -> None:
        """Keep what is answered; raises Conflict when another has just been kept under the key."""
        sealed = self._seal.close(answered.body, place=f"answered/{caller}/{key}")
        values = {"caller": caller, "key": key, "digest": answered.digest, "body": sealed}
        self._insert(tables.answered, values | {"status": answered.status, "made_ms": now_ms})

    def prune_answers(self, before_ms: int) -> int:
        """Forget what was answered before; how many went."""
        query = delete(tables.answered).where(_ANSWERED.made_ms < before_ms)
        return self._connection.execute(query).rowcount

    def prune_credentials(self, before_ms: int) -> int:
        """Forget what was over before; how many went."""
        query = delete(tables.credential).where(_CREDENTIAL.expires_ms < before_ms)
        return self._connection.execute(query).rowcount

    def _sealed(self, person: Person) -> dict[str, Any]:
        values = structs.asdict(person)
        for name in SEALED:
            values[name] = self._seal.close(values[name], place=f"person/{person.id}/{name}")
        return values

    def _put_places(self, organisation: str, places: Sequence[Place]) -> None:
        gone = delete(tables.organisation_place).where(_PLACE.organisation == organisation)
        self._connection.execute(gone)
        rows = [{"organisation": organisation, **structs.asdict(place)} for place in places]
        if rows:
            self._connection.execute(insert(tables.organisation_place), rows)

    def _insert(self, table: Any, values: dict[str, Any]) -> None:
        self._connection.execute(insert(table), values)

    def _replace(self, table: Any, values: dict[str, Any]) -> None:
        replace_version(self._connection, table, values)


def _by(id: str) -> Any:
    return _ORGANISATION.id == id


def _credential(row: Row[Any]) -> Credential:
    return Credential(**row._asdict() | {"roles": tuple(row.roles)})
