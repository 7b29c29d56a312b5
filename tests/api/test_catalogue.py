"""Every text of the console is written in both languages, and no translation is left over."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.console.kinds import ALARMS, KIND_TEXTS, PARTIES, SEVERITIES, STATES
from api.console.language import FORMS, LANGUAGES
from api.console.signals import WORDS
from detectors.models import features
from detectors.rules import brake_wear, door_fault, door_wear, rope_slip, vibration_wear
from liftwatch.incidents.incident import State
from liftwatch.incidents.kinds import KINDS

ROOT = Path(__file__).parents[2]
CONSOLE = ROOT / "api" / "console"
SPOKEN = (
    ROOT / "api",
    *(
        ROOT / "liftwatch" / name
        for name in ("access", "adapters", "care", "engine", "fund", "handlers", "incidents")
    ),
    ROOT / "liftwatch" / "register",
    ROOT / "liftwatch" / "rescue",
)
"""Where texts stand: what is refused and why, and grounds, are told by the API too, in English."""
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "N_": None,
    "Said": None,
    "Action": (3,),
    "P_": ((1, "c"), 2),
    "say": None,
    "_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
CHINESE = re.compile("[\u4e00-\u9fff]")
PLACES = re.compile(r"%\(\w+\)s")


@cache
def extracted() -> Catalog:
    """The texts that stand in code and templates, in English."""
    catalogue = Catalog(fuzzy=False)
    for folder in SPOKEN:
        for _, _, message, _, context in extract_from_dir(folder, METHODS, keywords=KEYWORDS):
            catalogue.add(message, context=context)
    return catalogue


def written(catalogue: Catalog) -> Iterator[Message]:
    """Its messages without the header."""
    return (message for message in catalogue if message.id)


def key(message: Message) -> tuple[str | None, str]:
    """What identifies a message."""
    return message.context, message.id if isinstance(message.id, str) else message.id[0]


def english(message: Message) -> str:
    """The English text."""
    return key(message)[1]


@pytest.mark.parametrize("code", [form.code for form in FORMS if form.code != "en"])
def test_every_text_is_translated(code: str) -> None:
    """None missing, none fuzzy, none left over or twice, and the same places."""
    with (CONSOLE / "locale" / f"{code}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=code, abort_invalid=True)
    translated = {key(message): message for message in written(catalogue)}
    text = (CONSOLE / "locale" / f"{code}.po").read_text()
    assert len(re.findall("^msgid ", text, re.MULTILINE)) == len(translated) + 1, "one stands twice"
    wanted = {key(message): message for message in written(extracted())}
    assert translated.keys() == wanted.keys()
    assert not catalogue.obsolete
    for name, message in translated.items():
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(told), name
        assert not message.fuzzy, name
        for text in told:
            assert set(PLACES.findall(text)) == set(PLACES.findall(name[1])), name
            assert code != "zh" or CHINESE.search(text), name


def test_the_texts_themselves_are_english() -> None:
    """English stands in the code: it cannot be missing, only be another language."""
    for message in written(extracted()):
        assert english(message).isprintable()
        assert not CHINESE.search(english(message)), message.id


def test_no_text_stands_in_a_template_unmarked() -> None:
    """Between tags there are only marked texts, signs and numbers."""
    marks = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", re.DOTALL)
    for path in (CONSOLE / "templates").glob("*.html"):
        text = re.sub(r"\{% block stream_of.*?endblock %\}", "", path.read_text())
        left = [line for line in marks.sub("\n", text).splitlines() if re.search("[a-z]{2}", line)]
        assert left == [], path


def test_texts_of_templates_are_no_formats_by_mistake() -> None:
    """Templates fill places in every text: a lone % would break the page."""
    catalogue = Catalog(fuzzy=False)
    for _, _, message, _, context in extract_from_dir(
        CONSOLE / "templates", METHODS, keywords=KEYWORDS
    ):
        catalogue.add(message, context=context)
    assert all("%" not in PLACES.sub("", english(message)) for message in written(catalogue))


def test_every_word_of_the_domain_has_a_text() -> None:
    """Kinds, severities, parties, states: the tables of texts follow the tables of the domain."""
    assert list(KIND_TEXTS) == [kind.name for kind in KINDS]
    assert all(text.name and text.means for text in KIND_TEXTS.values())
    assert set(PARTIES) >= {letter for kind in KINDS for letter in kind.at_once}
    assert set(STATES) == set(State.__args__)  # type: ignore[attr-defined]  # of a Literal
    assert (set(ALARMS), set(SEVERITIES)) == ({"raised", "cleared"}, {1, 2, 3, 4})


def test_every_part_that_evidence_names_has_a_word() -> None:
    """The parts that rules name stand in the console's table."""
    worn = {row.name for row in (*door_wear.PARTS.values(), *vibration_wear.PARTS.values())}
    assert WORDS["part"].keys() == {
        *door_fault.PARTS,
        *features.PARTS,
        *worn,
        brake_wear.BRAKE.name,
        rope_slip.SLIP.name,
    }


def test_kinds_are_told_apart_in_both_languages() -> None:
    """No two kinds share a name."""
    for language in LANGUAGES.values():
        names = [language.say(text.name) for text in KIND_TEXTS.values()]
        assert len(set(names)) == len(KINDS)
