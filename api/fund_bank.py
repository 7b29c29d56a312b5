"""`POST /v1/fund/statements` and `/payment-orders`: what comes from the bank, and goes there.

Neither books anything: the bank's line does, when somebody books it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.fund_bodies import NewFundOrders
from api.fund_seen import TheFund, account_or_problem, fund_problems
from api.fund_shapes import FundOrders, FundReconciliation, reconciliation_shape
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.register import MEDIA, csv_of
from api.shapes import answer, described
from liftwatch.clock import estate_day
from liftwatch.fund.money import yuan
from liftwatch.fund.orders import Order, order_file
from liftwatch.fund.statement import booked_on, parse_statement, reconcile
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
ORDER = "fund.order"
BYTES_MAX = 8 * 1024 * 1024
"""A statement of some 80 000 lines."""


@router.post(
    "/v1/fund/statements",
    dependencies=[Depends(allow("fund.reconcile"))],
    responses=described(FundReconciliation, "What both have, and what one has alone"),
    openapi_extra={
        "requestBody": {"required": True, "content": {MEDIA: {"schema": {"type": "string"}}}}
    },
    max_body_size=BYTES_MAX,
)
def hold_against(
    *,
    fund: TheFund,
    account: Annotated[str, Query(pattern=r"^[0-9A-Za-z\u4e00-\u9fff-]{1,32}$")],
    data: Annotated[bytes, Depends(csv_of)],
) -> Response:
    """A bank's statement (CSV) against the books, for the buildings that are seen. `account` is
    the special account. Nothing is kept and nothing booked, so it needs no key."""
    with fund_problems():
        lines = parse_statement(data, account=account)
        found = reconcile(lines, booked_on(fund.all_entries(), account))
    return answer(reconciliation_shape(found))


@router.post(
    "/v1/fund/payment-orders",
    status_code=201,
    responses=described(FundOrders, "The file for the bank", status=201),
    openapi_extra=takes(NewFundOrders),
)
def write_orders(
    *,
    principal: Annotated[Principal, Depends(allow(ORDER))],
    fund: TheFund,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewFundOrders, Depends(body_of(NewFundOrders))],
) -> Response:
    """Payments of a case as a file: no more than is set aside for it. The same key writes the
    same file; it is noted who had one made."""
    name = f"clearing/{body.area}/{body.estate}/{body.building}/{body.case}"
    clearing = account_or_problem(name, fund.sight).id
    orders = [
        Order(
            bank=one.bank,
            payee=one.payee,
            payee_account=one.payee_account,
            payee_bank=one.payee_bank,
            fen=one.fen,
            purpose=one.purpose,
            case=body.case,
        )
        for one in body.orders
    ]
    wanted = sum(one.fen for one in orders)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with fund_problems():
            text = "".join(order_file(orders, day=estate_day(at_ms)))
            held = work.books.fund_balances([clearing]).get(clearing, 0)
        if wanted > held:
            told = Said(
                "%(account)s holds %(has)s yuan, and %(wants)s are to be taken from it",
                account=clearing,
                has=yuan(held),
                wants=yuan(wanted),
            )
            raise Problem("unusable", told)
        facts = {"count": str(len(orders)), "sum_fen": str(wanted)}
        shape = FundOrders(csv=text, count=len(orders), sum_fen=wanted)
        return Done(shape, "payment_orders", ("fund case", body.case), facts=facts)

    return act_once(gate, principal, ORDER, once=once, act=act)
