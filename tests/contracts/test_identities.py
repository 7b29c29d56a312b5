"""Sign-ins elsewhere and who is under way to a provider, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from liftwatch.access.identities import IDENTITIES_MAX, Asserted, Identity
from liftwatch.access.people import AccessError, Person
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql import people_tables as tables
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.sql.seals import reseal
from liftwatch.handlers import identities, people
from liftwatch.handlers.identities import LIVES_MS
from liftwatch.ports import Conflict

NOW_MS = 1_772_439_240_000
SECRET = b"a secret of thirty-two bytes, or more"
LI_THERE = Asserted("https://id.example", "li.wei@garden.example")


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(SECRET))


def make(store: SqlPeople, login: str = "li") -> Person:
    """Somebody."""
    with store.begin() as work:
        return people.make_person(work, login=login, name=login, now_ms=NOW_MS)


def linked(store: SqlPeople, person: Person, asserted: Asserted = LI_THERE) -> Identity:
    """Let a subject stand for somebody."""
    with store.begin() as work:
        return identities.link(work, person.id, asserted, now_ms=NOW_MS)


def test_a_subject_is_found_while_the_secret_is_exchanged(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """By the mark of the old one until all is sealed anew, then by the new one alone."""
    made, new = linked(store, make(store)), b"another secret of thirty-two bytes, or more"
    both = SqlPeople(shared_books, Seal(new, SECRET))
    with both.reading() as reads:
        assert reads.identity(LI_THERE) == made
    with both.begin() as work, pytest.raises(AccessError):
        other = people.make_person(work, login="wang", name="wang", now_ms=NOW_MS)
        identities.link(work, other.id, LI_THERE, now_ms=NOW_MS)
    assert sum(reseal(shared_books, Seal(new, SECRET))) > 0
    with SqlPeople(shared_books, Seal(new)).reading() as reads:
        assert reads.identity(LI_THERE) == made


def test_a_subject_stands_for_one_person_and_is_sealed(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """The same twice is once; of another issuer or in capitals it is another's."""
    li, wang = make(store), make(store, "wang")
    made = linked(store, li)
    assert linked(store, li) == made
    with store.reading() as reads:
        assert reads.identity(LI_THERE) == made
        assert reads.identities(li.id) == [made]
        for other in (("https://id.example/", made.subject), (made.issuer, made.subject.upper())):
            assert reads.identity(Asserted(*other)) is None
    with pytest.raises(AccessError, match="somebody else's"):
        linked(store, wang)
    with pytest.raises(Conflict), store.begin() as work:
        work.add_identity(Identity(id="x", person=wang.id, **LI_THERE._asdict(), made_ms=0))
    with shared_books.engine.connect() as connection:
        row = connection.execute(select(tables.identity)).one()
    assert b"li.wei" not in row.subject
    with SqlPeople(shared_books, Seal(b"x" * 32)).reading() as reads:
        assert reads.identity(LI_THERE) is None


def test_an_ended_one_stands_for_nobody_and_may_be_anothers(store: SqlPeople) -> None:
    """What was stays on record."""
    li, wang = make(store), make(store, "wang")
    made = linked(store, li)
    with store.begin() as work, pytest.raises(AccessError, match="no such"):
        identities.unlink(work, wang.id, made.id, now_ms=NOW_MS)
    with store.begin() as work:
        identities.unlink(work, li.id, made.id, now_ms=NOW_MS + 1)
        assert work.identity(LI_THERE) is None
        assert identities.come_in(work, LI_THERE, now_ms=NOW_MS + 1) == (None, None)
        assert [one.ended_ms for one in work.identities(li.id)] == [NOW_MS + 1]
    theirs = linked(store, wang)
    with store.reading() as reads:
        assert reads.identity(LI_THERE) == theirs
    with store.begin() as work, pytest.raises(AccessError, match="no such"):
        identities.unlink(work, li.id, made.id, now_ms=NOW_MS)


def test_who_is_erased_leaves_no_subject(store: SqlPeople) -> None:
    """Nor a way that was begun."""
    li, root = make(store), make(store, "root")
    linked(store, li)
    with store.begin() as work:
        people.grant(work, root.id, "admin", organisation=None, now_ms=NOW_MS)
        state, browser = identities.begin(work, back="/me", now_ms=NOW_MS, person=li.id)
        people.erase(work, li)
    with store.begin() as work:
        assert work.identities(li.id) == []
        assert identities.returned(work, state, browser, now_ms=NOW_MS) is None


def test_nobody_has_too_many(store: SqlPeople) -> None:
    """Ended ones do not count."""
    li = make(store)
    made = [
        linked(store, li, Asserted("https://id.example", str(n))) for n in range(IDENTITIES_MAX)
    ]
    with pytest.raises(AccessError, match="the limit"):
        linked(store, li)
    with store.begin() as work:
        identities.unlink(work, li.id, made[0].id, now_ms=NOW_MS)
    linked(store, li)
    with pytest.raises(AccessError, match="no such person"), store.begin() as work:
        identities.link(work, "nobody", LI_THERE, now_ms=NOW_MS)


def test_a_way_is_good_once_for_its_browser_and_for_its_time(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """Of its secrets the database has none."""
    with store.begin() as work:
        ways = [identities.begin(work, back="/lifts", now_ms=NOW_MS) for _ in range(3)]
    with shared_books.engine.connect() as connection:
        kept = str(connection.execute(select(tables.sign_in_attempt)).all())
    assert not any(secret in kept for way in ways for secret in way)

    def come(way: tuple[str, str], *, browser: str = "", late_ms: int = 0) -> str | None:
        with store.begin() as work:
            at_ms = NOW_MS + late_ms
            found = identities.returned(work, way[0], browser or way[1], now_ms=at_ms)
        return None if found is None else found.back

    good, late, foreign = ways
    assert [come(good, late_ms=LIVES_MS - 1), come(good)] == ["/lifts", None]
    assert [come(late, late_ms=LIVES_MS), come(late)] == [None, None]
    assert [come(foreign, browser=good[1]), come(foreign)] == [None, None]


def test_of_twenty_who_come_back_at_once_one_comes_in(store: SqlPeople) -> None:
    """A way is taken under a lock."""
    with store.begin() as work:
        state, browser = identities.begin(work, back="/", now_ms=NOW_MS)

    def come(_: int) -> bool:
        with store.begin() as work:
            return identities.returned(work, state, browser, now_ms=NOW_MS) is not None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(come, range(20))) == 1


def test_ways_that_are_over_are_forgotten(store: SqlPeople) -> None:
    """By the job of the engine."""
    with store.begin() as work:
        identities.begin(work, back="/", now_ms=NOW_MS)
        assert work.prune_attempts(NOW_MS + LIVES_MS) == 0
        assert work.prune_attempts(NOW_MS + LIVES_MS + 1) == 1
