"""Opening balances of a building by a table or a file: tried first, then proposed as a whole.

What a file says stands in the table after it was tried, so that it can be mended there, and is
proposed as it was tried: with its mark.
"""

import hashlib
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from api import fund_writes
from api.console.forms import FIELDS_MAX, Sent, fresh_key, sent_of
from api.console.fund_book_page import Proposer, paper_of, place_of
from api.console.fund_case_views import money
from api.console.fund_forms import LETTERS_MAX, Refusal, attempt, shaped
from api.console.render import render
from api.fund_bodies import NewFundProposal
from api.fund_seen import SeenFund, TheFund, fund_problems
from api.fund_shapes import FundProposal
from api.parameters import day_number
from api.parts import Parts, TheGate, ThePart
from api.problems import BadParameter, Problem
from liftwatch.clock import now_ms
from liftwatch.fund.accounts import account_of, is_part
from liftwatch.fund.doors import doors_of
from liftwatch.fund.journal import CannotBook, wrong_legs
from liftwatch.fund.openings import AMOUNTS, OPENINGS, opening_legs
from liftwatch.handlers.fund_areas import households_in
from liftwatch.handlers.imports import Judged, judge
from liftwatch.register.csv_files import encoding_of
from liftwatch.register.doubts import Unusual
from liftwatch.register.sheets import Problem as Noted
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Values = dict[str, Any]
PAGE = "/fund/opening"
FORM_MAX = 4 * LETTERS_MAX
DECIDING = ("place", "bank", "day", "memo", "document", "rows")
"""All that decides what would be proposed."""
SHOWN_MAX = 2_000


class Table(NamedTuple):
    """What the form sends; what a file says is in its `rows`."""

    form: Sent
    wrong: Said | None

    @property
    def mark(self) -> str:
        """Of what was tried."""
        asked = repr([self.form.text(name) for name in DECIDING])
        return hashlib.sha256(asked.encode()).hexdigest()


async def table_of(request: Request) -> Table:
    """The form; a file that was chosen stands in the place of the table."""
    form = await request.form(max_fields=FIELDS_MAX, max_files=1)
    file = form.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    sent = sent_of(request, form, letters=LETTERS_MAX)
    await form.close()
    if not data:
        return Table(sent, None)
    encoding = encoding_of(data)
    if not isinstance(encoding, str):
        return Table(sent, encoding[1].text)
    text = data.decode(encoding).strip()
    if len(text) > LETTERS_MAX:
        told = Said("the file has more than %(most)s characters", most=LETTERS_MAX)
        return Table(sent, told)
    return Table(sent._replace(fields=sent.fields | {"rows": text}), None)


@router.get(PAGE)
def opening_page(request: Request, principal: Proposer, place: str = "") -> Response:
    """The form."""
    del principal
    return _page(request, typed={"place": place[:200]})


@router.post(PAGE, max_body_size=FORM_MAX)
def open_by_form(
    *,
    request: Request,
    principal: Proposer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    table: Annotated[Table, Depends(table_of)],
) -> Response:
    """Try the table; propose it where it is what was tried and every row of it can be used."""
    form = table.form
    judged: list[Judged] = []

    def act() -> Response:
        if table.wrong is not None:
            raise Problem("unusable", table.wrong)
        place, bank = place_of(form), form.text("bank")
        fund.check(place)
        if not is_part(bank):
            raise BadParameter("bank", Said("is no name of a bank account"))
        judged.append(judged_rows(part, fund, form.text("rows"), place=place))
        if not judged[0].is_clean or not judged[0].rows:
            return Response()
        with fund_problems():
            legs = opening_legs([row.value for row in judged[0].rows], place, bank=bank)
            if (why := wrong_legs(legs, kind="opening", case=None)) is not None:
                raise CannotBook(why)
        told = [{"account": leg.account, "amount_fen": leg.amount} for leg in legs]
        body = shaped(NewFundProposal, kind="opening", legs=told, **paper_of(form))
        day_number("day", body.day)
        if form.text("keep") != table.mark:
            return Response()
        return fund_writes.propose(
            principal=principal, fund=fund, gate=gate, once=form.once, body=body
        )

    made = attempt(form, "opening", act)
    if isinstance(made, Response) and made.body:
        found = msgspec.json.decode(made.body, type=FundProposal)
        return RedirectResponse(f"/fund/proposals/{found.id}", status_code=303)
    refusal = made if isinstance(made, Refusal) else None
    return _page(
        request,
        typed=form.fields,
        judged=judged[0] if judged else None,
        mark=table.mark,
        refusal=refusal,
    )


def judged_rows(part: Parts, fund: SeenFund, text: str, *, place: tuple[str, str, str]) -> Judged:
    """The rows of a table, with all that is the matter with them; what these books and the register
    say of a household is a remark."""
    judged = judge(text.encode(), OPENINGS, now_ms=now_ms())
    doors = doors_of(households_in(part.books, place))
    held: dict[str, int] = {}
    for one in fund.all_held(place):
        account = account_of(one.account)
        if account.kind in AMOUNTS.values():
            held[account.of] = held.get(account.of, 0) + one.balance
    for row in judged.rows:
        home = row.value.household
        if doors and home not in doors:
            judged.findings.note(
                Noted(row.line, None, Unusual(Said("the register has no such household")))
            )
        if held.get(home):
            told = Said("these books have balances of it already: is it opened twice?")
            judged.findings.note(Noted(row.line, None, Unusual(told)))
    return judged


def _page(
    request: Request,
    *,
    typed: dict[str, str],
    judged: Judged | None = None,
    mark: str = "",
    refusal: Refusal | None = None,
) -> Response:
    rows = judged.rows if judged else ()
    may_keep = refusal is None and judged is not None and judged.is_clean and bool(rows)
    values: Values = {
        "typed": typed,
        "judged": judged,
        "found": judged.findings if judged else None,
        "headings": {one.name: one.headings[0] for one in OPENINGS.columns},
        "columns": OPENINGS.columns,
        "rows": [
            (row.value.household, *(money(getattr(row.value, name)) for name in AMOUNTS))
            for row in rows[:SHOWN_MAX]
        ],
        "sums": [money(sum(getattr(row.value, name) for row in rows)) for name in AMOUNTS],
        "count": len(rows),
        "mark": mark if may_keep else "",
        "other": may_keep and bool(typed.get("keep")),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    status = refusal.status if refusal else 200
    return render(request, "fund_opening.html", values, status=status)
