"""The bytes of a CSV file as people make them, as records of text with their line numbers.

What wrote a file says not how: the encoding is found from its mark or its bytes, the delimiter by
the caller from the heading. Nothing is decoded twice into memory.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from liftwatch.register.doubts import Wrong
from liftwatch.said import Said

BYTES_MAX = 64 * 2**20
ROWS_MAX = 100_000
LINE_BYTES_MAX = 2**20
"""Of a line: more is no sheet, and its cells would not fit into memory [our choice]."""
DELIMITERS = (",", ";", "\t")

_CHUNK = 2**20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
"""The first bytes of a file, the encoding that takes them off, and the one that checks them too."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_THREE = re.compile(rb"[\xe1-\xef][\x80-\xbf]{2}")  # of most Chinese characters, in UTF-8
_HIGH = re.compile(rb"[\x80-\xff]+")

Line = int
"""A line of the file as an editor counts them, from 1."""
Fault = tuple[Line | None, Wrong]


def encoding_of(data: bytes) -> str | Fault:
    """The name of the encoding in which all of a file can be read; else where it cannot, and why.

    UTF-8 with and without its mark, UTF-16 with it, and GB 18030, of which GBK and GB 2312 are
    parts. What is whole in UTF-8 is taken for it, though a word or two of GBK may be so too.

    >>> encoding_of("地址".encode()), encoding_of("地址".encode("gbk"))
    ('utf-8', 'gb18030')
    """
    if len(data) > BYTES_MAX:
        return None, Wrong(
            Said("the file is above the limit of %(most)s MB", most=BYTES_MAX // 2**20)
        )
    if _has_endless_line(data):
        return None, Wrong(Said("a line is above the limit of %(most)s bytes", most=LINE_BYTES_MAX))
    if data.startswith(_WORKBOOKS):
        return None, Wrong(Said("the file is a workbook of a spreadsheet; save it as CSV"))
    marked = [row for row in _MARKS if data.startswith(row[0])]
    if not marked and b"\0" in data[:4]:
        return None, Wrong(Said("the file looks like UTF-16 without its mark; save it as UTF-8"))
    encoding, checked = marked[0][1:] if marked else ("utf-8", "utf-8")
    bad_at = _undecodable(data, checked)
    if bad_at is not None and not marked and not _is_mostly_utf8(data):
        encoding = checked = "gb18030"
        bad_at = _undecodable(data, checked)
    if bad_at is None:
        return encoding
    text = Said("a character is broken: this is no %(encoding)s", encoding=checked.upper())
    return data.count(b"\n", 0, bad_at) + 1, Wrong(text)


def _has_endless_line(data: bytes) -> bool:
    at = 0
    while len(data) - at > LINE_BYTES_MAX:
        until = at + LINE_BYTES_MAX + 1
        at = max(data.rfind(b"\n", at, until), data.rfind(b"\r", at, until)) + 1
        if not at:
            return True
    return False


def _undecodable(data: bytes, encoding: str) -> int | None:
    """Where the first bytes lie that the encoding cannot have; None when there are none."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for at in range(0, len(data) + 1, _CHUNK):
        waiting = len(decoder.getstate()[0])  # of a character that the last chunk cut in two
        try:
            decoder.decode(data[at : at + _CHUNK], final=at + _CHUNK > len(data))
        except UnicodeDecodeError as error:
            return at - waiting + error.start
    return None


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether more than half of what is not ASCII stands in threes as Chinese does in UTF-8.

    A text of GB 18030 has few of them by chance: so a UTF-8 file with one broken byte is not taken
    for one, and does not become other characters.
    """
    high = sum(len(found) for found in _HIGH.findall(data))
    return 3 * sum(1 for _ in _THREE.finditer(data)) * 2 > high


def records(
    data: bytes, encoding: str, *, delimiter: str
) -> Iterator[tuple[Line, list[str] | Wrong]]:
    """The records of a file and the line on which each begins; blank lines are empty records.

    A record with misplaced quotation marks is Wrong, and the next one is read; one that never ends
    is the last.
    """
    text = io.TextIOWrapper(io.BytesIO(data), encoding=encoding, newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            endless = next((why for word, why in _ENDLESS if word in str(error)), None)
            yield line, Wrong(endless or _MISPLACED)
            if endless:
                return
        else:
            yield line, record


_MISPLACED = Said('a quotation mark is misplaced; within quotation marks it is written twice: ""')
_ENDLESS = (
    ("unexpected end", Said("a quotation mark is never closed")),
    (
        "field limit",
        Said("a cell is larger than any: a quotation mark may never be closed"),
    ),
)
"""What the parser says of a record that swallows the ones after it, and what we say."""


def has_more_rows(data: bytes, encoding: str, *, delimiter: str) -> bool:
    """Whether there are more than ROWS_MAX records below the heading that are not blank.

    Of a file without that many ends of line nothing is read.
    """
    if data.count(b"\n") + data.count(b"\r") <= ROWS_MAX:
        return False
    rows = -1
    for _, record in records(data, encoding, delimiter=delimiter):
        rows += isinstance(record, Wrong) or any(cell.strip() for cell in record)
        if rows > ROWS_MAX:
            return True
    return False
