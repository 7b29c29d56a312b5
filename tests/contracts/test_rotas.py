"""Rotas of duty on both databases: who is on duty at a moment, told by the store alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from liftwatch.access.duty import AHEAD_DAYS, DutyRota, OnCall
from liftwatch.access.people import AccessError
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from liftwatch.handlers import people, rotas
from liftwatch.handlers.rotas import Plan
from liftwatch.ports import Conflict, Stale
from liftwatch.register.rota import HOLIDAY, Rota, Substitution, Turns
from liftwatch.register.rota import on_duty as planned
from tests.register.rotas import ROTAS, at, shift

SECRET = b"a secret of thirty-two bytes, or more"
BEGIN = at("2026-03-01T00:00")
LONG = tuple(Substitution(person=None, by=None, from_ms=n, to_ms=n + 1) for n in range(501))


@pytest.fixture
def store(shared_books: SqlBooks) -> SqlPeople:
    """People over an empty database."""
    return SqlPeople(shared_books, Seal(SECRET))


class House:
    """An organisation with people who take turns from the second of March on, at eight."""

    def __init__(self, store: SqlPeople, *names: str) -> None:
        self.store, self.id = store, ""
        self.people: dict[str, str] = {}
        with store.begin() as work:
            self.id = people.make_organisation(work, name="花园物业", now_ms=BEGIN).id
            boss = people.make_person(work, login="root", name="root", now_ms=BEGIN)
            people.grant(work, boss.id, "admin", organisation=None, now_ms=BEGIN)
            for name in names:
                made = people.make_person(
                    work, login=f"{name}-1", name=name, phone=f"1-{name}", now_ms=BEGIN
                )
                people.grant(work, made.id, "property", organisation=self.id, now_ms=BEGIN)
                self.people[name] = made.id

    def plan(self, *names: str, head: str | None = "h", **more: object) -> Plan:
        """Turns of a day each."""
        persons = tuple(self.people[name] for name in names)
        row = Turns(persons=persons, first_day=date(2026, 3, 2), from_min=480, hours=24)
        rota = Rota(turns=(row,), **more)  # type: ignore[arg-type]
        return Plan(name="夜班", rota=rota, head=self.people[head] if head else None)

    def make(self, *names: str, **more: object) -> DutyRota:
        """A rota."""
        head = more.pop("head", "h")
        plan = self.plan(*names, head=head, **more)  # type: ignore[arg-type]
        with self.store.begin() as work:
            return rotas.make_rota(work, self.id, plan, now_ms=BEGIN)

    def on_duty(self, moment: str) -> OnCall:
        """What its one rota says."""
        with self.store.reading() as reads:
            (found,) = rotas.on_duty(reads, self.id, at(moment))
            return found

    def troubles(self, moment: str) -> list[tuple[str, str | None, int, int]]:
        """Kind, name, and the hours from the moment between which it is so."""
        with self.store.reading() as reads:
            found = rotas.warnings(reads, self.id, at(moment))
        hours = [((r.from_ms - at(moment)), (r.to_ms - at(moment))) for r in found]
        return [
            (row.kind, row.name, first // HOUR_MS, last // HOUR_MS)
            for row, (first, last) in zip(found, hours, strict=True)
        ]

    def take_away(self, name: str, moment: str) -> None:
        """Somebody leaves the organisation."""
        with self.store.begin() as work:
            (held,) = work.memberships([self.people[name]])
            people.withdraw(work, self.people[name], held.id, now_ms=at(moment))


def test_at_the_hand_over_the_next_is_on_duty(store: SqlPeople) -> None:
    """To the millisecond; since when, until when, by which number; then the next, then the head."""
    house = House(store, "a", "b", "h")
    house.make("a", "b")
    before = house.on_duty("2026-03-03T07:59:59.999")
    after = house.on_duty("2026-03-03T08:00")
    for told, now, following in ((before, "a", "b"), (after, "b", "a")):
        (one,), (other,) = told.now, told.next
        assert (one.name, one.phone, other.name) == (now, f"1-{now}", following)
        assert other.since_ms == one.until_ms
        assert told.head is not None
        assert told.head.name == "h"
    assert before.now[0].until_ms == after.now[0].since_ms == at("2026-03-03T08:00")
    assert before.now[0].since_ms == at("2026-03-02T08:00")
    assert house.on_duty("2026-03-02T07:59").now == ()


def test_the_one_before_answers_until_the_next_says_so(store: SqlPeople) -> None:
    """Or until a quarter past; who is not on duty cannot take over."""
    house = House(store, "a", "b", "h")
    made = house.make("a", "b")
    assert [one.name for one in house.on_duty("2026-03-03T08:05").answering] == ["a"]
    with store.begin() as work:
        rotas.take_over(work, made, house.people["b"], now_ms=at("2026-03-03T08:03"))
    assert [one.name for one in house.on_duty("2026-03-03T08:02").answering] == ["a"]
    assert [one.name for one in house.on_duty("2026-03-03T08:05").answering] == ["b"]
    assert [one.name for one in house.on_duty("2026-03-04T08:15").answering] == ["a"]
    for name, moment in (("a", "2026-03-03T08:03"), ("h", "2026-03-03T08:03")):
        with store.begin() as work, pytest.raises(AccessError, match="not on duty"):
            rotas.take_over(work, made, house.people[name], now_ms=at(moment))


def test_over_the_holidays_as_it_is_written(store: SqlPeople) -> None:
    """Whoever is planned is replaced from one hand-over to another, and their turns go on after."""
    house = House(store, "a", "b", "c", "h")
    first, last = at("2026-05-01T08:00"), at("2026-05-04T08:00")
    spell = Substitution(person=None, by=house.people["c"], from_ms=first, to_ms=last)
    house.make("a", "b", substitutions=(spell,))
    for moment in ("2026-05-01T08:00", "2026-05-02T12:00", "2026-05-04T07:59:59.999"):
        (one,) = house.on_duty(moment).now
        assert (one.name, one.since_ms, one.until_ms) == ("c", first, last), moment
    assert house.on_duty("2026-05-01T07:59:59.999").now[0].name in "ab"
    assert house.on_duty("2026-05-04T08:00").now[0].name in "ab"


def test_a_holiday_of_a_weekly_pattern(store: SqlPeople) -> None:
    """Planned apart and by nobody it is a gap that is told before it comes."""
    house = House(store, "a", "h")
    pattern = Rota(shifts=(shift("0-24", house.people["a"]),), holiday_as=HOLIDAY)
    plan = Plan(name="p", rota=pattern, holidays=(date(2026, 3, 4),), head=house.people["h"])
    with store.begin() as work:
        rotas.make_rota(work, house.id, plan, now_ms=BEGIN)
    assert house.on_duty("2026-03-04T12:00").now == ()
    assert ("nobody", None, 48, 72) in house.troubles("2026-03-02T00:00")


def test_who_has_left_is_told_and_does_not_hide(store: SqlPeople) -> None:
    """Their turns are gaps of the coming fourteen days; next is who will be there."""
    house = House(store, "a", "b", "c", "h")
    house.make("a", "b", "c")
    assert house.troubles("2026-03-02T08:00") == []
    house.take_away("b", "2026-03-02T12:00")
    told = house.on_duty("2026-03-03T09:00")
    (one,) = told.now
    assert (one.name, one.absence, one.phone, one.is_reachable) == ("b", "left", None, False)
    assert [other.name for other in house.on_duty("2026-03-02T20:00").next] == ["c"]
    turns = [(h, h + 24) for h in range(24, AHEAD_DAYS * 24, 72)]
    expected = [(kind, who, *t) for t in turns for kind, who in (("absent", "b"), ("nobody", None))]
    assert house.troubles("2026-03-02T08:00") == expected
    with store.begin() as work:
        people.change_person(work, house.people["c"], version=1, now_ms=BEGIN, disabled=True)
        people.erase(work, work.person(house.people["a"]))  # type: ignore[arg-type]
    (gone,) = house.on_duty("2026-03-02T09:00").now
    assert (gone.name, gone.absence) == (None, "unknown")
    assert house.on_duty("2026-03-04T09:00").now[0].absence == "disabled"
    assert house.on_duty("2026-03-04T09:00").next == ()
    assert ("nobody", None, 0, AHEAD_DAYS * 24) in house.troubles("2026-03-02T08:00")


def test_a_closed_organisation_has_nobody(store: SqlPeople) -> None:
    """From the moment on at which it was closed."""
    house = House(store, "a", "h")
    house.make("a")
    with store.begin() as work:
        now_ms = at("2026-03-05T00:00")
        people.change_organisation(work, house.id, version=1, now_ms=now_ms, closed=True)
    assert house.on_duty("2026-03-04T12:00").now[0].absence is None
    assert house.on_duty("2026-03-05T12:00").now[0].absence == "left"


def test_what_makes_a_chain_weak_is_told(store: SqlPeople) -> None:
    """No head, nobody else, no number."""
    house = House(store, "a", "h")
    with store.begin() as work:
        people.change_person(work, house.people["a"], version=1, now_ms=BEGIN, phone=None)
    house.make("a", head=None)
    kinds = {row[0] for row in house.troubles("2026-03-02T08:00")}
    assert kinds == {"no_head", "no_next", "no_number"}
    assert house.on_duty("2026-03-02T09:00").head is None


def test_a_rota_is_changed_against_its_version_and_ends(store: SqlPeople) -> None:
    """An ended one is none of the organisation's any more, and cannot be changed."""
    house = House(store, "a", "b", "h")
    made = house.make("a", "b")
    with store.begin() as work:
        changed = rotas.change_rota(work, made, house.plan("b"), version=1, now_ms=BEGIN + 5)
    assert (changed.version, changed.changed_ms) == (2, BEGIN + 5)
    with store.reading() as reads:
        assert reads.rota(made.id) == changed
    with store.begin() as work, pytest.raises(Stale):
        rotas.change_rota(work, changed, house.plan("a"), version=1, now_ms=BEGIN)
    with store.begin() as work:
        ended = rotas.end_rota(work, changed, version=2, now_ms=at("2026-03-05T00:00"))
    with store.reading() as reads:
        assert reads.rotas(house.id) == rotas.on_duty(reads, house.id, BEGIN) == []
        assert reads.rotas(house.id, ended=True) == [ended]
    with store.begin() as work, pytest.raises(AccessError, match="ended"):
        rotas.change_rota(work, ended, house.plan("a"), version=3, now_ms=BEGIN)


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ({"name": " "}, "name is empty"),
        ({"head": "nobody"}, "nobody of this organisation"),
        ({"rota": Rota()}, "neither shifts nor turns"),
        ({"holidays": (date(2026, 5, 1),) * 401}, "at most 400"),
        (dict.fromkeys(("holidays", "workdays"), (date(2026, 5, 1),)), "2026-05-01 is a holiday"),
        ({"rota": Rota(shifts=(shift("0-25", "x"),))}, "shift 1: it begins"),
        ({"rota": Rota(shifts=(shift("0-24", *"abcdefghijk"),) * 10)}, "at most 100 people"),
        ({"rota": Rota(shifts=(shift("0-24", "a"),), substitutions=LONG)}, "at most 500"),
    ],
)
def test_what_cannot_be_a_rota(store: SqlPeople, spoilt: dict[str, Any], says: str) -> None:
    """Is named, and nothing is kept."""
    house = House(store, "a", "h")
    with store.begin() as work, pytest.raises(AccessError, match=says):
        rotas.make_rota(work, house.id, replace(house.plan("a"), **spoilt), now_ms=BEGIN)
    with store.reading() as reads:
        assert reads.rotas(house.id) == []


def test_who_has_left_may_stay_in_a_rota_that_is_changed_but_not_come_into_one(
    store: SqlPeople,
) -> None:
    """Else nobody could mend it by halves."""
    house = House(store, "a", "b", "c", "h")
    made = house.make("a", "b")
    for name in ("b", "c"):
        house.take_away(name, "2026-03-02T00:00")
    now_ms = at("2026-03-03T00:00")
    with store.begin() as work:
        rotas.change_rota(work, made, house.plan("b", "a"), version=1, now_ms=now_ms)
    with store.begin() as work, pytest.raises(AccessError, match="nobody of this organisation"):
        made = replace(made, version=2)
        rotas.change_rota(work, made, house.plan("c", "a"), version=2, now_ms=now_ms)


def test_of_two_who_change_one_rota_one_is_told(store: SqlPeople) -> None:
    """Whatever the order of their transactions."""
    house = House(store, "a", "b", "h")
    made = house.make("a", "b")

    def change(name: str) -> bool:
        try:
            with store.begin() as work:
                rotas.change_rota(work, made, house.plan(name), version=1, now_ms=BEGIN)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, "ab")) == [False, True]


@settings(max_examples=40)
@given(rota=ROTAS, moments=st.lists(st.integers(-4 * 24 * 60, 14 * 24 * 60), max_size=8))
def test_the_store_answers_as_the_model_does(
    store: SqlPeople, rota: Rota, moments: list[int]
) -> None:
    """Whatever the plan: what comes out of the database plans the same people."""
    kept = DutyRota(
        id="r",
        organisation="o",
        name="r",
        rota=rota,
        holidays=(date(2026, 3, 4),),
        made_ms=BEGIN,
        changed_ms=BEGIN,
    )
    with store.begin() as work:
        if work.rota("r") is None:
            made = people.make_organisation(work, name="o", now_ms=0)
            kept = replace(kept, organisation=made.id)
            work.add_rota(kept)
        else:
            before = work.rota("r")
            assert before is not None
            version = before.version + 1
            kept = replace(kept, organisation=before.organisation, version=version)
            work.update_rota(kept)
    with store.reading() as reads:
        assert reads.rota("r") == kept
        for minute in moments:
            at_ms = at("2026-03-02T00:00") + minute * MINUTE_MS
            (told,) = rotas.on_duty(reads, kept.organisation, at_ms)
            names = planned(rota, at_ms, calendar=kept.calendar)
            assert tuple(one.person for one in told.now) == names
            for one in told.now:
                for edge, outside in ((one.since_ms, -1), (one.until_ms, 0)):
                    if edge is not None:
                        there = planned(rota, edge + outside, calendar=kept.calendar)
                        assert one.person not in there
                        assert abs(edge - at_ms) <= 35 * DAY_MS
