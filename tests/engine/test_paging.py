"""Who is told of an incident, when, by what: duty people, the next, the head; robots and mail."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import msgspec
import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.addresses import AddressBook, said_of
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.engine.clocks import clocks_job
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.paging import paging_jobs
from liftwatch.engine.silences import silences_job
from liftwatch.handlers import people, rotas
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.incidents import make_move
from liftwatch.handlers.rotas import Plan
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.moves import Told
from liftwatch.incidents.pages import LIMIT, Ways
from liftwatch.ports import LiftRow, Promise, Sent
from liftwatch.register.facts import Facts
from liftwatch.register.rota import Rota, Turns
from tests.contracts.test_books import MONDAY_MS, alarm

GARDEN = Place("320583", "garden")
ALL = Ways(
    channels=("email", "sms", "voice"),
    hooks={"*": ("room",)},
    page="https://lift.example/",
)
CENTRE = {"phone": "96333", "email": "duty@centre.example"}


class Phone:
    """A channel that writes down whom it reached, and answers as it is told."""

    def __init__(self, lookup: Any) -> None:
        self.lookup, self.told = lookup, list[tuple[str, str]]()
        self.answers: list[Sent] = []

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Keep number or address and the first line."""
        assert now_ms >= promise.due_ms
        said = said_of(promise)
        where = self.lookup(said)
        if self.answers:
            answer = self.answers.pop(0)
            if answer.verdict != "delivered":
                return answer
        self.told.append((where.email or where.phone or "", said.text.splitlines()[0]))
        return Sent("delivered", "taken")

    def close(self) -> None:
        """Nothing to let go of."""


class House:
    """A lift with everybody around it, an engine that tells them, and the time."""

    def __init__(self, books: SqlBooks, ways: Ways = ALL) -> None:
        self.books, self.ids = books, dict[str, str]()
        facts = Facts(building="3", unit="2", rescue_code="123456")
        row = LiftRow(lift="LIFT-0001", area="320583", estate="garden", facts=facts, heard_ms=1)
        with books.begin() as work:
            work.put_lifts([row])
        self.people = SqlPeople(books, Seal(b"a secret of thirty-two bytes, or more"))
        self.unit("garden", "property", "du", "ne", "he")
        self.unit("anda", "maintenance", "ma", "mb", "mh")
        self.unit("96333", "rescue", **CENTRE)
        self.unit("station", None, phone="24-7", station=True)
        self.unit("fire", "fire", phone="119")
        self.unit("samr", "supervision", email="post@samr.example")
        with self.people.begin() as work:
            unit = self.ids["anda"]
            people.make_contract(
                work, lift="LIFT-0001", organisation=unit, from_ms=0, until_ms=None
            )
        self.start(ways)

    def start(self, ways: Ways) -> None:
        """An engine with these ways."""
        lookup = AddressBook(self.people)
        self.phones = {name: Phone(lookup) for name in (*ways.channels, "room")}
        jobs = paging_jobs(self.books, self.people, ways, channels=self.phones)
        self.jobs = (clocks_job(self.books), silences_job(self.books), *jobs)
        self.engine = Engine(self.books, self.jobs, registry=CollectorRegistry())
        for lane in {job.lane for job in self.jobs}:
            self.engine.arm(MONDAY_MS, lane)

    def unit(self, name: str, kind: str | None, *persons: str, **contacts: Any) -> None:
        """An organisation; of three people the first is on duty this week, then the second."""
        with self.people.begin() as work:
            made = people.make_organisation(work, name=name, now_ms=0, kind=kind, places=(GARDEN,))
            self.ids[name] = made.id
            if contacts:
                change_contacts(work, made.id, version=0, **contacts)
            for one in persons:
                who = people.make_person(
                    work, login=f"{one}-1", name=one, phone=f"1-{one}", now_ms=0
                )
                who = structs.replace(who, email=f"{one}@lift.example", version=who.version + 1)
                work.update_person(who)
                people.grant(work, who.id, kind or "property", organisation=made.id, now_ms=0)
                self.ids[one] = who.id
            if persons:
                turns = Turns(
                    persons=tuple(self.ids[one] for one in persons[:2]),
                    first_day=date(2026, 3, 2),
                    from_min=0,
                    hours=24 * 7,
                )
                plan = Plan(name="duty", rota=Rota(turns=(turns,)), head=self.ids[persons[2]])
                rotas.make_rota(work, made.id, plan, now_ms=0)

    def run(self, at_ms: int) -> None:
        """Everything that is due so long after the beginning."""
        again = True
        while again:
            lanes = dict.fromkeys(job.lane for job in self.jobs)
            again = sum(self.engine.step(MONDAY_MS + at_ms, lane) for lane in lanes) > 0

    def told(self, channel: str) -> list[str]:
        """Whom a channel reached since it was last asked."""
        found = [who for who, _ in self.phones[channel].told]
        self.phones[channel].told.clear()
        return sorted(found)

    def raised(self, kind: str = "entrapment", severity: int = 1, **more: Any) -> Incident:
        """An incident."""
        made = apply_alarm(self.books, alarm(kind=kind, severity=severity, **more))
        assert made is not None
        return made

    def taken(self, one: Incident, at_ms: int) -> None:
        """Somebody takes it."""
        with self.books.begin() as work:
            make_move(
                work,
                one.id,
                "acknowledge",
                told=Told(),
                by=Actor(person=self.ids["du"]),
                version=one.version,
                now_ms=MONDAY_MS + at_ms,
            )

    def cleared(self, kind: str, at_s: int, **more: Any) -> None:
        """Its alarm is over."""
        apply_alarm(self.books, alarm("cleared", kind=kind, at_s=at_s, opened_ms=MONDAY_MS, **more))


@pytest.fixture
def books(sqlite_books: str) -> Iterator[SqlBooks]:
    """Empty ones."""
    with closing(open_books(sqlite_books)) as made:
        yield made


@pytest.fixture
def house(books: SqlBooks) -> House:
    """One with all channels."""
    return House(books)


def test_an_entrapment_that_nobody_takes(house: House) -> None:
    """Duty of both and the centre at once; the next after three minutes, then the heads; and with
    each missed clock the level above."""
    one = house.raised()
    house.run(0)
    assert house.told("email") == ["du@lift.example", "duty@centre.example", "ma@lift.example"]
    assert len(house.told("voice")) == len(house.told("sms")) == 3
    assert house.phones["room"].told == [("", "困人：报警")]
    house.run(MINUTE_MS)
    assert house.told("email") == ["du@lift.example"]  # nobody has spoken to them
    house.told("room")
    house.run(3 * MINUTE_MS)
    assert house.told("email") == [
        "du@lift.example",
        "duty@centre.example",
        "ma@lift.example",
        "mb@lift.example",
        "ne@lift.example",
    ]
    assert "24-7" in _numbers(house, one, "acknowledge")
    house.run(5 * MINUTE_MS)
    assert "119" in _numbers(house, one, "dispatch")
    house.told("email")
    house.run(6 * MINUTE_MS)
    assert house.told("email") == ["he@lift.example", "mh@lift.example"]
    house.run(29 * MINUTE_MS)
    assert house.told("email") == []
    lines = [x for x in house.books.lines_of(one.id) if x.what == "paged"]
    assert lines[0].facts["people"] == sorted([house.ids["du"], house.ids["ma"]])
    assert all(page.verdict == "delivered" for page in house.books.pages_of(one.id))


def _numbers(house: House, one: Incident, why: str) -> list[str | None]:
    names = {id: name for name, id in house.ids.items()}
    with house.people.reading() as reads:
        return [
            reads.contacts(page.organisation).phone
            for page in house.books.pages_of(one.id)
            if page.why == why and page.person is None and names[page.organisation]
        ]


def test_once_somebody_has_it_the_next_sleep_on(house: House) -> None:
    """Neither the next nor the heads are called, and no clock rings in vain."""
    one = house.raised("door_fault", 2)
    house.run(0)
    assert house.told("email") == ["du@lift.example", "ma@lift.example"]
    house.taken(one, MINUTE_MS)
    house.run(30 * MINUTE_MS)
    assert house.told("email") == []
    house.cleared("door_fault", 3_600)
    house.run(HOUR_MS)
    assert house.told("email") == ["du@lift.example", "ma@lift.example"]
    assert house.phones["sms"].told[-1][1] == "开关门故障：报警解除"


@pytest.mark.parametrize(
    ("kind", "severity", "evidence", "who"),
    [
        ("overspeed", 1, {}, ["du", "duty", "ma", "post"]),
        ("overspeed", 1, {"occupied": False}, ["du", "ma", "post"]),
        ("ride_anomaly", 4, {}, ["ma"]),
        ("emergency_call", 1, {}, ["du", "duty"]),
        ("ageing", 4, {}, ["du", "post"]),
    ],
)
def test_who_learns_of_what(
    house: House, kind: str, severity: int, evidence: dict[str, Any], who: list[str]
) -> None:
    """As the table of kinds says; whether nobody is in the car is known or not."""
    house.raised(kind, severity, evidence=evidence)
    house.run(0)
    assert [one.partition("@")[0] for one in house.told("email")] == who


def test_where_nobody_is_on_duty_the_organisation_is_told(books: SqlBooks) -> None:
    """By its own number; and where nothing is known at all, that stands in the story."""
    house = House(books)
    for name in ("garden", "anda"):
        (one,) = _rotas(house, name)
        with house.people.begin() as work:
            rotas.end_rota(work, one, version=one.version, now_ms=MONDAY_MS - 1)
    with house.people.begin() as work:
        change_contacts(work, house.ids["garden"], version=0, email="desk@garden.example")
    fault = house.raised("door_blocked", 3)
    house.run(HOUR_MS)
    assert house.told("email")[0] == "desk@garden.example"
    trend = house.raised("ride_anomaly", 4)
    house.start(ALL._replace(hooks={}))
    house.run(2 * HOUR_MS)
    (told,) = [x for x in house.books.lines_of(trend.id) if x.what == "paged"]
    assert told.facts["held"] == "nobody"
    assert house.books.pages_of(trend.id) == []
    assert house.books.pages_of(fault.id)


def _rotas(house: House, name: str) -> Any:
    with house.people.reading() as reads:
        return reads.rotas(house.ids[name])


def test_the_limit_of_an_hour(house: House) -> None:
    """The fourth time of a door within an hour tells nobody, an entrapment always; ends all do."""
    for again in range(LIMIT + 2):
        at_s = again * 60
        house.raised("door_fault", 2, at_s=at_s, opened_ms=MONDAY_MS + at_s * SECOND_MS)
        house.run(at_s * SECOND_MS)
        house.cleared("door_fault", at_s + 30)
        house.run((at_s + 30) * SECOND_MS)
    assert len([x for x in house.phones["room"].told if "报警解除" not in x[1]]) == LIMIT
    assert len([x for x in house.phones["room"].told if "报警解除" in x[1]]) == LIMIT
    house.told("room")
    one = house.raised()
    for again in range(1, LIMIT + 3):
        at_s = again * 60
        house.cleared("entrapment", at_s)
        house.raised(at_s=at_s + 30, opened_ms=MONDAY_MS + (at_s + 30) * SECOND_MS)
    house.run(2 * MINUTE_MS)
    notices = house.books.notices_of(one.id)
    assert not [x for x in notices if x.held == "limit"]


def test_quiet_hours_end_and_then_it_is_said(books: SqlBooks) -> None:
    """A button waits until seven, unless it is well by then; a door does not."""
    house = House(books, ALL._replace(quiet=(16 * HOUR_MS, 17 * HOUR_MS)))  # it is 16:14
    house.raised("door_fault", 2)
    house.raised("button_dead", 3)
    house.raised("button_stuck", 3)
    house.run(0)
    assert [text for _, text in house.phones["room"].told] == ["开关门故障：报警"]
    house.cleared("button_stuck", 600)
    house.run(45 * MINUTE_MS)
    house.told("room")
    house.run(46 * MINUTE_MS)
    assert [text for _, text in house.phones["room"].told] == ["按钮失灵：报警"]


def test_a_drill_leaves_only_where_drills_may(books: SqlBooks) -> None:
    """Marked in its first word; without such a channel nobody learns of it, and that is told."""
    house = House(books, ALL._replace(for_exercises=frozenset({"room"})))
    house.raised(exercise=True)
    house.run(0)
    assert house.told("voice") == house.told("email") == []
    assert house.phones["room"].told == [("", "【演练】困人：报警")]
    house.start(ALL)
    one = house.raised("overspeed", 1, exercise=True)
    house.run(SECOND_MS)
    assert [x.held for x in house.books.notices_of(one.id)] == ["exercise"]
    assert house.books.pages_of(one.id) == []


def test_late_history_and_children_tell_nobody(house: House) -> None:
    """What a building's outage explains is told once, with the outage."""
    late = house.raised("door_fault", 2, late=True)
    assert house.books.notices_of(late.id) == []
    shared: dict[str, Any] = {
        "kind": "mains_lost",
        "severity": 3,
        "lift": None,
        "scope": "garden/3",
        "lifts": ("LIFT-0001", "LIFT-0002"),
        "of_kind": "mains_lost",
    }
    own = house.raised("mains_lost", 3)
    apply_alarm(house.books, alarm(**shared))
    house.run(0)
    assert house.phones["room"].told == [("", "停电：报警")]
    assert [x.held for x in house.books.notices_of(own.id)] == ["parent"]


def test_what_waits_for_one_channel_holds_up_no_other(house: House) -> None:
    """Nor a page the next; the graver first; refused is refused, and both are kept."""
    house.phones["email"].answers = [
        Sent("retry", "451 later"),
        Sent("refused", "550 nobody"),
    ]
    trend = house.raised("ageing", 4)
    one = house.raised()
    while house.engine.step(MONDAY_MS, "pages"):
        pass
    house.run(0)
    assert len(house.told("voice")) == 3
    assert [text for _, text in house.phones["email"].told] == [
        "困人：报警",
        *["老旧电梯：报警"] * 2,
    ]
    pages = [page for page in house.books.pages_of(one.id) if page.channel == "email"]
    assert sorted(page.verdict or "" for page in pages) == ["delivered", "refused", "retry"]
    house.run(6 * SECOND_MS)
    pages = [page for page in house.books.pages_of(one.id) if page.channel == "email"]
    assert sorted((page.verdict, page.attempts) for page in pages) == [
        ("delivered", 1),
        ("delivered", 2),
        ("refused", 1),
    ]
    assert house.books.pages_of(trend.id)


def test_no_name_and_no_number_waits_in_the_outbox(house: House) -> None:
    """Whoever reads the database without the secret finds ids."""
    house.raised()
    house.start(ALL)
    due = next(x for x in house.books.deadlines() if x.what == "page-people")
    job = next(x for x in house.jobs if x.name == "page-people")
    job.run(MONDAY_MS, due)
    waiting = house.books.next_promise("voice")
    assert waiting is not None
    for secret in ("1-du", "du@", "ne@", "96333"):
        assert secret not in waiting.body.replace(house.ids["96333"], "")
    assert "https://lift.example/incidents/" in msgspec.json.decode(waiting.body)["text"]
    assert "123456" in waiting.body
