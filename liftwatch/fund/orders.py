"""Payment orders as a file for the bank: what is to be paid, to whom, and why. Nothing is booked.

What the bank has paid comes back as a line of its statement, and that line is booked. The sum and
the count stand in the file, and whoever carries it signs for both.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from liftwatch.audit.export import MARK, harmless
from liftwatch.clock import day_text
from liftwatch.fund.accounts import is_part
from liftwatch.fund.journal import CannotBook
from liftwatch.fund.money import check_fen, yuan
from liftwatch.said import Said, said_by

ORDERS_MAX = 10_000
COLUMNS = ("序号", "付款账户", "收款户名", "收款账号", "开户行", "金额（元）", "用途", "项目")
NAME_MAX, PURPOSE_MAX = 60, 60

_ACCOUNT = re.compile(r"[0-9]{8,32}\Z")


class Order(Struct, frozen=True, kw_only=True):
    """A payment of a case: of which special account, to whom, in fen."""

    bank: str
    payee: str
    payee_account: str
    payee_bank: str
    fen: int
    purpose: str
    case: str


def order_file(orders: Sequence[Order], *, day: int) -> Iterator[str]:
    """CSV with a header and, at the end, count and sum; safe to open as a spreadsheet.

    An account number begins with an apostrophe, else a spreadsheet would round it. Raises
    CannotBook, with the number of the order, for one that no bank could carry out.

    >>> one = Order(bank="ccb", payee="Lift Co", payee_account="6222020200112230",
    ...     payee_bank="ICBC", fen=1_234_500, purpose="brake", case="c1")
    >>> print("".join(order_file([one], day=20_514)).splitlines()[1])
    1,ccb,Lift Co,'6222020200112230,ICBC,12345.00,brake,c1
    """
    if not 0 < len(orders) <= ORDERS_MAX:
        raise CannotBook(Said("a file has 1 to %(most)s payments", most=ORDERS_MAX))
    for number, order in enumerate(orders, 1):
        why = wrong_order(order)
        if why is not None:
            raise CannotBook(Said("payment %(number)s: %(why)s", number=number, why=why))
    yield MARK + _row(COLUMNS)
    for number, order in enumerate(orders, 1):
        yield _row(
            (
                str(number),
                order.bank,
                order.payee,
                f"'{order.payee_account}",
                order.payee_bank,
                yuan(order.fen),
                order.purpose,
                order.case,
            )
        )
    total = yuan(sum(order.fen for order in orders))
    yield _row(("合计", day_text(day), f"{len(orders)} 笔", "", "", total, "", ""))


def wrong_order(order: Order) -> Said | None:
    """Why no bank could carry it out; None where one can."""
    try:
        check_fen(order.fen)
    except ValueError as error:
        return said_by(error)
    if not _ACCOUNT.match(order.payee_account):
        return Said("an account has 8 to 32 digits")
    if not _is_line(order.payee, NAME_MAX) or not _is_line(order.payee_bank, NAME_MAX):
        return Said("payee and bank are a line of 1 to %(most)s characters", most=NAME_MAX)
    if not _is_line(order.purpose, PURPOSE_MAX):
        return Said("a purpose is a line of 1 to %(most)s characters", most=PURPOSE_MAX)
    if not is_part(order.bank) or not is_part(order.case):
        return Said("it names a special account and a case")
    return None


def _is_line(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= most and text.isprintable()


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([cell if cell[:1] == "'" else harmless(cell) for cell in cells])
    return text.getvalue()
