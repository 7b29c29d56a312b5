"""What an organisation is told of an entry of the credit list, in Chinese or English."""

from collections.abc import Mapping
from datetime import UTC, datetime

from liftwatch.care.sanctions import Entry, Kind, State
from liftwatch.clock import ESTATE_MS, SECOND_MS
from liftwatch.incidents.page_texts import LANGUAGES, TEXT_MAX, Language, Text

KIND_NAMES: Mapping[Kind, tuple[str, str]] = {
    "praise": ("表扬", "praise"),
    "warning": ("警示", "warning"),
    "rectification": ("责令改正", "order to rectify"),
    "penalty": ("行政处罚", "penalty"),
    "untrustworthy": ("失信记录", "listed as untrustworthy"),
}
STATE_NAMES: Mapping[State, tuple[str, str]] = {
    "announced": ("拟记入，可陈述申辩", "about to be put on record: you may answer"),
    "heard": ("陈述申辩环节已结束", "the term to be heard has ended"),
    "in_force": ("已生效", "in force"),
    "expired": ("已到期", "expired"),
    "withdrawn": ("已撤销", "withdrawn"),
}


def text_of(entry: Entry, *, language: Language, link: str = "", drill: bool) -> Text:
    """What somebody is told of an entry as it stands.

    >>> one = Entry(id="e", area="320583", organisation="m", kind="warning", facts=(),
    ...     what="两次维保记录与信号不符", article="TSG T5002 第6条", decision="2026-1", issuer="s",
    ...     issued_by="p", issued_ms=0, hear_by_ms=1_772_439_247_420,
    ...     from_ms=1_772_439_247_420, until_ms=1_803_975_247_420, state="announced")
    >>> print(text_of(one, language="zh", drill=False).body)
    信用记录（警示）：拟记入，可陈述申辩
    两次维保记录与信号不符
    TSG T5002 第6条，2026-1
    陈述申辩截至 2026-03-02 16:14
    """
    at = LANGUAGES.index(language)
    kind, state = KIND_NAMES[entry.kind][at], STATE_NAMES[entry.state][at]
    title = (f"信用记录（{kind}）：{state}", f"Credit list, {kind}: {state}")[at]
    if drill:
        title = ("【演练】", "[EXERCISE] ")[at] + title
    what = " ".join("".join(c if c.isprintable() else " " for c in entry.what).split())
    lines = [title, what[:200], f"{entry.article[:60]}{('，', ', ')[at]}{entry.decision[:60]}"]
    if entry.state == "announced":
        lines.append(f"{('陈述申辩截至', 'answer until')[at]} {_moment(entry.hear_by_ms)}")
    elif entry.state == "in_force":
        lines.append(f"{('有效期至', 'until')[at]} {_moment(entry.until_ms)}")
    return Text(title, "\n".join(lines)[:TEXT_MAX] + (f"\n{link}" if link else ""))


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp((at_ms + ESTATE_MS) // SECOND_MS, UTC):%Y-%m-%d %H:%M}"
