"""Forms of the pages: each counts once, and what is wrong is said above it."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, NamedTuple, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import FormData

from api.gate import Gate
from api.given import CSRF
from api.once import Act, Once, act_once
from api.principal import Principal
from api.problems import BadParameter
from liftwatch.access.people import AccessError
from liftwatch.clock import date_of, day_of
from liftwatch.ids import new_id
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

FIELDS_MAX, FIELD_MAX = 40, 20_000
Chosen = TypeVar("Chosen")


class Sent(NamedTuple):
    """The fields of a form, blank ones left out, and the key it was given with its page."""

    fields: dict[str, str]
    once: Once

    def text(self, name: str) -> str:
        """A field, "" when it is blank or absent."""
        return self.fields.get(name, "")

    def number(self, name: str) -> int:
        """A whole number; BadParameter when it is none."""
        text = self.text(name)
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise BadParameter(name, Said("is no whole number"))
        return int(text)


async def sent(request: Request) -> Sent:
    """What a form sends."""
    return await read_sent(request, fields=FIELDS_MAX, letters=FIELD_MAX)


async def read_sent(request: Request, *, fields: int, letters: int, files: int = 0) -> Sent:
    """A form of so many fields, each of so many letters at most; longer ones are left out."""
    form = await request.form(max_fields=fields, max_files=files)
    return sent_of(request, form, letters=letters)


def sent_of(request: Request, form: FormData, *, letters: int) -> Sent:
    """What a form has sent, its files left aside."""
    fields = {
        name: value.strip()
        for name, value in form.multi_items()
        if isinstance(value, str) and value.strip() and len(value) <= letters
    }
    key = fields.pop("once", "")
    fields.pop(CSRF, None)
    asked = repr((request.url.path, sorted(fields.items()))).encode()
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        raise BadParameter("once", Said("this form is not one of ours"))
    return Sent(fields, Once(key, hashlib.sha256(asked).hexdigest()))


def degrees(text: str) -> float | None:
    """A number of degrees of a field, None when it is blank; AccessError for what is none."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise AccessError(
            Said("%(text)s is no number of degrees such as 31.385", text=repr(text[:20]))
        ) from error


def typed_day(text: str, *, days: int = 0) -> date:
    """A day of a field, or one so many days after it; AccessError for what is none.

    >>> typed_day("2026-03-02", days=1)
    datetime.date(2026, 3, 3)
    """
    try:
        return date_of(day_of(text) + days)
    except (ValueError, OverflowError) as error:
        raise AccessError(
            Said("%(text)s is no day such as 2026-03-02", text=repr(text[:20]))
        ) from error


def chosen(form: Sent, acts: Mapping[str, Chosen]) -> Chosen:
    """Which of a page's acts its form asks for; BadParameter for none of them."""
    act = acts.get(form.text("what"))
    if act is None:
        raise BadParameter("what", Said("is none of %(acts)s", acts=", ".join(acts)))
    return act


def typed_over(stored: Mapping[str, str], form: Sent | None, *, what: str) -> dict[str, str]:
    """What stands in the fields of a form that changes something: what was typed, once it was."""
    if form is None or form.text("what") != what:
        return dict(stored)
    return {name: form.text(name) for name in stored}


TheForm = Annotated[Sent, Depends(sent)]


def done(gate: Gate, principal: Principal, action: str, *, form: Sent, act: Act) -> Said | None:
    """Do what a form asks, once; None, or the one line that says why it cannot be."""
    try:
        act_once(gate, principal, action, once=form.once, act=act)
    except (AccessError, Conflict) as error:
        return said_by(error)
    return None


def fresh_key() -> str:
    """For a form that is about to be shown."""
    return new_id()
