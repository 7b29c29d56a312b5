"""Who owns which household of a building: told by an administrator, in the caller's transaction."""

from liftwatch.access.dwellings import DWELLINGS_MAX, Dwelling
from liftwatch.access.people import AccessError, check_places
from liftwatch.access.sight import Place
from liftwatch.access.store import PeopleWork
from liftwatch.fund.accounts import is_part
from liftwatch.ids import new_id
from liftwatch.said import Said


def give_dwelling(
    work: PeopleWork,
    person: str,
    door: tuple[str, str, str, str],
    *,
    told_by: str | None,
    now_ms: int,
) -> Dwelling:
    """From now on a dwelling is somebody's, too; the same twice is once. Raises AccessError.

    `door` is area, estate, building, and the household's name in the books: the last part of its
    accounts' names.
    """
    if work.person(person) is None:
        raise AccessError(Said("there is no such person"))
    area, estate, building, household = door
    check_places((Place(area, estate, building),))
    if not building or not is_part(building):
        raise AccessError(Said("%(name)s is no building", name=repr(building[:40])))
    if not is_part(household):
        raise AccessError(Said("%(name)s is no household", name=repr(household[:40])))
    held = work.dwellings(person)
    for one in held:
        if one.until_ms is None and one.door == door:
            return one
    if len(held) >= DWELLINGS_MAX:
        raise AccessError(Said("one person has at most %(most)s dwellings", most=DWELLINGS_MAX))
    made = Dwelling(
        id=new_id(),
        person=person,
        area=area,
        estate=estate,
        building=building,
        household=household,
        from_ms=now_ms,
        told_by=told_by,
    )
    work.add_dwelling(made)
    return made


def end_dwelling(work: PeopleWork, person: str, id: str, *, now_ms: int) -> None:
    """It is theirs no more; again changes nothing. Raises AccessError where it never was."""
    found = next((one for one in work.dwellings(person) if one.id == id), None)
    if found is None:
        raise AccessError(Said("they have no such dwelling"))
    if found.until_ms is None:
        work.end_dwelling(id, until_ms=max(now_ms, found.from_ms))
