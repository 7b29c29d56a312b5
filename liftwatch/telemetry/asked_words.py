"""A text of InfluxQL cut into words; what is no word of our part of it is refused at once.

Comments, semicolons, backquotes, wildcards and whatever is not ASCII outside of quotes are no
words here. A regular expression is taken only after `=~`, and only as a list of names.
"""

import re
from typing import NamedTuple

from liftwatch.said import Said
from liftwatch.telemetry.asked import TEXT_MAX, AskedError

WORDS_MAX = 2_000
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<name>"(?:[^"\\\n]|\\["\\])*")
    |(?P<text>'(?:[^'\\\n]|\\['\\])*')
    |(?P<duration>[0-9]{1,19}(?:ns|u|ms|s|m|h|d|w)(?![0-9A-Za-z_]))
    |(?P<number>-?[0-9]{1,19}(?:\.[0-9]{1,17})?(?![0-9A-Za-z_.]))
    |(?P<word>[A-Za-z_][0-9A-Za-z_]*)
    |(?P<among>=~[ ]*/\^(?:\((?P<many>[^/()]*)\)|(?P<only>[^/()|]*))\$/)
    |(?P<sign><=|>=|<>|!=|[=<>(),+-])""",
    re.VERBOSE | re.ASCII,
)
_ONE = re.compile(r"(?:[0-9A-Za-z_]|\\?[-.])+\Z", re.ASCII)
SHOWN_MAX = 40


class Word(NamedTuple):
    """A word: of what sort, what it says without quotes, where it stands."""

    sort: str
    says: str
    at: int
    among: tuple[str, ...] = ()


def words_of(text: str) -> list[Word]:
    """The words of a text. Raises AskedError.

    >>> [word.says for word in words_of('SELECT mean("speed_mps") FROM "lift_state"')]
    ['SELECT', 'mean', '(', 'speed_mps', ')', 'FROM', 'lift_state']
    >>> words_of("lift =~ /^(a|b)$/")[1].among
    ('a', 'b')
    """
    if len(text) > TEXT_MAX:
        raise AskedError(Said("the query is longer than %(most)s characters", most=TEXT_MAX))
    found: list[Word] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise AskedError(
                Said("%(found)s is not understood here", found=repr(text[at : at + SHOWN_MAX]))
            )
        at = match.end()
        if match.lastgroup != "space":
            found.append(_word(match))
        if len(found) > WORDS_MAX:
            raise AskedError(Said("the query has more than %(most)s words", most=WORDS_MAX))
    return found


def _word(match: re.Match[str]) -> Word:
    text, at = match.group(), match.start()
    if match["among"] is not None:
        return Word("among", "=~", at, _names(match))
    for sort in ("name", "text"):
        if match[sort] is not None:
            return Word(sort, re.sub(r"\\(.)", r"\1", text[1:-1]), at)
    sort = next(name for name in ("duration", "number", "word", "sign") if match[name] is not None)
    return Word(sort, text, at)


def _names(match: re.Match[str]) -> tuple[str, ...]:
    """The names of a regular expression that is a list of them: `/^(a|b)$/`, as Grafana writes."""
    listed = match["only"] if match["many"] is None else match["many"]
    names = listed.split("|")
    if not all(_ONE.match(name) for name in names):
        raise AskedError(
            Said("%(found)s is no list of names: /^(a|b)$/", found=repr(listed[:SHOWN_MAX]))
        )
    return tuple(name.replace("\\", "") for name in names)
