"""The platform of Chongqing: the codes of GB/T 24476, and 91 to 93 of its own."""

from ingest.dialects.codes import Code, gb24476

WIDTH = 1

CODES = {code: row for code, row in gb24476.CODES.items() if code != "0"} | {
    "91": Code("overrun", "past the bottom landing 蹲底"),
    "92": Code("overrun", "past the top landing 冲顶"),
    "93": Code("entrapment", "people held in the car 困人"),
}
