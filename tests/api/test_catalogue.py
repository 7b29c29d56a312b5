"""Every text of the console, found where it stands in code and templates."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

CONSOLE = Path(__file__).parents[2] / "api" / "console"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "N_": None,
    "P_": ((1, "c"), 2),
    "say": None,
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def extracted() -> Catalog:
    """The catalogue that `locale` ought to hold."""
    catalogue = Catalog(fuzzy=False)
    found = extract_from_dir(CONSOLE, METHODS, keywords=KEYWORDS)
    for file, _, message, comments, context in found:
        catalogue.add(message, None, [(file, 1)], auto_comments=comments, context=context)
    return catalogue


def texts(catalogue: Catalog) -> Iterator[tuple[str | None, str | tuple[str, ...]]]:
    """Context and English text of every message."""
    for message in catalogue:
        if message.id:
            id = message.id
            yield message.context, id if isinstance(id, str) else tuple(id)
