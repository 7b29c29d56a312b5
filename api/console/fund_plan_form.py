"""The form of a plan: lines of work, households a line each, and what the rules ask of a repair."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from api.console.forms import Sent
from api.console.fund_forms import fen_of, hash_of
from api.problems import BadParameter
from liftwatch.clock import day_of, day_text
from liftwatch.fund.case import Case
from liftwatch.fund.money import parse_yuan, yuan
from liftwatch.fund.plans import Plan
from liftwatch.fund.scope import Household, Scope
from liftwatch.register.columns import HouseholdRow
from liftwatch.said import Said

ITEMS_SHOWN = 5
SEPARATORS = re.compile(r"[,，;；\t]")
COLUMNS = 5
"""Door, area, buyer, developer, weight."""
ANSWERS = ("yes", "no")


def lines_of(rows: Iterable[HouseholdRow]) -> str:
    """The households of the register as lines of the form; units of a developer say so."""
    found = []
    for row in rows:
        line = f"{row.number}, {yuan(row.floor_area_dm2)}"
        found.append(f"{line}, , ?" if row.developer_owned else line)
    return "\n".join(found)


def typed_of(plan: Plan) -> dict[str, str]:
    """A plan as the fields of its form: the next version begins with the one before."""
    claim, contract = plan.claim, plan.claim.contract
    fields: dict[str, str | None] = {
        "act": plan.act,
        "cause_text": plan.cause,
        "major": "yes" if plan.major else "",
        "subsidy": yuan(plan.subsidy_fen) if plan.subsidy_fen else "",
        "households": "\n".join(_line(one, plan.scope) for one in plan.scope.households),
        "agreement": plan.scope.agreement,
        "cause": claim.cause,
        "common_part": _answer(claim.common_part),
        "of_building": _answer(claim.of_building),
        "tortfeasor": _answer(claim.tortfeasor),
        "fault_day": None if claim.fault_day is None else day_text(claim.fault_day),
        "warranty_until": day_text(claim.warranty_until) if claim.warranty_until else "",
        "no_warranty": "yes" if claim.warranty_until == 0 else "",
        "covers": ", ".join(sorted(contract.covers)) if contract else "",
        "parts_up_to": yuan(contract.parts_up_to_fen) if contract else "",
    }
    for n, item in enumerate(plan.items):
        fields |= {f"code-{n}": item.code, f"what-{n}": item.what}
        fields[f"yuan-{n}"] = yuan(item.amount_fen)
    return {name: value for name, value in fields.items() if value}


def _line(one: Household, scope: Scope) -> str:
    weight = str(scope.weights.get(one.id, 0)) if scope.weights else ""
    cells = (one.id, yuan(one.area_dm2), one.owner or "", one.developer or "", weight)
    return ", ".join(cells).rstrip(", ")


def _answer(told: bool | None) -> str | None:
    return None if told is None else ANSWERS[not told]


def plan_of(form: Sent, case: Case) -> dict[str, Any]:
    """The plan that was typed, as the API takes it; BadParameter for what cannot be read."""
    households, weights = _households(form.text("households"))
    scope: dict[str, Any] = {"households": households, "weights": weights}
    if form.text("agreement"):
        scope["agreement"] = hash_of(form.text("agreement"))
    return {
        "act": form.text("act") or "use",
        "items": _items(form),
        "scope": scope,
        "claim": _claim(form),
        "cause": form.text("cause_text"),
        "major": form.text("major") == "yes",
        "subsidy_fen": fen_of(form.text("subsidy"), field="subsidy_fen") or 0,
        "version": case.plan_version + 1,
    }


def _items(form: Sent) -> list[dict[str, Any]]:
    names = re.compile(r"(?:what|yuan)-(\d{1,3})")
    numbers = sorted({int(found[1]) for one in form.fields if (found := names.fullmatch(one))})
    return [
        {
            "code": form.text(f"code-{n}") or "other",
            "what": form.text(f"what-{n}"),
            "amount_fen": fen_of(form.text(f"yuan-{n}"), field="amount_fen") or 0,
        }
        for n in numbers
    ]


def _claim(form: Sent) -> dict[str, Any]:
    answers: Mapping[str, bool | None] = {"yes": True, "no": False}
    names = ("common_part", "of_building", "tortfeasor")
    claim: dict[str, Any] = {name: answers.get(form.text(name)) for name in names}
    claim["cause"] = form.text("cause") or None
    claim["fault_day"] = _day(form, "fault_day")
    claim["warranty_until"] = 0 if form.text("no_warranty") else _day(form, "warranty_until")
    covers = [one.strip() for one in SEPARATORS.split(form.text("covers"))]
    up_to_fen = fen_of(form.text("parts_up_to"), field="parts_up_to") or 0
    claim["contract"] = {"covers": [one for one in covers if one], "parts_up_to_fen": up_to_fen}
    return claim


def _day(form: Sent, name: str) -> int | None:
    text = form.text(name)
    try:
        return day_of(text) if text else None
    except ValueError as error:
        raise BadParameter(name, Said("is no day such as 2026-03-02")) from error


def _households(text: str) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Households and agreed weights of lines such as `1201, 89.50, buyer, developer, weight`."""
    homes: list[dict[str, Any]] = []
    weights: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in SEPARATORS.split(line)]
        if not any(cells):
            continue
        door, area, owner, developer, weight = (cells + [""] * COLUMNS)[:COLUMNS]
        try:
            area_dm2 = parse_yuan(area)
            if weight:
                weights[door] = int(weight)
        except ValueError as error:
            told = Said("line %(line)s has no floor area such as 89.50", line=number)
            raise BadParameter("households", told) from error
        homes.append({"id": door, "area_dm2": area_dm2} | _named(owner=owner, developer=developer))
    return homes, weights


def _named(**names: str) -> dict[str, str]:
    return {key: value for key, value in names.items() if value}
