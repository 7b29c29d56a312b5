"""What a page about an instruction says, in Chinese or English: why, where, what, by when."""

from collections.abc import Mapping
from datetime import UTC, datetime

from liftwatch.care.instructions import Instruction
from liftwatch.clock import ESTATE_MS, SECOND_MS
from liftwatch.incidents.page_texts import LANGUAGES, TEXT_MAX, Language, Text

WHY: Mapping[str, tuple[str, str]] = {
    "issue": ("新下达", "issued"),
    "offer": ("请接收移交", "offered to you: take it or refuse it"),
    "take": ("已移交", "handed over"),
    "refuse": ("移交被拒绝", "the hand-over was refused"),
    "report": ("整改已上报，待核验", "work reported: verify it"),
    "ask": ("申请延期", "more time is asked for"),
    "extend": ("期限已变更", "another deadline"),
    "deny": ("延期未获批准", "no more time"),
    "verify": ("核验通过", "verified"),
    "reject": ("核验未通过，退回", "not put right: it goes back"),
    "settle": ("信号核验通过，已办结", "nothing came again: closed"),
    "relapse": ("同类问题再次出现，退回", "it came again: it goes back"),
    "doubt": ("信号不足，需人工判断", "the lift was not heard: somebody must judge"),
    "close": ("已办结", "closed"),
    "withdraw": ("已撤销", "withdrawn"),
    "unaccepted": ("无人接收", "nobody has accepted it"),
    "near": ("两天内到期", "due within two days"),
    "overdue": ("逾期", "overdue"),
    "overdue_3": ("逾期三天", "overdue for three days"),
    "overdue_7": ("逾期七天", "overdue for a week"),
    "unverified": ("待核验五天", "not verified for five days"),
    "unverified_10": ("待核验十天", "not verified for ten days"),
}
"""Why somebody is told: a move, or a step of the clocks."""


def text_of(
    one: Instruction, why: str, *, place: str, language: Language, link: str = "", drill: bool
) -> Text:
    """What somebody is told of an instruction.

    >>> one = Instruction(id="i", area="320583", estate="garden", lift="L-1", what="换门锁",
    ...     basis="hazard", issuer="s", issued_by="p", issued_ms=0, span_ms=1,
    ...     deadline_ms=1_772_439_247_420, responsible="m")
    >>> print(text_of(one, "overdue", place="花园小区", language="zh", drill=False).body)
    整改指令：逾期
    花园小区，电梯 L-1
    换门锁
    期限 2026-03-02 16:14
    """
    at = LANGUAGES.index(language)
    reason = WHY[why][at]
    title = (f"整改指令：{reason}", f"Rectification: {reason}")[at]
    if drill:
        title = ("【演练】", "[EXERCISE] ")[at] + title
    lift = "" if one.lift is None else (f"，电梯 {one.lift}", f", lift {one.lift}")[at]
    day = datetime.fromtimestamp((one.deadline_ms + ESTATE_MS) // SECOND_MS, UTC)
    until = (f"期限 {day:%Y-%m-%d %H:%M}", f"due {day:%Y-%m-%d %H:%M}")[at]
    what = " ".join("".join(c if c.isprintable() else " " for c in one.what).split())
    head = f"{title}\n{place}{lift}\n{what[:200]}\n{until}"
    return Text(title, head[:TEXT_MAX] + (f"\n{link}" if link else ""))
