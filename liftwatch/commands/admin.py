"""`liftwatch admin`: the first administrator, a way in for who has forgotten the password, and
the change from one secret of the installation to the next.

It asks nobody who is asking: whoever may run it here may read the database anyway.
"""

import contextlib
import getpass
import sys
from collections.abc import Iterator

from msgspec import structs

from liftwatch.access.people import AccessError
from liftwatch.access.secrets import Seal
from liftwatch.access.store import PeopleWork
from liftwatch.adapters.sql.seals import reseal, tally
from liftwatch.audit.chain import SealError
from liftwatch.audit.entry import NOBODY, Act
from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.wiring import (
    books_or_fail,
    open_stores,
    page_of,
    people_of,
    secrets_of,
    settings_or_fail,
)
from liftwatch.failure import Failure
from liftwatch.handlers import people, sign_in
from liftwatch.ports import Conflict, StoreUnavailable


def create_command(login: str, *, name: str | None, password_stdin: bool) -> None:
    """Make an administrator with a password that is asked for twice, or read from a pipe."""
    with _work() as work:
        if work.person_of_login(login.strip().lower()) is not None:
            raise Failure(f"admin: {login} exists already")
    password = _password(piped=password_stdin)
    with _work() as work:
        at_ms = now_ms()
        person = people.make_person(
            work, login=login, name=name or login, password=password, now_ms=at_ms
        )
        people.grant(work, person.id, "admin", organisation=None, now_ms=at_ms)
        work.audit(_act(person.id, "create", at_ms=at_ms))
    print(f"{person.login} is an administrator; from now on whoever opens a page signs in")


def link_command(login: str) -> None:
    """Print a link that signs somebody in once."""
    settings = settings_or_fail()
    with _work() as work:
        person = work.person_of_login(login.strip().lower())
        if person is None or person.disabled_ms is not None:
            raise Failure(f"admin: nobody may come in as {login}")
        at_ms = now_ms()
        made = sign_in.issue(work, person.id, "link", now_ms=at_ms)
        work.audit(_act(person.id, "link", at_ms=at_ms))
    until = rfc3339(made.credential.expires_ms)
    print(f"good once, until {until}:\n{page_of(settings)}enter/{made.secret}")


def reseal_command(*, check: bool) -> bool:
    """Seal with the newest secret what an older one sealed; `check` only tells.

    False while something is left under an older one, or cannot be read at all.
    """
    settings = settings_or_fail()
    folder = settings.data_dir
    try:
        with contextlib.closing(books_or_fail(settings, folder)) as books:
            seal = Seal(*secrets_of(settings, folder, books))
            done = 0 if check else sum(reseal(books, seal))
            found = tally(books, seal)
            if done:
                with books.begin() as work:
                    work.audit(_reseal_act(done))
    except (Conflict, SealError, StoreUnavailable) as error:
        raise Failure(f"admin: {error}; begun again it goes on") from error
    print(f"sealed anew: {done}; {found.older} of {found.values} lie under an older secret")
    if found.unreadable:
        where = f"the first is {found.first}"
        print(f"{found.unreadable} cannot be read with any secret; {where}", file=sys.stderr)
    return not found.older and not found.unreadable


def _act(person: str, what: str, *, at_ms: int) -> Act:
    """Of whoever sits at this machine, under the name the system knows them by."""
    return Act(
        at_ms=at_ms,
        person=NOBODY,
        action="people.write",
        target_kind="person",
        target=person,
        channel="cli",
        detail={"what": what},
        private={"user": getpass.getuser()},
    )


def _reseal_act(done: int) -> Act:
    act = _act("", "reseal", at_ms=now_ms())
    detail = {"what": "reseal", "values": done}
    return structs.replace(act, target_kind="secret", target="sealed", detail=detail)


@contextlib.contextmanager
def _work() -> Iterator[PeopleWork]:
    settings = settings_or_fail()
    try:
        with (
            open_stores(settings, settings.data_dir) as stores,
            people_of(settings, stores, settings.data_dir).begin() as work,
        ):
            yield work
    except (AccessError, Conflict, SealError, StoreUnavailable) as error:
        raise Failure(f"admin: {error}") from error


def _password(*, piped: bool) -> str:
    if piped:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise Failure("admin: no terminal to ask for a password: use --password-stdin")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Failure("admin: the two are not the same")
    return password
