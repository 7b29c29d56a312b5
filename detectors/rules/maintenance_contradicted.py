"""A maintenance record that says done, where the signals say not."""

from collections.abc import Iterable

from msgspec import Struct, field

from detectors.contract import Claim, Detector, soonest
from detectors.known import CARE
from detectors.view import View
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from liftwatch.telemetry.messages import Door, EmergencyCall, Maintenance, Message, Ride, State

VISIT_MS_MIN = 15 * MINUTE_MS  # contract, section 2
SAME_MS_MAX = 12 * HOUR_MS
"""Within so long a check-in is of the visit that the terminal saw begin [our choice: a shift]."""
AFTER_MS = 1 * DAY_MS  # contract, section 2: within 24 hours
PASSENGER_RIDES = 3
"""Rides with somebody inside, not in inspection mode: two technicians ride up and down once."""
DONE = frozenset({"ok", "adjusted", "replaced"})
KINDS_OF_ITEM: dict[str, tuple[str, ...]] = {
    "A-1-18": ("emergency_call_untested",),
    "A-1-19": ("button_dead", "button_stuck"),
    "A-1-22": ("door_fault", "door_impact"),
    "A-1-23": ("levelling_error",),
    "A-1-24": ("button_dead", "button_stuck"),
}
"""Items of a visit and the kinds that say otherwise (contract, section 2; domain 5.1)."""
PANELS = {"A-1-19": "car", "A-1-24": "landing"}
CALL_ITEM = "A-1-18"
TOLD_MIN = 2  # states during a visit without which nobody knows what went on in it


class Visit(Struct, gc=False):
    """The open visit, and what was seen of it."""

    in_ms: int
    work: str | None
    states: int = 0
    switched: bool = False
    modes_told: bool = True
    doors: bool = False
    rides: int = 0


class Reported(Struct, gc=False, array_like=True):
    """An item said to be done, until when its kinds may contradict it."""

    code: str
    result: str
    until_ms: int
    open_then: bool = False


class MaintenanceContradicted(Detector):
    """Says that a visit cannot have been what its record says.

    Passengers rode during it; or nobody switched to inspection (or the lift off) and no door moved;
    or routine care took less than 15 minutes; or an item reported done is claimed faulty within 24
    hours: at once where it was reported `ok` and is, else when it is raised again or has not gone
    by then. An emergency call by a passenger contradicts nothing: its device works. It clears with
    the next finished visit that nothing contradicts when it ends.
    """

    name = "maintenance_contradicted"
    kinds = ("maintenance_contradicted",)
    hears = ("maintenance", "state", "ride", "door", "emergency_call")
    needs = ("phase", "work", "items")

    visit: Visit | None = None
    reported: list[Reported] = field(default_factory=list)
    ended_ms: int = 0
    panels: dict[str, str] = field(default_factory=dict)
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Follow a visit, and judge it when it ends."""
        body = message.body
        if isinstance(body, Maintenance):
            return self._hear_visit(message, body, view)
        if isinstance(body, EmergencyCall):
            return self._hear_call(message, body)
        if self.visit is not None:
            _watch(self.visit, message, view)
        return ()

    def _hear_visit(self, message: Message, body: Maintenance, view: View) -> Iterable[Claim]:
        if body.phase == "in":
            self._begin(message.at_ms, body.work, view)
            return ()
        if body.phase != "out":
            return ()
        visit, self.visit = self.visit, None
        self.ended_ms = message.at_ms
        until_ms = message.at_ms + AFTER_MS
        self.reported = [
            Reported(item.code, item.result, until_ms, self._is_open(item.code, view))
            for item in body.items or ()
            if item.code in KINDS_OF_ITEM and item.result in DONE
        ]
        why = self._judge_visit(visit, body.work, message.at_ms)
        why += [
            f"{one.code} reported ok while open"
            for one in self.reported
            if one.open_then and one.result == "ok"
        ]
        if why:
            return self._claim(why, message.at_ms)
        if not self.raised:
            return ()
        self.raised = False
        return (Claim(kind="maintenance_contradicted", edge="cleared", at_ms=message.at_ms),)

    def _begin(self, at_ms: int, work: str | None, view: View) -> None:
        """A visit begins, or the one that only the terminal told of gets its work: whoever checks
        in late was there since the terminal saw it."""
        visit = self.visit
        if visit is not None and work is None:
            return
        if visit is not None and visit.work is None and at_ms - visit.in_ms <= SAME_MS_MAX:
            visit.work = work
            return
        switched = view.mode not in (None, "unknown", "normal")
        self.visit = Visit(at_ms, work, switched=switched)

    def _judge_visit(self, visit: Visit | None, work: str | None, out_ms: int) -> list[str]:
        if visit is None:
            return []
        why: list[str] = []
        work = work or visit.work
        took_ms = out_ms - visit.in_ms
        if work in CARE and took_ms < VISIT_MS_MIN:
            why.append(f"{work} in {round(took_ms / MINUTE_MS, 1)} min, at least 15")
        if visit.rides >= PASSENGER_RIDES:
            why.append(f"{visit.rides} rides with people during the visit")
        told = visit.states >= TOLD_MIN and visit.modes_told
        if told and not visit.switched and not visit.doors:
            why.append("no inspection mode and no door moved")
        return why

    def _hear_call(self, message: Message, body: EmergencyCall) -> Iterable[Claim]:
        """A test that fails says that the device does not work."""
        if body.phase != "test_failed":
            return ()
        why = [
            f"{one.code} reported {one.result}, its test failed"
            for one in self.reported
            if one.code == CALL_ITEM and message.at_ms <= one.until_ms
        ]
        return self._claim(why, message.at_ms) if why else ()

    def witness(self, claim: Claim, view: View) -> Iterable[Claim]:
        """Another rule claims what an item said was done."""
        del view
        if claim.kind.startswith("button_"):
            self.panels[claim.kind] = panel_of(claim) or ""
        against = [one for one in self.reported if claim.at_ms <= one.until_ms]
        codes = {one.code for one in against}
        why = [
            f"{one.code} reported {one.result}, {claim.kind} raised"
            for one in against
            if _concerns(one.code, claim, codes)
        ]
        return self._claim(why, claim.at_ms) if why else ()

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """What was open when it was said to be mended, and still is a day later."""
        over = [one for one in self.reported if one.until_ms <= now_ms]
        self.reported = [one for one in self.reported if one.until_ms > now_ms]
        why = [
            f"{one.code} reported {one.result}, still open after 24 h"
            for one in over
            if one.open_then and one.result != "ok" and self._is_open(one.code, view)
        ]
        return self._claim(why, over[0].until_ms) if why else ()

    def due_ms(self, after_ms: int) -> int | None:
        """When the items of the last visit have stood for a day."""
        if not self.reported:
            return None
        return soonest((one.until_ms for one in self.reported), after_ms=after_ms)

    def _is_open(self, code: str, view: View) -> bool:
        """Whether a kind of this item is claimed now, of a button on the item's panel."""
        kinds = [kind for kind in KINDS_OF_ITEM[code] if kind in view.active]
        panel = PANELS.get(code)
        return any(panel is None or self.panels.get(kind) == panel for kind in kinds)

    def _claim(self, why: list[str], at_ms: int) -> Iterable[Claim]:
        if self.raised:
            return ()
        self.raised = True
        evidence = {"contradicted_by": why[:8], "visit_ended_at": rfc3339(self.ended_ms)}
        return (
            Claim(
                kind="maintenance_contradicted",
                edge="raised",
                at_ms=at_ms,
                opened_ms=self.ended_ms,
                evidence=evidence,
            ),
        )


def _watch(visit: Visit, message: Message, view: View) -> None:
    """Take in what happens during a visit."""
    body = message.body
    if isinstance(body, State):
        visit.states += 1
        if view.mode in (None, "unknown"):
            visit.modes_told = False
        elif view.mode != "normal":
            visit.switched = True
        if view.now is not None and view.now.closed is False:
            visit.doors = True
    elif isinstance(body, Door):
        visit.doors = True
    elif isinstance(body, Ride) and body.occupied and view.mode != "inspection":
        visit.rides += 1


def panel_of(claim: Claim) -> str | None:
    """On which panel the button of a claim is, if it says.

    >>> panel_of(Claim(kind="button_dead", edge="raised", at_ms=0, evidence={"button": "car/open"}))
    'car'
    """
    panel, _, _ = str(claim.evidence.get("button", "")).partition("/")
    return panel if panel in ("car", "landing") else None


def _concerns(code: str, claim: Claim, codes: set[str]) -> bool:
    """Whether a claim is about this item; of a button without a panel only if both were done."""
    if claim.kind not in KINDS_OF_ITEM[code]:
        return False
    panel = panel_of(claim)
    if code not in PANELS or panel is not None:
        return panel == PANELS.get(code, panel)
    return PANELS.keys() <= codes
