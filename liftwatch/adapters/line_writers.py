"""One function a kind that writes a message's one line, made of the table of signals at import.

Reading fields into a dictionary and that into text costs 8 µs for a state, one f-string of all its
fields 2.4 µs; `tests/adapters/test_line_protocol.py` shows that both say the same, byte for byte.
Kinds whose messages are several points have no writer, and go by their points.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from liftwatch.adapters.line_text import field_text, head_text, string_text
from liftwatch.telemetry.messages import KINDS, Message
from liftwatch.telemetry.points import STRIDE, below_of, moment_text, one_point_fields
from liftwatch.telemetry.signals import Signal

TAGS = ("area", "estate", "lift", "source")  # nothing that changes is a tag
_WORDS_MAX, _WORD_LENGTH_MAX = 1_024, 40
_SPAN_MAX = 512
"""An integer of fewer values than this is looked up, as floors are; others are printed."""

_FLOAT_MAX = 1.7976931348623157e308  # what lies beyond is infinite or no number

Writer = Callable[[Message], str]


class Words(dict[Any, str]):
    """The text of a field for each of its values, learned as they come; None says nothing."""

    def __init__(self, name: str) -> None:
        super().__init__({None: ""})
        self._name = name

    def __missing__(self, value: Any) -> str:
        text = f"{field_text(self._name, value)},"
        if len(self) < _WORDS_MAX and len(text) < len(self._name) + _WORD_LENGTH_MAX:
            self[value] = text
        return text


@lru_cache(maxsize=65_536)
def sender_of(terminal: str, boot: str) -> tuple[int, str]:
    """Of a sender's boot: the number its nanoseconds are made from, and its text before `seq`."""
    said = f'terminal="{string_text(terminal)}",boot="{string_text(boot)}",seq='
    return below_of(terminal, boot), said


@lru_cache(maxsize=262_144)  # 10 000 lifts of twelve kinds, twice
def head_of(kind: str, tags: tuple[str, str, str, str]) -> str:
    """What stands before the fields of a kind's line."""
    return head_text(f"lift_{kind}", zip(TAGS, tags, strict=True))


def _time_text(name: str, moment: datetime) -> str:
    return f'{name}="{moment_text(moment)}",'


def _piece(row: Signal, names: dict[str, Any]) -> str:
    """The part of the f-string that writes one signal, with its comma; `names` gets its table."""
    name = row.name
    if row.type == "float":
        known = f"(v := b.{name}) is not None and {-_FLOAT_MAX!r} <= v <= {_FLOAT_MAX!r}"
        return f"{{f'{name}={{v * 1.0!r}},' if {known} else ''}}"
    if row.type == "time":
        return f"{{'' if (v := b.{name}) is None else time_text('{name}', v)}}"
    if row.type == "date":
        return f"{{'' if (v := b.{name}) is None else f'{name}=\"{{v.isoformat()}}\",'}}"
    names[f"of_{name}"] = Words(name)
    if row.type == "int" and not _few(row):
        plain = f"f'{name}={{v}}i,' if type(v := b.{name}) is int else of_{name}[v]"
        return f"{{{plain}}}"
    return f"{{of_{name}[b.{name}]}}"


def _few(row: Signal) -> bool:
    return row.low is not None and row.high is not None and row.high - row.low < _SPAN_MAX


def _source(kind: str, names: dict[str, Any]) -> str:
    fields = "".join(_piece(row, names) for row in one_point_fields(kind))
    return f"""
def write(m):
    b = m.body
    below, sender = sender_of(b.terminal, b.boot)
    seq = b.seq
    head = head_of({kind!r}, (m.area, m.estate, m.lift, m.source))
    time_ns = m.stored_ms * 1_000_000 + (below + seq * {STRIDE}) % 1_000_000
    drill = ",exercise=true" if m.exercise else ""
    return f\"\"\"{{head}}{fields}{{sender}}{{seq}}i{{drill}} {{time_ns}}\"\"\"
"""


def _writer(kind: str) -> Writer:
    names: dict[str, Any] = {
        "head_of": head_of,
        "sender_of": sender_of,
        "time_text": _time_text,
    }
    exec(compile(_source(kind, names), f"<line of {kind}>", "exec"), names)
    writer: Writer = names["write"]
    return writer


WRITERS: dict[str, Writer] = {kind: _writer(kind) for kind in KINDS if one_point_fields(kind)}
"""The kinds whose message is one line when its clock is right."""
