"""`liftwatch report`: reports of months and quarters from the command line."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from api.console.language import LANGUAGES
from api.console.report_csv import report_csv
from api.console.report_html import report_html
from api.console.report_pdf import report_pdf
from api.console.report_views import Words, report_view
from api.gate import Gate
from api.problems import Problem
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.audit.entry import Act
from liftwatch.care.report import Report, ReportFilter, period_of
from liftwatch.clock import now_ms, rfc3339
from liftwatch.commands.audit import user_here
from liftwatch.commands.wiring import Stores, gate_of, open_stores, people_of, settings_or_fail
from liftwatch.engine.reports import SLICE, make_due
from liftwatch.failure import Failure
from liftwatch.handlers.care_report_reads import Source
from liftwatch.handlers.care_reports import (
    By,
    ReportChanged,
    asked_scope,
    content_of,
    draw_up_report,
    keep_report,
)
from liftwatch.handlers.care_scores import score_reads
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Books, Conflict, StoreUnavailable

LIST_MAX = 200


class Here(NamedTuple):
    """The stores of this installation; `gate` knows what people and organisations are called."""

    stores: Stores
    people: SqlPeople
    gate: Gate
    exercise: bool

    @property
    def books(self) -> Books:
        """Lifts and names of places."""
        return self.stores.books


def list_command() -> None:
    """Print the newest ones, a line each."""
    with opened() as here:
        for one in here.books.reports(ReportFilter(), limit=LIST_MAX):
            print(line_of_report(one))


def make_command(period: str, *, area: str, estate: str, unit: str) -> None:
    """Make one and print its line; Failure for what cannot be."""
    named = [(kind, id) for kind, id in zip(KINDS, (area, estate, unit), strict=True) if id]
    if len(named) != 1:
        raise Failure("report: say one of --area, --estate, --unit")
    ((kind, id),) = named
    with opened() as here:
        at_ms = now_ms()
        scope = asked_scope(here.books, kind, id)
        with here.people.reading() as reads:
            scores = score_reads(here.books, here.people, exercise=here.exercise)
            source = Source(here.books, reads.care, here.exercise, scores)
            made = draw_up_report(source, scope, period_of(period), by=By(), now_ms=at_ms)
        with here.books.begin() as work:
            keep_report(work, made)
            work.audit(
                Act(
                    at_ms=at_ms,
                    person=f"os:{user_here()}",
                    action="reports.make",
                    target_kind="report",
                    target=made.id,
                    channel="cli",
                    detail={"scope": made.scope, "period": made.period, "sha256": made.sha256},
                )
            )
    print(line_of_report(made))


def due_command() -> None:
    """Make what the clock owes, and print how many."""
    count = 0
    with opened() as here:
        scores = score_reads(here.books, here.people, exercise=here.exercise)
        while made := make_due(
            here.books,
            here.people,
            exercise=here.exercise,
            scores=scores,
            now_ms=now_ms(),
        ):
            count += made
            if made < SLICE:
                break
    print(f"{count} reports made")


def write_command(id: str, file: Path, *, language: str) -> None:
    """Write a report to a file, as the end of its name says."""
    with opened() as here:
        one = here.books.report(id)
        if one is None:
            raise Failure(f"report: there is no report {id[:64]}")
        data = _bytes(here, one, file.suffix, language=language)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise Failure(f"report: {file}: {error.strerror}") from error


def line_of_report(one: Report) -> str:
    """A report in a line."""
    made = rfc3339(one.made_ms)
    return f"{one.id} {one.period} {one.scope_kind} {one.scope} v{one.version} {made} {one.sha256}"


KINDS = ("area", "estate", "unit")


def _bytes(here: Here, one: Report, suffix: str, *, language: str) -> bytes:
    tongue = LANGUAGES[language]
    content = content_of(one)
    match suffix:
        case ".json":
            return msgspec.json.format(one.content.encode(), indent=2) + b"\n"
        case ".csv":
            return report_csv(one, content, Words(here, tongue, [content])).encode()
        case ".html":
            return report_html(report_view(here, tongue, one), tongue).encode()
        case ".pdf":
            return report_pdf(report_view(here, tongue, one), tongue)
    raise Failure("report: the file ends in .pdf, .csv, .html or .json")


@contextlib.contextmanager
def opened() -> Iterator[Here]:
    """The installation's stores; what goes wrong with them is one line."""
    settings = settings_or_fail()
    folder = settings.data_dir
    with open_stores(settings, folder) as stores:
        people = people_of(settings, stores, folder)
        try:
            yield Here(stores, people, gate_of(settings, stores, folder), settings.exercise)
        except (Conflict, Problem, StoreUnavailable, ReportChanged, Untold) as error:
            raise Failure(f"report: {error}") from error
