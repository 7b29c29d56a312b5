"""Whose dwellings are, on both databases."""

import pytest
from sqlalchemy import text

from liftwatch.access.dwellings import DWELLINGS_MAX
from liftwatch.access.people import AccessError, Person
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.handlers import people
from liftwatch.handlers.dwellings import end_dwelling, give_dwelling
from liftwatch.handlers.fund_disclosure import own_of, owners_of
from liftwatch.ports import Conflict

NOW_MS = 1_772_439_240_000
SEVEN, EIGHT = ("320583", "garden", "7"), ("320583", "garden", "8")


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(b"a secret of thirty-two bytes, or more"))


def make(store: SqlPeople, login: str, name: str) -> Person:
    """Somebody."""
    with store.begin() as work:
        return people.make_person(work, login=login, name=name, now_ms=NOW_MS)


def give(
    store: SqlPeople, person: Person, door: tuple[str, str, str, str], *, now_ms: int = NOW_MS
) -> str:
    """A dwelling is theirs; its id."""
    with store.begin() as work:
        made = give_dwelling(work, person.id, door, told_by=person.id, now_ms=now_ms)
    return made.id


def test_two_may_have_one_and_one_may_have_two(store: SqlPeople) -> None:
    """Names stand together, in order of who came first; the same twice is once."""
    wang, lu = make(store, "wang", "王小明"), make(store, "lu", "陆建国")
    first = give(store, wang, (*SEVEN, "1201"))
    assert give(store, wang, (*SEVEN, "1201")) == first
    give(store, lu, (*SEVEN, "1201"), now_ms=NOW_MS + 1)
    give(store, wang, (*SEVEN, "1203"))
    give(store, wang, (*EIGHT, "1201"))
    with store.reading() as reads:
        assert owners_of(reads, SEVEN) == {"1201": "王小明、陆建国", "1203": "王小明"}
        assert own_of(reads, wang.id, SEVEN) == {"1201", "1203"}
        assert own_of(reads, lu.id, EIGHT) == frozenset()


def test_what_is_sold_is_theirs_no_more_and_may_be_again(store: SqlPeople) -> None:
    """The row stays with its end; who comes back has another."""
    wang, lu = make(store, "wang", "王小明"), make(store, "lu", "陆建国")
    id = give(store, wang, (*SEVEN, "1201"))
    with store.begin() as work, pytest.raises(AccessError):
        end_dwelling(work, lu.id, id, now_ms=NOW_MS)
    for _ in range(2):
        with store.begin() as work:
            end_dwelling(work, wang.id, id, now_ms=NOW_MS + 5)
    with store.reading() as reads:
        assert owners_of(reads, SEVEN) == {}
        assert [one.until_ms for one in reads.dwellings(wang.id)] == [NOW_MS + 5]
    assert give(store, wang, (*SEVEN, "1201")) != id


def test_the_database_has_it_once_and_forgets_with_the_person(
    store: SqlPeople, shared_books: SqlBooks
) -> None:
    """Whoever writes past our code meets the key; who is erased has no dwelling."""
    wang = make(store, "wang", "王小明")
    give(store, wang, (*SEVEN, "1201"))
    with pytest.raises(Conflict), store.begin() as work:
        (held,) = work.dwellings(wang.id)
        work.add_dwelling(
            type(held)(**{n: getattr(held, n) for n in held.__struct_fields__} | {"id": "another"})
        )
    with store.begin() as work:
        work.delete_person(wang.id)
    with shared_books.engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM dwelling")).scalar() == 0


@pytest.mark.parametrize(
    ("place", "household"),
    [
        (("3205", "garden", "7"), "1201"),
        (("320583", "Garden!", "7"), "1201"),
        (("320583", "garden", ""), "1201"),
        (("320583", "garden", "7/8"), "1201"),
        (SEVEN, ""),
        (SEVEN, "12/01"),
        (SEVEN, "x" * 33),
    ],
)
def test_what_is_no_dwelling(store: SqlPeople, place: tuple[str, str, str], household: str) -> None:
    """It cannot stand in the books' names either."""
    wang = make(store, "wang", "王小明")
    with store.begin() as work, pytest.raises(AccessError):
        give_dwelling(work, wang.id, (*place, household), told_by=None, now_ms=NOW_MS)
    with store.begin() as work, pytest.raises(AccessError):
        give_dwelling(work, "nobody", (*SEVEN, "1201"), told_by=None, now_ms=NOW_MS)


def test_there_is_an_end_to_them(store: SqlPeople, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one person."""
    assert DWELLINGS_MAX >= 100
    monkeypatch.setattr("liftwatch.handlers.dwellings.DWELLINGS_MAX", 2)
    wang = make(store, "wang", "王小明")
    give(store, wang, (*SEVEN, "1"))
    give(store, wang, (*SEVEN, "2"))
    with pytest.raises(AccessError):
        give(store, wang, (*SEVEN, "3"))
