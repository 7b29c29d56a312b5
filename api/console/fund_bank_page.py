"""What comes from the bank and goes to it: a statement against the books, and payment orders."""

from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from starlette.datastructures import UploadFile

from api import fund_bank
from api.console.forms import FIELD_MAX, FIELDS_MAX, Sent, fresh_key, sent_of
from api.console.fund_case_page import may_do, reading
from api.console.fund_case_views import money, work_of
from api.console.fund_forms import Refusal, TheWideForm, attempt, fen_of, shaped
from api.console.render import language_of, render
from api.fund_bodies import FundOrder, NewFundOrders
from api.fund_seen import SeenFund, TheFund
from api.fund_shapes import FundLine, FundOrders, FundReconciliation
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import BadParameter, Problem
from liftwatch.clock import day_of, day_text, estate_day, now_ms
from liftwatch.fund.accounts import account_of, is_part
from liftwatch.fund.books import AccountFilter
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reconciler = Annotated[Principal, Depends(allow("fund.reconcile"))]
Orderer = Annotated[Principal, Depends(allow("fund.order"))]
Values = dict[str, Any]
FORM_MAX = fund_bank.BYTES_MAX + 64 * 1024
"""A file and the fields beside it."""
CLEARING_MAX = 500


class Statement(NamedTuple):
    """A file and the fields beside it."""

    form: Sent
    data: bytes


async def statement_of(request: Request) -> Statement:
    """What the form sends; a form without a file has an empty one."""
    form = await request.form(max_fields=FIELDS_MAX, max_files=1)
    file = form.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    sent = sent_of(request, form, letters=FIELD_MAX)
    await form.close()
    return Statement(sent, data)


@router.get("/fund/statement")
def statement_page(request: Request, principal: Reconciler, fund: TheFund) -> Response:
    """The form for a file of the bank."""
    return _statement(request, principal, fund, typed={})


@router.post("/fund/statement", max_body_size=FORM_MAX)
def hold_against_by_form(
    *,
    request: Request,
    principal: Reconciler,
    fund: TheFund,
    sent: Annotated[Statement, Depends(statement_of)],
) -> Response:
    """The file against the books: every difference is shown, nothing is booked or kept."""
    account = sent.form.text("account")

    def act() -> Response:
        if not is_part(account):
            raise BadParameter("account", Said("is no name of a bank account"))
        if not sent.data:
            raise Problem("unusable", Said("the file is missing or empty"))
        return fund_bank.hold_against(fund=fund, account=account, data=sent.data)

    made = attempt(sent.form, "statement", act)
    if isinstance(made, Refusal):
        return _statement(request, principal, fund, typed=sent.form.fields, refusal=made)
    found = msgspec.json.decode(made.body, type=FundReconciliation)
    return _statement(request, principal, fund, typed=sent.form.fields, found=found)


def _statement(
    request: Request,
    principal: Principal,
    fund: SeenFund,
    *,
    typed: dict[str, str],
    found: FundReconciliation | None = None,
    refusal: Refusal | None = None,
) -> Response:
    values: Values = {
        "typed": typed,
        "banks": bank_names(fund),
        "found": None if found is None else reconciled(request, found, typed.get("account", "")),
        "may_book": may_do(principal, "fund.book"),
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_statement.html", values, status=refusal.status if refusal else 200)


def bank_names(fund: SeenFund) -> list[str]:
    """The special accounts of buildings that are seen."""
    held = fund.held(AccountFilter(kind="bank"), limit=CLEARING_MAX)
    return sorted({account_of(one.account).of for one in held})


def reconciled(request: Request, found: FundReconciliation, account: str) -> Values:
    """What both have, and what one has alone, as a page shows it."""
    language = language_of(request)

    def lines(rows: list[FundLine]) -> list[Values]:
        return [
            {
                "source": one.source,
                "day": language.day(day_of(one.day)),
                "amount": money(one.fen),
                "text": one.text,
                "n": one.n,
                "book": _book_link(one, account) if one.n is None and one.fen > 0 else "",
            }
            for one in rows
        ]

    return {
        "agrees": found.agrees,
        "bank": money(found.bank_fen),
        "books": money(found.books_fen),
        "counts": found.counts,
        "unbooked": lines(found.unbooked),
        "alike": lines(found.alike),
        "wrong": lines(found.wrong),
        "breaks": [row | {"book": ""} for row in lines(found.breaks)],
        "unknown": [
            {"n": one.n, "day": language.day(day_of(one.day)), "amount": money(one.fen)}
            for one in found.unknown
        ],
    }


def _book_link(line: FundLine, account: str) -> str:
    told = {"bank": account, "yuan": money(line.fen), "day": line.day, "source": line.source}
    return f"/fund/book?{urlencode(told | {'memo': line.text[:200]})}"


@router.get("/fund/orders")
def orders_page(request: Request, principal: Orderer, fund: TheFund, *, part: ThePart) -> Response:
    """The form of payments of a case."""
    return _orders(request, part, principal, fund=fund)


@router.post("/fund/orders")
def orders_by_form(
    *,
    request: Request,
    principal: Orderer,
    fund: TheFund,
    gate: TheGate,
    part: ThePart,
    form: TheWideForm,
) -> Response:
    """The file for the bank, to be downloaded; it books nothing."""

    def act() -> Response:
        return fund_bank.write_orders(
            principal=principal, fund=fund, gate=gate, once=form.once, body=_order_of(form)
        )

    made = attempt(form, "orders", act)
    if isinstance(made, Refusal):
        return _orders(request, part, principal, fund=fund, refusal=made)
    found = msgspec.json.decode(made.body, type=FundOrders)
    name = f"payment-orders-{day_text(estate_day(now_ms()))}.csv"
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    headers["Cache-Control"] = "no-store"
    return Response(found.csv, media_type="text/csv; charset=utf-8", headers=headers)


def _order_of(form: Sent) -> NewFundOrders:
    parts = form.text("clearing").split("/")
    if len(parts) != 5:
        raise BadParameter("case", Said("it names a special account and a case"))
    order = shaped(
        FundOrder,
        bank=form.text("bank") or None,
        payee=form.text("payee") or None,
        payee_account="".join(form.text("payee_account").split()) or None,
        payee_bank=form.text("payee_bank") or None,
        fen=fen_of(form.text("yuan"), field="amount_fen"),
        purpose=form.text("purpose") or None,
    )
    return shaped(
        NewFundOrders,
        area=parts[1],
        estate=parts[2],
        building=parts[3],
        case=parts[4],
        orders=[msgspec.to_builtins(order)],
    )


def _orders(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    fund: SeenFund,
    refusal: Refusal | None = None,
) -> Response:
    cases = reading(part, principal)
    waiting = []
    for held in fund.held(AccountFilter(kind="clearing"), limit=CLEARING_MAX):
        case = part.books.fund_case(account_of(held.account).of, sight=cases.sight)
        if held.balance and case is not None:
            waiting.append((held.account, case.lift, work_of(case), money(held.balance)))
    values: Values = {
        "waiting": waiting,
        "banks": bank_names(fund),
        "typed": refusal.typed if refusal else {},
        "refusal": refusal,
        "key": fresh_key,
        "wrong": None,
    }
    return render(request, "fund_orders.html", values, status=refusal.status if refusal else 200)
