"""People in a car that does not move, or that stands with doors that will not open."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from detectors.contract import Claim, Detector, soonest
from detectors.moment import Moment, is_closed, is_moving, is_open
from detectors.view import DISORDER_MS, LANDING_MM, SILENT_MS, View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Button, Door, EmergencyCall, Message, Ride, State

OFF_ZONE_MS = 45 * SECOND_MS  # contract, section 2; 30 s was found too short (domain 1.6)
ASKED_MS = 60 * SECOND_MS  # contract, section 2
STANDING_MS = 180 * SECOND_MS  # contract, section 2
SUSPECTED_MS = 180 * SECOND_MS  # contract, section 2: upgraded without word

Branch = Literal["off_zone", "asked", "standing"]
RULE_MS: dict[Branch, int] = {"off_zone": OFF_ZONE_MS, "asked": ASKED_MS, "standing": STANDING_MS}


class Told(Struct, frozen=True):
    """What has been raised: which kind, since when, and when it was raised."""

    kind: Literal["entrapment", "entrapment_suspected"]
    opened_ms: int
    raised_ms: int


class Entrapment(Detector):
    """Off the door zone, closed and occupied for 45 s; or at a landing, doors asked to open that
    stay shut for 60 s, or closed and occupied without a ride for 180 s.

    With nobody known to be inside or not, it is suspected first, and certain after 180 s without
    word. It clears when the doors stand open at a landing, or after a ride; a suspicion also when
    the car is known to be empty.
    """

    name = "entrapment"
    kinds = ("entrapment", "entrapment_suspected")
    hears = ("state", "ride", "door", "button", "emergency_call")
    needs = ("car or speed_mps", "doors_closed or car_door", "in_door_zone")

    since_ms: dict[str, int] = {}
    unknown: bool = False
    stood_ms: int | None = None
    told: Told | None = None

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Start, keep or drop what could become an entrapment; then judge it."""
        body = message.body
        cleared: list[Claim] = []
        if isinstance(body, State):
            now = view.newest(message)
            if now is None:
                later = view.now if view.told_after(message) else None
                self._hear_older(body, later.at_ms if later else message.at_ms)
            else:
                cleared = self._hear_state(now, view)
        elif isinstance(body, Ride):
            cleared = self._hear_ride(body, message.at_ms)
        elif isinstance(body, Door):
            self._hear_door(body, message.at_ms, view)
        elif isinstance(body, Button):
            self._hear_button(body, view)
        elif isinstance(body, EmergencyCall) and body.phase != "raised":
            return ()
        claims = self._judge(message.at_ms, view)
        return [*cleared, *claims] if cleared else claims

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Judge by the time that has passed."""
        return self._judge(now_ms, view)

    def due_ms(self, after_ms: int) -> int | None:
        """When the next of the rules has lasted long enough."""
        if self.told is None:
            if not self.since_ms:
                return None
            ripe = (since + RULE_MS[branch] for branch, since in self._branches())
            return soonest(ripe, after_ms=after_ms)
        if self._is_suspected():
            return soonest([self.told.raised_ms + SUSPECTED_MS], after_ms=after_ms)
        return None

    def silenced(self, kind: str) -> None:
        """Keep watching: a suspicion that is silenced may yet become certain by a sign of life."""
        del kind
        self.told = None

    def _branches(self) -> list[tuple[Branch, int]]:
        return [(b, self.since_ms[b]) for b in RULE_MS if b in self.since_ms]

    def _hear_state(self, now: Moment, view: View) -> list[Claim]:
        at_ms, state, closed = now.at_ms, now.state, now.closed
        self.unknown = now.moving is None or closed is None
        if self.unknown:
            return []
        if now.moving:
            if self.since_ms:
                self.since_ms = {}
            return []
        at_landing, opened = state.in_door_zone is not False, is_open(state) is True
        level = state.level_error_mm is not None and abs(state.level_error_mm) <= LANDING_MM
        off_zone = closed is True and not at_landing and not level
        self._follow("off_zone", off_zone, at_ms)
        if at_ms - (self.stood_ms or at_ms) > SILENT_MS or view.resumed_ms == at_ms:
            self.since_ms.pop("standing", None)  # it may have ridden meanwhile
            self.since_ms.pop("asked", None)  # or opened
        asking = at_landing and state.car_door == "opening"
        kept = not opened and "asked" in self.since_ms
        self._follow("asked", asking or kept, at_ms)
        at_rest = closed is True and at_landing
        self.stood_ms = at_ms
        self._follow("standing", at_rest and view.occupied(at_ms) is True, at_ms)
        return self._clear(at_ms) if opened and at_landing else []

    def _hear_older(self, state: State, at_ms: int) -> None:
        """A state that comes after a newer one may show that people could leave meanwhile."""
        could_leave = is_open(state) is True or is_moving(state) is True
        if could_leave and state.in_door_zone is not False:
            later = {branch: since for branch, since in self.since_ms.items() if since > at_ms}
            self.since_ms = later

    def _hear_ride(self, ride: Ride, at_ms: int) -> list[Claim]:
        """A ride ends with doors open (contract): whoever was inside could leave."""
        self.since_ms = {}
        if self.told is None:
            return []
        began_ms = to_ms(ride.started_at) if ride.started_at else at_ms
        return self._clear(at_ms) if began_ms >= self.told.opened_ms else []

    def _hear_door(self, door: Door, at_ms: int, view: View) -> None:
        if door.result == "timeout_opening" and "asked" not in self.since_ms:
            state = view.state
            if state is None or (is_closed(state) is not False and not is_moving(state)):
                since_ms = to_ms(door.opened_at) if door.opened_at else at_ms
                overtaken = view.now is not None and at_ms < view.now.at_ms - DISORDER_MS
                self.since_ms["asked"] = view.now.at_ms if overtaken and view.now else since_ms

    def _hear_button(self, button: Button, view: View) -> None:
        state = view.state
        shut = state is not None and is_closed(state) and not is_moving(state)
        if not shut or state is None or state.in_door_zone is not True or view.now is None:
            return
        for edge in button.edges or ():
            if edge.panel == "car" and edge.button == "open" and edge.edge == "press" and edge.at:
                self.since_ms.setdefault("asked", max(to_ms(edge.at), view.now.at_ms))

    def _follow(self, branch: Branch, holds: bool, at_ms: int) -> None:
        if holds:
            self.since_ms.setdefault(branch, at_ms)
        elif branch in self.since_ms:
            del self.since_ms[branch]

    def _judge(self, now_ms: int, view: View) -> list[Claim]:
        if self.told is not None:
            return self._judge_suspicion(now_ms, view) if self._is_suspected() else []
        if self.unknown or not self.since_ms:
            return []
        ripe = [
            (since + RULE_MS[branch], since, branch)
            for branch, since in self._branches()
            if since + RULE_MS[branch] <= now_ms
        ]
        occupied = view.occupied(now_ms) if ripe else None
        for due_ms, since_ms, branch in sorted(ripe):
            inside = view.occupied(due_ms) if occupied is not True else occupied
            if inside is False or (branch == "standing" and inside is not True):
                continue
            if branch == "standing" and view.is_silent(due_ms):
                continue
            if branch == "asked" and not view.is_seen(since_ms):
                continue
            kind: Literal["entrapment", "entrapment_suspected"] = (
                "entrapment" if inside else "entrapment_suspected"
            )
            certain_ms = due_ms if view.occupied(due_ms) is inside else now_ms
            return [
                self._tell(
                    kind, opened_ms=since_ms, certain_ms=certain_ms, view=view, branch=branch
                )
            ]
        return []

    def _is_suspected(self) -> bool:
        return self.told is not None and self.told.kind == "entrapment_suspected"

    def _judge_suspicion(self, now_ms: int, view: View) -> list[Claim]:
        told, occupied = self.told, view.occupied(now_ms)
        if told is None:
            return []
        if occupied is False:
            return self._clear(now_ms)
        limit_ms = told.raised_ms + SUSPECTED_MS
        if occupied is not True and now_ms < limit_ms:
            return []
        certain_ms = now_ms if occupied is True and now_ms < limit_ms else limit_ms
        ended = Claim(
            kind="entrapment_suspected", edge="cleared", at_ms=certain_ms, opened_ms=told.opened_ms
        )
        return [
            ended,
            self._tell("entrapment", opened_ms=told.opened_ms, certain_ms=certain_ms, view=view),
        ]

    def _tell(
        self,
        kind: Literal["entrapment", "entrapment_suspected"],
        *,
        opened_ms: int,
        certain_ms: int,
        view: View,
        branch: Branch | None = None,
    ) -> Claim:
        self.told = Told(kind, opened_ms, certain_ms)
        state = view.state
        evidence: dict[str, object] = {
            "branch": branch or "without_word",
            "floor": state.floor if state else None,
            "people": state.people if state else None,
            "occupied": view.occupied(certain_ms),
            "in_door_zone": state.in_door_zone if state else None,
            "safety_chain_ok": state.safety_chain_ok if state else None,
        }
        if branch is not None:
            evidence["limit_s"] = RULE_MS[branch] // 1000
        return Claim(
            kind=kind, edge="raised", at_ms=certain_ms, opened_ms=opened_ms, evidence=evidence
        )

    def _clear(self, at_ms: int) -> list[Claim]:
        told, self.told = self.told, None
        self.since_ms = {}
        if told is None:
            return []
        return [Claim(kind=told.kind, edge="cleared", at_ms=at_ms, opened_ms=told.opened_ms)]
