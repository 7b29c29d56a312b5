"""What a household owes to cases: the oldest debt first."""

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
