"""The facts of score cards, in every store: what counts, what does not, whose it is."""

from liftwatch.access.sight import Place, Sight
from liftwatch.care.scorecard import cards
from liftwatch.care.scorecard_facts import Period
from liftwatch.clock import DAY_MS, HOUR_MS
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.care_scores import facts_of
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.moves import Told
from liftwatch.ports import Books, LiftRow

NOW = 1_790_000_000_000
PERIOD = Period(NOW - 90 * DAY_MS, NOW, NOW)
AT = NOW - 60 * DAY_MS


def raised(books: Books, lift: str, kind: str = "door_fault", **more: object) -> Incident:
    """An alarm, as the engine notes it."""
    values: dict[str, object] = {"at_ms": AT, "opened_ms": AT, "estate": "garden"} | more
    change = AlarmChange(
        area="320583",
        lift=lift,
        kind=kind,
        edge="raised",
        severity=2,
        **values,  # type: ignore[arg-type]
    )
    found = apply_alarm(books, change)
    assert found is not None
    return found


def lifts(books: Books) -> None:
    """Two estates, and a lift that is an exercise."""
    rows = (
        ("L-1", "garden", False),
        ("L-2", "garden", False),
        ("L-3", "lake", False),
        ("L-X", "garden", True),
    )
    with books.begin() as work:
        work.put_lifts([LiftRow(lift=n, area="320583", estate=e, exercise=x) for n, e, x in rows])


def test_what_counts(books: Books) -> None:
    """Late history, exercises and other kinds are left out; what stood before the period is in."""
    lifts(books)
    one = raised(books, "L-1")
    raised(books, "L-2", late=True)
    raised(books, "L-X", exercise=True)
    raised(books, "L-2", kind="ride_anomaly")
    old = raised(
        books,
        "L-3",
        kind="out_of_service",
        estate="lake",
        at_ms=AT - 300 * DAY_MS,
        opened_ms=AT - 300 * DAY_MS,
    )
    read = books.score_facts(PERIOD)
    assert [lift.lift for lift in read.lifts] == ["L-1", "L-2", "L-3"]
    assert {o.id for o in read.happened} == {one.id, old.id}
    assert {o.lift for o in books.score_facts(PERIOD, exercise=True).happened} >= {"L-X"}


def test_clocks_and_moments(books: Books) -> None:
    """The clock of arrival, and when somebody was there."""
    lifts(books)
    one = raised(books, "L-1")
    told = [("acknowledge", AT + 60_000), ("arrive", AT + HOUR_MS)]
    for version, (name, at_ms) in enumerate(told, one.version):
        with books.begin() as work:
            make_move(
                work,
                one.id,
                name,
                told=Told(at_ms=at_ms),
                by=Actor(),
                version=version,
                now_ms=AT + HOUR_MS,
            )
    facts = facts_of(books, None, PERIOD)
    assert {(o.incident, o.name) for o in facts.timed} == {
        (one.id, "acknowledge"),
        (one.id, "arrive"),
    }
    garden = next(o for o in cards(facts, "estate") if o.id == "320583~garden")
    assert (garden.figure("arrival").good, garden.figure("arrival").total) == (1, 1)
    assert garden.lifts == 1  # of the other one nothing was ever heard


def test_a_stranger_sees_nothing_of_it(books: Books) -> None:
    """Another estate's people have a card of their own estate only."""
    lifts(books)
    raised(books, "L-1")
    own = raised(books, "L-3", estate="lake")
    lake = Sight(places=(Place("320583", "lake"),))
    facts = facts_of(books, None, PERIOD, sight=lake)
    assert [o.id for o in cards(facts, "estate")] == ["320583~lake"]
    assert [o.id for o in facts.happened] == [own.id]
    assert cards(facts_of(books, None, PERIOD, sight=Sight()), "estate") == []
