"""People write hazards of lifts down, mend and accept them: each in one transaction."""

from liftwatch.care.hazards import Hazard, HazardState, checked, ended
from liftwatch.incidents.course import Actor
from liftwatch.ports import Stale, Work
from liftwatch.said import Said


class NoSuchHazard(Exception):
    """There is none of that id."""


def write_down(work: Work, one: Hazard) -> Hazard:
    """Keep a new hazard; raises Untold for one without words."""
    work.put_hazard(checked(one))
    return one


def end_hazard(
    work: Work, id: str, state: HazardState, *, why: str, by: Actor, version: int, now_ms: int
) -> Hazard:
    """Mend or accept one. Raises NoSuchHazard, Stale, CannotMove, Untold."""
    found = work.locked_hazard(id)
    if found is None:
        raise NoSuchHazard(id)
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    made = ended(found, state, why=why, by=by, now_ms=now_ms)
    work.put_hazard(made)
    return made
