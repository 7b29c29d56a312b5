"""CAP 1.2 against the rules of the standard, written down here from its text (OASIS, July 2010).

The order of elements, which of them must be there, which may be repeated, the words of each list,
the form of a moment, and what identifiers may not hold.
"""

import re
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.clock import HOUR_MS, rfc3339
from liftwatch.handlers.course import incident_data
from liftwatch.handlers.rescue import event_of
from liftwatch.incidents.course import Course
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.register.facts import Facts
from liftwatch.rescue.cap import NAMESPACE, cap_of
from liftwatch.rescue.events import RescueEvent

MONDAY_MS = 1_772_409_600_000
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
ONE, MAYBE, MANY, SOME = (1, 1), (0, 1), (0, 99), (1, 99)
Rule = tuple[str, tuple[int, int], Any]

PAIR: list[Rule] = [("valueName", ONE, str), ("value", ONE, str)]
AREA: list[Rule] = [
    ("areaDesc", ONE, str),
    ("polygon", MANY, str),
    ("circle", MANY, str),
    ("geocode", MANY, PAIR),
    ("altitude", MAYBE, str),
    ("ceiling", MAYBE, str),
]
INFO: list[Rule] = [
    ("language", MAYBE, str),
    (
        "category",
        SOME,
        "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
    ),
    ("event", ONE, str),
    (
        "responseType",
        MANY,
        "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
    ),
    ("urgency", ONE, "Immediate Expected Future Past Unknown"),
    ("severity", ONE, "Extreme Severe Moderate Minor Unknown"),
    ("certainty", ONE, "Observed Likely Possible Unlikely Unknown"),
    ("audience", MAYBE, str),
    ("eventCode", MANY, PAIR),
    ("effective", MAYBE, MOMENT),
    ("onset", MAYBE, MOMENT),
    ("expires", ONE, MOMENT),  # optional in the standard; we always say it (domain 7.2)
    ("senderName", MAYBE, str),
    ("headline", MAYBE, str),
    ("description", MAYBE, str),
    ("instruction", MAYBE, str),
    ("web", MAYBE, str),
    ("contact", MAYBE, str),
    ("parameter", MANY, PAIR),
    ("resource", MANY, str),
    ("area", MANY, AREA),
]
ALERT: list[Rule] = [
    ("identifier", ONE, re.compile(r"[^\s,<&]+")),
    ("sender", ONE, re.compile(r"[^\s,<&]+")),
    ("sent", ONE, MOMENT),
    ("status", ONE, "Actual Exercise System Test Draft"),
    ("msgType", ONE, "Alert Update Cancel Ack Error"),
    ("source", MAYBE, str),
    ("scope", ONE, "Restricted Private"),  # never Public: domain 7.2
    ("restriction", ONE, str),  # must be there where the scope is Restricted
    ("addresses", MAYBE, str),
    ("code", MANY, str),
    ("note", MAYBE, str),
    ("references", MAYBE, re.compile(r"[^\s,]+,[^\s,]+,\S+( [^\s,]+,[^\s,]+,\S+)*")),
    ("incidents", MAYBE, str),
    ("info", MANY, INFO),
]


def check(element: xml.Element, rules: list[Rule]) -> None:
    """Names in the order of the standard, as often as it allows, with the text it allows."""
    names = [child.tag.removeprefix(f"{{{NAMESPACE}}}") for child in element]
    known = [name for name, _, _ in rules]
    assert set(names) <= set(known), names
    assert names == sorted(names, key=known.index), names
    for name, (least, most), what in rules:
        found = [child for child in element if child.tag == f"{{{NAMESPACE}}}{name}"]
        assert least <= len(found) <= most, (name, len(found))
        for child in found:
            if isinstance(what, list):
                check(child, what)
            elif isinstance(what, re.Pattern):
                assert what.fullmatch(child.text or ""), (name, child.text)
            else:
                assert (child.text or "").strip(), name
                assert what is str or child.text in what.split(), (name, child.text)


def event(n: int, *, at_ms: int = MONDAY_MS, course: Any = None, **fields: Any) -> RescueEvent:
    """The nth event of an incident that stood so."""
    given_: dict[str, Any] = {
        "id": "i-1",
        "kind": "entrapment",
        "severity": 1,
        "severity_max": 1,
        "opened_ms": MONDAY_MS,
        "raised_ms": MONDAY_MS,
        "area": "320583",
        "estate": "garden",
        "lift": "L-0001",
    }
    one = Incident(**given_ | fields)
    stands = Course(incident="i-1", **(course or {}))
    facts = Facts(address="长江路 1 号", building="3", unit="1", rescue_code="063577")
    data = incident_data(one, stands)
    made = event_of(one, before=None, course=stands, data=data, facts=facts, at_ms=at_ms)
    return structs.replace(made, n=n)


def rendered(*events: RescueEvent) -> xml.Element:
    """The message of the last of them, checked."""
    root = xml.fromstring(cap_of(events))
    assert root.tag == f"{{{NAMESPACE}}}alert"
    check(root, ALERT)
    return root


def text(root: xml.Element, name: str) -> str | None:
    """The text of the first element of that name, wherever it is."""
    return next((one.text for one in root.iter(f"{{{NAMESPACE}}}{name}")), None)


@pytest.mark.parametrize("kind", sorted(BY_NAME))
@pytest.mark.parametrize("state", ["raised", "dispatched", "released", "closed", "rejected"])
def test_every_kind_keeps_the_rules(kind: str, state: str) -> None:
    """As the first message and as a later one."""
    fields = {"kind": kind, "state": state, "severity": BY_NAME[kind].severity}
    rendered(event(1, **fields))
    rendered(event(1, **fields), event(2, **fields))


def test_a_chain_from_the_alert_to_its_end() -> None:
    """Each refers to all that were before, and the end is a Cancel with a word why."""
    first, second = event(7), event(9, state="dispatched", at_ms=MONDAY_MS + 60_000)
    last = event(12, state="closed", at_ms=MONDAY_MS + HOUR_MS)
    assert text(rendered(first), "msgType") == "Alert"
    assert text(rendered(first), "references") is None
    assert text(rendered(first, second), "msgType") == "Update"
    ended = rendered(first, second, last)
    assert text(ended, "msgType") == "Cancel"
    assert text(ended, "references") == (
        "liftwatch,320583.7,2026-03-02T08:00:00+08:00 liftwatch,320583.9,2026-03-02T08:01:00+08:00"
    )
    assert (text(ended, "responseType"), text(ended, "urgency")) == ("AllClear", "Past")


def test_how_grave_an_entrapment_is() -> None:
    """Extreme after two hours, and when somebody is hurt (domain 7.2)."""
    assert text(rendered(event(1)), "severity") == "Severe"
    assert text(rendered(event(1, at_ms=MONDAY_MS + 3 * HOUR_MS)), "severity") == "Extreme"
    assert text(rendered(event(1, course={"injured": 1})), "severity") == "Extreme"
    long_over = event(1, at_ms=MONDAY_MS + 3 * HOUR_MS, state="closed")
    assert text(rendered(long_over), "severity") == "Severe"


def test_an_exercise_says_so() -> None:
    """In its status, and for whoever reads the headline alone."""
    root = rendered(event(1, exercise=True))
    assert text(root, "status") == "Exercise"
    assert (text(root, "headline") or "").startswith("【演练】")
    assert text(rendered(event(1)), "status") == "Actual"


def test_the_code_of_the_standard_stands_where_there_is_one() -> None:
    """Position lost is 7 of GB/T 24476; an entrapment has none there."""
    lost = [one.text for one in rendered(event(1, kind="position_lost")).iter()]
    assert lost[lost.index("GBT24476") + 1] == "7"
    assert "GBT24476" not in [one.text for one in rendered(event(1)).iter()]


@settings(max_examples=50)
@given(st.text(min_size=1, max_size=40))
def test_whatever_people_write_is_good_xml(words: str) -> None:
    """A crew may be called anything."""
    root = xml.fromstring(cap_of([event(1, course={"crew": words})]))
    assert root.tag == f"{{{NAMESPACE}}}alert"


def test_expiry_lies_after_it_was_sent() -> None:
    """And the onset is when it began."""
    root = rendered(event(1, at_ms=MONDAY_MS + 60_000))
    assert text(root, "onset") == "2026-03-02T08:00:00+08:00"
    assert str(text(root, "expires")) > str(text(root, "sent"))
    assert rfc3339(MONDAY_MS) == "2026-03-02T00:00:00.000Z"
