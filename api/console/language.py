"""Which language a person reads, and how texts, times and numbers are written in it.

The texts in code and templates are English and stand for themselves; the catalogue of every
other language is read when the service starts, so that no compiled file can be stale.
"""

import gettext
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.console.course_texts import FIELD_TEXTS, MOVE_TEXTS
from api.console.fund_texts import SAID_IN
from api.console.kinds import KIND_TEXTS, STATES
from api.console.signals import LABELS
from liftwatch.clock import date_of
from liftwatch.said import FIELD, Said

SHANGHAI = ZoneInfo("Asia/Shanghai")
COOKIE = "language"
LOCALE = Path(__file__).parent / "locale"


def own_path(back: str) -> str:
    """A path of ours to go back to, else the first page.

    `//host` and `/\\host` lead elsewhere in a browser.

    >>> own_path("/lifts/L-0001"), own_path("//evil.example"), own_path("https://evil.example")
    ('/lifts/L-0001', '/', '/')
    """
    own = back.startswith("/") and not back.startswith("//") and back.isprintable()
    return back if own and "\\" not in back else "/"


class Form(NamedTuple):
    """A language: its code, its own name, its form of a time of today, and its forms of a date."""

    code: str
    name: str
    today: str
    day: str
    date: str
    hour: str


FORMS = (
    Form("zh", "中文", "%H:%M:%S", "M月d日 HH:mm:ss", "y年M月d日", "M月d日 EEE HH:mm"),
    Form("en", "English", "%H:%M:%S", "d MMM HH:mm:ss", "d MMM y", "EEE d MMM HH:mm"),
)


class Language:
    """One language, ready to use."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.code = form.code
        self.locale = Locale.parse(form.code)
        self.texts = read_catalogue(form.code)

    def say(self, text: str, **values: object) -> str:
        """A text, with its places filled."""
        said = self.texts.gettext(text)
        return said % values if values else said

    def tell(self, text: str) -> str:
        """What was said in English, in this language; any other text as it stands.

        What is said of a field begins with its label where it has one.
        """
        if not isinstance(text, Said):
            return text
        told = self.texts.gettext(text.template)
        if not text.values:
            return told
        values = {name: self._value(name, value) for name, value in text.values.items()}
        if text.template == FIELD:
            field = str(text.values["field"])
            if field in LABELS:
                values["field"] = self.say(LABELS[field])
        return told % values

    def _value(self, place: str, value: object) -> object:
        """What stands in a place: moves, states, kinds and fields by what they are called."""
        if isinstance(value, Said):
            return self.tell(value)
        name = str(value)
        if place == "move" and name in MOVE_TEXTS:
            return self.say(MOVE_TEXTS[name].button)
        if place == "state" and name in STATES:
            return self.word(STATES[name])
        if place == "kind" and name in KIND_TEXTS:
            return self.say(KIND_TEXTS[name].name)
        if place == "field" and name in FIELD_TEXTS:
            return self.say(FIELD_TEXTS[name].label)
        return ", ".join(self._of_fund(place, one) for one in name.split(", "))

    def _of_fund(self, place: str, name: str) -> str:
        text = SAID_IN.get(place, {}).get(name, name)
        if isinstance(text, tuple):
            return self.word(text)
        return text if text == name else self.say(text)

    def word(self, marked: tuple[str, str]) -> str:
        """A word marked by `P_`: the same English word may mean two things."""
        return self.texts.pgettext(*marked)

    def moment(self, ms: int, *, now_ms: int) -> str:
        """A moment in Shanghai: the time, with the day when it is not today."""
        at, now = local(ms), local(now_ms)
        if at.date() == now.date():
            return f"{at:{self.form.today}}"  # of hundreds of lifts on a page: Babel takes 0.1 ms
        return format_datetime(at, self.form.day, locale=self.locale)

    def hour(self, ms: int) -> str:
        """A moment of a plan, to the minute, with its weekday."""
        return format_datetime(local(ms), self.form.hour, locale=self.code)

    def date(self, moment: datetime) -> str:
        """A day."""
        return format_datetime(moment, self.form.date, locale=self.code)

    def day(self, number: int) -> str:
        """A day, counted from 1970-01-01."""
        return format_date(date_of(number), self.form.date, locale=self.code)


def local(ms: int) -> datetime:
    """A moment on Shanghai's clock."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(SHANGHAI)


def read_catalogue(code: str) -> gettext.NullTranslations:
    """The texts of a language; English has none but the code's own."""
    path = LOCALE / f"{code}.po"
    if not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


LANGUAGES: Mapping[str, Language] = {form.code: Language(form) for form in FORMS}


def choose(cookie: str | None, accept: str | None) -> str:
    """The code of the language to use: the chosen one, else what the browser would rather have.

    >>> choose(None, "en-GB,en;q=0.9,zh;q=0.8"), choose(None, "de"), choose(None, None)
    ('en', 'en', 'zh')
    >>> choose("zh", "en")
    'zh'
    """
    if cookie in LANGUAGES:
        return str(cookie)
    wishes = sorted(map(_wish, (accept or "*").split(",")), key=lambda wish: -wish[1])
    for tag, weight in wishes:
        if tag == "*" and weight > 0:
            return FORMS[0].code
        if tag in LANGUAGES and weight > 0:
            return tag
    return "en"


def _wish(text: str) -> tuple[str, float]:
    """`en-GB;q=0.8` as its main language and weight."""
    tag, _, weight = text.strip().partition(";q=")
    try:
        return tag.split("-")[0].lower(), float(weight or 1)
    except ValueError:
        return "", 0.0
