"""The demo's owners: a name for every door that is sold, so that masked names can be looked at."""

from collections.abc import Mapping

from api.console.demo_page import LOGIN
from liftwatch.access.store import PeopleWork
from liftwatch.handlers import people
from liftwatch.handlers.dwellings import give_dwelling

OWN_DOOR = "402"
"""Of the owner as whom the demo is looked at."""
NAMES: Mapping[tuple[str, ...], str] = {
    ("101",): "王小明",
    ("102",): "陆建国",
    ("201",): "欧阳静",
    ("202",): "John Smith",
    ("301", "302"): "顾美华",
    ("401",): "徐志强",
    ("501",): "朱莉",
    ("502",): "唐一凡",
    ("601",): "许婷婷",
}
"""Who has which doors; none of them exists, and none of them signs in."""


def furnish_owners(work: PeopleWork, place: tuple[str, str, str], *, now_ms: int) -> None:
    """Say whose each door is."""
    admin = work.person_of_login(LOGIN % "admin")
    owner = work.person_of_login(LOGIN % "owner")
    assert admin is not None, "furnished before"
    assert owner is not None, "furnished before"
    doors = [(owner.id, OWN_DOOR)]
    for homes, name in NAMES.items():
        made = people.make_person(work, login=f"demo-door-{homes[0]}", name=name, now_ms=now_ms)
        doors += [(made.id, home) for home in homes]
    for person, home in doors:
        give_dwelling(work, person, (*place, home), told_by=admin.id, now_ms=now_ms)
