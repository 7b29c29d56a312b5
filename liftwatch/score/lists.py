"""What a report lists to look at: truths not found in time, and incidents that were wrong."""

from collections.abc import Iterator, Sequence
from html import escape

from liftwatch.score.tally import Unfound, Wrong
from liftwatch.score.words import UNKNOWN

SHOWN_MAX = 200
EVIDENCE_CHARS = 300


def unfound(rows: Sequence[Unfound]) -> Iterator[str]:
    """Missed and late truths, the first of them."""
    if rows:
        heads = ("where", "kind", "from", "to", "raised", "line", "instead")
        cells = (
            (*(_where(one), escape(one.kind), _moment(one.begin), _moment(one.to)),
             *(_late(one), _line(one), _kinds(one.instead)))
            for one in rows[:SHOWN_MAX]
        )  # fmt: skip
        yield from _listed("Truths missed or found late", heads, cells, total=len(rows))


def wrong(rows: Sequence[Wrong]) -> Iterator[str]:
    """False incidents and violations of quiet windows, the first of them."""
    if rows:
        heads = ("where", "kind", "raised", "was", "going on then", "line", "evidence")
        cells = (
            (*(_where(one), escape(one.kind), _moment(one.raised_at), _was(one)),
             *(_kinds(one.open), _line(one), _evidence(one)))
            for one in rows[:SHOWN_MAX]
        )  # fmt: skip
        yield from _listed("False incidents and violations", heads, cells, total=len(rows))


def _listed(
    title: str, heads: Sequence[str], rows: Iterator[Sequence[str]], *, total: int
) -> Iterator[str]:
    count = f"{total}" if total <= SHOWN_MAX else f"the first {SHOWN_MAX} of {total}"
    yield f'<div class="card"><details open><summary>{title} <span class="quiet">({count})</span>'
    head = "".join(f"<th>{text}</th>" for text in heads)
    yield f'</summary><table class="left"><thead><tr>{head}</tr></thead><tbody>'
    for *cells, last in rows:
        told = "".join(f"<td>{cell}</td>" for cell in cells)
        yield f'<tr>{told}<td class="wide">{last}</td></tr>'
    yield "</tbody></table></details></div>\n"


def _where(one: Unfound | Wrong) -> str:
    return escape(one.lift or one.scope or UNKNOWN)


def _moment(text: str | None) -> str:
    return UNKNOWN if text is None else f"{text[:10]} {text[11:-1]}"


def _late(one: Unfound) -> str:
    return "missed" if one.raised_at is None else f"late, {_moment(one.raised_at)}"


def _was(one: Wrong) -> str:
    return " and ".join(["false"] * one.false + ["in a quiet window"] * one.violation)


def _kinds(names: Sequence[str]) -> str:
    tags = (f'<span class="tag">{escape(name)}</span>' for name in names)
    return " ".join(tags) or UNKNOWN


def _line(one: Unfound | Wrong) -> str:
    return f"{escape(one.case)}:{one.line}" if one.case else str(one.line)


def _evidence(one: Wrong) -> str:
    text = bytes(one.evidence).decode(errors="replace")
    if len(text) > EVIDENCE_CHARS:
        text = f"{text[:EVIDENCE_CHARS]} …"
    return f'<span class="mono">{escape(text)}</span>' if text not in ("null", "{}") else UNKNOWN
