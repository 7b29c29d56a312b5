"""CAP 1.2 against the rules of the standard (OASIS, July 2010): those of a schema that we wrote
from its text (`cap-1.2.xsd`), and here those that a schema cannot say."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest
import xmlschema
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
SCHEMA = xmlschema.XMLSchema10(str(Path(__file__).parent / "cap-1.2.xsd"))
NAMES = {"cap": NAMESPACE}


def check(message: bytes) -> xml.Element:
    """The message, when it keeps the schema, what no schema says, and what we ask beside it."""
    root = xml.fromstring(message)
    SCHEMA.validate(root)
    told = {name: text(root, name) for name in ("msgType", "scope", "restriction", "references")}
    assert told["scope"] in ("Restricted", "Private")  # never Public: domain 7.2
    assert (told["restriction"] or "").strip()  # 3.2.1: required where the scope is Restricted
    assert (told["references"] is None) == (told["msgType"] == "Alert")  # 3.2.1: refer to what was
    for info in root.findall("cap:info", NAMES):
        effective, expires = (
            info.findtext(f"cap:{name}", "", NAMES) for name in ("effective", "expires")
        )
        assert effective < expires  # we always say it (domain 7.2), in one offset
        assert len(info.findtext("cap:headline", "", NAMES)) <= 160  # 3.2.2: as it advises
        once = [one.text for one in info.findall("cap:category", NAMES)]
        assert len(once) == len(set(once))
    return root


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
    return check(cap_of(events))


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


BROKEN = {
    "no identifier": ("<identifier>320583.1</identifier>", ""),
    "a space in a name": ("320583.1<", "320583 1<"),
    "a comma in the sender": (">liftwatch</sender>", ">lift,watch</sender>"),
    "a moment with Z": ("08:00:00+08:00</sent>", "00:00:00Z</sent>"),
    "parts of a second": ("08:00:00+08:00</sent>", "08:00:00.000+08:00</sent>"),
    "no such day": ("2026-03-02T08:00:00+08:00</sent>", "2026-02-30T08:00:00+08:00</sent>"),
    "a status that is none": (">Actual<", ">Real<"),
    "another order": ("<status>Actual</status><msgType>Alert</msgType>", None),
    "twice": ("<scope>", "<scope>Restricted</scope><scope>"),
    "no event": ("<event>困人</event>", ""),
    "an empty event": ("<event>困人</event>", "<event> </event>"),
    "a certainty of before": (">Observed<", ">Very Likely<"),
    "an area without words": ("<areaDesc>", "<area>"),
    "an element of nobody": ("<info>", "<lift/><info>"),
    "another namespace": ("cap:1.2", "cap:1.1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_a_rule_is_refused(name: str) -> None:
    """The schema holds what it says: a good message with one thing wrong is not one."""
    good = cap_of([event(1)]).decode()
    before, after = BROKEN[name]
    assert before in good
    after = "<msgType>Alert</msgType><status>Actual</status>" if after is None else after
    with pytest.raises((xmlschema.XMLSchemaValidationError, xml.ParseError)):
        check(good.replace(before, after, 1).encode())
    check(good.encode())


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
    rendered(event(1, course={"crew": words}))


def test_expiry_lies_after_it_was_sent() -> None:
    """And the onset is when it began."""
    root = rendered(event(1, at_ms=MONDAY_MS + 60_000))
    assert text(root, "onset") == "2026-03-02T08:00:00+08:00"
    assert str(text(root, "expires")) > str(text(root, "sent"))
    assert rfc3339(MONDAY_MS) == "2026-03-02T00:00:00.000Z"
