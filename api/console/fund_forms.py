"""Forms of the fund's pages: wider than others, in yuan, with papers by their hash.

A form becomes the body that the API takes, and the API's own function does it: page and API refuse
alike. What is refused is shown above the form, with the rule, and what was typed stays in it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Request, Response

from api.case_shapes import PaperBody
from api.console.forms import Sent, read_sent
from api.console.move_forms import shanghai_ms
from api.plain import check_plain
from api.problems import BadParameter, Problem, as_problem
from liftwatch.access.people import AccessError
from liftwatch.audit.chain import SealError
from liftwatch.clock import rfc3339
from liftwatch.fund.money import parse_yuan, yuan
from liftwatch.incidents.moves import Untold
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

FIELDS_MAX, LETTERS_MAX = 400, 600_000
"""A plan of 5 000 households, a line each."""
BODY_MAX = 4 * 1024 * 1024
STALE = Said(
    "somebody else has changed it meanwhile: look at what is new, then send it again; what you"
    " typed is still here"
)
_OF_FEN = re.compile(r"%\((\w+)\)s fen")
_PAPER = re.compile(r"paper-(\d{1,3})-(sha256|name)")
_FIELD = re.compile(r"`\$\.(\w+)")
Shape = TypeVar("Shape", bound=msgspec.Struct)


class Refusal(NamedTuple):
    """Why a form was refused, by which rule, which form it was, and what was typed.

    `amounts` are those of the reason in yuan: rules speak of fen, and people type yuan.
    """

    what: str
    why: Said
    rule: str
    status: int
    typed: Mapping[str, str]
    amounts: tuple[str, ...] = ()


async def wide_form(request: Request) -> Sent:
    """What a form of the fund sends."""
    return await read_sent(request, fields=FIELDS_MAX, letters=LETTERS_MAX)


TheWideForm = Annotated[Sent, Depends(wide_form)]


def attempt(form: Sent, what: str, act: Callable[[], Response]) -> Response | Refusal:
    """Do what a form asks, or say why it cannot be."""
    try:
        return act()
    except (Problem, AccessError, Conflict, SealError, Untold) as error:
        if isinstance(error, Untold):
            problem = Problem("unusable", said_by(error))
        else:
            problem = as_problem(error)
        stale = problem.row.name == "stale"
        why = STALE if stale else problem.detail
        rule = str(problem.more.get("rule") or "")
        return Refusal(what, why, rule, problem.row.status, form.fields, amounts_in(why))


def amounts_in(why: str) -> tuple[str, ...]:
    """The amounts of a reason that speaks of fen, in yuan.

    >>> amounts_in(Said("the budget is %(budget)s fen", budget=90_000))
    ('900.00',)
    """
    if not isinstance(why, Said):
        return ()
    names = _OF_FEN.findall(why.template)
    return tuple(yuan(fen) for name in names if isinstance(fen := why.values.get(name), int))


def shaped(shape: type[Shape], **fields: Any) -> Shape:
    """A body of the API; the problem `unusable`, naming the field, for what does not fit it."""
    told = {name: value for name, value in fields.items() if value is not None}
    try:
        made = msgspec.convert(told, shape)
    except msgspec.ValidationError as error:
        field = _FIELD.search(str(error))
        name = field[1] if field else "form"
        if not field and "missing required field" in str(error):
            name = str(error).partition("`")[2].partition("`")[0]
        raise Problem(
            "unusable", Said("%(field)s is missing, or not of use", field=name)
        ) from error
    check_plain(made)
    return made


def fen_of(text: str, *, field: str) -> int | None:
    """An amount that was typed in yuan; None when it is blank, BadParameter for what is none.

    >>> fen_of("1,234.50", field="amount_fen"), fen_of("", field="amount_fen")
    (123450, None)
    """
    if not text:
        return None
    try:
        return parse_yuan(text.replace("，", ","))
    except ValueError as error:
        raise BadParameter(field, said_by(error)) from error


def moment_of(text: str, *, field: str) -> str | None:
    """A moment typed on Shanghai's clock, as the API takes it; None when it is blank."""
    try:
        ms = shanghai_ms(text)
    except Untold as error:
        raise BadParameter(field, said_by(error)) from error
    return None if ms is None else rfc3339(ms)


def hash_of(text: str) -> str:
    """A SHA-256 as it was typed or pasted: spaces and capitals are no difference.

    >>> hash_of(" AB cd ")
    'abcd'
    """
    return "".join(text.split()).lower()


def papers_of(form: Sent) -> list[PaperBody]:
    """The papers that were told; a row without a hash is none, one with a name alone is refused."""
    numbers = sorted({int(found[1]) for name in form.fields if (found := _PAPER.fullmatch(name))})
    papers = []
    for n in numbers:
        told = {part: form.text(f"paper-{n}-{part}") for part in ("kind", "dated", "name")}
        sha256 = hash_of(form.text(f"paper-{n}-sha256"))
        if not sha256:
            raise Problem("unusable", Said("the paper %(name)s has no SHA-256", name=told["name"]))
        if not told["kind"]:
            raise Problem(
                "unusable", Said("say what kind of paper it is: %(sha256)s", sha256=sha256)
            )
        papers.append(shaped(PaperBody, sha256=sha256, **told))
    return papers
