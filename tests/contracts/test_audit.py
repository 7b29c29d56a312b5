"""One contract for the trail, whatever lies beneath: memory, SQLite, PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.chain import Anchor
from liftwatch.audit.check import ERASE
from liftwatch.audit.entry import ENGINE, NOBODY
from liftwatch.audit.trail import AuditFilter
from liftwatch.ports import Books
from tests.contracts.trail import DAY, MONDAY_MS, OTHER, act, checked, give_up, note

THREADS, EACH = 8, 12


class _ChangedHisMind(Exception):
    """Ends a transaction."""


def test_acts_are_numbered_and_chained(trail: Books) -> None:
    """As they were noted; what was said is read back; the chain holds with its key only."""
    note(trail, *(act(k) for k in range(3)))
    with trail.begin() as work:
        work.audit(act(3, person="p-wang", outcome="refused", channel="cli", address=None))
        work.audit(act(4, person=NOBODY, organisation=None, why=None, detail={}))
    page = trail.audit_page(AuditFilter())
    assert [line.entry.n for line in page.items] == [5, 4, 3, 2, 1]
    five, four, *_ = page.items
    assert (five.who, five.entry.organisation, five.why, five.private) == (NOBODY, None, None, {})
    assert (four.who, four.entry.outcome, four.address, four.why) == (
        "p-wang",
        "refused",
        None,
        "reason 3",
    )
    assert (four.entry.target, four.entry.detail, four.about) == ("i-3", '{"rows":3}', "")
    verdict = checked(trail)
    assert (verdict.wrong, verdict.entries, verdict.last, verdict.notes) == (None, 5, 5, ())
    assert trail.audit_head().n == 5
    assert (wrong := checked(trail, keys=[OTHER]).wrong)
    assert (wrong.n, wrong.fault) == (1, "seal")


def test_a_failed_transaction_leaves_no_entry(trail: Books) -> None:
    """Neither a number nor a pseudonym; the act and its entry go together."""
    note(trail, act(0))
    with pytest.raises(_ChangedHisMind), trail.begin() as work:
        work.audit(act(1, person="p-new"))
        work.publish("lift", {"a": 1})
        raise _ChangedHisMind
    assert (trail.audit_head().n, trail.stream_head(), len(trail.audit_identities())) == (1, 0, 1)
    note(trail, act(2))
    assert [one.n for one in trail.audit_after(0)] == [1, 2]
    assert checked(trail).wrong is None


def test_many_at_once_leave_no_gap(sql_trail: SqlBooks) -> None:
    """From threads, some with several acts, some failing, half of them publishing as well."""

    def work_of(thread: int) -> None:
        for k in range(EACH):
            try:
                with sql_trail.begin() as work:
                    work.audit(act(k, person=f"p-{thread % 3}"))
                    if thread % 2:
                        work.publish("lift", {"k": k})
                    work.audit(act(k, target_kind="person", target=f"p-{(thread + k) % 3}"))
                    if k % 4 == 3:
                        raise _ChangedHisMind
            except _ChangedHisMind:
                pass

    for person in ("p-0", "p-1", "p-2", "p-li"):
        note(sql_trail, act(person=person))
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work_of, range(THREADS)))
    wanted = 4 + THREADS * EACH * 2 * 3 // 4
    verdict = checked(sql_trail)
    assert (verdict.wrong, verdict.entries, verdict.last) == (None, wanted, wanted)
    assert len(sql_trail.audit_identities()) == 4


def test_many_who_meet_a_new_person_agree_on_one_pseudonym(sql_trail: SqlBooks) -> None:
    """Whoever comes second waits for the first."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda k: note(sql_trail, act(k)), range(THREADS)))
    assert len({one.actor for one in sql_trail.audit_after(0)}) == 1
    assert len(sql_trail.audit_identities()) == 1


def test_a_page_is_of_what_was_asked_for(trail: Books) -> None:
    """Actor, action, target, time; pages join without a gap."""
    note(
        trail,
        act(0),
        act(1, person="p-wang", action="lifts.write", target_kind="lift", target="L-1"),
        act(2, target_kind="person", target="p-wang", action="people.read"),
        act(3, person="p-wang", target_kind="person", target="p-li"),
        act(4, person=ENGINE, channel="engine", target_kind="lift", target="L-2"),
        act(5, target_kind="person", target=""),
    )
    actor = trail.audit_page(AuditFilter(person="p-wang")).items[0].entry.actor
    for where, wanted in [
        (AuditFilter(person="p-li"), [6, 3, 1]),
        (AuditFilter(actor=actor), [4, 2]),
        (AuditFilter(person="p-nobody"), []),
        (AuditFilter(about="p-wang"), [3]),
        (AuditFilter(about="p-nobody"), []),
        (AuditFilter(action=("lifts.write", "people.read")), [3, 2]),
        (AuditFilter(target_kind="lift"), [5, 2]),
        (AuditFilter(target_kind="lift", target="L-2"), [5]),
        (AuditFilter(from_ms=MONDAY_MS + 1000, to_ms=MONDAY_MS + 3000), [3, 2]),
        (AuditFilter(person="p-wang", from_ms=MONDAY_MS + 3000), [4]),
    ]:
        found = trail.audit_page(where).items
        assert [line.entry.n for line in found] == wanted, where
        assert [one.n for one in trail.audit_after(0, where=where)] == wanted[::-1]
    seen, after = [], None
    while True:
        page = trail.audit_page(AuditFilter(), after=after, limit=2)
        seen += [line.entry.n for line in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1]
    assert [one.n for one in trail.audit_after(2, limit=2)] == [3, 4]


def test_no_row_but_one_names_a_person(sql_trail: SqlBooks) -> None:
    """Not as actor, not as target, not in a text; only the table of pseudonyms does."""
    note(
        sql_trail,
        act(0, person="p-zhao", why="Mrs Zhao asked", private={"phone": "13800000000"}),
        act(
            1,
            target_kind="person",
            target="p-zhao",
            why="moved away",
            private={"phone": "13911111111"},
        ),
    )
    with sql_trail.engine.connect() as connection:
        rows = [str(row) for row in connection.execute(text("SELECT * FROM audit"))]
        people = connection.execute(text("SELECT person FROM audit_pseudonym")).scalars().all()
    for word in ("-zhao", " Zhao", "13800000000", "13911111111", "203.0.113.7", "moved", "p-li"):
        assert not any(word in row for row in rows), word
    assert sorted(people) == ["p-li", "p-zhao"]
    newest, oldest = sql_trail.audit_page(AuditFilter()).items
    assert (oldest.who, oldest.why, oldest.private) == (
        "p-zhao",
        "Mrs Zhao asked",
        {"phone": "13800000000"},
    )
    assert (newest.who, newest.about, newest.private) == (
        "p-li",
        "p-zhao",
        {"phone": "13911111111"},
    )


def test_an_erased_person_is_nobody_and_the_chain_holds(trail: Books) -> None:
    """One row goes. What others did to the person stays theirs; the person's own data is gone."""
    note(
        trail,
        act(0, person="p-zhao", private={"phone": "138"}),
        act(1, target_kind="person", target="p-zhao", private={"phone": "139"}),
        act(2),
    )
    with trail.begin() as work:
        pseudonym = work.erase_person("p-zhao")
        assert pseudonym is not None
        work.audit(act(3, action=ERASE, target_kind="pseudonym", target=pseudonym))
    with trail.begin() as work:
        assert work.erase_person("p-zhao") is None
    four, _, two, one = trail.audit_page(AuditFilter()).items
    assert (one.who, one.address, one.why, one.private) == (None, None, None, {})
    assert one.entry.actor == two.entry.target == four.entry.target == pseudonym
    assert (two.who, two.about, two.why, two.private) == ("p-li", None, "reason 1", {})
    verdict = checked(trail)
    assert (verdict.wrong, verdict.entries, verdict.notes) == (None, 4, ())
    note(trail, act(5, person="p-zhao"))
    again = trail.audit_page(AuditFilter()).items[0]
    assert (again.who, again.entry.actor == pseudonym) == ("p-zhao", False)


def test_an_erasure_that_fails_erases_nobody(trail: Books) -> None:
    """It is a transaction like every other."""
    note(trail, act(0))
    with pytest.raises(_ChangedHisMind), trail.begin() as work:
        work.erase_person("p-li")
        work.audit(act(1))
        raise _ChangedHisMind
    assert trail.audit_page(AuditFilter()).items[0].who == "p-li"


def test_a_day_has_one_anchor(trail: Books) -> None:
    """The first that is put; they come in order of their days."""
    note(trail, act(0), act(1))
    first, second = trail.audit_after(0)
    with trail.begin() as work:
        assert work.put_anchor(Anchor(day=DAY + 1, n=2, hash=second.hash))
        assert work.put_anchor(Anchor(day=DAY, n=1, hash=first.hash))
        assert not work.put_anchor(Anchor(day=DAY, n=2, hash=second.hash))
    assert [(one.day, one.n) for one in trail.audit_anchors()] == [(DAY, 1), (DAY + 1, 2)]
    assert checked(trail).anchors == 2


def test_the_newest_entry_before_a_moment(trail: Books) -> None:
    """By number: a clock that was set back makes older entries later ones."""
    note(trail, act(0), act(9), act(1))
    for ms, wanted in ((0, None), (1, 1), (500, 1), (1001, 3), (10_000, 3)):
        found = trail.audit_before(MONDAY_MS + ms)
        assert (found.n if found else None) == wanted, ms


def test_what_is_given_up_goes_and_the_rest_holds(trail: Books) -> None:
    """Up to an anchor, which stays and vouches for it; it is noted, and not undone."""
    note(trail, *(act(k) for k in range(6)))
    anchors = [Anchor(day=DAY + n, n=n, hash=trail.audit_after(n - 1)[0].hash) for n in (2, 4)]
    with trail.begin() as work:
        for anchor in anchors:
            work.put_anchor(anchor)
        assert work.sweep_audit() == 0
    give_up(trail, anchors[1])
    with trail.begin() as work:
        assert not work.give_up_audit(anchors[0])
        assert not work.give_up_audit(anchors[1])
    shown = [one.n for one in trail.audit_after(0)]
    assert shown == [5, 6, 7] == [x.entry.n for x in trail.audit_page(AuditFilter()).items][::-1]
    assert checked(trail).wrong is None
    with trail.begin() as work:
        assert work.sweep_audit() == 4
    with trail.begin() as work:
        assert work.sweep_audit() == 0
    assert trail.audit_after(0)[0].n == 5
    verdict = checked(trail)
    assert (verdict.wrong, verdict.first, verdict.last) == (None, 5, 7)
    note(trail, act(9))
    assert trail.audit_head().n == 8


def test_what_fails_gives_nothing_up(trail: Books) -> None:
    """Neither anchor nor mark nor entries are changed."""
    note(trail, *(act(k) for k in range(3)))
    before = trail.audit_after(0), trail.audit_head()
    anchor = Anchor(day=DAY, n=2, hash=before[0][1].hash)
    with pytest.raises(_ChangedHisMind), trail.begin() as work:
        assert work.put_anchor(anchor)
        assert work.give_up_audit(anchor)
        assert work.sweep_audit() == 2
        raise _ChangedHisMind
    assert (trail.audit_after(0), trail.audit_head(), trail.audit_anchors()) == (*before, [])


def test_much_is_swept_in_parts(sql_trail: SqlBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody waits; a half-swept trail holds."""
    monkeypatch.setattr("liftwatch.adapters.sql.audit.PRUNED_MAX", 4)
    note(sql_trail, *(act(k) for k in range(6)))
    anchor = Anchor(day=DAY, n=5, hash=sql_trail.audit_after(4)[0].hash)
    with sql_trail.begin() as work:
        work.put_anchor(anchor)
    give_up(sql_trail, anchor)
    swept = []
    for _ in range(3):
        with sql_trail.begin() as work:
            swept.append(work.sweep_audit())
        assert checked(sql_trail).wrong is None
    assert swept == [4, 1, 0]


@pytest.mark.parametrize("word", ["", "x" * 5_000, "\x00\ud800'\";--<b>", "🛗 电梯 \n\r\t", "=1+1"])
def test_whatever_comes_from_outside_can_be_noted(trail: Books, word: str) -> None:
    """Cut and cleaned where it is no text; an act must not fail for its address."""
    note(trail, act(0, target=word, organisation=word, address=word, why=word))
    note(trail, act(1, target_kind="person", target=word))
    line = trail.audit_page(AuditFilter()).items[1]
    for text_ in (line.entry.target, line.entry.organisation, line.address, line.why):
        assert text_ is not None
        assert len(text_) <= min(len(word), 1_000)
        assert text_.isprintable()
    assert checked(trail).wrong is None
