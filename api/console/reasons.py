"""Why something typed cannot be, in the language of whoever typed it.

Reasons are made in English where they are found. Here stands each with its places, so that it is
recognised and said again; one that is not in the table is shown as it is.
"""

import re
from collections.abc import Iterator

from api.console.course_texts import FIELD_TEXTS, MOVE_TEXTS
from api.console.kinds import KIND_TEXTS, STATES
from api.console.language import Language
from api.console.marks import N_
from api.console.signals import LABELS
from api.console.values import label

REASONS: tuple[str, ...] = (
    N_("somebody else has changed it"),
    N_("another request was made under this Idempotency-Key"),
    N_("it is taken, or what it refers to does not exist"),
    N_("%(what)s is empty"),
    N_("%(what)s has %(count)s characters, above the limit of %(limit)s"),
    N_("%(what)s holds a character that nobody can see"),
    N_("%(field)s has %(low)s to %(high)s characters"),
    N_("%(low)s to %(high)s characters"),
    N_("%(count)s characters, above the limit of %(limit)s"),
    N_("a NUL character"),
    N_("a character U+%(code)s"),
    N_("an area has six digits (GB/T 2260), as 320583 for Kunshan"),
    N_("has six digits"),
    N_("is 1 to 32 of a-z, 0-9, '-'"),
    N_("this estate is not known; register it first, or write its short name"),
    N_("is one of an estate: say which"),
    N_("a building is one of an estate: say which"),
    N_("a lift's name has 4 to 32 letters, digits and hyphens"),
    N_("is no other lift's name"),
    N_("a number is written with a point and nothing else: 1.75"),
    N_("%(what)s is not from %(low)s to %(high)s"),
    N_("%(what)s is not a whole number"),
    N_("a date is written year first: 2026-03-02"),
    N_("there is no day %(day)s"),
    N_("%(what)s is no day such as 2026-03-02"),
    N_("%(what)s is no time of the day such as 08:30"),
    N_("%(what)s is no number of degrees such as 31.385"),
    N_("the year %(year)s is not from %(low)s to %(high)s"),
    N_("a telephone number has digits, and +, -, brackets, or an extension"),
    N_("a telephone number has at most %(limit)s of digits, blanks, +-()#*"),
    N_("at most %(limit)s of digits, blanks and +-()#*"),
    N_("%(what)s is no e-mail address"),
    N_("write yes or no"),
    N_("a datum is wgs84 or gcj02"),
    N_("a roping is 1:1 or 2:1"),
    N_("a rescue code has six digits"),
    N_("a rescue code has six digits; a spreadsheet may have taken zeros off its beginning"),
    N_("the code is that of %(what)s: a lift begins with 3"),
    N_("the code begins with %(what)s: a lift begins with 3"),
    N_("a spreadsheet has rounded the code; format its column as text"),
    N_("a spreadsheet has made a number of the date: format it as a date"),
    N_("an equipment code has 15 to 20 digits and capital letters, usually 20"),
    N_("a datum without a coordinate"),
    N_("latitude and longitude come together"),
    N_("a coordinate needs its datum: wgs84 or gcj02"),
    N_("a coordinate is a finite number of degrees"),
    N_("latitude and longitude look exchanged"),
    N_("a latitude is from -90 to 90 degrees, a longitude from -180 to 180"),
    N_("write landings from the lowest, as -1,1-18"),
    N_("%(what)s is no landing: write landings from the lowest, as -1,1-18"),
    N_("a lift has two landings at least: tell which, as -1,1-18, not how many"),
    N_("a landing stands twice"),
    N_("it is that of %(other)s"),
    N_("there is no lift %(lift)s"),
    N_("%(one)s came after %(other)s, or its chain never ends"),
    N_("the next inspection is before the last"),
    N_("it was renewed before it was installed"),
    N_("the same stands in line %(line)s"),
    N_("it must not be blank"),
    N_("there is no such organisation, or it is closed"),
    N_("there is no such organisation"),
    N_("an organisation has at most %(limit)s rotas"),
    N_("a rota has at most %(limit)s exceptions"),
    N_("turns and exceptions begin and end between 1970 and 2100"),
    N_("this rota has ended"),
    N_("you are not on duty by this rota"),
    N_("nobody is in this rota: it has neither shifts nor turns"),
    N_("%(who)s is nobody of this organisation"),
    N_("turns %(number)s: it has one person to %(limit)s"),
    N_("turns %(number)s: a turn is a whole part of a day, or whole days: up to %(limit)s hours"),
    N_("substitution %(number)s ends before it begins"),
    N_("substitution %(number)s: %(who)s cannot stand in for themselves"),
    N_("nobody is released from a %(kind)s: resolve it"),
    N_("%(move)s does not follow %(state)s"),
    N_("a %(kind)s is no accident in law by itself: nothing to report"),
    N_("its alarm still stands: it is over when that has cleared"),
    N_("%(field)s is missing: it belongs to %(move)s"),
    N_("%(field)s is from %(low)s to %(high)s"),
    N_("more are injured than were trapped"),
    N_("it cannot have happened yet"),
    N_("it cannot have happened before what came before it"),
    N_("it has not begun yet, or more than a day ago"),
    N_("choose the lift first"),
    N_("choose what has happened"),
    N_("cause is none of those of the list"),
    N_("%(field)s is no whole number"),
    N_("this is no moment such as 2026-03-02T08:30"),
)


def _pattern(text: str) -> re.Pattern[str]:
    """What a reason looks like when its places are filled."""
    found = re.split(r"%\((\w+)\)s", text)
    parts = [f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(found)]
    return re.compile("".join(parts), re.DOTALL)


_PATTERNS = tuple((_pattern(text), text) for text in REASONS)


def reason(language: Language, text: str) -> str:
    """A reason in a language; what begins with a field is said with its name.

    >>> from api.console.language import LANGUAGES
    >>> reason(LANGUAGES["zh"], "99 is not from 0.1 to 10")
    '99 不在 0.1 至 10 之间'
    >>> reason(LANGUAGES["en"], "rescue_code: it is that of L-2")
    'Rescue code (96333): it is that of L-2'
    """
    field, colon, rest = text.partition(": ")
    if colon and field in LABELS:
        return f"{label(language, field)}: {reason(language, rest)}"
    return next(_said(language, text), text)


def _said(language: Language, text: str) -> Iterator[str]:
    for pattern, known in _PATTERNS:
        found = pattern.fullmatch(text)
        if found is not None:
            places = found.groupdict()
            yield language.say(
                known, **{name: _word(language, name, places[name]) for name in places}
            )


def _word(language: Language, place: str, name: str) -> str:
    """What stands in a place: moves, states, kinds and fields by what they are called."""
    if place == "move" and name in MOVE_TEXTS:
        return language.say(MOVE_TEXTS[name].button)
    if place == "state" and name in STATES:
        return language.word(STATES[name])
    if place == "kind" and name in KIND_TEXTS:
        return language.say(KIND_TEXTS[name].name)
    if place == "field" and name in FIELD_TEXTS:
        return language.say(FIELD_TEXTS[name].label)
    return name
