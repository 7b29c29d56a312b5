"""Four eyes: who may make a move in a case, given what they and their organisation have done."""

from liftwatch.fund.case import By, Case
from liftwatch.fund.refusals import NotYours
from liftwatch.fund.steps import HANDS, Step, allowing_of, signers_of
from liftwatch.said import Said

DECIDING = frozenset({"allow", "audit", "pay"})
"""Hands that are never of a person who signs for the work."""


def check_by(case: Case, step: Step, by: By) -> None:
    """Raise NotYours where a person may not make a move in this case.

    The role must be one of the step's; a person acts for an organisation. One person has one hand
    in a case, and so has an organisation: whoever asks for money neither allows it, nor proves
    that it cannot wait, nor audits its cost, nor pays it. The contractor has none of these.
    """
    roles = allowing_of(case) if step.hand == "allow" else step.roles
    if step.name == "accept":
        roles = frozenset(signers_of(case))
    if by.person is None:
        if step.name != "expire":
            raise NotYours(Said("a person does this, no machine"))
        return
    if by.role not in roles:
        raise NotYours(
            Said("%(move)s is not for the role %(role)s", move=step.name, role=by.role or "-")
        )
    if by.organisation is None:
        raise NotYours(Said("this is done for an organisation: say which"))
    if case.contractor == by.organisation:
        raise NotYours(Said("the contractor has no hand in its own case"))
    _check_hand(case, step, by)
    _check_signer(case, step, by)


def _check_hand(case: Case, step: Step, by: By) -> None:
    hand = step.hand
    for past in case.done:
        other = HANDS.get(past.move)
        if hand is None or other is None or other == hand:
            continue
        if past.by.person == by.person:
            raise _done_by_you(past.move)
        if past.by.organisation == by.organisation:
            raise NotYours(
                Said(
                    "your organisation did %(move)s in this case: another one does this",
                    move=past.move,
                )
            )


def _check_signer(case: Case, step: Step, by: By) -> None:
    """Who signs signs once, for one organisation, and neither allows nor audits nor pays."""
    for past in case.done:
        if past.by.person == by.person:
            names = {step.name, past.move}
            hands = {HANDS.get(name) for name in names}
            if "accept" in names and hands & DECIDING:
                raise _done_by_you(past.move)
        if step.name == past.move == "accept" and past.plan == case.plan_version:
            if by.role == past.by.role:
                raise NotYours(Said("this role has signed already"))
            if by.person == past.by.person or by.organisation == past.by.organisation:
                raise NotYours(Said("those who sign are of different organisations"))


def _done_by_you(move: str) -> NotYours:
    return NotYours(Said("you did %(move)s in this case: another person does this", move=move))
