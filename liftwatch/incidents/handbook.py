"""`docs/incidents.md` and `docs/runbooks.md`, written from the tables: moves, clocks, what belongs
together, who may, what is done first. A test of the house compares the files with what this says.
"""

import sys
from collections.abc import Iterator

from liftwatch.access.rights import ACTIONS
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.incidents import moves
from liftwatch.incidents.advice import ADVICE
from liftwatch.incidents.clock_rules import GRAVE, RULES, Rule
from liftwatch.incidents.inhibition import CAUSES, TABLE, causes_of
from liftwatch.incidents.kinds import KINDS, Kind
from liftwatch.incidents.moves import ENDED_BY_PEOPLE, INSPECTED, MOVES, PEOPLE_INSIDE
from liftwatch.incidents.silences import SILENCE_MS_MAX, may_be_silenced
from liftwatch.incidents.verdicts import REJECTED_MIN, SPAN_MS

LETTERS = {
    "P": "the property's duty",
    "M": "the maintenance unit",
    "R": "the rescue platform",
    "S": "supervision",
    "F": "the custodian of the fund",
    "H": "the heads of property and unit",
}
LEVELS = {2: "the nearest rescue station is called", 3: "the fire service is called"}
UNITS = ((DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "min"), (SECOND_MS, "s"))

INCIDENTS_HEAD = """# The life of an incident

Written by `make handbook` from the code; do not edit. What to do for each kind stands in
[runbooks.md](runbooks.md), what raises it in [detectors.md](detectors.md).

An *alarm* is what a detector claims, an *incident* is what people work on. The state of the work
stands beside the state of the alarm: an alarm that clears takes no incident from people, and one
that comes again while they work pages again, with clocks of its own.

"""
RUNBOOKS_HEAD = """# Runbooks, kind by kind

Written by `make handbook` from the code; do not edit. Deadlines count from the moment the
condition began (`opened_at`). Whoever opens an incident first says that they have it
(`acknowledge`); a crew may write down later what it did, with the moment at which it did it. How
the life of an incident goes stands in [incidents.md](incidents.md).

"""


def incidents() -> str:
    """The whole file of the life cycle."""
    parts = (_moves(), _roles(), _deadlines(), _together(), _silence(), _verdicts())
    return INCIDENTS_HEAD + "\n".join(parts)


def runbooks() -> str:
    """The whole file of runbooks."""
    contents = "".join(f"- [`{kind.name}`](#{kind.name})\n" for kind in KINDS)
    return RUNBOOKS_HEAD + contents + "".join(_runbook(kind) for kind in KINDS)


def span(ms: int) -> str:
    """A span as people say it.

    >>> span(45_000), span(6_300_000), span(7_200_000)
    ('45 s', '105 min', '2 h')
    """
    size, unit = next((size, unit) for size, unit in UNITS if ms % size == 0)
    return f"{ms // size} {unit}"


def _moves() -> str:
    drawing = (moves.__doc__ or "").split("\n\n")[1]
    rows = [
        f"| `{row.name}` | {row.what} | {_states(row.begins)} | {row.to or 'stays'} | "
        f"{', '.join(row.needs) or '-'} |\n"
        for row in MOVES.values()
    ]
    inspected = ", ".join(f"`{kind.name}`" for kind in KINDS if kind.name in INSPECTED)
    people = ", ".join(f"`{name}`" for name in sorted(ENDED_BY_PEOPLE))
    latched = ", ".join(f"`{kind.name}`" for kind in KINDS if kind.latches)
    return (
        f"## Moves\n\n```text\n{drawing}\n```\n\n"
        "| move | what it says | begins at | leads to | must tell |\n|---|---|---|---|---|\n"
        f"{''.join(rows)}\n"
        f"- {people} ends by people alone: its alarm may clear, and somebody still says by name "
        "who was freed, how many, how many were hurt, and why.\n"
        f"- After {inspected} `resolve` must tell the inspection; until then the lift does not "
        "count as in service (Special Equipment Safety Law, art. 42).\n"
        f"- {latched} latch: their alarm ends with `resolve`, `close` or `reject`, or with the "
        "`out` of a visit. Detection is told by way of the journal: the next event of that kind is "
        "another one, whatever crashes in between.\n"
        "- A move may not lie before what came before it, needs the version it was made against "
        "(412 else), and the same `Idempotency-Key` makes it once.\n"
    )


def _states(states: frozenset[str]) -> str:
    order = ("raised", "acknowledged", "dispatched", "arrived", "released", "resolved")
    known = [state for state in (*order, "closed", "rejected") if state in states]
    return ", ".join(known)


def _roles() -> str:
    names = [name for name in ACTIONS if name.startswith(("incidents.", "silences."))]
    rows = [
        f"| `{name}` | {ACTIONS[name].what} | {', '.join(sorted(ACTIONS[name].roles))} |\n"
        for name in names
    ]
    return (
        "## Roles\n\nWho may what with the incidents they see; [rights.md](rights.md) has every "
        f"route.\n\n| action | what | roles |\n|---|---|---|\n{''.join(rows)}"
    )


def _deadlines() -> str:
    rows: list[str] = []
    for kind in KINDS:
        rows += [_deadline(kind.name, rule) for rule in RULES[kind.name]]
        grave = f"{kind.name}, severity 2"
        rows += [_deadline(grave, rule) for rule in GRAVE.get(kind.name, ())]
    return (
        "## Deadlines\n\nFrom `opened_at`. A clock is met by a state of the work, where it says so "
        "also by the end of the alarm; else it is missed, once, and whom it names learn of it. "
        "`law`: a setting may only make it shorter.\n\n"
        "| kind | clock | within | met by | missed, these learn of it | source |\n"
        f"|---|---|---|---|---|---|\n{''.join(rows)}"
    )


def _deadline(name: str, rule: Rule) -> str:
    met = rule.by + (" or cleared" if rule.cleared else "")
    told = "".join(rule.tells) + (f"; {LEVELS[rule.level]}" if rule.level in LEVELS else "")
    law = " (law)" if rule.law else ""
    cells = (f"`{name}`", f"{rule.name}{law}", span(rule.after_ms), met, told, rule.source)
    return f"| {' | '.join(cells)} |\n"


def _together() -> str:
    rows = [
        f"| `{row.cause}` | {', '.join(f'`{kind}`' for kind in sorted(row.takes))} | "
        f"{span(row.before_ms)} before, {_after(row.after_ms)} | {row.why} |\n"
        for row in TABLE
    ]
    return (
        "## Together and apart\n\nA cause takes its consequences, of the same lift or its "
        "building, as children: they are written down, page nobody and have no clocks while it "
        "lasts. When it is over, what still stands stands by itself again. An "
        "entrapment is nobody's child. "
        "`mains_lost` of a building is one incident with a child a lift.\n\n"
        "| cause | takes | raised within | source |\n|---|---|---|---|\n" + "".join(rows)
    )


def _after(ms: int | None) -> str:
    return "as long as it lasts" if ms is None else f"{span(ms)} after"


def _silence() -> str:
    never = ", ".join(f"`{kind.name}`" for kind in KINDS if not may_be_silenced(kind.name))
    return (
        "## Silences\n\nProperty and administrators mute a lift or an estate, one kind or all that "
        f"may be, for at most {span(SILENCE_MS_MAX)} and with a reason (`POST /v1/silences`). What "
        "is muted is written down as ever; what paged nobody, and why, is listed by "
        "`GET /v1/hidden`, and on the page `/silences`. When a silence is over, in its time or "
        "ended by a person, what it hid and still stands is told as raised, once; what another "
        "silence or a cause goes on to hide is told when that is over. Clocks run on beneath a "
        f"silence. Never muted, for somebody may be inside or in danger: {never}.\n"
    )


def _verdicts() -> str:
    return (
        "## Verdicts\n\nWhat people reject, with the reason, judges the detector: "
        f"`GET /v1/verdicts` shows the share of right ones of the last {span(SPAN_MS)} by kind and "
        "branch with its exact 95 % interval. A kind whose share is surely below "
        f"`LIFTWATCH_PRECISION_FLOOR`, with at least {REJECTED_MIN} rejections, is written down "
        "and pages nobody; never one that is never muted.\n"
    )


def _runbook(kind: Kind) -> str:
    worst = f", at worst {kind.severity_worst}" if kind.severity_worst else ""
    who = ", ".join(LETTERS[letter] for letter in kind.at_once)
    lines = [
        f"\n## {kind.name}\n",
        f"Severity {kind.severity}{worst}; at once to {who}.\n",
        f"1. **First.** {ADVICE[kind.name]}",
        *(f"{n}. {line}" for n, line in enumerate(_steps(kind), start=2)),
        "",
        *(f"- {line}" for line in _beside(kind)),
    ]
    return "\n".join(lines) + "\n"


def _steps(kind: Kind) -> Iterator[str]:
    yield "**Take it.** `acknowledge`; `dispatch` with the crew; `arrive` when somebody is there."
    if kind.name in PEOPLE_INSIDE:
        yield (
            "**People.** `release` when all are out: how many, how many hurt, why, confirmed by "
            "whom. Freed without help: the same, with `without_help`."
        )
    if kind.name in INSPECTED:
        yield (
            "**Put right.** `resolve` with the cause and the inspection in full; before it the "
            "lift does not serve."
        )
    else:
        yield "**Put right.** `resolve` with the cause."
    yield "**Over.** `close`; or `reject` with the reason when there was nothing: it is read back."


def _beside(kind: Kind) -> Iterator[str]:
    for rule in RULES[kind.name]:
        yield f"Within {span(rule.after_ms)}: {rule.name} ({rule.source})."
    for rule in GRAVE.get(kind.name, ()):
        yield f"At severity 2 within {span(rule.after_ms)}: {rule.name} ({rule.source})."
    if kind.name in CAUSES:
        taken = ", ".join(f"`{name}`" for name in sorted(CAUSES[kind.name].takes))
        yield f"Takes as children: {taken}."
    if causes := causes_of(kind.name):
        yield f"May be a child of: {', '.join(f'`{row.cause}`' for row in causes)}."
    if not may_be_silenced(kind.name):
        yield "Is never silenced."
    if kind.latches:
        yield "Latches: it ends by people or with the `out` of a visit."


BOOKS = {"incidents": incidents, "runbooks": runbooks}

if __name__ == "__main__":
    sys.stdout.write(BOOKS[sys.argv[1]]())
