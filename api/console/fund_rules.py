"""The articles of law by which something of the fund is refused, as a page cites them."""

import re

from api.console.language import Language
from api.console.marks import N_

SOURCES = (
    N_("Civil Code"),
    N_("SPC interpretation"),
    N_("Shanghai"),
    N_("Taizhou"),
    N_("Huai'an"),
    N_("domain"),
)
ARTICLE = re.compile(r"art\. (\d+)")


def cited(language: Language, rule: str) -> str:
    """A rule with the names of its sources in the reader's language; what follows a colon in it
    is an explanation for whoever reads the code.

    >>> from api.console.language import LANGUAGES
    >>> cited(LANGUAGES["zh"], "Taizhou, art. 18: within a month"), cited(LANGUAGES["en"], "x")
    ('泰州, 第 18 条', 'x')
    """
    told = rule.partition(": ")[0]
    for name in SOURCES:
        told = told.replace(name, language.say(name))
    return ARTICLE.sub(lambda found: language.say("art. %(n)s", n=found[1]), told)
