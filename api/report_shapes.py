"""What reports look like in JSON."""

from typing import Literal

from msgspec import Struct

from liftwatch.care.report import MadeFrom, PeriodKind, Report, ScopeKind, Section
from liftwatch.clock import rfc3339


class ReportShape(Struct, kw_only=True):
    """A report as it is kept: of what, of when, which version, and from what it was made."""

    id: str
    kind: PeriodKind
    scope_kind: ScopeKind
    scope: str
    period: str
    version: int
    made_at: str
    made_by: str | None
    organisation: str | None
    sha256: str


class ReportList(Struct):
    """A page of reports, the newest first."""

    items: list[ReportShape]
    next: str | None


class ReportWhole(ReportShape, kw_only=True):
    """A report with all it says. A value of null cannot be told; shares are parts of one."""

    made_from: MadeFrom
    sections: tuple[Section, ...]


class NewReport(Struct, kw_only=True):
    """Of what a report is to be made now: `scope` is `320583`, `320583/garden` or a unit's id,
    `period` is a month as `2026-11` or a quarter as `2026-Q4`."""

    scope_kind: ScopeKind
    scope: str
    period: str


DESCRIBED_REPORTS = (ReportShape, ReportList, ReportWhole, NewReport)
Format = Literal["json", "html", "csv", "pdf"]


def report_shape(one: Report) -> ReportShape:
    """A report without what it says."""
    return ReportShape(**_head(one))  # type: ignore[arg-type]  # by name


def report_whole(one: Report, made_from: MadeFrom, sections: tuple[Section, ...]) -> ReportWhole:
    """A report with all it says."""
    return ReportWhole(**_head(one), made_from=made_from, sections=sections)  # type: ignore[arg-type]  # by name


def _head(one: Report) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "scope_kind": one.scope_kind,
        "scope": one.scope,
        "period": one.period,
        "version": one.version,
        "made_at": rfc3339(one.made_ms),
        "made_by": one.person,
        "organisation": one.organisation,
        "sha256": one.sha256,
    }
