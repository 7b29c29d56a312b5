"""The bytes of files to import: encodings, breaks, sizes, and what is no CSV at all."""

import time
import tracemalloc
from collections.abc import Iterator

import pytest

from liftwatch.register import csv_files
from liftwatch.register.cells import Given
from liftwatch.register.columns import LIFTS
from liftwatch.register.csv_files import BYTES_MAX, LINE_BYTES_MAX, ROWS_MAX
from liftwatch.register.doubts import Wrong
from liftwatch.register.sheets import Problem, Row, read, scan

GIVEN = Given(year=2026)


def test_one_broken_byte_of_utf_8_is_not_taken_for_gbk() -> None:
    """Else the whole file would become other characters; its line is told."""
    good = "area,estate,lift,address\n320583,garden,L-01,昆山市花园路一号\n"
    data = good.encode() + b"320583,garden,L-02,\xe6\x98\n"
    assert read(data, LIFTS, GIVEN).problems == (
        Problem(3, None, Wrong("a character is broken: this is no UTF-8")),
    )


@pytest.mark.parametrize(
    ("data", "line", "says"),
    [
        (b"PK\x03\x04rest", None, "workbook"),
        (b"\xd0\xcf\x11\xe0rest", None, "workbook"),
        ("area,estate\n".encode("utf-16-le"), None, "UTF-16 without its mark"),
        (b"\xff\xfea\x00\x00", 1, "no UTF-16"),
        (b"\xef\xbb\xbfarea\n\xff\n", 2, "no UTF-8"),
        (b"area\n\xff\xff\n", 2, "no GB18030"),
        (b"a" * (BYTES_MAX + 1), None, "64 MB"),
        (b"area\n" + b"," * (LINE_BYTES_MAX + 1) + b"\nx", None, "a line is above"),
        (b"area,estate\n\n" + b"," * (LINE_BYTES_MAX + 1), None, "a line is above"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, line: int | None, says: str) -> None:
    """One problem for the whole file."""
    reading = read(data, LIFTS, GIVEN)
    assert reading.rows == ()
    assert [one.line for one in reading.problems] == [line]
    assert says in reading.problems[0].doubt.text


def test_a_break_far_into_a_file_is_found_on_its_line() -> None:
    """Beyond the first piece that is decoded, and over the seam of two."""
    lines = b"area,estate,lift,address\n" + "320583,garden,L-01,昆山\n".encode() * 60_000
    at = lines.index(b"\n", 2**20) + 1
    broken = lines[:at] + b"\xe6\n" + lines[at:]
    assert read(broken, LIFTS, GIVEN).problems[0].line == lines.count(b"\n", 0, at) + 1


@pytest.mark.parametrize("before", [1, 2, 3])
def test_a_character_over_the_seam_of_two_pieces_is_whole(before: int) -> None:
    """And a break just behind it is on the right line."""
    data = b"area,\n" + b"x" * (2**20 - 6 - before) + "昆".encode()
    assert csv_files.encoding_of(data) == "utf-8"
    fault = csv_files.encoding_of(data + b"\n\xff\n" + "昆山".encode())
    assert fault == (3, Wrong("a character is broken: this is no UTF-8"))


def test_a_line_as_long_as_the_limit_is_read() -> None:
    """Ended by whichever end of line there is, or by the file's."""
    line = b"," * LINE_BYTES_MAX
    for end in (b"\n", b"\r", b""):
        data = b"area\n" + line + end
        assert csv_files.encoding_of(data + (b"x" if end else b"")) == "utf-8"


def big(rows: int) -> Iterator[str]:
    yield "area,estate,lift,address,rated_speed_mps,installed_on,floors\n"
    for number in range(rows):
        yield f'320583,garden,L-{number:06},昆山市花园路{number}号,1.75,2018-08-01,"-1,1-18"\n'


def test_a_hundred_thousand_rows_are_read_in_seconds() -> None:
    """Generously, for a busy machine. One row more is one error."""
    data = "".join(big(ROWS_MAX)).encode()
    begun = time.perf_counter()
    assert sum(isinstance(one, Row) for one in scan(data, LIFTS, GIVEN)) == ROWS_MAX
    assert time.perf_counter() - begun < 30
    more = data + b"320583,garden,L-more,,,,\n"
    assert list(scan(more, LIFTS, GIVEN)) == [
        Problem(None, None, Wrong("the file has more than 100000 rows"))
    ]


def test_rows_come_in_little_memory() -> None:
    """Only codes are remembered, for doubles: some 200 bytes a row, and a piece of the file."""
    data = "".join(big(20_000)).encode()
    tracemalloc.start()
    assert sum(isinstance(one, Row) for one in scan(data, LIFTS, GIVEN)) == 20_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 2**20, f"{peak / 2**20:.1f} MB"


def test_line_ends_within_cells_are_no_rows() -> None:
    """A file with many of them is counted, not refused."""
    cell = '"' + "\n" * 60_000 + '"'
    text = f"area,estate,lift,address\n320583,garden,L-01,{cell}\n320583,garden,L-02,{cell}\n"
    assert [row.line for row in read(text.encode(), LIFTS, GIVEN).rows] == [2, 60_003]
