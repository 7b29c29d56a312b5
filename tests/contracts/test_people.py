"""People, organisations and sign-ins, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace
from sqlalchemy import select, text

from liftwatch.access.people import AccessError, Person
from liftwatch.access.secrets import Seal, Unsealed, digest
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql import people_tables as tables
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import MINUTE_MS
from liftwatch.handlers import people, sign_in
from liftwatch.handlers.sign_in import FAILURES_FREE, LOCKED_MS, Refused
from liftwatch.ports import Conflict, Stale

NOW_MS = 1_772_439_240_000
PASSWORD, OTHER = "correct horse battery", "staple and a lantern"
SECRET = b"a secret of thirty-two bytes, or more"


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(SECRET))


def make(store: SqlPeople, login: str = "li", **more: str) -> Person:
    """Somebody with a password."""
    with store.begin() as work:
        return people.make_person(
            work, login=login, name="李伟", password=PASSWORD, now_ms=NOW_MS, **more
        )


def test_a_person_comes_back_as_made_and_is_sealed_in_the_database(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """Whoever reads the table reads neither name nor telephone number."""
    made = make(store, phone="+86 512 5555 0101")
    with store.reading() as reads:
        assert reads.person(made.id) == reads.person_of_login("li") == made
    with shared_books.engine.connect() as connection:
        row = connection.execute(select(tables.person)).one()
        assert "李伟".encode() not in row.name
        assert b"5555" not in row.phone
        assert PASSWORD not in str(row)


def test_with_another_secret_or_in_another_row_nothing_is_unsealed(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """A sealed name is bound to its row."""
    first, second = make(store, "li"), make(store, "wang")
    with SqlPeople(shared_books, Seal(b"x" * 32)).reading() as reads, pytest.raises(Unsealed):
        reads.person(first.id)
    with shared_books.begin() as work:
        swap = "UPDATE person SET name = (SELECT name FROM person WHERE id = :a) WHERE id = :b"
        work.connection.execute(text(swap), {"a": first.id, "b": second.id})
    with store.reading() as reads, pytest.raises(Unsealed):
        reads.person(second.id)


def test_the_right_password_signs_in_and_nothing_else_does(store: SqlPeople) -> None:
    """Logins are the same in capitals; a disabled person is nobody."""
    made = make(store)
    assert sign_in.sign_in(store, " LI ", PASSWORD, now_ms=NOW_MS).id == made.id
    for login, password in (("li", OTHER), ("li", ""), ("wang", PASSWORD), ("", "")):
        with pytest.raises(Refused) as refused:
            sign_in.sign_in(store, login, password, now_ms=NOW_MS)
        assert refused.value.why == "wrong"
    admin = make(store, "root")
    with store.begin() as work:
        people.grant(work, admin.id, "admin", organisation=None, now_ms=NOW_MS)
        people.change_person(work, made.id, version=1, now_ms=NOW_MS, disabled=True)
    with pytest.raises(Refused):
        sign_in.sign_in(store, "li", PASSWORD, now_ms=NOW_MS)


def test_wrong_passwords_lock_a_login_for_longer_and_longer(store: SqlPeople) -> None:
    """While it is locked the right password is refused too; afterwards it counts from nothing."""
    make(store)
    now_ms = NOW_MS
    for _ in range(FAILURES_FREE):
        with pytest.raises(Refused, match="wrong"):
            sign_in.sign_in(store, "li", OTHER, now_ms=now_ms)
    with pytest.raises(Refused, match="locked"):
        sign_in.sign_in(store, "li", PASSWORD, now_ms=now_ms + LOCKED_MS - 1)
    now_ms += LOCKED_MS
    with pytest.raises(Refused, match="wrong"):
        sign_in.sign_in(store, "li", OTHER, now_ms=now_ms)
    with pytest.raises(Refused, match="locked"):
        sign_in.sign_in(store, "li", PASSWORD, now_ms=now_ms + 2 * LOCKED_MS - 1)
    signed_in = sign_in.sign_in(store, "li", PASSWORD, now_ms=now_ms + 2 * LOCKED_MS)
    assert (signed_in.failed, signed_in.locked_until_ms) == (0, None)


def test_guessing_in_parallel_gets_no_more_tries(store: SqlPeople) -> None:
    """Twenty at once are counted one by one."""
    make(store)

    def guess(_: int) -> str:
        try:
            sign_in.sign_in(store, "li", OTHER, now_ms=NOW_MS)
        except Refused as refused:
            return refused.why
        return "in"

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(guess, range(20)))
    assert (found.count("wrong"), found.count("locked")) == (FAILURES_FREE, 20 - FAILURES_FREE)


def test_a_refresh_token_is_good_once_and_its_theft_ends_the_family(store: SqlPeople) -> None:
    """Whoever uses the old one again ends the new one."""
    made = make(store)
    with store.begin() as work:
        first = sign_in.issue(work, made.id, "refresh", now_ms=NOW_MS)
    with store.begin() as work:
        second = sign_in.refresh(work, first.secret, now_ms=NOW_MS)
    assert second is not None
    assert second.credential.family == first.credential.family
    with store.begin() as work:
        assert work.signed_in(made.id, family=first.credential.family, now_ms=NOW_MS)
        assert sign_in.refresh(work, first.secret, now_ms=NOW_MS) is None
    with store.begin() as work:
        assert not work.signed_in(made.id, family=first.credential.family, now_ms=NOW_MS)
        assert sign_in.refresh(work, second.secret, now_ms=NOW_MS) is None
        assert sign_in.refresh(work, "lwr_guess", now_ms=NOW_MS) is None


def test_credentials_end_by_time_by_signing_out_and_by_a_new_password(store: SqlPeople) -> None:
    """No secret is kept, only its digest."""
    made = make(store)
    with store.begin() as work:
        session = sign_in.issue(work, made.id, "session", now_ms=NOW_MS)
        key = sign_in.issue(work, made.id, "key", now_ms=NOW_MS, label="the gateway", lives_ms=5)
        assert work.credential(digest(session.secret)) == session.credential
        assert work.credential(session.secret) is None
        assert len(work.credentials(made.id, now_ms=NOW_MS)) == 2
        assert work.credentials(made.id, now_ms=NOW_MS + 5) == [session.credential]
        assert sign_in.sign_out(work, session.secret, now_ms=NOW_MS)
        assert not sign_in.sign_out(work, session.secret, now_ms=NOW_MS)
        assert work.credentials(made.id, now_ms=NOW_MS) == [key.credential]
        after = people.set_password(work, made.id, OTHER, now_ms=NOW_MS)
        assert work.credentials(made.id, now_ms=NOW_MS) == []
        assert after.epoch == made.epoch + 1
        assert work.prune_credentials(NOW_MS + 6) == 1
    assert sign_in.sign_in(store, "li", OTHER, now_ms=NOW_MS) == after


def test_a_link_signs_in_once_and_soon(store: SqlPeople) -> None:
    """Used, over, or for somebody who is gone it is of no use."""
    made = make(store)
    with store.begin() as work:
        link = sign_in.issue(work, made.id, "link", now_ms=NOW_MS)
        late = sign_in.issue(work, made.id, "link", now_ms=NOW_MS - 31 * MINUTE_MS)
        session = sign_in.follow_link(work, link.secret, now_ms=NOW_MS)
        assert session is not None
        assert session.credential.kind == "session"
        assert sign_in.follow_link(work, link.secret, now_ms=NOW_MS) is None
        assert sign_in.follow_link(work, late.secret, now_ms=NOW_MS) is None
        assert sign_in.follow_link(work, session.secret, now_ms=NOW_MS) is None


def test_two_who_change_one_person_meet(store: SqlPeople) -> None:
    """The second is told, and a login is taken once."""
    made = make(store)
    with store.begin() as work:
        people.change_person(work, made.id, version=1, now_ms=NOW_MS, name="李 伟")
    with pytest.raises(Conflict), store.begin() as work:
        people.change_person(work, made.id, version=1, now_ms=NOW_MS, name="Li")
    with pytest.raises(Conflict), store.begin() as work:
        work.update_person(replace(made, version=2))
    with pytest.raises(AccessError, match="exists already"):
        make(store, "LI")
    with pytest.raises(Conflict), store.begin() as work:
        work.add_person(replace(made, id="other"))


def test_roles_count_while_they_last_in_organisations_that_are_open(store: SqlPeople) -> None:
    """An organisation brings its places; a role is given once."""
    made = make(store)
    garden = Place("320583", "garden")
    with store.begin() as work:
        estate = people.make_organisation(work, name="物业", now_ms=NOW_MS, places=[garden])
        role = people.grant(work, made.id, "property", organisation=estate.id, now_ms=NOW_MS)
        again = people.grant(work, made.id, "property", organisation=estate.id, now_ms=NOW_MS)
        assert again == role
        (held,) = work.grants(made.id, NOW_MS)
        assert (held.role, held.places) == ("property", (garden,))
        assert work.grants(made.id, NOW_MS - 1) == ()
        people.change_organisation(work, estate.id, version=1, now_ms=NOW_MS, closed=True)
        assert work.grants(made.id, NOW_MS) == ()
        people.change_organisation(work, estate.id, version=2, now_ms=NOW_MS, closed=False)
        root = make_admin(work)
        people.withdraw(work, made.id, role.id, now_ms=NOW_MS + 5)
        assert work.grants(made.id, NOW_MS + 4)
        assert work.grants(made.id, NOW_MS + 5) == ()
        assert work.grants(root.id, NOW_MS)[0].role == "admin"


def make_admin(work: sign_in.PeopleWork) -> Person:
    """An administrator."""
    root = people.make_person(work, login="root", name="root", now_ms=NOW_MS)
    people.grant(work, root.id, "admin", organisation=None, now_ms=NOW_MS)
    return root


def test_the_last_administrator_stays(store: SqlPeople) -> None:
    """Neither withdrawn nor disabled: nobody could let anybody in again."""
    with store.begin() as work:
        root = make_admin(work)
        (role,) = work.memberships([root.id])
    with pytest.raises(AccessError, match="administrator"), store.begin() as work:
        people.withdraw(work, root.id, role.id, now_ms=NOW_MS)
    with pytest.raises(AccessError, match="administrator"), store.begin() as work:
        people.change_person(work, root.id, version=1, now_ms=NOW_MS, disabled=True)
    with store.reading() as reads:
        assert reads.has_admin()


def test_contracts_of_a_lift_do_not_overlap(store: SqlPeople) -> None:
    """The next begins when the last ends."""
    with store.begin() as work:
        unit = people.make_organisation(work, name="维保", now_ms=NOW_MS).id

        def contract(from_ms: int, until_ms: int | None) -> None:
            people.make_contract(
                work, lift="L-0001", organisation=unit, from_ms=from_ms, until_ms=until_ms
            )

        contract(100, 200)
        contract(200, None)
        contract(50, 100)
        for from_ms, until_ms in ((0, 51), (0, None), (150, 160), (300, None), (199, 201)):
            with pytest.raises(AccessError, match="already"):
                contract(from_ms, until_ms)
        with pytest.raises(AccessError, match="before it begins"):
            contract(10, 10)
        found = work.contracts(lift="L-0001")
        assert [one.from_ms for one in found] == [200, 100, 50]
        assert len(work.contracts(organisation=unit)) == 3
        people.end_contract(work, found[0], version=1, until_ms=300)
        contract(300, None)
        with pytest.raises(AccessError, match="already"):
            people.end_contract(work, found[1], version=1, until_ms=201)
        with pytest.raises(Stale):
            people.end_contract(work, found[0], version=2, until_ms=250)
        with pytest.raises(Stale):
            work.update_contract(found[0])
        work.delete_contract(found[1].id)
        contract(100, 200)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "a"),
        ("login", "li wei"),
        ("login", "x" * 65),
        ("login", "'; DROP TABLE person;--"),
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("name", "\u202eil"),
        ("phone", "1" * 33),
        ("password", "short"),
        ("password", "x" * 257),
        ("password", "aaaaaaaaaaaaaaaa"),
        ("password", "my name is li ok"),
    ],
)
def test_what_a_person_may_not_be(store: SqlPeople, field: str, value: str) -> None:
    """One line says what is wrong; a password is never repeated."""
    told = {"login": "li", "name": "Li", "password": PASSWORD, field: value}
    with pytest.raises(AccessError) as error, store.begin() as work:
        people.make_person(work, now_ms=NOW_MS, **told)
    assert "\n" not in str(error.value)
    assert field != "password" or value not in str(error.value)
    with store.reading() as reads:
        assert reads.people() == []
