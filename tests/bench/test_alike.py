"""Past cases alike, measured against what the simulator did: like with like, above chance."""

from random import Random

from bench.alike import Known, Score, known_of, scored, table
from bench.worlds import World
from liftwatch.care.signature import Signature, Signed
from simulators.scenario import fault

WAYS = ("entrapment", "entrapment_at_landing", "entrapment_closed")
EVERY_S = 2_400.0


def test_the_likest_case_is_of_the_same_origin() -> None:
    """People are trapped in three ways on eight lifts: whose likest case came about alike?"""
    rng = Random(7)
    faults = tuple(
        fault(lift, rng.choice(WAYS), 1_800.0 + n * EVERY_S + lift * 60.0)
        for lift in range(8)
        for n in range(4)
    )
    world = World("trapped", 77, 8, (1_800.0 + 5 * EVERY_S) / 86_400.0, faults)
    known = list(known_of(world, number=0))
    assert {one.what.split()[0] for one in known} == set(WAYS)
    score = scored(known)["entrapment"]
    assert score.asked >= 20
    assert score.right / score.asked >= 0.75
    assert score.chance / score.asked <= 0.5


def test_chance_is_what_a_draw_would_give() -> None:
    """Two of one origin and one of another before it, all alike: one in three is wrong by a draw,
    and the newest of them is taken."""
    known = [one(n, what) for n, what in enumerate(("a", "b", "a", "a"))]
    found = scored(known)["door_fault"]
    assert (found.asked, found.right, round(found.chance, 3)) == (2, 1, 1.167)
    assert list(table({"door_fault": Score(2, 1, 1.0)}))[-1] == "| all | 2 | 50.0% | 50.0% |"


def one(n: int, what: str) -> Known:
    """The nth case, of a lift of its own."""
    signed = Signed(
        incident=f"i{n}",
        lift=f"L-{n}",
        area="320583",
        estate="garden",
        kind="door_fault",
        raised_ms=n,
        signature=Signature(kind="door_fault", door="closing"),
    )
    return Known(signed, what)
