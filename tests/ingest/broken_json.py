"""JSON that is broken, or whole and strange, made by rules: names and bytes.

What must be refused is in `BROKEN`; what is JSON but no message, or odd where the standard leaves
it open (RFC 8259), is in `STRANGE`.
"""

from collections.abc import Iterator

OBJECT = b'{"v":1,"terminal":"T-1","boot":"b1","seq":7,"at":"2026-03-02T08:00:00.000Z"%s}'
DEPTH = 100_000
NUMBERS = (
    *("01", "+1", ".5", "1.", "-", "- 1", "1e", "1e+", "0x1F", "1_000", "1.2.3", "1,5"),
    *("NaN", "nan", "Infinity", "-Infinity", "Inf", "1f", "0b1", "--1", "1e1.5", "\uff11"),
)
WORDS = ("True", "FALSE", "None", "nul", "tru", "undefined", "truefalse", "null null")
STRINGS = (
    *(rb"\x41", rb"\u12", rb"\u12G4", rb"\uD800", rb"\uDC00", rb"\uD800\u0041", rb"\a"),
    *(
        rb"\'",
        rb"\uD834\uD834",
        rb"\u",
        b"\\",
        b"\t",
        b"\n",
        b"\r\n",
        b"\0",
        b"\x1f",
        b"\x7f\0",
    ),
    *(
        b"\xff",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x80",
        b"\xe4\xb8",
        b"\xf8",
    ),
)
TAILS = (
    b",",
    b"}",
    b"]",
    b"x",
    b"{}",
    b"//",
    b"/* */",
    b"\0",
    b"\xef\xbb\xbf",
    b";",
    b"1",
)
HEADS = (
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"#",
    b"\0",
    b"\x0c",
    b"\xc2\xa0",
    b")]}',",
)
FORMS = ("utf-16", "utf-16-be", "utf-32", "utf-16-le")
TEXTS = (
    *(b"{v:1}", b"{'v':1}", b'{"v"}', b'{"v":}', b'{"v",1}', b'{"v"::1}', b'{"v":1,}', b"{,}"),
    *(
        b"[1,]",
        b"[,1]",
        b"[1,,2]",
        b"[1 2]",
        b"[1",
        b"]",
        b"}",
        b"[}",
        b"{]",
        b"[1:2]",
        b"{1:2}",
    ),
    *(b'"', b'"x', b"'x'", b"\\u0041", b"<a/>", b"v=1", b" ", b"\n", b"*", b"[*]", b"{1:2}"),
    *(b'{"v":1 "a":2}', b"[[", b'{"a":[}', b"[\n1\n,\n]", b"nope", b"\x01", b"%PDF-1.4"),
)
OPENINGS = (b"[", b'{"a":', b'[{"a":', b'[["', b"[1,")


def broken() -> Iterator[tuple[str, bytes]]:
    """What is no JSON text at all."""
    whole = OBJECT % b',"floor_label":"B1","speed_mps":-1.25e0,"people":null,"overload":false'
    for end in range(1, len(whole)):
        yield f"cut after {end}", whole[:end]
    for place, byte in enumerate(whole):
        if byte in b'{}[]:,"':
            yield f"without the byte at {place}", whole[:place] + whole[place + 1 :]
            yield f"twice the byte at {place}", whole[: place + 1] + whole[place:]
    for number in NUMBERS:
        yield f"number {number}", OBJECT % f',"speed_mps":{number}'.encode()
    for word in WORDS:
        yield f"word {word}", OBJECT % f',"overload":{word}'.encode()
    for text in STRINGS:
        yield f"string {text!r}", OBJECT % (b',"floor_label":"' + text + b'"')
        yield f"name {text!r}", OBJECT % (b',"' + text + b'":1')
        yield f"terminal {text!r}", (OBJECT % b"").replace(b"T-1", text)
    for tail in TAILS:
        yield f"then {tail!r}", (OBJECT % b"") + tail
    for head in HEADS:
        yield f"after {head!r}", head + (OBJECT % b"")
    for form in FORMS:
        yield form, (OBJECT % b"").decode().encode(form)
    for text in TEXTS:
        yield repr(text), text
    for opening in OPENINGS:
        yield f"{opening!r} without end", opening * DEPTH


def strange() -> Iterator[tuple[str, bytes]]:
    """What is JSON, and perhaps a message."""
    yield from (("null", b"null"), ("true", b"true"), ("text", b'"text"'), ("number", b"-0"))
    yield "one number of 100 000 digits", b"1" * 100_000
    yield "empty object", b"{}"
    yield "empty array", b"[]"
    yield "array of arrays", b"[[],[[]],[[[]]]]"
    yield "array of everything", b'[null,true,1,"x",{},[],-0.0,1e5]'
    yield "deep and whole", b"[" * DEPTH + b"]" * DEPTH
    yield "deep object and whole", b'{"a":' * DEPTH + b"1" + b"}" * DEPTH
    yield "deep unknown field", OBJECT % (b',"x":' + b"[" * 900 + b"]" * 900)
    yield "very deep unknown field", OBJECT % (b',"x":' + b"[" * DEPTH + b"]" * DEPTH)
    yield "deep known field", OBJECT % (b',"people":' + b"[" * 900 + b"]" * 900)
    yield "deep lift", OBJECT % (b',"lift":' + b"[" * 900 + b"]" * 900)
    yield "the same name twice", OBJECT % b',"people":1,"people":2'
    yield "the same envelope twice", OBJECT % b',"terminal":"T-2","terminal":null'
    yield "no name", OBJECT % b',"":1'
    yield "a long name", OBJECT % (b',"' + b"n" * 1_000_000 + b'":1')
    yield "many names", OBJECT % b"".join(b',"n%d":1' % n for n in range(100_000))
    yield "a long text", OBJECT % (b',"floor_label":"' + b"x" * 1_000_000 + b'"')
    yield "white space", b" \t\r\n" * 1_000 + (OBJECT % b" ") + b" \t\r\n" * 1_000
    yield "escaped names", OBJECT % rb',"\u0070eople":3'
    for number in (
        *("-0", "-0.0", "1e3", "1E+2", "1e-400", "1e400", "-1e400", "123456789e300", "0e99999"),
        *("9007199254740993", "18446744073709551616", "-9223372036854775809", "0.1e1", "1e0"),
        *("1" * 400, "1" * 5_000, "1" * 100_000, "0." + "1" * 10_000, "-" + "9" * 5_000),
    ):
        for name in ("people", "speed_mps", "seq", "unheard_of", "overload", "floor_label"):
            yield f"{name} {number[:20]}", OBJECT % f',"{name}":{number}'.encode()
    for text in (
        *(
            rb"\u0000",
            rb"a\u0000b",
            rb"\u001f",
            rb"\u007f",
            rb"\ufeff",
            rb"\u202e",
            rb"\ud834\udd1e",
        ),
        *(
            b"\xef\xbb\xbf",
            b"\xf0\x9f\x9b\x97",
            b"\xef\xbf\xbf",
            rb"\uffff",
            rb"\\u0000",
            rb"\n\t\"",
        ),
    ):
        for name in (b"floor_label", b"terminal", b"boot", b"unheard_of", b"at", b"service_mode"):
            yield f"{name!r} {text!r}", OBJECT % (b',"' + name + b'":"' + text + b'"')
        yield f"name {text!r}", OBJECT % (b',"' + text + b'":1')
    for moment in (
        *("9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "0000-00-00T00:00:00Z", "1969-12-31"),
        *(
            "2026-03-02T08:00:60Z",
            "2026-03-02T24:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-03-02 08:00Z",
        ),
        *("2026-03-02T08:00:00.123456789Z", "2026-03-02T08:00:00+00:00", "-1-03-02T08:00Z"),
        *("2026-03-02T08:00:00Z\\u0000", "2026-W10-1T08:00:00Z", "\uff12026-03-02T08:00:00Z"),
    ):
        yield f"at {moment}", OBJECT % f',"at":"{moment}"'.encode()


BROKEN = dict(broken())
STRANGE = dict(strange())
