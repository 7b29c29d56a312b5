"""What is over is forgotten after its time, and nothing before."""

import pytest

from liftwatch.access.people import Answered
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.engine.sign_ins import ANSWERS_KEPT_MS, CREDENTIALS_KEPT_MS, prune
from liftwatch.handlers import people, sign_in

NOW_MS = 1_772_439_240_000


@pytest.mark.parametrize("early_ms", [1, 0])
def test_what_is_over_is_forgotten_after_its_time(tmp_path: object, early_ms: int) -> None:
    """To the millisecond."""
    books = open_books(f"sqlite:///{tmp_path}/books.sqlite")
    store = SqlPeople(books, Seal(b"s" * 32))
    with store.begin() as work:
        person = people.make_person(work, login="li", name="Li", now_ms=0)
        link = sign_in.issue(work, person.id, "link", now_ms=NOW_MS)
        work.keep_answer(person.id, "a-key-of-a-request", Answered("d", 201, "{}"), now_ms=NOW_MS)
    nameless = SqlPeople(books, Seal(b"t" * 32))
    prune(nameless, NOW_MS + ANSWERS_KEPT_MS + 1 - early_ms)
    with store.begin() as work:
        kept = work.answered(person.id, "a-key-of-a-request")
        assert (kept is not None) == bool(early_ms)
        assert work.credential(link.credential.digest) is not None
    prune(nameless, link.credential.expires_ms + CREDENTIALS_KEPT_MS + 1 - early_ms)
    with store.begin() as work:
        assert (work.credential(link.credential.digest) is not None) == bool(early_ms)
    books.close()
