"""The disclosure as one table for spreadsheets: what is in a row stands in its first column.

Amounts are in yuan with two digits, exactly those of the JSON; names are masked as there.
"""

import csv
import io
from collections.abc import Iterator

from liftwatch.audit.export import MARK, harmless
from liftwatch.clock import day_text, estate_day
from liftwatch.fund.disclosure_report import Finished, Report
from liftwatch.fund.money import yuan

COLUMNS = (
    *("table", "what", "case", "household", "owner", "area_m2"),
    *("amount_yuan", "owed_yuan", "day", "note"),
)
Row = dict[str, str]


def csv_of(report: Report) -> str:
    """A line a row of the disclosure; a spreadsheet reads it and computes nothing."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows_of(report):
        writer.writerow({name: _cell(name, text) for name, text in row.items()})
    return MARK + out.getvalue()


def _cell(name: str, text: str) -> str:
    """An amount below zero begins with a sign, and is a number all the same."""
    return text if name.endswith("_yuan") else harmless(text)


def rows_of(report: Report) -> Iterator[Row]:
    """All of it, table after table."""
    yield _row("building", "/".join(report.place), note=str(report.year))
    for one in report.table:
        what, _, case = one.what.partition(" ")
        yield _row("totals", what, amount=one.amount_fen, case=case)
    for bank, fen in report.books.banks.items():
        yield _row("banks", bank, amount=fen)
    for kind in report.books.kinds:
        yield _row("sub-accounts before", kind.kind, amount=kind.before_fen)
        yield _row("sub-accounts", kind.kind, amount=kind.after_fen)
    for home in report.homes:
        note = "must top up" if home.must_top_up else ""
        yield _row(
            "households",
            "balance",
            amount=home.after_fen,
            owed=home.owed_fen,
            household=home.household,
            owner=home.owner,
            note=note,
        )
    for one_case in report.finished:
        yield from _case(one_case)
    for going in report.going:
        yield _row(
            "cases",
            going.stage,
            amount=going.paid_year_fen,
            case=going.case,
            day=day_text(estate_day(going.opened_ms)),
            note=" ".join((going.lift, *going.works)),
        )
    for home_name, moves in report.moves.items():
        for move in moves:
            yield _row(
                "own household",
                move.kind,
                amount=move.principal_fen + move.interest_fen,
                owed=move.receivable_fen,
                household=home_name,
                case=move.case or "",
                day=day_text(move.day),
            )


def _case(one: Finished) -> Iterator[Row]:
    spent = one.spent
    yield _row(
        "expenditures",
        "cost",
        amount=one.cost_fen,
        owed=spent.owed_fen,
        case=spent.case,
        day=day_text(estate_day(one.over_ms)),
        note=" ".join((spent.lift, *spent.works, spent.contractor or "")).strip(),
    )
    yield _row("expenditures", "paid", amount=spent.paid_fen, case=spent.case)
    yield _row("expenditures", "subsidy", amount=spent.subsidy_fen, case=spent.case)
    if one.after is not None:
        note = f"{one.after.before} before, {one.after.after} since"
        yield _row("expenditures", one.after.verdict, case=spent.case, note=note)
    for row in one.rows:
        yield _row(
            "allocation",
            "share",
            amount=row.share_fen,
            owed=row.owed_fen,
            case=spent.case,
            household=row.household,
            owner=row.owner,
            area_m2=yuan(row.area_dm2),
        )


def _row(
    table: str, what: str, *, amount: int | None = None, owed: int | None = None, **more: str
) -> Row:
    told = {"table": table, "what": what} | {name: text for name, text in more.items() if text}
    if amount is not None:
        told["amount_yuan"] = yuan(amount)
    if owed is not None:
        told["owed_yuan"] = yuan(owed)
    return told
