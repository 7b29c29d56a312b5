"""Reads the part of InfluxQL that our panels are written in; everything else is refused.

    query   = SELECT column {"," column} FROM measurement WHERE condition
              [GROUP BY item {"," item}] [FILL "(" how ")"] [ORDER BY time [ASC|DESC]]
              [LIMIT n] [TZ "(" zone ")"]
    column  = field [AS name] | function "(" field ["," number] ")" [AS name]
    item    = TIME "(" duration ")" | tag

A measurement is `lift_KIND`, a field one of that kind, a tag one of four: names are looked up in
tables, never passed on. Times stand at the top of the condition, joined by AND.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, parse_ms
from liftwatch.said import Said
from liftwatch.telemetry.asked import (
    COLUMNS_MAX,
    DEPTH_MAX,
    FILLS,
    FUNCTIONS,
    OPERATORS,
    TAGS,
    ZONES,
    Asked,
    AskedError,
    Column,
    Comparison,
    Condition,
    Every,
    Literal,
    Some,
    checked,
    one_of,
)
from liftwatch.telemetry.asked_words import Word, words_of
from liftwatch.telemetry.messages import KINDS
from liftwatch.telemetry.points import field_types

PREFIX = "lift_"
_END = Word("end", "the end", -1)
UNITS_NS: Mapping[str, int] = {
    "ns": 1,
    "u": 1_000,
    "ms": 1_000_000,
    "s": SECOND_MS * 1_000_000,
    "m": MINUTE_MS * 1_000_000,
    "h": HOUR_MS * 1_000_000,
    "d": DAY_MS * 1_000_000,
    "w": 7 * DAY_MS * 1_000_000,
}
_NUMERIC = ("int", "float")


def read(text: str, *, now_ms: int) -> Asked:
    """The question of a text. Raises AskedError, which says what was expected.

    >>> asked = read("SELECT last(floor) FROM lift_state WHERE time > now() - 1h", now_ms=3_600_000)
    >>> asked.kind, asked.columns[0].function, asked.from_ms
    ('state', 'last', 1)
    """
    return _Reader(words_of(text), now_ms).query()


class _Bound(NamedTuple):
    """A time that was compared with, in nanoseconds."""

    operator: str
    at_ns: int


class _Reader:
    """Goes through the words once, from left to right."""

    def __init__(self, words: Sequence[Word], now_ms: int) -> None:
        self._words, self._now_ms = words, now_ms
        self._at = 0
        self._depth = 0
        self._bounds: list[_Bound] = []
        self._types: Mapping[str, str] = {}

    def query(self) -> Asked:
        """The whole of it."""
        self._keyword("SELECT")
        columns = self._columns()
        self._keyword("FROM")
        kind = self._kind()
        self._types = field_types(kind)
        self._check_columns(columns)
        self._keyword("WHERE")
        where = self._conditions(top=True)
        from_ms, to_ms = self._span()
        step_ms, by = self._grouping()
        asked = Asked(
            kind=kind,
            columns=columns,
            where=where,
            from_ms=from_ms,
            to_ms=to_ms,
            step_ms=step_ms,
            by=by,
            fill=self._fill(),
            newest_first=self._order(),
            limit=self._limit(),
            zone=self._zone(),
        )
        if self._peek() is not _END:
            raise self._expected("the end")
        return checked(asked)

    # words, one by one

    def _peek(self) -> Word:
        return self._words[self._at] if self._at < len(self._words) else _END

    def _next(self) -> Word:
        word = self._peek()
        self._at += 1
        return word

    def _expected(self, what: str) -> AskedError:
        return AskedError(
            Said(
                "%(what)s is expected, not %(found)s",
                what=what,
                found=repr(self._peek().says[:40]),
            )
        )

    def _is(self, *says: str, sort: str = "word") -> bool:
        word = self._peek()
        return word.sort == sort and word.says.upper() in says

    def _takes(self, *says: str, sort: str = "word") -> bool:
        if self._is(*says, sort=sort):
            self._at += 1
            return True
        return False

    def _keyword(self, says: str) -> None:
        if not self._takes(says):
            raise self._expected(says)

    def _sign(self, says: str) -> None:
        if not self._takes(says, sort="sign"):
            raise self._expected(f"'{says}'")

    def _name(self, known: Collection[str] | None, what: str) -> str:
        word = self._peek()
        right = word.sort in ("word", "name") and (known is None or word.says in known)
        if not right:
            raise self._expected(what)
        return self._next().says

    def _whole(self, what: str) -> int:
        word = self._peek()
        if word.sort != "number" or not word.says.isdigit():
            raise self._expected(what)
        return int(self._next().says)

    # columns and measurement

    def _columns(self) -> tuple[Column, ...]:
        found = [self._column()]
        while self._takes(",", sort="sign"):
            found.append(self._column())
        if len(found) > COLUMNS_MAX:
            raise AskedError(Said("more than %(most)s columns", most=COLUMNS_MAX))
        return tuple(found)

    def _column(self) -> Column:
        name = self._name(None, "a field")
        function, argument = "", None
        if self._takes("(", sort="sign"):
            function = name.lower()
            if function not in FUNCTIONS:
                self._at -= 2
                raise self._expected(", ".join(FUNCTIONS))
            name = self._name(None, "a field")
            if function == "percentile":
                self._sign(",")
                argument = self._percent()
            self._sign(")")
        alias = self._alias() if self._takes("AS") else ""
        return Column(field=name, function=function, argument=argument, alias=alias)

    def _percent(self) -> float:
        word = self._peek()
        if word.sort != "number" or not 0 <= float(word.says) <= 100:
            raise self._expected("0..100")
        return float(self._next().says)

    def _alias(self) -> str:
        name = self._name(None, "a name")
        if not name.isascii() or not name.replace("_", "a").replace(" ", "a").isalnum():
            self._at -= 1
            raise self._expected("a name of letters and digits")
        return name

    def _kind(self) -> str:
        name = self._name([f"{PREFIX}{kind}" for kind in KINDS], f"{PREFIX}KIND")
        return name.removeprefix(PREFIX)

    def _check_columns(self, columns: Sequence[Column]) -> None:
        for one in columns:
            type_ = self._types.get(one.field)
            if type_ is None:
                raise AskedError(
                    Said("there is no field %(name)s of this kind", name=repr(one.field[:40]))
                )
            if FUNCTIONS.get(one.function) and type_ not in _NUMERIC:
                raise AskedError(
                    Said("%(name)s is no number: count, first and last do", name=one.field)
                )
        if len({bool(one.function) for one in columns}) > 1:
            raise AskedError(Said("fields and functions of fields do not mix"))

    # conditions

    def _conditions(self, *, top: bool) -> Condition:
        self._depth += 1
        if self._depth > DEPTH_MAX:
            raise AskedError(Said("conditions lie more than %(most)s deep", most=DEPTH_MAX))
        some = [self._all_of(top=top)]
        while self._takes("OR"):
            if top and self._bounds:
                raise AskedError(Said("beside a time nothing is joined by OR: use parentheses"))
            some.append(self._all_of(top=False))
        self._depth -= 1
        return some[0] if len(some) == 1 else Some(tuple(some))

    def _all_of(self, *, top: bool) -> Condition:
        parts: list[Condition] = []
        while True:
            if self._is("TIME"):
                self._time(top=top)
            else:
                parts.append(self._one())
            if not self._takes("AND"):
                break
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _one(self) -> Condition:
        if self._takes("(", sort="sign"):
            inside = self._conditions(top=False)
            self._sign(")")
            return inside
        name = self._name([*TAGS, *self._types], "a tag or a field")
        word = self._next()
        if word.sort == "among":
            if name not in TAGS:
                raise AskedError(Said("a list of names is of a tag, not of %(name)s", name=name))
            return one_of(name, word.among)
        if word.sort != "sign" or word.says not in OPERATORS:
            self._at -= 1
            raise self._expected(" ".join(OPERATORS))
        if name in TAGS and word.says not in ("=", "!=", "<>"):
            raise AskedError(Said("a tag is equal or not, no more"))
        return Comparison(name, "!=" if word.says == "<>" else word.says, self._literal(name))

    def _literal(self, name: str) -> Literal:
        type_ = "str" if name in TAGS else self._types[name]
        word = self._peek()
        if type_ in _NUMERIC and word.sort == "number":
            return float(self._next().says)
        if type_ == "bool" and self._is("TRUE", "FALSE"):
            return self._next().says.upper() == "TRUE"
        if type_ not in (*_NUMERIC, "bool") and word.sort == "text":
            return self._next().says
        raise self._expected("a value as the field has")

    # times

    def _time(self, *, top: bool) -> None:
        if not top:
            raise AskedError(Said("a time stands at the top of the condition, joined by AND"))
        self._next()
        word = self._next()
        if word.sort != "sign" or word.says not in ("<", "<=", ">", ">=", "="):
            self._at -= 1
            raise self._expected("< <= > >=")
        self._bounds.append(_Bound(word.says, self._moment()))

    def _moment(self) -> int:
        if self._takes("NOW"):
            self._sign("(")
            self._sign(")")
            at_ns = self._now_ms * 1_000_000
            if self._takes("-", sort="sign"):
                return at_ns - self._duration()
            return at_ns + self._duration() if self._takes("+", sort="sign") else at_ns
        word = self._peek()
        if word.sort == "duration":
            return self._duration()
        if word.sort == "number" and word.says.isdigit():
            return int(self._next().says)
        if word.sort == "text":
            try:
                return parse_ms(self._next().says) * 1_000_000
            except ValueError:
                self._at -= 1
        raise self._expected("a time: 1700000000000ms, now() - 1h, '2026-03-02T08:00:00Z'")

    def _duration(self) -> int:
        word = self._peek()
        if word.sort != "duration":
            raise self._expected("a duration")
        text = self._next().says
        number = text.rstrip("nsumhdw")
        return int(number) * UNITS_NS[text.removeprefix(number)]

    def _span(self) -> tuple[int, int]:
        """From when until when, in whole milliseconds; both ends are inside."""
        from_ns: int | None = None
        to_ns: int | None = None
        for operator, at_ns in self._bounds:
            if operator in (">", ">=", "="):
                low = at_ns + (operator == ">")
                from_ns = low if from_ns is None else max(from_ns, low)
            if operator in ("<", "<=", "="):
                high = at_ns - (operator == "<")
                to_ns = high if to_ns is None else min(to_ns, high)
        if from_ns is None:
            raise AskedError(Said("a beginning is missing: time >= ..."))
        to_ns = self._now_ms * 1_000_000 if to_ns is None else to_ns
        from_ms = -(-from_ns // 1_000_000)
        return from_ms, max(from_ms, to_ns // 1_000_000 + 1)

    # what follows the condition

    def _grouping(self) -> tuple[int | None, tuple[str, ...]]:
        if not self._takes("GROUP"):
            return None, ()
        self._keyword("BY")
        step_ms, by = None, []
        while True:
            if self._takes("TIME"):
                self._sign("(")
                step_ms = self._duration() // 1_000_000
                self._sign(")")
            else:
                by.append(self._name(TAGS, "time(...) or a tag"))
            if not self._takes(",", sort="sign"):
                return step_ms, tuple(dict.fromkeys(by))

    def _fill(self) -> str | float:
        if not self._takes("FILL"):
            return "null"
        self._sign("(")
        word = self._next()
        self._sign(")")
        if word.sort == "number":
            return float(word.says)
        if word.sort == "word" and word.says.lower() in FILLS:
            return word.says.lower()
        raise AskedError(Said("a gap is filled with %(fills)s or a number", fills=", ".join(FILLS)))

    def _order(self) -> bool:
        if not self._takes("ORDER"):
            return False
        self._keyword("BY")
        self._keyword("TIME")
        if self._takes("DESC"):
            return True
        self._takes("ASC")
        return False

    def _limit(self) -> int | None:
        return self._whole("a whole number") if self._takes("LIMIT") else None

    def _zone(self) -> str:
        if not self._takes("TZ"):
            return ""
        self._sign("(")
        word = self._next()
        self._sign(")")
        if word.sort != "text" or word.says not in ZONES:
            raise AskedError(Said("a zone is one of %(zones)s", zones=", ".join(ZONES)))
        return word.says
