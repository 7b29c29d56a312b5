"""Packets out of a stream of bytes, however it is cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.receiver import Arrived, Malformed, Rest, cut

MIDS = st.binary(min_size=2, max_size=2)


@st.composite
def packets(draw: st.DrawFn) -> tuple[bytes, list[Arrived | tuple[int, bytes]]]:
    """Bytes of some packets, and what they are."""
    data, said = b"", []
    for _ in range(draw(st.integers(0, 12))):
        if draw(st.booleans()):
            first = draw(st.sampled_from([0x40, 0x90, 0xB0, 0xD0, 0x20]))
            body = draw(st.binary(max_size=8))
            said.append((first, body))
        else:
            topic, payload = draw(st.text(max_size=40)), draw(st.binary(max_size=300))
            if draw(st.integers(0, 9)) == 0:
                payload *= draw(st.integers(1, 300))
            qos = draw(st.integers(0, 1))
            mid = draw(MIDS) if qos else b""
            first = 0x30 | qos << 1 | draw(st.sampled_from([0, 1, 8, 9]))
            name = topic.encode(errors="replace")
            body = len(name).to_bytes(2) + name + mid + payload
            said.append(Arrived(name.decode(), payload, mid))
        data += bytes([first]) + length_of(body) + body
    return data, said


def length_of(body: bytes) -> bytes:
    """MQTT's remaining length (3.1.1, 2.2.3)."""
    count, digits = len(body), []
    while True:
        count, digit = divmod(count, 128)
        digits.append(digit | 128 if count else digit)
        if not count:
            return bytes(digits)


@settings(max_examples=300)
@given(packets(), st.lists(st.integers(1, 5_000), max_size=60))
def test_however_a_stream_is_cut_it_says_the_same(
    made: tuple[bytes, list[Arrived | tuple[int, bytes]]], sizes: list[int]
) -> None:
    """Nothing lost, doubled or moved, and publications in their order."""
    data, said = made
    rest = Rest()
    arrived: list[Arrived] = []
    others: list[tuple[int, bytes]] = []
    sizes = sizes or [len(data) or 1]
    turn = 0
    while data:
        size = sizes[turn % len(sizes)]
        chunk, data, turn = data[:size], data[size:], turn + 1
        some, other = cut(rest.add(chunk), rest)
        arrived += some
        others += other
    assert arrived == [one for one in said if isinstance(one, Arrived)]
    assert others == [one for one in said if not isinstance(one, Arrived)]


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x01\x00",  # a topic's length needs two bytes
        b"\x32\x04\x00\x02ab",  # no packet identifier
        b"\x30\x03\x00\x09a",  # a topic longer than its packet
        b"\x30\xff\xff\xff\xff\x01",  # a length of five bytes
    ],
)
def test_what_is_not_mqtt_ends_the_connection(data: bytes) -> None:
    """Rather than being guessed at."""
    with pytest.raises(Malformed):
        cut(data, Rest())
