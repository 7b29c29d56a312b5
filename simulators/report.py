"""What a lift's terminal reports by itself: state, rides, counters, health, the daily call test."""

import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, rfc3339
from simulators.agenda import Process
from simulators.people import SHANGHAI_MS
from simulators.physics import Motion, figures
from simulators.plan import Plan, register_of

if TYPE_CHECKING:
    from simulators.lift import Lift

IDLE_MS = MINUTE_MS
COUNTERS_MS = 15 * MINUTE_MS
HEALTH_MS = 5 * MINUTE_MS


@dataclass
class Totals:
    """Counts since the lift was installed."""

    rides: int
    door_cycles: int
    running_s: float
    distance_m: float
    energy_wh: float
    passengers: int

    @classmethod
    def of_old(cls, plan: Plan, rng: Random) -> "Totals":
        """Totals of a lift that has served for some years."""
        rides = int(plan.people_per_day * 365 * rng.uniform(1.0, 12.0))
        metres = (plan.highest.height_m - plan.lowest.height_m) / 2
        return cls(rides, rides * 2, rides * 18.0, rides * metres, rides * 30.0, rides)


def state_of(lift: "Lift") -> dict[str, Any]:
    """The body of a `state` message, at this moment."""
    plan, car, doors = lift.plan, lift.car, lift.doors
    point = car.point(lift.now_ms)
    landing = plan.nearest(point.position_m)
    off_mm = round(1000 * (point.position_m - landing.height_m), 1)
    direction = "none" if not car.moving else "up" if car.heading > 0 else "down"
    return {
        "service_mode": car.mode,
        "car": "moving" if car.moving else "stopped",
        "direction": direction,
        "floor": landing.floor,
        "floor_label": landing.label,
        "position_known": True,
        "position_m": round(point.position_m, 3),
        "speed_mps": round(point.speed_mps, 3) if car.moving else 0.0,
        "in_door_zone": plan.in_door_zone(point.position_m),
        "level_error_mm": off_mm if not car.moving and abs(off_mm) <= 1000 else None,
        "car_door": doors.leaf,
        "doors_closed": doors.closed,
        "doors_locked": doors.locked,
        "occupied": bool(car.people),
        "people": len(car.people),
        "load_pct": round(car.load_pct, 1),
        "overload": car.load_pct > 110.0,
        "safety_chain_ok": car.chain_ok,
        "brake": car.brake,
        "run_command": car.run_command,
        "mains_ok": car.mains_ok,
        "machine_room_c": _warmth(lift.now_ms, mean_c=26.0),
        "car_c": _warmth(lift.now_ms, mean_c=23.0),
    }


def _warmth(at_ms: int, *, mean_c: float) -> float:
    """A temperature that is highest in the afternoon."""
    day = (at_ms + SHANGHAI_MS) % DAY_MS / DAY_MS
    return round(mean_c + 4.0 * math.sin(2 * math.pi * (day - 0.375)), 1)


def ride_of(lift: "Lift", motion: Motion, *, started_ms: int, from_floor: int) -> dict[str, Any]:
    """The body of a `ride` message at the ride's end."""
    rng, told = lift.rng, figures(motion)
    way_m = abs(motion.end.position_m - motion.origin.position_m)
    level_mm = 1000 * lift.plan.off_level_m(motion.end.position_m)
    imbalance = abs(lift.car.load_pct - 45.0) / 100
    return {
        "started_at": rfc3339(started_ms),
        "from_floor": from_floor,
        "to_floor": lift.floor,
        "distance_m": round(way_m, 3),
        "duration_s": round((lift.now_ms - started_ms) / 1000, 3),
        "speed_max_mps": round(told.speed_mps, 3),
        "accel_max_mps2": round(told.accel_mps2, 3),
        "decel_max_mps2": round(told.decel_mps2, 3),
        "jerk_max_mps3": round(told.jerk_mps3, 3),
        "level_error_mm": round(level_mm, 1),
        "relevels": 0,
        "sheave_distance_m": round(way_m * rng.uniform(1.001, 1.002), 3),
        "brake_stop_mm": round(rng.uniform(1.5, 3.0), 1),
        "load_pct": round(lift.car.load_pct, 1),
        "motor_current_a": round(5.0 + 14.0 * imbalance + rng.uniform(-0.3, 0.3), 2),
        "energy_wh": round(2.0 + 1.2 * way_m * imbalance, 2),
        "occupied": bool(lift.car.people),
        "vibration_x_mg": round(rng.gauss(8.0, 0.8), 2),
        "vibration_y_mg": round(rng.gauss(7.0, 0.8), 2),
        "vibration_z_mg": round(rng.gauss(12.0, 1.0), 2),
        "noise_dba": round(rng.gauss(50.0, 1.0), 1),
        "rail_mg": round(rng.gauss(2.0, 0.2), 2),
        "roller_mg": round(rng.gauss(1.5, 0.15), 2),
        "sheave_mg": round(rng.gauss(1.2, 0.1), 2),
        "motor_mg": round(rng.gauss(0.8, 0.1), 2),
    }


def say_hello(lift: "Lift") -> None:
    """What a terminal tells when it has started."""
    lift.terminal.send("register", register_of(lift.plan))
    lift.terminal.send("online", {"status": "online"})
    lift.tell_state()
    _tell_health(lift)


def daily_register(lift: "Lift") -> Process:
    """The register once more every day."""
    while True:
        yield lift.now_ms + DAY_MS
        lift.terminal.send("register", register_of(lift.plan))


def idle_state(lift: "Lift") -> Process:
    """The state again when nothing has changed for a minute."""
    while True:
        yield lift.told_ms + IDLE_MS
        if lift.now_ms - lift.told_ms >= IDLE_MS:
            lift.tell_state()


def counters(lift: "Lift") -> Process:
    """The totals every quarter of an hour."""
    while True:
        yield lift.now_ms + COUNTERS_MS
        totals = lift.totals
        lift.terminal.send(
            "counters",
            {
                "rides": totals.rides,
                "door_cycles": totals.door_cycles,
                "running_h": round(totals.running_s / 3600, 3),
                "distance_m": round(totals.distance_m, 1),
                "rope_bends": 2 * totals.rides,
                "energy_kwh": round(totals.energy_wh / 1000, 2),
                "passengers": totals.passengers,
                "overloads": 0,
            },
        )


def health(lift: "Lift") -> Process:
    """How the terminal fares, every five minutes."""
    while True:
        yield lift.now_ms + HEALTH_MS
        _tell_health(lift)


def _tell_health(lift: "Lift") -> None:
    rng = lift.rng
    lift.terminal.send(
        "health",
        {
            "battery_pct": round(rng.uniform(95.0, 100.0), 1),
            "rssi_dbm": round(rng.gauss(-68.0, 3.0), 1),
            "clock_offset_ms": round(rng.gauss(0.0, 8.0), 1),
            "temperature_c": _warmth(lift.now_ms, mean_c=31.0),
            "sensors": dict.fromkeys(sorted(lift.plan.sensors), "ok"),
        },
    )


def daily_call_test(lift: "Lift") -> Process:
    """The emergency call tests itself once a day, for the first time within half an hour."""
    yield lift.after(lift.rng.uniform(60.0, HOUR_MS / 2000))
    while True:
        body = {"id": f"test-{lift.now_ms // 1000}", "phase": "test_ok", "battery_ok": True}
        lift.terminal.send(
            "emergency_call", {**body, "microphone_ok": True, "loudspeaker_ok": True}
        )
        yield lift.now_ms + DAY_MS
