"""What kinds, states, facts, moves and lines of the credit list are called; `locale` translates."""

from api.console.course_texts import MoveText
from api.console.marks import N_
from liftwatch.care.sanctions import FACT_KINDS, KINDS, MOVES, STATES

KIND_TEXTS = {
    "praise": N_("Praise"),
    "warning": N_("Warning"),
    "rectification": N_("Order to rectify"),
    "penalty": N_("Penalty"),
    "untrustworthy": N_("Listed as untrustworthy"),
}
STATE_TEXTS = {
    "draft": N_("Draft, seen by the authority alone"),
    "announced": N_("Announced, may be answered"),
    "heard": N_("Heard, not in force"),
    "in_force": N_("In force"),
    "expired": N_("Entry has expired"),
    "withdrawn": N_("Entry was withdrawn"),
}
FACT_TEXTS = {
    "contradiction": N_("Contradiction that counts"),
    "instruction": N_("Instruction"),
    "incident": N_("Incident"),
    "complaint": N_("Complaint"),
}
"""In the order in which facts are offered."""
MOVE_TEXTS = {
    "announce": MoveText(
        N_("Announce it"),
        N_("The organisation is told, and may answer until its term is over."),
        N_("Entry announced"),
    ),
    "answer": MoveText(
        N_("Answer it"),
        N_("Once, in writing; the authority decides after it."),
        N_("Answered by the organisation"),
    ),
    "enforce": MoveText(
        N_("Put it in force"),
        N_("Everybody who signs in sees it from now until its last day."),
        N_("Put in force"),
    ),
    "withdraw": MoveText(
        N_("Withdraw the entry"), N_("It ought not to stand; say why."), N_("Entry withdrawn")
    ),
}
LINE_TEXTS = {
    "draft": N_("Draft written"),
    "pass": N_("The term to be heard ended without an answer"),
    "expire": N_("Its term ended"),
    "paged": N_("People were told"),
}
assert KIND_TEXTS.keys() == set(KINDS)
assert STATE_TEXTS.keys() == set(STATES)
assert FACT_TEXTS.keys() == set(FACT_KINDS)
assert MOVE_TEXTS.keys() | {"pass", "expire"} == MOVES.keys()
