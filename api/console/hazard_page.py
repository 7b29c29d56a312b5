"""The page of hazards: the riskiest lifts, and of what that is made."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.board import lifts_of, names_of
from api.console.language import Language
from api.console.marks import N_
from api.console.render import language_of, render
from api.console.views import LiftName, kind_name, lift_name
from api.hazard_shapes import RiskPart, RiskShape
from api.hazards import READ, risks_of
from api.parameters import estates
from api.parts import TheBooks, ThePart
from api.principal import allow
from liftwatch.care.risk import WEIGHTS
from liftwatch.clock import now_ms

router = APIRouter(include_in_schema=False)
SHOWN = 100
PART_TEXTS = {
    "age": N_("Age"),
    "faults": N_("Faults of a year"),
    "entrapments": N_("Entrapments of a year"),
    "trends": N_("Worn parts"),
    "duties": N_("Duties"),
    "complaints": N_("Complaints"),
    "load": N_("Overload"),
}
assert PART_TEXTS.keys() == WEIGHTS.keys()


class PartView(NamedTuple):
    """A part in points; empty where it is unknown. `share` is of a hundred."""

    points: str
    share: float


class RiskView(NamedTuple):
    """A lift as it is read."""

    where: LiftName
    score: str
    over: bool
    faults: int
    open: str
    parts: list[PartView]


@router.get("/hazards", dependencies=[Depends(allow(READ))])
def hazards(
    *,
    request: Request,
    books: TheBooks,
    part: ThePart,
    estate: Annotated[str, Query(max_length=32)] = "",
) -> Response:
    """The hundred riskiest of what somebody sees, or of an estate."""
    estates([estate] if estate else ())
    language = language_of(request)
    found = risks_of(part, books, estate=estate or None, limit=SHOWN, at_ms=now_ms())
    lifts = lifts_of(books, [one.lift for one in found.items])
    names = names_of(books, language, lifts.values())
    rows = [
        _view(language, one, lift_name(language, one.lift, lifts.get(one.lift), names=names))
        for one in found.items
    ]
    values = {
        "rows": rows,
        "lifts": found.lifts,
        "limit": f"{found.limit:.0f}",
        "heads": [(language.say(text), f"{WEIGHTS[n]:.0f}") for n, text in PART_TEXTS.items()],
        "estate": estate,
    }
    return render(request, "hazards.html", values)


def _view(language: Language, one: RiskShape, where: LiftName) -> RiskView:
    return RiskView(
        where=where,
        score=f"{one.score:.0f}",
        over=one.over,
        faults=one.faults,
        open=", ".join(kind_name(language, kind) for kind in one.open),
        parts=[_part(row) for row in one.parts],
    )


def _part(one: RiskPart) -> PartView:
    if one.points is None or one.share is None:
        return PartView("", 0.0)
    return PartView(f"{one.points:.1f}", round(100 * one.share, 1))
