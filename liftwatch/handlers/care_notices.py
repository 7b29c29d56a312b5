"""Notices to residents: drafted, published, declined, withdrawn; and codes of public pages."""

from collections.abc import Mapping

from msgspec import structs

from liftwatch.care.codes import Code, Use, new_code
from liftwatch.care.notices import WHY_MAX, Notice, check_state, checked
from liftwatch.handlers.silences import end_silence, silence
from liftwatch.ids import new_id
from liftwatch.incidents.moves import Untold
from liftwatch.incidents.silences import SILENCE_MS_MAX, Silence
from liftwatch.office import OfficeWork
from liftwatch.ports import Stale
from liftwatch.said import Said

OUTAGE_SILENCES = "out_of_service"
"""What a planned outage mutes: that the lift stands still was announced, all else was not."""


class NoSuchNotice(Exception):
    """There is none of that id."""


def draft(work: OfficeWork, asked: Notice, *, now_ms: int) -> Notice:
    """Keep a draft, or what was declined at once. Raises Untold for what cannot be."""
    if asked.state == "declined":
        _check_why(asked.why)
    else:
        checked(asked, now_ms=now_ms)
    work.care.put_notice(asked)
    return asked


def edit(
    work: OfficeWork, id: str, told: Mapping[str, str | int], *, version: int, now_ms: int
) -> Notice:
    """Change `zh`, `en`, `from_ms`, `until_ms` of a draft.

    Raises NoSuchNotice, Stale, CannotMove, Untold.
    """
    one = _locked(work, id, version)
    check_state(one, "draft")
    after = structs.replace(one, **told, version=version + 1)
    work.care.put_notice(checked(after, now_ms=now_ms))
    return after


def publish(work: OfficeWork, id: str, *, version: int, now_ms: int) -> Notice:
    """Show a draft to residents; a planned outage of one lift mutes its alarm meanwhile.

    Silences are for at most seven days from now: of an outage that ends later none is made, and
    nobody is told that there was one. Raises NoSuchNotice, Stale, CannotMove, Untold.
    """
    one = checked(_locked(work, id, version), now_ms=now_ms)
    check_state(one, "draft")
    muted = _mute(work, one, now_ms=now_ms)
    after = structs.replace(
        one, state="published", published_ms=now_ms, silence=muted, version=version + 1
    )
    work.care.put_notice(after)
    return after


def decline(work: OfficeWork, id: str, why: str | None, *, version: int) -> Notice:
    """A draft is not published, and why. Raises NoSuchNotice, Stale, CannotMove, Untold."""
    one = _locked(work, id, version)
    check_state(one, "draft")
    _check_why(why)
    after = structs.replace(one, state="declined", why=why, version=version + 1)
    work.care.put_notice(after)
    return after


def withdraw(work: OfficeWork, id: str, *, version: int, now_ms: int) -> Notice:
    """Take a notice down before its time; what it muted is told again.

    Raises NoSuchNotice, Stale, CannotMove.
    """
    one = _locked(work, id, version)
    check_state(one, "published")
    muted = None if one.silence is None else work.books.locked_silence(one.silence)
    if muted is not None and muted.holds(now_ms):
        end_silence(work.books, muted.id, version=muted.version, now_ms=now_ms)
    elif muted is not None and muted.from_ms > now_ms:
        ended = structs.replace(muted, ended_ms=now_ms, version=muted.version + 1)
        work.books.put_silence(ended)
    after = structs.replace(one, state="withdrawn", ended_ms=now_ms, version=version + 1)
    work.care.put_notice(after)
    return after


def renew_code(
    work: OfficeWork,
    use: Use,
    *,
    place: tuple[str, str, str],
    lift: str | None,
    person: str | None,
    now_ms: int,
) -> Code:
    """A new code of a page; the one before leads nowhere from now on."""
    area, estate, building = place
    made = Code(
        code=new_code(),
        use=use,
        area=area,
        estate=estate,
        building=building,
        lift=lift,
        made_ms=now_ms,
        person=person,
    )
    work.care.add_code(made)
    return made


def _mute(work: OfficeWork, one: Notice, *, now_ms: int) -> str | None:
    if one.topic != "outage" or one.lift is None or one.until_ms > now_ms + SILENCE_MS_MAX:
        return None
    asked = Silence(
        id=new_id(),
        area=one.area,
        estate=one.estate,
        lift=one.lift,
        kind=OUTAGE_SILENCES,
        from_ms=max(one.from_ms, now_ms),
        until_ms=one.until_ms,
        why=one.zh[:WHY_MAX],
        person=one.person,
        organisation=one.organisation,
        made_ms=now_ms,
    )
    return silence(work.books, asked, now_ms=now_ms).id


def _locked(work: OfficeWork, id: str, version: int) -> Notice:
    one = work.care.locked_notice(id)
    if one is None:
        raise NoSuchNotice(id)
    if one.version != version:
        raise Stale(Said("somebody else has changed it"))
    return one


def _check_why(why: str | None) -> None:
    if why is None or not why.strip() or len(why) > WHY_MAX:
        told = "%(field)s has %(low)s to %(high)s characters"
        raise Untold(Said(told, field="why", low=1, high=WHY_MAX))
