"""The slow path of decoding: what the typed message refused, judged field by field.

A wrong type or a broken envelope makes a message unusable; a known field outside its range is
set aside and the rest used; an unknown field is passed over and counted (contract, Envelope).
"""

import re
import types
from datetime import date, datetime
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from liftwatch.telemetry.messages import KINDS, Wire

_REQUIRED = ("v", "terminal", "boot", "seq", "at")
_ENVELOPE = frozenset(Wire.__struct_fields__)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_HINTS: dict[type, dict[str, Any]] = {}


class Unusable(Exception):
    """Why a message cannot be used: a short `reason` to count by, and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class Mended(NamedTuple):
    """A usable message, what of it was set aside (path, reason), and names nobody knows."""

    wire: Wire
    set_aside: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


class _OutOfRange(Exception):
    """A value of the right type that its field cannot hold."""


class _Notes:
    """What was set aside and passed over on the way through one message."""

    def __init__(self) -> None:
        self.set_aside: list[tuple[str, str]] = []
        self.unknown: list[str] = []


def mend(payload: bytes, kind: str, *, batched: bool) -> Mended:
    """The message in `payload` as far as it can be used; raises Unusable when it cannot."""
    said = parse_object(payload)
    addressed = [name for name in ("lift", "kind") if name in said]
    fields = {name: value for name, value in said.items() if name not in addressed}
    mended = mend_fields(fields, kind)
    if addressed and not batched:
        return mended._replace(unknown=(*addressed, *mended.unknown))
    return mended


def mend_fields(said: dict[str, Any], kind: str) -> Mended:
    """The message that some fields make, as far as they can be used. Raises Unusable."""
    notes = _Notes()
    for name in _REQUIRED:
        if said.get(name) is None:
            raise Unusable("envelope", f"{name} is missing")
    fields = _mend_struct(said, KINDS[kind], path="", notes=notes)
    wire = msgspec.convert(fields, KINDS[kind])
    return Mended(wire, tuple(notes.set_aside), tuple(notes.unknown))


def parse_object(payload: bytes) -> dict[str, Any]:
    """The object that a payload is, whatever its fields; raises Unusable when it is none."""
    try:
        said = msgspec.json.decode(payload)
    except RecursionError:
        raise Unusable("not_json", "nested too deeply") from None
    except UnicodeDecodeError as error:
        raise Unusable("not_json", f"not UTF-8: {error.reason}") from None
    except msgspec.ValidationError as error:
        raise Unusable("not_finite", str(error)[:200]) from None
    except msgspec.DecodeError as error:
        raise Unusable("not_json", str(error)[:200]) from None
    if not isinstance(said, dict):
        raise Unusable("not_object", "neither an object nor an array")
    return said


def _hints(type_: type[Struct]) -> dict[str, Any]:
    if type_ not in _HINTS:
        _HINTS[type_] = get_type_hints(type_, include_extras=True)
    return _HINTS[type_]


def _mend_struct(
    said: dict[str, Any], type_: type[Struct], *, path: str, notes: _Notes
) -> dict[str, Any]:
    hints = _hints(type_)
    kept: dict[str, Any] = {}
    for name, value in said.items():
        where = f"{path}{name}"
        if name not in hints:
            notes.unknown.append(where[:80])
        elif value is not None:
            try:
                kept[name] = _mend_value(value, hints[name], where=where, notes=notes)
            except _OutOfRange as error:
                if name in _ENVELOPE and not path:
                    raise Unusable("envelope", f"{name}: {error}") from None
                notes.set_aside.append((where, str(error)))
    return kept


def _mend_value(value: Any, hint: Any, *, where: str, notes: _Notes) -> Any:
    bare = _bare(hint)
    if isinstance(bare, type) and issubclass(bare, Struct):
        _demand(isinstance(value, dict), where, "object", value=value)
        return _mend_struct(value, bare, path=f"{where}.", notes=notes)
    element = _bare(get_args(bare)[0]) if get_origin(bare) is list else None
    if isinstance(element, type) and issubclass(element, Struct):
        _demand(isinstance(value, list), where, "array", value=value)
        _check_range(value, hint, deep=False)
        return [
            _mend_value(part, element, where=f"{where}[{place}]", notes=notes)
            for place, part in enumerate(value)
        ]
    if isinstance(value, list):  # before every one of a million elements is looked at
        _check_range(value, hint, deep=False)
    value = _of_type(value, bare, where)
    _check_range(value, hint, deep=True)
    return value


def _of_type(value: Any, bare: Any, where: str) -> Any:
    """The value in its field's bare type; raises Unusable when it has another."""
    if bare is int and isinstance(value, float) and value.is_integer():
        return int(value)  # 3.0 is how some encoders write 3
    if bare is float and isinstance(value, int) and not isinstance(value, bool):
        _demand(abs(value) < 2**1023, where, "finite number", value=value)
        return float(value)
    if bare is date:
        _demand(isinstance(value, str) and bool(_DATE.match(value)), where, "date", value=value)
        return value
    if get_origin(bare) is list:
        _demand(isinstance(value, list), where, "array", value=value)
        return [_of_type(part, _bare(get_args(bare)[0]), where) for part in value]
    plain = str if get_origin(bare) is Literal else bare
    if plain is Any:
        return value
    if plain is datetime:
        _demand(_is_moment(value), where, "RFC 3339 moment", value=value)
        return value
    right = isinstance(value, plain) and (plain is bool or not isinstance(value, bool))
    _demand(right, where, plain.__name__, value=value)
    return value


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return msgspec.convert(value, datetime).tzinfo is not None
    except (msgspec.ValidationError, ValueError):
        return False


def _check_range(value: Any, hint: Any, *, deep: bool) -> None:
    """Raise _OutOfRange when the bounds beside the field do not hold `value`."""
    if not deep:  # only the length: the elements are judged one by one
        longest = next((m.max_length for m in _metas(hint) if m.max_length is not None), None)
        if longest is not None and len(value) > longest:
            raise _OutOfRange(f"{len(value)} elements are above {longest}")
        return
    if isinstance(value, str) and "\0" in value:  # no database of text takes it
        raise _OutOfRange(f"{shown(value)}: holds U+0000")
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        raise _OutOfRange(f"{shown(value)}: {str(error)[:120]}") from None


def shown(value: Any) -> str:
    """A value as a reason shows it, on one short line, whatever it is.

    >>> shown("a" * 100)[-5:], shown(10**5000), shown([[1]]), shown("a\\0b"), shown(-0.5)
    ("aaaa'", 'an integer of 16610 bits', 'a list', "'a\\\\x00b'", '-0.5')
    """
    if isinstance(value, str):
        return repr(value[:60])
    if isinstance(value, int) and value.bit_length() > 128:
        return f"an integer of {value.bit_length()} bits"  # Python refuses to print a long one
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    return f"a {type(value).__name__}"  # a deep one could not even be printed


def _bare(hint: Any) -> Any:
    """The type inside `X | None` and Annotated."""
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    while get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return hint


def _metas(hint: Any) -> list[msgspec.Meta]:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(part for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is not Annotated:
        return []
    return [note for note in get_args(hint)[1:] if isinstance(note, msgspec.Meta)]


def _demand(right: bool, where: str, wanted: str, *, value: Any) -> None:
    if not right:
        detail = f"{where[:80]}: {shown(value)} is no {wanted}"
        raise Unusable("envelope" if where in _ENVELOPE else "wrong_type", detail)
