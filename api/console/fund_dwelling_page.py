"""What goes with a dwelling that is sold; and what corrected areas would change in a building."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from api import fund_places
from api.console.fund_case_page import reading
from api.console.fund_case_views import CaseRows, money
from api.console.fund_texts import STAGES
from api.console.language import Language
from api.console.render import language_of, render
from api.fund import Part
from api.fund_places import AreaEffects, DwellingShape
from api.fund_seen import SeenFund, TheFund
from api.parts import Parts, ThePart
from api.principal import Principal, allow
from liftwatch.clock import now_ms
from liftwatch.fund.doors import WORDS
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Keeper = Annotated[Principal, Depends(allow("fund.read"))]
Values = dict[str, Any]
DIFFERENCES: dict[str, Said] = {str(what): told for what, told in WORDS.items()}
"""What differs, by its word in the API."""


@router.get("/fund/custodian/{area}/{estate}/{building}/households/{household}")
def dwelling_page(
    *,
    request: Request,
    principal: Keeper,
    fund: TheFund,
    part: ThePart,
    area: Part,
    estate: Part,
    building: Part,
    household: Part,
) -> Response:
    """What a dwelling holds and owes, as whoever buys it is told; a sale books nothing."""
    answered = fund_places.read_dwelling(
        fund=fund, parts=part, area=area, estate=estate, building=building, household=household
    )
    found = msgspec.json.decode(answered.body, type=DwellingShape)
    rows = CaseRows(part.books, language_of(request), now_ms=now_ms())
    cases = reading(part, principal)
    debts = {one.case: one.owed_fen for one in found.debts}

    def row(id: str) -> Values:
        case = part.books.fund_case(id, sight=cases.sight)
        return {"id": id, "row": case and rows.of(case), "owed": money(debts.get(id, 0))}

    values: Values = {
        "household": household,
        "path": "/".join((area, estate, building)),
        "name": rows.place(area, estate, building),
        "principal": money(found.principal_fen),
        "interest": money(found.interest_fen),
        "goes": money(found.principal_fen + found.interest_fen),
        "owed": money(found.receivable_fen) if found.receivable_fen else "",
        "first": money(found.first_deposit_fen),
        "debts": [row(id) for id in debts],
        "cases": [row(id) for id in found.cases],
        "rest": money(found.receivable_fen - sum(debts.values())),
        "rest_is": found.receivable_fen > sum(debts.values()),
    }
    return render(request, "fund_dwelling.html", values)


def effect_views(
    language: Language, part: Parts, fund: SeenFund, *, place: tuple[str, str, str]
) -> list[Values]:
    """The running cases of a building of which the register says something else, and what it
    would come to."""
    area, estate, building = place
    answered = fund_places.list_area_effects(
        fund=fund, parts=part, area=area, estate=estate, building=building
    )
    found = msgspec.json.decode(answered.body, type=AreaEffects)
    return [
        {
            "case": one.case,
            "lift": one.lift,
            "stage": one.stage,
            "stage_word": language.word(STAGES[one.stage]),
            "plan": one.plan,
            "differences": [
                {
                    "home": x.household,
                    "why": language.tell(DIFFERENCES[x.what]),
                    "plan": money(x.plan_dm2),
                    "record": money(x.register_dm2),
                }
                for x in one.differences
            ],
            "shares": [
                {
                    "home": x.household,
                    "plan": money(x.plan_fen),
                    "record": money(x.record_fen),
                    "change": signed(x.record_fen - x.plan_fen),
                }
                for x in one.shares
            ],
        }
        for one in found.items
    ]


def signed(fen: int) -> str:
    """A change in yuan, with its sign.

    >>> signed(150), signed(-5)
    ('+1.50', '-0.05')
    """
    return f"{'+' * (fen > 0)}{money(fen)}"
