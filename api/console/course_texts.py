"""What moves, clocks and lines of incidents are called; translations are in `locale`."""

from typing import Literal, NamedTuple

from api.console.marks import N_, P_


class MoveText(NamedTuple):
    """A move: on its button, what it says, and in the story once it was made."""

    button: str
    says: str
    made: str


MOVE_TEXTS: dict[str, MoveText] = {
    "acknowledge": MoveText(
        N_("Acknowledge"), N_("You have it: others see that you do."), N_("Acknowledged")
    ),
    "dispatch": MoveText(
        N_("Send a crew"), N_("Who is on the way; once more for another crew."), N_("Crew sent")
    ),
    "arrive": MoveText(N_("Crew is there"), N_("Somebody stands at the lift."), N_("Crew arrived")),
    "release": MoveText(
        N_("Everybody is out"),
        N_("How many were inside, how many are hurt, why, and who says so."),
        N_("Everybody out"),
    ),
    "resolve": MoveText(
        N_("Put right"), N_("What it was; the lift can be used again."), N_("Put right")
    ),
    "close": MoveText(N_("Close"), N_("All agree that it is over."), N_("Closed for good")),
    "reject": MoveText(
        N_("There was nothing"), N_("A false alarm, with the reason."), N_("Nothing found")
    ),
    "report": MoveText(
        N_("Reported as an accident"),
        N_("It was told to the authority as an accident in law."),
        N_("Accident reported"),
    ),
    "comment": MoveText(N_("Add a remark"), N_("For whoever reads on."), N_("Remark added")),
}

LINE_TEXTS: dict[str, str] = {
    "raised": N_("Alarm raised"),
    "again": N_("Alarm raised again"),
    "graver": N_("Grew graver"),
    "wider": N_("Reaches more lifts"),
    "cleared": N_("Condition gone"),
    "told": N_("Told by telephone"),
    "missed": N_("Deadline missed"),
    "paged": N_("People were called"),
    "hidden": N_("Nobody is called"),
    "alone": N_("Stands by itself again"),
    "heard": N_("The silence is over: people are called"),
    "receipt": N_("The rescue platform answered"),
    "rescue-dead": N_("The rescue platform will not take it"),
    "rescue-refused": N_("The rescue platform refuses it"),
    "rescue-fallback": N_("The rescue platform is silent: told another way"),
} | {name: text.made for name, text in MOVE_TEXTS.items()}
"""What came about, by the `what` of a line; a newer one shows its own name."""

CLOCK_TEXTS: dict[str, str] = {
    "voice": N_("A voice in the car"),
    "tell-rescue": N_("Rescue platform told"),
    "acknowledge": N_("Somebody has it"),
    "dispatch": N_("Crew on its way"),
    "arrive": N_("Crew at the lift"),
    "release": N_("People out"),
    "accident-near": N_("15 minutes before an accident in law"),
    "accident": N_("Accident in law"),
    "report": N_("Accident reported in time"),
    "resolve": N_("Fault put right"),
    "notice": N_("Notice put up"),
    "back": N_("Back in service"),
    "fund": N_("Case for the fund"),
}

HELD_TEXTS: dict[str, str] = {
    "limit": N_("too many calls for this lift within an hour"),
    "parent": N_("a greater incident explains it"),
    "silence": N_("somebody has silenced it"),
    "verdict": N_("too many of its kind were rejected"),
    "over": N_("it was over already"),
    "exercise": N_("nothing leaves for an exercise"),
    "nobody": N_("nobody can be reached"),
    "no_way": N_("no channel is set up"),
}
"""Why a notice told nobody."""
HIDDEN_TEXTS: dict[str, str] = {
    "cause": HELD_TEXTS["parent"],
    "silence": HELD_TEXTS["silence"],
    "verdict": HELD_TEXTS["verdict"],
}
WAY_TEXTS: dict[str, str] = {
    "email": N_("E-mail message"),
    "sms": N_("Text message"),
    "voice": N_("Voice call"),
}
"""By what somebody is told; channels of organisations are called as the settings call them."""
VERDICT_TEXTS: dict[str | None, str] = {
    None: N_("On its way"),
    "delivered": N_("Delivered"),
    "retry": N_("Did not get through, is tried again"),
    "refused": N_("Refused for good"),
}
"""What became of telling somebody."""
RECEIPT_TEXTS: dict[str, str] = {
    "received": N_("it has come"),
    "accepted": N_("the platform has it"),
    "dispatched": N_("a crew is on its way"),
    "arrived": N_("the crew is there"),
    "released": N_("everybody is out"),
    "refused": N_("the platform does not take it"),
}

CLOCK_STATES: dict[str, tuple[str, str]] = {
    "waits": P_("clock", "Runs"),
    "met": P_("clock", "In time"),
    "late": P_("clock", "Too late"),
    "missed": P_("clock", "Missed"),
    "dropped": P_("clock", "No longer needed"),
}

CHANNELS: dict[str, str] = {
    "console": N_("on a page"),
    "api": N_("by another system"),
    "platform": N_("the rescue platform"),
    "engine": N_("the clockwork"),
    "detector": N_("a detector"),
}

FieldKind = Literal["text", "number", "cause", "check", "words", "moment"]


class FieldText(NamedTuple):
    """A field of a move's form."""

    label: str
    kind: FieldKind = "text"


FIELD_TEXTS: dict[str, FieldText] = {
    "crew": FieldText(N_("Crew: who, and by which number")),
    "trapped": FieldText(N_("People who were inside"), "number"),
    "injured": FieldText(N_("Of them hurt"), "number"),
    "without_help": FieldText(N_("They came out without our help"), "check"),
    "confirmed_by": FieldText(N_("Who confirms it, by name")),
    "cause": FieldText(N_("Cause, as the centres publish it"), "cause"),
    "inspection": FieldText(N_("Inspection in full: by whom, number of the report")),
    "reason": FieldText(N_("Reason"), "words"),
    "text": FieldText(N_("Your remark"), "words"),
    "at": FieldText(N_("When, if not just now"), "moment"),
}
REPORT_TEXT = FieldText(N_("Number of the report"))
"""What `text` is when an accident is reported."""
