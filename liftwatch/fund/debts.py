"""What a household owes to cases, and how a payment meets it: the oldest debt first."""

from collections.abc import Iterable
from typing import NamedTuple

from liftwatch.fund.case import Case
from liftwatch.fund.steps import STEPS


class Debt(NamedTuple):
    """What one household owes to one case."""

    case: str
    owed_fen: int


def debts_of(cases: Iterable[Case], household: str) -> tuple[Debt, ...]:
    """Its debts to cases that may still receive them, those approved first in front."""
    found = [
        (case.approved_ms or 0, case.id, line.owed_fen)
        for case in cases
        if case.stage in STEPS["receive"].begins
        for line in case.purse.lines
        if line.household == household and line.owed_fen
    ]
    return tuple(Debt(id, owed_fen) for _, id, owed_fen in sorted(found))


def met_by(amount_fen: int, debts: Iterable[Debt]) -> tuple[tuple[Debt, ...], int]:
    """How a payment meets debts, each part a move `receive` of its case; and what is left.

    >>> met_by(100, [Debt("c1", 30), Debt("c2", 90)])
    ((Debt(case='c1', owed_fen=30), Debt(case='c2', owed_fen=70)), 0)
    >>> met_by(100, [Debt("c1", 30)])[1]
    70
    """
    parts, left_fen = [], amount_fen
    for debt in debts:
        part_fen = min(left_fen, debt.owed_fen)
        if part_fen:
            parts.append(Debt(debt.case, part_fen))
        left_fen -= part_fen
    return tuple(parts), left_fen
