"""`docs/detectors.md`, written from the code: what each kind is raised by, and what to do then.

The tables of kinds, grounds and advice and the rules' own docstrings are all it reads, so that a
threshold stands in one place. A test of the house compares the file with what this says.
"""

import inspect
from collections.abc import Iterator

from detectors.contract import Calendared, Detector, Listener
from detectors.duties import DUTIES
from detectors.registry import DETECTORS
from detectors.together import BUILDING_LIFTS, FLEET_LIFTS, FLEET_MS
from liftwatch.clock import MINUTE_MS
from liftwatch.incidents.advice import ADVICE
from liftwatch.incidents.grounds import ground_of
from liftwatch.incidents.kinds import KINDS, MODE_SILENCES, PLANNED_SILENCES, Kind

HEAD = """# The detectors, kind by kind

Written by `make handbook` from the code; do not edit. Severity: 1 danger to life, 2 a safety
function has failed or the lift must stop, 3 service, 4 trend or duty. Who learns at once:
P property, M maintenance unit, R rescue platform, S supervision, F custodian of the fund. How good
they are stands in [evaluation.md](evaluation.md).

What is unknown is unknown: a rule whose signals are missing or of a faulty sensor says nothing;
what it needs is what it cannot do without. Late history (more than 10 minutes) is judged by itself
and pages nobody.
"""
LETTERS = {"P": "property", "M": "maintenance", "R": "rescue", "S": "supervision", "F": "fund"}


def handbook() -> str:
    """The whole file."""
    return HEAD + "\n" + _overview() + "".join(_section(kind) for kind in KINDS)


def _overview() -> str:
    rows = [
        f"| [`{kind.name}`](#{kind.name}) | {kind.severity} | {kind.at_once} | {_ends(kind)} |\n"
        for kind in KINDS
    ]
    return "| kind | severity | who | the alarm ends |\n|---|---|---|---|\n" + "".join(rows)


def _ends(kind: Kind) -> str:
    return "by a person, or the `out` of a visit" if kind.latches else "when its condition has gone"


def _section(kind: Kind) -> str:
    ground = ground_of(kind.name)
    worst = f", at worst {kind.severity_worst}" if kind.severity_worst else ""
    who = ", ".join(LETTERS[letter] for letter in kind.at_once)
    lines = [
        f"\n## {kind.name}\n",
        f"Severity {kind.severity}{worst}; at once to {who}. {_silences(kind)}\n",
        f"- **When.** {ground.threshold}",
        f"- **Why so.** {ground.source}",
        f"- **What to do.** {ADVICE[kind.name]}",
        *(f"- {line}" for line in _rules(kind.name)),
    ]
    return "\n".join(lines) + "\n"


def _silences(kind: Kind) -> str:
    modes = [mode for mode, kinds in MODE_SILENCES.items() if kind.name in kinds]
    told = []
    if kind.group in PLANNED_SILENCES:
        told.append("during a visit, in inspection mode and in a planned outage")
    if modes:
        told.append("in mode " + ", ".join(f"`{mode}`" for mode in modes))
    return f"Silent {' and '.join(told)}." if told else "Never silenced."


def _rules(kind: str) -> Iterator[str]:
    """Each rule that claims the kind: what it says of itself, hears and needs."""
    for rule in DETECTORS:
        if kind in rule.kinds and rule.name != "reported":
            needs = f" Needs {', '.join(rule.needs)}." if rule.needs else ""
            yield f"**Rule `{rule.name}`** hears {_hears(rule)}. {_said(rule)}{needs}"
    if kind == "mains_lost":
        yield f"**Together**: {BUILDING_LIFTS} lifts of one building make an incident above theirs."
    if kind == "fleet_fault":
        yield (
            f"**Together**: {FLEET_LIFTS} lifts of one maker or firmware within "
            f"{FLEET_MS // MINUTE_MS} minutes, of one technical kind, not explained by an outage; "
            "of terminals that fall silent in two estates at least. Seen within one ingest process."
        )
    if any(duty.kind == kind for duty in DUTIES):
        source = next(duty.source for duty in DUTIES if duty.kind == kind)
        yield f"**Duty**: a row of `detectors/duties.py`; {source}."


def _hears(rule: type[Detector]) -> str:
    if issubclass(rule, Listener):
        return "any sign of life, by the time of reception"
    if issubclass(rule, Calendared):
        return "the register, visits, tests and scores of risk, by the newest time of reception"
    return ", ".join(f"`{kind}`" for kind in rule.hears)


def _said(rule: type[Detector]) -> str:
    """A class's docstring as one paragraph, without its examples."""
    text = inspect.getdoc(rule) or ""
    return " ".join(text.split(">>>")[0].split())


if __name__ == "__main__":
    print(handbook(), end="")
