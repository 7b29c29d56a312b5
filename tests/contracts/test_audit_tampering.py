"""What somebody who may write the database can do to the trail, and how each is found."""

from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.chain import Anchor, SealError
from liftwatch.audit.check import verify
from liftwatch.audit.persons import IdentityError
from liftwatch.audit.trail import AuditFilter
from liftwatch.ports import Books
from tests.contracts.trail import DAY, KEY, OTHER, act, by_hand, checked, note


def test_a_row_of_a_person_deleted_by_hand_is_told(sql_trail: SqlBooks) -> None:
    """The chain holds; that no entry says so is worth a line."""
    note(sql_trail, act(0), act(1, person="p-wang"))
    by_hand(sql_trail, "DELETE FROM audit_pseudonym WHERE person = 'p-wang'")
    verdict = checked(sql_trail)
    assert verdict.wrong is None
    assert verdict.notes[0].startswith("1 pseudonyms, the first at entry 2, have no person")


def test_exchanged_people_are_found(sql_trail: SqlBooks) -> None:
    """Whoever gives one's acts to another by the table of pseudonyms."""
    note(sql_trail, act(0), act(1, person="p-wang"))
    by_hand(
        sql_trail,
        "UPDATE audit_pseudonym SET person = 'x' WHERE person = 'p-li'",
        "UPDATE audit_pseudonym SET person = 'p-li' WHERE person = 'p-wang'",
        "UPDATE audit_pseudonym SET person = 'p-wang' WHERE person = 'x'",
    )
    wrong = checked(sql_trail).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "person")
    with pytest.raises(IdentityError):
        sql_trail.audit_page(AuditFilter())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET outcome = 'done' WHERE n = 1",
        "UPDATE audit SET hash = hash",
        "DELETE FROM audit WHERE n = 2",
        "DELETE FROM audit",
        "UPDATE audit_anchor SET n = 1",
        "DELETE FROM audit_anchor",
        "UPDATE audit_head SET n = 1",
        "UPDATE audit_head SET pruned = 2",
        "UPDATE audit_head SET pruned = 3",
        "DELETE FROM audit_head",
        "INSERT INTO audit SELECT * FROM audit WHERE n = 1",
    ],
)
def test_the_database_refuses_what_is_no_addition(sql_trail: SqlBooks, statement: str) -> None:
    """Also to whoever writes SQL; nothing has changed afterwards. Entry 3 has an anchor."""
    note(sql_trail, *(act(k) for k in range(3)))
    with sql_trail.begin() as work:
        assert work.put_anchor(Anchor(day=DAY, n=3, hash=sql_trail.audit_after(2)[0].hash))
    before = sql_trail.audit_after(0), sql_trail.audit_head(), sql_trail.audit_anchors()
    with pytest.raises(IntegrityError) as caught, sql_trail.engine.begin() as connection:
        connection.execute(text(statement))
    if not statement.startswith("INSERT") or sql_trail.engine.dialect.name == "sqlite":
        assert "append-only" in str(caught.value) or "goes forward" in str(caught.value)
    assert (sql_trail.audit_after(0), sql_trail.audit_head(), sql_trail.audit_anchors()) == before


def test_each_database_refuses_its_own_ways_round(sql_trail: SqlBooks) -> None:
    """SQLite's REPLACE deletes without asking; PostgreSQL's TRUNCATE asks no row."""
    note(sql_trail, *(act(k) for k in range(3)))
    ways = [f"TRUNCATE {name}" for name in ("audit", "audit_head", "audit_anchor")]
    if sql_trail.engine.dialect.name == "sqlite":
        ways = [
            "REPLACE INTO audit SELECT * FROM audit WHERE n = 2",
            "UPDATE OR REPLACE audit SET n = 1 WHERE n = 2",
            "REPLACE INTO audit_head SELECT 1, 0, hash, seal, 0 FROM audit_head",
        ]
    before = sql_trail.audit_after(0), sql_trail.audit_head()
    for way in ways:
        with pytest.raises(IntegrityError), sql_trail.engine.begin() as connection:
            connection.execute(text(way))
    assert (sql_trail.audit_after(0), sql_trail.audit_head()) == before


@pytest.mark.parametrize(
    ("statement", "n", "fault"),
    [
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET outcome = 'refused' WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET actor = 'x' WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET organisation = NULL WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET target = 'i-9' WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET detail = '{}' WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET sealed_about = sealed WHERE n = 4", 4, "changed"),
        (f"UPDATE audit SET hash = '{'0' * 64}' WHERE n = 4", 4, "changed"),
        ("UPDATE audit SET seal = '' WHERE n = 4", 4, "seal"),
        ("DELETE FROM audit WHERE n = 4", 4, "missing"),
        ("DELETE FROM audit WHERE n IN (1, 2)", 1, "missing"),
        ("DELETE FROM audit WHERE n > 5", 6, "missing"),
        ("DELETE FROM audit", 1, "missing"),
        ("UPDATE audit SET n = 99 WHERE n = 4", 4, "missing"),
        ("UPDATE audit_head SET n = 8", 8, "missing"),
    ],
)
def test_tampering_is_found_where_it_is(
    sql_trail: SqlBooks, statement: str, n: int, fault: str
) -> None:
    """By whoever may write the database but has no key."""
    note(sql_trail, *(act(k) for k in range(7)))
    assert checked(sql_trail).wrong is None
    by_hand(sql_trail, statement)
    wrong = checked(sql_trail).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (n, fault)


def test_two_entries_exchanged_are_found(sql_trail: SqlBooks) -> None:
    """At the first of them."""
    note(sql_trail, *(act(k) for k in range(7)))
    by_hand(
        sql_trail,
        "UPDATE audit SET n = 99 WHERE n = 3",
        "UPDATE audit SET n = 3 WHERE n = 5",
        "UPDATE audit SET n = 5 WHERE n = 99",
    )
    wrong = checked(sql_trail).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (3, "changed")


def test_what_was_sealed_with_another_key_is_not_gone_on_with(trail: Any) -> None:
    """A process without the key would break the chain for good; with both it goes on."""
    note(trail, act(0))
    for keys in ((), (OTHER,)):
        trail.audit_keys = keys
        with pytest.raises(SealError, match="which LIFTWATCH_AUDIT_KEY is not"):
            note(trail, act(1))
    assert trail.audit_head().n == 1
    trail.audit_keys = (OTHER, KEY)
    assert (late := checked(trail, keys=(OTHER, KEY)).wrong)
    assert (late.n, late.fault) == (1, "seal")
    note(trail, act(2))
    assert checked(trail, keys=(OTHER, KEY)).wrong is None
    assert (back := checked(trail, keys=(KEY, OTHER)).wrong)
    assert (back.n, back.fault) == (2, "seal")


def test_after_a_lost_key_it_goes_on_when_the_head_is_told(sql_trail: SqlBooks) -> None:
    """As `docs/operations.md` has it; what was under the lost key is named, not forgotten."""
    note(sql_trail, act(0), act(1))
    sql_trail.audit_keys = (OTHER,)
    with sql_trail.engine.begin() as connection:
        connection.execute(text("UPDATE audit_head SET seal = ''"))
    note(sql_trail, act(2))
    wrong = checked(sql_trail, keys=[OTHER]).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "seal")
    assert checked(sql_trail, keys=[OTHER, KEY]).wrong is None


def test_without_a_key_whoever_writes_can_seal_anew(sql_trail: SqlBooks) -> None:
    """It is said; and an anchor kept elsewhere finds it."""
    sql_trail.audit_keys = ()
    note(sql_trail, *(act(k) for k in range(4)))
    kept = Anchor(day=DAY, n=3, hash=sql_trail.audit_after(0)[2].hash)
    forged = MemoryBooks()
    note(forged, *(act(k, outcome="failed") for k in range(4)))
    entries, head = forged.audit_after(0), forged.audit_head()
    by_hand(
        sql_trail,
        *(
            f"UPDATE audit SET outcome = 'failed', actor = '{one.actor}',"
            f" sealed = '{one.sealed}', hash = '{one.hash}' WHERE n = {one.n}"
            for one in entries
        ),
        f"UPDATE audit_head SET hash = '{head.hash}'",
    )
    verdict = checked(sql_trail, keys=())
    assert verdict.wrong is None
    assert "4 entries are sealed without a key" in verdict.notes[0]
    wrong = checked(sql_trail, [kept], keys=()).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (3, "anchor")


def test_nothing_is_given_up_that_no_anchor_vouches_for(sql_trail: SqlBooks) -> None:
    """The database asks for it itself."""
    note(sql_trail, *(act(k) for k in range(3)))
    with pytest.raises(IntegrityError, match="only to an anchor"), sql_trail.begin() as work:
        work.give_up_audit(Anchor(day=DAY, n=2, hash="0" * 64))


def test_giving_up_without_saying_so_is_found(sql_trail: SqlBooks) -> None:
    """Whoever may write the database, raises the mark and deletes as the triggers allow."""
    note(sql_trail, *(act(k) for k in range(6)))
    anchor = Anchor(day=DAY, n=4, hash=sql_trail.audit_after(3)[0].hash)
    with sql_trail.begin() as work:
        work.put_anchor(anchor)
    with sql_trail.begin() as work:
        work.give_up_audit(anchor)
        assert work.sweep_audit() == 4
    wrong = checked(sql_trail).wrong
    assert wrong is not None
    assert (wrong.n, wrong.fault) == (1, "missing")


def test_a_changed_copy_is_not_the_entry(trail: Books) -> None:
    """Each field of an entry is under its seal."""
    note(trail, act(0, target_kind="person", target="p-wang"))
    (one,) = trail.audit_after(0)
    for name in one.__struct_fields__:
        value = getattr(one, name)
        other = value + 1 if isinstance(value, int) else f"{value}0"
        wrong = verify([structs.replace(one, **{name: other})], keys=[KEY]).wrong
        assert wrong is not None, name
