"""Alarms that several lifts share: a building's outage, one fault on many of one make."""

from collections.abc import Callable
from typing import Any

import pytest

from detectors.fleet import Fleet
from detectors.rules.door_fault import DoorFault
from detectors.rules.mains_lost import MainsLost
from detectors.rules.terminal_offline import TerminalOffline
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import Books, IncidentFilter

DARK = "state    mains_ok=false"
BAD_DOOR = "door     floor=1 close_s=31 result=timeout_closing"


@pytest.fixture
def told(stories: Any) -> Callable[[str], list[AlarmChange]]:
    """What some lifts tell, and all that changes by it."""

    def tell(text: str) -> list[AlarmChange]:
        teller = stories(Fleet(detectors=(MainsLost, DoorFault, TerminalOffline)))
        changes: list[AlarmChange] = []
        for line in text.strip().splitlines():
            teller.tell_freely(line)
        changes += teller.changes
        return changes

    return tell


def shared(changes: list[AlarmChange]) -> list[tuple[str, str | None, str, tuple[str, ...]]]:
    """The changes of what has no lift."""
    found = [one for one in changes if one.lift is None]
    return [(one.kind, one.scope, one.edge, one.lifts) for one in found]


def test_two_lifts_of_a_building_make_its_outage(told: Callable[..., list[AlarmChange]]) -> None:
    """The third joins, one next door has its own, and the last to come back ends it."""
    changes = told(f"""
        00:00  register  lift=LIFT-A building="3"
        00:01  register  lift=LIFT-B building="3"
        00:02  register  lift=LIFT-C building="3"
        00:03  register  lift=LIFT-D building="4"
        01:00  {DARK} lift=LIFT-A
        01:01  {DARK} lift=LIFT-B
        01:02  {DARK} lift=LIFT-D
        01:10  online    lift=LIFT-A status=online
        01:30  {DARK} lift=LIFT-C
        01:40  online    lift=LIFT-A status=online
        02:00  state     lift=LIFT-A mains_ok=true
        02:01  state     lift=LIFT-B mains_ok=true
        02:02  state     lift=LIFT-C mains_ok=true
        03:10  online    lift=LIFT-A status=online
    """)
    assert shared(changes) == [
        ("mains_lost", "garden/3", "raised", ("LIFT-A", "LIFT-B")),
        ("mains_lost", "garden/3", "wider", ("LIFT-A", "LIFT-B", "LIFT-C")),
        ("mains_lost", "garden/3", "cleared", ("LIFT-A", "LIFT-B", "LIFT-C")),
    ]
    raised = [one for one in changes if one.edge == "raised"]
    assert [one.lift for one in raised] == ["LIFT-A", "LIFT-B", None, "LIFT-D", "LIFT-C"]
    parent = next(one for one in changes if one.lift is None)
    assert parent.opened_ms == raised[0].opened_ms
    assert parent.at_ms == raised[1].at_ms


def test_without_a_building_the_estate_is_one(told: Callable[..., list[AlarmChange]]) -> None:
    """What the register does not tell apart stands together."""
    changes = told(f"""
        01:00  {DARK} lift=LIFT-A
        01:00  {DARK} lift=LIFT-B
        01:10  online    lift=LIFT-A status=online
    """)
    assert shared(changes) == [
        ("mains_lost", "garden/garden", "raised", ("LIFT-A", "LIFT-B")),
    ]


def doors_fail(count: int, *, every_s: int, makes: str) -> str:
    """So many lifts whose doors do not close, one after the other."""
    names = [f"LIFT-{n:02d}" for n in range(count)]
    told = [
        f"00:{n:02d}  register lift={name} {makes.format(n=n, half=n % 2)}"
        for n, name in enumerate(names)
    ]
    moments = [60 + n * every_s for n in range(count)]
    told += [
        f"{at // 60:02d}:{at % 60:02d}  {BAD_DOOR} lift={name}"
        for at, name in zip(moments, names, strict=True)
    ]
    return "\n".join(told)


def test_five_lifts_of_one_make_within_ten_minutes(
    told: Callable[..., list[AlarmChange]],
) -> None:
    """The fifth makes it, the sixth joins."""
    changes = told(doors_fail(6, every_s=60, makes="manufacturer=Sujiang firmware=v1.{n}"))
    names = tuple(f"LIFT-{n:02d}" for n in range(6))
    assert shared(changes) == [
        ("fleet_fault", "manufacturer/Sujiang", "raised", names[:5]),
        ("fleet_fault", "manufacturer/Sujiang", "wider", names),
    ]


def test_five_lifts_just_within_ten_minutes(told: Callable[..., list[AlarmChange]]) -> None:
    """The first and the fifth are 596 s apart."""
    changes = told(doors_fail(5, every_s=149, makes="manufacturer=Sujiang"))
    assert [edge for _, _, edge, _ in shared(changes)] == ["raised"]


def test_one_firmware_of_several_makes(told: Callable[..., list[AlarmChange]]) -> None:
    """What they share is named."""
    changes = told(doors_fail(5, every_s=60, makes="manufacturer=M{n} firmware=2.1.7"))
    ((kind, scope, edge, _),) = shared(changes)
    assert (kind, scope, edge) == ("fleet_fault", "firmware/2.1.7", "raised")


def test_of_two_the_nearer_is_named(told: Callable[..., list[AlarmChange]]) -> None:
    """The make has healthy lifts with another firmware: then it is the firmware."""
    healthy = "\n".join(
        f"00:00  register lift=WELL-{n} manufacturer=Sujiang firmware=v3.0" for n in range(3)
    )
    ill = doors_fail(5, every_s=60, makes="manufacturer=Sujiang firmware=v2.1")
    ((_, scope, _, _),) = shared(told(f"{healthy}\n{ill}"))
    assert scope == "firmware/v2.1"


@pytest.mark.parametrize(
    "text",
    [
        doors_fail(4, every_s=60, makes="manufacturer=Sujiang"),
        doors_fail(8, every_s=150, makes="manufacturer=Sujiang"),
        doors_fail(8, every_s=10, makes="manufacturer=M{half}"),
        doors_fail(8, every_s=10, makes='building="1"'),
    ],
    ids=["four", "too slowly", "of two makes, four each", "nobody knows whose"],
)
def test_too_few_too_slow_or_unlike(told: Callable[..., list[AlarmChange]], text: str) -> None:
    """Each lift has its own alarm, and that is all."""
    assert shared(told(text)) == []


def test_an_outage_is_no_fault_of_the_make(told: Callable[..., list[AlarmChange]]) -> None:
    """Doors of dark lifts do not close; nobody need call the manufacturer."""
    dark = "\n".join(f"00:30  {DARK} lift=LIFT-{n:02d}" for n in range(6))
    lifts = doors_fail(6, every_s=10, makes="manufacturer=Sujiang")
    lines = lifts.splitlines()
    changes = told("\n".join([*lines[:6], *dark.splitlines(), *lines[6:]]))
    assert {kind for kind, *_ in shared(changes)} == {"mains_lost"}


def test_an_estate_that_falls_silent_is_no_fault_of_the_make(
    told: Callable[..., list[AlarmChange]],
) -> None:
    """All its terminals hang on one network."""
    lines = [f"00:{n:02d}  register lift=LIFT-{n:02d} manufacturer=Sujiang" for n in range(6)]
    lines += [f"01:{n:02d}  online lift=LIFT-{n:02d} status=offline" for n in range(6)]
    changes = told("\n".join([*lines, "05:00  online lift=LIFT-99 status=online"]))
    assert [one.kind for one in changes] == ["terminal_offline"] * 6


def test_it_goes_on_after_a_restart(stories: Any) -> None:
    """Who is dark is kept with the fleet."""
    first = stories(Fleet(detectors=(MainsLost,)))
    first.tell_freely('00:00  register lift=LIFT-A building="3"')
    first.tell_freely('00:01  register lift=LIFT-B building="3"')
    first.tell_freely(f"01:00  {DARK} lift=LIFT-A")
    first.tell_freely("01:10  online lift=LIFT-A status=online")
    second = Fleet(detectors=(MainsLost,))
    second.restore_fleet(first.fleet.save_fleet())
    second.order.restore(first.fleet.order.save())
    for lift in ("LIFT-A", "LIFT-B"):
        for data in first.fleet.save_lift(lift):
            second.restore_lift(data)
    first.fleet, first.changes = second, []
    first.tell_freely(f"02:00  {DARK} lift=LIFT-B")
    first.tell_freely("02:10  online lift=LIFT-B status=online")
    assert shared(first.changes) == [("mains_lost", "garden/3", "raised", ("LIFT-A", "LIFT-B"))]


def everything(books: Books) -> list[Incident]:
    """All incidents, oldest first."""
    return books.incidents(IncidentFilter(), limit=50).items[::-1]


def test_children_of_an_outage(told: Callable[..., list[AlarmChange]]) -> None:
    """One incident for the building, one for each lift below it; told twice it is the same."""
    changes = told(f"""
        01:00  {DARK} lift=LIFT-A
        01:00  {DARK} lift=LIFT-B
        01:10  online  lift=LIFT-A status=online
        01:20  {DARK} lift=LIFT-C
        01:30  online  lift=LIFT-A status=online
    """)
    books = MemoryBooks()
    for change in [*changes, *changes]:
        apply_alarm(books, change)
    found = everything(books)
    (parent,) = [one for one in found if one.lift is None]
    assert parent.lifts == ("LIFT-A", "LIFT-B", "LIFT-C")
    assert parent.state == "raised"
    children = [one for one in found if one.lift is not None]
    assert [one.parent for one in children] == [parent.id] * 3
    streamed = [event.data["lift"] for event in books.stream_after(0)]
    assert streamed.count(None) == 2


def test_an_outage_ends_with_its_children(told: Callable[..., list[AlarmChange]]) -> None:
    """The parent closes when the last lift has mains again; a second outage is a new one."""
    once = f"""
        0X:00  {DARK} lift=LIFT-A
        0X:00  {DARK} lift=LIFT-B
        0X:10  online  lift=LIFT-A status=online
        0X:20  state   mains_ok=true lift=LIFT-A
        0X:20  state   mains_ok=true lift=LIFT-B
        0Y:59  online  lift=LIFT-A status=online
    """
    first, again = (once.replace("X", x).replace("Y", y) for x, y in (("1", "2"), ("4", "5")))
    books = MemoryBooks()
    for change in told(first.rstrip() + again):
        apply_alarm(books, change)
    parents = [one for one in everything(books) if one.lift is None]
    assert [one.state for one in parents] == ["closed", "closed"]
    assert all(one.state == "closed" for one in everything(books))
