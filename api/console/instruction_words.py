"""What states, sources, moves and lines of instructions are called; `locale` translates."""

from api.console.course_texts import MoveText
from api.console.marks import N_
from liftwatch.care.instructions import MOVES, SOURCES, STATES

STATE_TEXTS = {
    "issued": N_("Issued, not accepted"),
    "accepted": N_("Accepted, in work"),
    "reported": N_("Reported, to be verified"),
    "verified": N_("Verified, signals are listened to"),
    "closed": N_("Put right and closed"),
    "withdrawn": N_("Withdrawn"),
}
SOURCE_TEXTS = {
    "hazard": N_("A hazard"),
    "repeated_fault": N_("A repeated fault"),
    "failed_duty": N_("A failed duty"),
    "contradicted_visit": N_("A contradicted visit"),
    "recall": N_("A recall"),
    "free": N_("Another reason"),
}
ASKED_TEXTS = {name: text for name, text in SOURCE_TEXTS.items() if name != "recall"}
"""What somebody may choose; of a recall instructions come by themselves."""
SIGNAL_TEXTS = {
    "quiet": N_("Nothing of the kind was raised again for 30 days."),
    "again": N_("It was raised again: the signals say that it is not put right."),
    "cannot_tell": N_("The lift was not heard well enough: the signals cannot tell."),
    "not_asked": N_("The signals were not asked: it is nothing that a lift could tell."),
}
MOVE_TEXTS = {
    "accept": MoveText(
        N_("Accept"), N_("Your organisation takes it on, and answers for it."), N_("Taken on")
    ),
    "report": MoveText(
        N_("Report the work"),
        N_("What was done, with documents as evidence."),
        N_("Work reported"),
    ),
    "offer": MoveText(
        N_("Offer it to another"),
        N_("It stays where it is until the other takes it over."),
        N_("Offered to another"),
    ),
    "take": MoveText(N_("Take it over"), N_("From now on it is yours."), N_("Taken over")),
    "refuse": MoveText(
        N_("Refuse it"), N_("It stays with whoever offered it."), N_("Hand-over refused")
    ),
    "keep": MoveText(N_("Take the offer back"), N_("Nobody is asked any more."), N_("Offer back")),
    "ask": MoveText(
        N_("Ask for more time"), N_("Until it is given the deadline holds."), N_("More time asked")
    ),
    "extend": MoveText(
        N_("Give another deadline"), N_("The clocks begin anew."), N_("Another deadline")
    ),
    "deny": MoveText(N_("Give no more time"), N_("The deadline holds."), N_("No more time")),
    "verify": MoveText(
        N_("Verify"),
        N_("It is put right: then the lift itself is listened to for 30 days."),
        N_("Verified by a person"),
    ),
    "reject": MoveText(
        N_("Send it back"), N_("It is not put right; say what is missing."), N_("Sent back")
    ),
    "close": MoveText(
        N_("Close it"), N_("The signals cannot tell: a person answers for it."), N_("Closed")
    ),
    "withdraw": MoveText(N_("Withdraw it"), N_("Nothing is asked any more."), N_("Taken back")),
    "comment": MoveText(
        N_("Add a remark to it"), N_("For whoever reads on."), N_("Remark written")
    ),
}
LINE_TEXTS = {
    "issue": N_("Instructed"),
    "settle": N_("Nothing came again: closed"),
    "relapse": N_("It came again: it goes back"),
    "doubt": N_("The signals cannot tell"),
    "unaccepted": N_("Nobody has accepted it"),
    "near": N_("Due within two days"),
    "overdue": N_("Overdue"),
    "overdue_3": N_("Overdue for three days"),
    "overdue_7": N_("Overdue for a week"),
    "unverified": N_("Not verified for five days"),
    "unverified_10": N_("Not verified for ten days"),
    "paged": N_("People were told"),
}
HELD_TEXTS = {
    "nobody": N_("nobody of them can be reached"),
    "no_way": N_("no channel is set up"),
}
FIELD_LABELS = {
    "text": N_("In words"),
    "to": N_("To whom"),
    "deadline": N_("Until when"),
    "documents": N_("Evidence"),
}
SAID_OF_MOVES = (
    N_("take it on"),
    N_("report the work, with evidence"),
    N_("offer it"),
    N_("take over what was offered"),
    N_("refuse what was offered"),
    N_("take an offer back"),
    N_("ask for more time"),
    N_("give another deadline"),
    N_("give no more time"),
    N_("find it put right, on the spot or by the evidence"),
    N_("find it not put right: it goes back"),
    N_("close it"),
    N_("withdraw it"),
    N_("remark"),
    N_("issued"),
    N_("accepted"),
    N_("reported"),
    N_("verified"),
    N_("closed"),
    N_("withdrawn"),
)
"""What refusals are made of (`liftwatch.care.instructions`), so that each has its translation."""

assert STATE_TEXTS.keys() == set(STATES)
assert SOURCE_TEXTS.keys() == set(SOURCES)
assert MOVE_TEXTS.keys() | {"settle", "relapse", "doubt"} == MOVES.keys()
