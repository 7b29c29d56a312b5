"""`liftwatch register import`: a CSV file into the register, tried first, kept whole or not."""

import getpass
import sys
from collections.abc import Mapping
from pathlib import Path

from liftwatch.access.people import AccessError
from liftwatch.audit.chain import SealError
from liftwatch.audit.entry import NOBODY, Act
from liftwatch.clock import now_ms
from liftwatch.commands.wiring import open_stores, people_of, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.handlers.imports import Judged, NotKept, judge, keep, known_estates, try_out
from liftwatch.ports import Conflict, StoreUnavailable
from liftwatch.register.changes import Origin
from liftwatch.register.columns import SHEETS, Sheet
from liftwatch.register.csv_files import BYTES_MAX
from liftwatch.register.sheets import Problem

WHO = "command line"
"""By whom what is entered here is: whoever may run it may write the database anyway."""
STDIN = "-"


def import_command(file: Path, *, sheet: str, keep: bool, defaults: Mapping[str, str]) -> bool:
    """Import a file, or try to; whether no row is wrong. Failure when it cannot be read."""
    data, wanted = _read(file), SHEETS[sheet]
    try:
        _fit(defaults, wanted)
        judged, kept = _carry_out(data, wanted, defaults, kept=keep)
    except (AccessError, Conflict, SealError, StoreUnavailable, ValueError) as error:
        raise Failure(f"register: {error}") from error
    errors, remarks = judged.findings.errors, judged.findings.remarks
    outcome = "kept" if kept else "nothing was kept"
    print(f"{len(judged.rows)} rows can be used, {errors} errors, {remarks} remarks: {outcome}")
    return judged.is_clean


def _carry_out(
    data: bytes, sheet: Sheet, defaults: Mapping[str, str], *, kept: bool
) -> tuple[Judged, bool]:
    """What is the matter with it, and whether it was kept."""
    settings = settings_or_fail()
    by = Origin(WHO, now_ms())
    with open_stores(settings, settings.data_dir) as stores:
        estates = known_estates(stores.books)
        judged = judge(data, sheet, now_ms=by.at_ms, defaults=defaults, estates=estates, tell=_say)
        people = people_of(settings, stores, settings.data_dir)
        if not kept:
            try_out(people, judged, by=by)
            return judged, False
        try:
            with people.begin() as work:
                keep(work, judged, by=by)
                work.audit(_act(judged, at_ms=by.at_ms))
        except NotKept:
            return judged, False
    return judged, True


def _act(judged: Judged, *, at_ms: int) -> Act:
    """Of whoever sits at this machine, under the name the system knows them by."""
    return Act(
        at_ms=at_ms,
        person=NOBODY,
        action="register.write",
        target_kind="sheet",
        target=judged.sheet,
        channel="cli",
        detail={"what": "import", "rows": len(judged.rows)},
        private={"user": getpass.getuser()},
    )


def _fit(defaults: Mapping[str, str], sheet: Sheet) -> None:
    names = {column.name for column in sheet.columns}
    if lost := sorted(set(defaults) - names):
        raise ValueError(f"{sheet.name} have no {lost[0]}")


def _read(file: Path) -> bytes:
    """All of a file; of one that is too large as much as shows that it is."""
    try:
        if str(file) == STDIN:
            return sys.stdin.buffer.read(BYTES_MAX + 1)
        with file.open("rb") as stream:
            return stream.read(BYTES_MAX + 1)
    except OSError as error:
        raise Failure(f"register: {file}: {error.strerror}") from error


def _say(problem: Problem) -> None:
    """One line: where, error or remark, which column, and why."""
    where = "file" if problem.line is None else f"line {problem.line}"
    sort = "error" if problem.is_error else "remark"
    column = f" {problem.column}:" if problem.column else ""
    print(f"{where}: {sort}:{column} {problem.doubt.text}")
