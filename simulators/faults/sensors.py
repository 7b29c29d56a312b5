"""Sensors that fail, and power that dips: what the terminal then says of a lift that is well."""

from collections.abc import Callable
from typing import Any

from simulators import report
from simulators.agenda import Process
from simulators.faults.blind import ABOUT_LIFT
from simulators.faults.scene import (
    Scene,
    board,
    far_end,
    near_end,
    note_quiet,
    send_to,
    settle,
    wait_until,
)
from simulators.lift import Lift
from simulators.terminal import Defect


def _only_state(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Defect:
    """A defect that shows in `state` alone."""

    def defect(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, **change(body)} if kind == "state" else body

    return defect


def position_frozen(lift: Lift, scene: Scene) -> Process:
    """The level sensor stays as it was while the car rides on; sooner or later `health` says so."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.at_ms)
    told = report.state_of(lift)
    names = ("position_m", "in_door_zone", "level_error_mm")
    stuck = {name: told[name] for name in names}
    defect = _only_state(lambda _body: stuck)
    begin_ms = lift.now_ms
    lift.terminal.defects.append(defect)
    if scene.options["told"]:
        lift.condition.faulty.add("level")
        report.tell_health(lift)
    yield from send_to(lift, far_end(lift))
    lift.terminal.defects.remove(defect)
    lift.condition.faulty.discard("level")
    report.tell_health(lift)
    lift.tell_state()
    kinds = tuple(kind for kind in ABOUT_LIFT if kind != "position_lost")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=(*kinds, "levelling_error"))


def speed_spike(lift: Lift, scene: Scene) -> Process:
    """One sample of speed is far too high; its neighbours and the position contradict it."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    spikes = [scene.options["speed_mps"]]

    def spike(body: dict[str, Any]) -> dict[str, Any]:
        if body["car"] == "moving" and abs(body["speed_mps"]) > 0.5 and spikes:
            return {"speed_mps": spikes.pop()}
        return {}

    defect = _only_state(spike)
    begin_ms = lift.now_ms
    lift.terminal.defects.append(defect)
    yield from send_to(lift, far_end(lift))
    lift.terminal.defects.remove(defect)
    kinds = ("overspeed", "free_fall", "unintended_movement", "overrun")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.after(60.0), kinds=kinds)


def miscount_once(lift: Lift, scene: Scene) -> Process:
    """The floor counter is one too high for one stop, and right again at the next."""
    yield from settle(lift)
    yield from send_to(lift, near_end(lift))
    yield from wait_until(lift, scene.at_ms)
    begin_ms, home = lift.now_ms, lift.floor
    lift.condition.miscount = 1 if home == lift.plan.lowest.floor else -1
    yield from send_to(lift, far_end(lift))
    lift.condition.miscount = 0
    yield from send_to(lift, home)
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.after(60.0), kinds=("position_lost",))


def presence_flapping(lift: Lift, scene: Scene) -> Process:
    """The presence sensor of an empty closed car sees somebody come and go within seconds
    (domain 1.6: it flaps within 10 s)."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.busy, busy = 0.0, lift.busy
    seen = [False]
    defect = _only_state(lambda _body: {"occupied": seen[0], "people": None})
    lift.terminal.defects.append(defect)
    while lift.now_ms < scene.end_ms:
        seen[0] = not seen[0]
        lift.tell_state()
        yield min(lift.after(lift.rng.uniform(1.0, 8.0)), scene.end_ms)
    lift.terminal.defects.remove(defect)
    lift.tell_state()
    lift.busy = busy
    kinds = ("entrapment", "entrapment_suspected")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def door_contact_bouncing(lift: Lift, scene: Scene) -> Process:
    """A worn contact of the closed doors bounces on a ride, for less than half a second at a time.

    Plays beside: while it lasts one state in so many of a moving car is wrong.
    """
    yield from wait_until(lift, scene.at_ms)
    every, count = int(scene.options["every"]), [0]

    def bounce(body: dict[str, Any]) -> dict[str, Any]:
        if body["car"] != "moving":
            return {}
        count[0] += 1
        return {"doors_closed": False} if count[0] % every == 0 else {}

    defect = _only_state(bounce)
    lift.terminal.defects.append(defect)
    yield scene.end_ms
    lift.terminal.defects.remove(defect)
    kinds = ("moving_with_open_door", "unintended_movement")
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=kinds)


def accelerometer_off(lift: Lift, scene: Scene) -> Process:
    """The accelerometer has come loose: a burst with readings near nothing, at rest, and `health`
    reports it."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.condition.faulty.add("accelerometer")
    report.tell_health(lift)
    count, rate_hz = 2 * lift.sensor.rate_hz, lift.sensor.rate_hz
    body = {
        "trigger": "free_fall",
        "started_at": lift.terminal.stamp(lift.now_ms),
        "rate_hz": rate_hz,
        "z_mps2": [round(lift.rng.gauss(0.3, 0.2), 3) for _ in range(count)],
    }
    yield lift.after((count - 1) / rate_hz)
    lift.terminal.send("burst", body)
    yield from wait_until(lift, scene.end_ms)
    lift.condition.faulty.discard("accelerometer")
    report.tell_health(lift)
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=("free_fall",))


def power_dip(lift: Lift, scene: Scene) -> Process:
    """The supply dips for less than two seconds; lights flicker, the lift goes on."""
    yield from settle(lift)
    yield from wait_until(lift, scene.at_ms)
    begin_ms = lift.now_ms
    lift.car.mains_ok = False
    lift.tell_state()
    yield lift.after(min(scene.options["dip_s"], 2.0))
    lift.car.mains_ok = True
    lift.tell_state()
    yield from board(lift, 1, to_floor=far_end(lift))
    yield from settle(lift)
    kinds = ("mains_lost", "entrapment", "entrapment_suspected", "out_of_service", "fleet_fault")
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=kinds)


def warm_room(lift: Lift, scene: Scene) -> Process:
    """A hot day: the machine room reaches 38 °C, below its limit. Plays beside."""
    yield from wait_until(lift, scene.at_ms)
    while lift.now_ms < scene.end_ms:
        usual_c = report.state_of(lift)["machine_room_c"] - lift.condition.room_c
        lift.condition.room_c = scene.options["to_c"] - usual_c
        yield min(lift.after(30.0), scene.end_ms)
    lift.condition.room_c = 0.0
    note_quiet(lift, from_ms=scene.at_ms, to_ms=lift.now_ms, kinds=("machine_room_hot",))


def battery_dip(lift: Lift, scene: Scene) -> Process:
    """The terminal lives from its battery for a while, down to a quarter, and is charged again."""
    yield from wait_until(lift, scene.at_ms)
    begin_ms, low_pct = lift.now_ms, scene.options["low_pct"]
    while lift.now_ms < scene.end_ms:
        done = (lift.now_ms - begin_ms) / (1000 * scene.for_s)
        lift.condition.battery_pct = low_pct + (100.0 - low_pct) * abs(2 * done - 1)
        yield min(lift.after(60.0), scene.end_ms)
    lift.condition.battery_pct = None
    note_quiet(lift, from_ms=begin_ms, to_ms=lift.now_ms, kinds=("battery_low",))
