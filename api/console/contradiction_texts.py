"""What detectors say against a record, in the words of the page."""

import re
from collections.abc import Mapping

from api.console.language import Language
from api.console.marks import N_
from api.console.views import kind_name
from api.console.visit_texts import RESULT_TEXTS, WORK_TEXTS

REASONS = (
    (
        re.compile(r"(?P<work>\w+) in (?P<minutes>[\d.]+) min, at least (?P<most>\d+)"),
        N_("%(work)s in %(minutes)s min on site, at least %(most)s"),
    ),
    (
        re.compile(r"(?P<count>\d+) rides with people during the visit"),
        N_("%(count)s rides with people during the visit"),
    ),
    (
        re.compile(r"no inspection mode and no door moved"),
        N_("no inspection mode and no door moved"),
    ),
    (
        re.compile(r"(?P<code>\S+) reported ok while open"),
        N_("%(code)s is said to be in order while its alarm was open"),
    ),
    (
        re.compile(r"(?P<code>\S+) reported (?P<result>\w+), its test failed"),
        N_("%(code)s is said: %(result)s; its test failed"),
    ),
    (
        re.compile(r"(?P<code>\S+) reported (?P<result>\w+), still open after 24 h"),
        N_("%(code)s is said: %(result)s; its alarm was still open 24 h later"),
    ),
    (
        re.compile(r"(?P<code>\S+) reported (?P<result>\w+), (?P<kind>\w+) raised"),
        N_("%(code)s is said: %(result)s; then came: %(kind)s"),
    ),
)
"""Sentences of `detectors.rules.maintenance_contradicted`, and ours."""


def reason_words(language: Language, text: str) -> tuple[str, bool]:
    """A reason in a language, and whether it is in it: of what is not known here, as it came."""
    for pattern, words in REASONS:
        if (found := pattern.fullmatch(text)) is not None:
            return language.say(words, **_told(language, found.groupdict())), True
    return text, False


def _told(language: Language, values: Mapping[str, str]) -> dict[str, str]:
    told = dict(values)
    if "work" in told and told["work"] in WORK_TEXTS:
        told["work"] = language.word(WORK_TEXTS[told["work"]])
    if "result" in told and told["result"] in RESULT_TEXTS:
        told["result"] = language.word(RESULT_TEXTS[told["result"]])
    if "kind" in told:
        told["kind"] = kind_name(language, told["kind"])
    return told
