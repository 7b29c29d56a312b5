"""Words of complaints, of notices and of what residents are told; translations are in `locale`."""

from collections.abc import Mapping
from typing import NamedTuple

from api.console.marks import N_


class TopicText(NamedTuple):
    """What people complain about: its name, and what belongs to it."""

    name: str
    means: str


TOPIC_TEXTS: Mapping[str, TopicText] = {
    "trapped": TopicText(N_("Trapped"), N_("somebody is or was stuck in the car")),
    "stopped": TopicText(N_("Out of service"), N_("it does not come, or stands still")),
    "levels": TopicText(N_("Stops off level"), N_("a step between the car and the floor")),
    "doors": TopicText(N_("Doors"), N_("they hit, jam, open late or not at all")),
    "noise": TopicText(N_("Noise or shaking"), N_("it jolts, shakes, knocks or squeals")),
    "buttons": TopicText(N_("Buttons or display"), N_("a button is dead or stuck, a light is out")),
    "hygiene": TopicText(N_("Cleanliness"), N_("dirt, smell, rubbish, water")),
    "other": TopicText(N_("Something else"), N_("say in your words what it is")),
}
STATE_TEXTS: Mapping[str, str] = {
    "received": N_("Received"),
    "assigned": N_("Somebody works on it"),
    "answered": N_("Answered"),
    "reopened": N_("Reopened"),
    "closed": N_("Matter closed"),
    "joined": N_("Joined to the same matter"),
}
PARTY_TEXTS: Mapping[str, str] = {
    "property": N_("Property manager"),
    "maintenance": N_("Maintenance unit"),
    "resident": N_("Resident"),
    "rescue": N_("Rescue centre"),
}
CHANNEL_TEXTS: Mapping[str, str] = {
    "page": N_("By the page behind the code"),
    "phone": N_("By telephone"),
    "hotline": N_("By the hot line 12345"),
}


class MoveText(NamedTuple):
    """A move: its button, what its text is called, and what its line of the story says."""

    button: str
    text: str
    line: str


MOVE_TEXTS: Mapping[str, MoveText] = {
    "received": MoveText("", "", N_("Received")),
    "take": MoveText(N_("Take it up"), "", N_("Taken up")),
    "offer": MoveText(
        N_("Offer to the other party"),
        N_("What they are to do, or what was found and done"),
        N_("Offered to the other party"),
    ),
    "accept": MoveText(N_("Accept it"), "", N_("Accepted")),
    "decline": MoveText(N_("Decline it"), N_("Why not"), N_("Declined")),
    "answer": MoveText(
        N_("Answer the resident"),
        N_("The answer, as the resident will read it"),
        N_("Answered"),
    ),
    "close": MoveText(N_("Close it"), "", N_("Matter closed")),
    "reopen": MoveText(N_("It is not in order"), N_("What is still wrong"), N_("Reopened")),
}


class StandingText(NamedTuple):
    """How a lift stands: in a word, and in a sentence that promises nothing we do not know."""

    word: str
    means: str


STANDING_TEXTS: Mapping[str, StandingText] = {
    "works": StandingText(
        N_("In service"), N_("We hear the lift, and know of nothing that stops it.")
    ),
    "stands": StandingText(
        N_("Out of service"), N_("Please take another lift or the stairs. It is being seen to.")
    ),
    "worked_on": StandingText(
        N_("Being worked on"), N_("Somebody is working on the lift. It will be back.")
    ),
    "help": StandingText(
        N_("Help is under way"),
        N_("A call for help from this lift is being dealt with. Please keep clear of the doors."),
    ),
    "planned": StandingText(N_("Planned outage"), N_("The lift stands still as announced below.")),
    "unclear": StandingText(
        N_("Not certain"), N_("We hear the lift, but it does not tell whether it is in service.")
    ),
    "blind": StandingText(
        N_("We cannot see it"),
        N_("We have no news from this lift now, so we do not know whether it works."),
    ),
}
GROUP_TEXTS: Mapping[str, str] = {
    "stopped": N_("stood still without being planned"),
    "freed": N_("people were stuck and had to be freed"),
    "doors": N_("the doors had a fault"),
    "blocked": N_("somebody kept the doors blocked"),
    "levels": N_("it stopped off level"),
    "buttons": N_("a button had a fault"),
    "safety": N_("a safety function acted, and the lift was examined"),
    "loads": N_("it was overloaded, or carried building material"),
}
RULES: Mapping[str, str] = {
    "doors": N_("Do not hold the doors with your body, a box or a bag: press the button instead."),
    "overload": N_("When it rings for overload, whoever came last gets out."),
    "material": N_("Building material and furniture: ask the property manager first."),
    "ebikes": N_(
        "No electric bicycles and no batteries of theirs in the car: they can catch fire."
    ),
    "children": N_("Children ride with somebody grown-up, and keep hands off the doors."),
    "trapped": N_(
        "If it stops with you inside: press the alarm, stay calm, never force the doors."
    ),
    "fire": N_("In a fire or an earthquake take the stairs."),
}
NOTICE_TOPICS: Mapping[str, str] = {
    "doors": N_("Doors kept open"),
    "overload": N_("Overload"),
    "material": N_("Building material"),
    "ebikes": N_("Electric bicycles"),
    "children": N_("Children"),
    "buttons": N_("Buttons"),
    "outage": N_("Planned outage"),
}
NOTICE_STATES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "published": N_("Published"),
    "declined": N_("Declined"),
    "withdrawn": N_("Withdrawn"),
}
EFFECT_TEXTS: Mapping[str, str] = {
    "fewer": N_("It has become less: the interval lies below 1."),
    "more": N_("It has become more: the interval lies above 1."),
    "open": N_("It cannot be told yet: the interval holds 1, so this may be chance."),
    "none": N_("It cannot be told: nothing of the kind happened, or no day has passed."),
}
