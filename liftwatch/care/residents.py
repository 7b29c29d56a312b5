"""What residents are told of a lift: whether it works now, and what happened in a month.

Honest before reassuring: where we do not hear the lift we say so, and since when.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.incident import Incident

Word = Literal["works", "stands", "worked_on", "help", "planned", "unclear", "blind"]
BLIND_MS = 10 * MINUTE_MS
"""Silence after which a terminal counts as not heard (contract, `terminal_offline`)."""
HELP = frozenset({"entrapment", "entrapment_suspected", "emergency_call"})
"""Somebody may be inside and is helped."""
STANDS = frozenset(
    {
        *("out_of_service", "mains_lost", "safety_chain_open", "stopped_outside_zone"),
        *("unintended_movement", "moving_with_open_door", "overspeed", "free_fall", "overrun"),
        *("position_lost", "run_time_limit"),
    }
)
"""While one of these stands, nobody should count on the lift."""
MODES: Mapping[str, Word] = {
    "inspection": "worked_on",
    "out_of_service": "stands",
    "fire_return": "stands",
    "firefighter": "stands",
    "earthquake": "stands",
    "emergency_power": "unclear",
}
GROUPS: Mapping[str, frozenset[str]] = {
    "stopped": frozenset({"out_of_service", "mains_lost", "run_time_limit", "position_lost"}),
    "freed": frozenset({"entrapment"}),
    "doors": frozenset({"door_fault", "door_impact"}),
    "blocked": frozenset({"door_blocked"}),
    "levels": frozenset({"levelling_error", "stopped_outside_zone"}),
    "buttons": frozenset({"button_dead", "button_stuck"}),
    "safety": frozenset(
        {"unintended_movement", "moving_with_open_door", "overspeed", "free_fall", "overrun"}
    ),
    "loads": frozenset({"overload", "heavy_haulage"}),
}
"""What a month is told in: counts of what residents can have noticed."""


class Standing(NamedTuple):
    """In one word how a lift is, since when as far as we know, and when we last heard of it."""

    word: Word
    since_ms: int | None
    heard_ms: int | None


class Month(NamedTuple):
    """What happened: how often by group, and for how long it stood still and was not heard."""

    counts: Mapping[str, int]
    stopped_ms: int
    blind_ms: int


def standing(
    state: Mapping[str, Any] | None,
    open_ones: Sequence[Incident],
    *,
    heard_ms: int | None,
    online: str | None,
    now_ms: int,
    planned: int | None = None,
) -> Standing:
    """How a lift stands for whoever waits for it; `planned` is since when an outage is on.

    What is grave goes before what is planned, and both before what we no longer hear: a lift of
    which we last knew that it stands has not begun to work by falling silent.

    >>> standing({"service_mode": "normal"}, [], heard_ms=0, online="online", now_ms=1).word
    'works'
    >>> standing({"service_mode": "normal"}, [], heard_ms=0, online="online", now_ms=600_001)
    Standing(word='blind', since_ms=0, heard_ms=0)
    >>> standing(None, [], heard_ms=None, online=None, now_ms=5).word
    'blind'
    """
    raised = [one for one in open_ones if one.alarm == "raised"]
    for word, kinds in (("help", HELP), ("stands", STANDS)):
        found = [one.opened_ms for one in raised if one.kind in kinds]
        if found:
            return Standing("help" if word == "help" else "stands", min(found), heard_ms)
    if planned is not None:
        return Standing("planned", planned, heard_ms)
    if heard_ms is None or online == "offline" or now_ms - heard_ms > BLIND_MS:
        return Standing("blind", heard_ms, heard_ms)
    mode = (state or {}).get("service_mode")
    if mode in (None, "unknown"):
        return Standing("unclear", None, heard_ms)
    return Standing(MODES.get(str(mode), "works"), None, heard_ms)


def month(incidents: Collection[Incident], *, from_ms: int, to_ms: int, now_ms: int) -> Month:
    """What a month held, of incidents that were open in it and count in statistics; what was
    rejected never was.

    An incident counts where it began. Of spans that overlap each moment counts once.
    """
    real = [one for one in incidents if one.state != "rejected"]
    begun = [one for one in real if from_ms <= one.opened_ms < to_ms]
    counts = {
        name: sum(one.occurrences for one in begun if one.kind in kinds)
        for name, kinds in GROUPS.items()
    }
    until_ms = min(to_ms, now_ms)
    return Month(
        counts,
        _union_ms(real, STANDS | HELP, from_ms=from_ms, to_ms=until_ms),
        _union_ms(real, frozenset({"terminal_offline"}), from_ms=from_ms, to_ms=until_ms),
    )


def _union_ms(
    incidents: Collection[Incident], kinds: frozenset[str], *, from_ms: int, to_ms: int
) -> int:
    """For how long one of these stood, each moment once."""
    spans = sorted(
        (max(one.opened_ms, from_ms), min(one.cleared_ms or to_ms, to_ms))
        for one in incidents
        if one.kind in kinds
    )
    total, reached = 0, from_ms
    for begin, end in spans:
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total
