"""Notices and codes of public pages, on both databases; two complaints at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec import structs

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place, Sight
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.notices import Notice
from liftwatch.care.residents_store import Wanted
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers.care_complaints import Told, receive
from liftwatch.handlers.care_notices import decline, draft, publish, renew_code, withdraw
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Conflict, LiftRow, Stale
from liftwatch.register.facts import Facts

PLACE = ("320583", "garden", "3")


@pytest.fixture
def office(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(b"a secret of thirty-two bytes, or more"))


def notice(**more: object) -> Notice:
    """A draft about doors, for a week from now."""
    at_ms = now_ms()
    made = Notice(
        id="n-1",
        area="320583",
        estate="garden",
        building="3",
        lift=None,
        topic="doors",
        state="draft",
        zh="请勿挡门",
        en="Do not block the doors",
        from_ms=at_ms,
        until_ms=at_ms + 7 * DAY_MS,
        evidence={"door_blocked": 4},
        made_ms=at_ms,
    )
    return structs.replace(made, **more)


def test_a_notice_hangs_from_its_publication_to_its_end(office: SqlPeople) -> None:
    """For its building and, of the whole estate, for every building; once each move."""
    at_ms = now_ms()
    with office.begin() as work:
        draft(work, notice(), now_ms=at_ms)
        draft(work, notice(id="n-2", building=""), now_ms=at_ms)
    with office.begin() as work:
        assert work.care.notices_at(PLACE) == []
        publish(work, "n-1", version=1, now_ms=at_ms)
        publish(work, "n-2", version=1, now_ms=at_ms)
    with office.reading() as reads:
        assert {one.id for one in reads.care.notices_at(PLACE)} == {"n-1", "n-2"}
        assert [one.id for one in reads.care.notices_at((*PLACE[:2], "4"))] == ["n-2"]
        (one,) = [one for one in reads.care.notices_at(PLACE) if one.id == "n-1"]
        assert one.evidence == {"door_blocked": 4}
        assert (one.is_shown(one.until_ms - 1), one.is_shown(one.until_ms)) == (True, False)
        lake = Sight(places=(Place("320583", "lake"),))
        assert reads.care.notice("n-1", sight=lake) is None
        assert reads.care.notices(since_ms=0, sight=lake) == []
    with office.begin() as work, pytest.raises(CannotMove):
        publish(work, "n-1", version=2, now_ms=at_ms)
    with office.begin() as work, pytest.raises(Stale):
        withdraw(work, "n-1", version=1, now_ms=at_ms)
    with office.begin() as work:
        assert withdraw(work, "n-1", version=2, now_ms=at_ms).end_ms == at_ms
    with office.reading() as reads:
        assert [one.id for one in reads.care.notices_at(PLACE)] == ["n-2"]


def test_declined_with_a_reason(office: SqlPeople) -> None:
    """Without one it stays a draft."""
    with office.begin() as work:
        draft(work, notice(), now_ms=now_ms())
    with office.begin() as work, pytest.raises(Untold):
        decline(work, "n-1", " ", version=1)
    with office.begin() as work:
        assert decline(work, "n-1", "a removal", version=1).state == "declined"


def test_a_code_leads_until_it_is_renewed(office: SqlPeople) -> None:
    """Of each lift one, of each building's screen one; they do not end each other."""

    def made(lift: str | None) -> str:
        with office.begin() as work:
            use = "screen" if lift is None else "lift"
            return renew_code(work, use, place=PLACE, lift=lift, person=None, now_ms=now_ms()).code

    first, other, screen = made("L-1"), made("L-2"), made(None)
    second, new_screen = made("L-1"), made(None)
    with office.reading() as reads:
        found = [reads.care.code(one) for one in (first, other, screen, second, new_screen)]
        assert [one is not None for one in found] == [False, True, False, True, True]
        held = reads.care.code_of("lift", place=PLACE, lift="L-1")
        assert held is not None
        assert held.code == second


def test_many_at_once_are_one_matter(office: SqlPeople) -> None:
    """Whoever comes first makes it, the others join; who conflicts tries once more."""
    row = LiftRow(lift="L-1", area="320583", estate="garden", facts=Facts(building="3"))

    def tell(_: int) -> None:
        for _again in range(2):
            try:
                with office.begin() as work:
                    receive(work, row, Told(topic="doors", channel="page"), now_ms=now_ms())
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(16)))
    with office.reading() as reads:
        (one,) = reads.care.complaints(Wanted(), now_ms=now_ms())
    assert one.joined == 15
