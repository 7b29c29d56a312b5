"""Sentences that can be said again in another language: of what they were made stays with them.

Code, the API and the command line say them in English. A page looks the template up in its own
language and fills it with the same values (`api.console.language.Language.tell`).
"""

from collections.abc import Mapping
from typing import Any, Self


class Said(str):
    """An English sentence, with its template and the values that fill it.

    A value may be a sentence that was said. msgspec encodes no subclass of str: whatever leaves
    as JSON is `str(sentence)`, which is a plain one.

    >>> one = Said("%(login)s exists already", login="li")
    >>> one, one.template, one.values
    ('li exists already', '%(login)s exists already', {'login': 'li'})
    >>> Said("100 % of it").values, type(str(one))
    ({}, <class 'str'>)
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:
        """Fill the template; without values a `%` in it stands for itself."""
        said = str.__new__(cls, template % values if values else template)
        said.template = template
        said.values = values
        return said


def kept(said: Said) -> dict[str, Any]:
    """A sentence as data that JSON holds, to be said again in a language that is not known yet.

    >>> kept(Said("%(move)s: %(why)s", move="arrive", why=Said("it is over")))["values"]
    {'move': 'arrive', 'why': {'template': 'it is over', 'values': {}}}
    """
    values = {name: _plain(value) for name, value in said.values.items()}
    return {"template": said.template, "values": values}


def said_again(data: Any) -> Said | None:
    """A sentence that was kept; None for what is none.

    >>> said_again(kept(Said("%(login)s exists already", login="li"))), said_again("x")
    ('li exists already', None)
    """
    if not isinstance(data, dict) or not isinstance(data.get("template"), str):
        return None
    values = data.get("values") or {}
    return Said(data["template"], **{name: said_again(v) or v for name, v in values.items()})


def _plain(value: object) -> Any:
    if isinstance(value, Said):
        return kept(value)
    return value if isinstance(value, int | float | None) else str(value)


FIELD = "%(field)s: %(reason)s"  # of names and signs alone: it is the same in every language


def of_field(field: str, reason: Said) -> Said:
    """What is said of a field, behind its name as the API has it.

    >>> of_field("unit", Said("it is empty"))
    'unit: it is empty'
    """
    return Said(FIELD, field=field, reason=reason)


def said_by(error: BaseException) -> Said:
    """The sentence an exception was raised with; where it was none, its text as it stands.

    >>> said_by(ValueError(Said("it is empty"))).template, said_by(ValueError("50 %"))
    ('it is empty', '50 %')
    """
    told = error.args[0] if error.args else None
    return told if isinstance(told, Said) else Said(str(error))
