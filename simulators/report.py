"""What a lift's terminal reports by itself: state, rides, counters, health, the daily call test."""

import math
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any

from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS
from simulators.agenda import Process
from simulators.condition import PARTS
from simulators.people import SHANGHAI_MS
from simulators.physics import Motion, figures
from simulators.plan import DOOR_ZONE_MM, Plan, register_of
from simulators.ropes import brake_stop_mm, sheave_way_m
from simulators.vibration import a95_mg, band_mg

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
    overloads: int = 0

    @classmethod
    def of_old(cls, plan: Plan, rng: Random) -> "Totals":
        """Totals of a lift that has served for some years."""
        rides = int(plan.people_per_day * 365 * rng.uniform(1.0, 12.0))
        metres = (plan.highest.height_m - plan.lowest.height_m) / 2
        return cls(rides, rides * 2, rides * 18.0, rides * metres, rides * 30.0, rides)


def state_of(lift: "Lift") -> dict[str, Any]:
    """The body of a `state` message, at this moment."""
    plan, car, doors, condition = lift.plan, lift.car, lift.doors, lift.condition
    point, minute = car.point(lift.now_ms), lift.now_ms // MINUTE_MS
    landing = plan.nearest(point.position_m)
    off_mm = round(1000 * (point.position_m - landing.height_m), 1)
    told = plan.counted(landing, condition.miscount) if condition.miscount else landing
    direction = "none" if not car.moving else "up" if car.heading > 0 else "down"
    load_pct, people = car.load_pct, len(car.people)
    body = {
        "service_mode": car.mode,
        "car": "moving" if car.moving else "stopped",
        "direction": direction,
        "floor": told.floor,
        "floor_label": told.label,
        "position_known": condition.position_known,
        "position_m": round(point.position_m, 3),
        "speed_mps": round(point.speed_mps, 3) if car.moving else 0.0,
        "in_door_zone": abs(off_mm) <= DOOR_ZONE_MM,
        "car_door": doors.leaf,
        "doors_closed": doors.closed,
        "doors_locked": doors.locked,
        "occupied": people > 0,
        "people": people,
        "load_pct": round(load_pct, 1),
        "overload": load_pct > 110.0,
        "safety_chain_ok": car.chain_ok,
        "brake": car.brake,
        "run_command": car.run_command,
        "mains_ok": car.mains_ok,
        "machine_room_c": round(_warmer_c(minute) + 26.0 + condition.room_c, 1),
        "car_c": round(_warmer_c(minute) + 23.0, 1),
    }
    if not car.moving and abs(off_mm) <= 1000:
        body["level_error_mm"] = off_mm
    return body


@lru_cache(maxsize=64)
def _warmer_c(minute: int) -> float:
    """By how much a temperature is above its mean, which it is in the afternoon."""
    day = (minute * MINUTE_MS + SHANGHAI_MS) % DAY_MS / DAY_MS
    return 4.0 * math.sin(2 * math.pi * (day - 0.375))


def ride_of(
    lift: "Lift", motion: Motion, *, started_ms: int, from_floor: int, relevels: int = 0
) -> dict[str, Any]:
    """The body of a `ride` message at the ride's end."""
    rng, told = lift.rng, figures(motion)
    way_m = abs(motion.end.position_m - motion.origin.position_m)
    level_mm = 1000 * lift.plan.off_level_m(lift.car.position_m)
    condition, load_pct = lift.condition, lift.car.load_pct
    up, imbalance = motion.end.position_m > motion.origin.position_m, abs(load_pct - 45.0) / 100
    sheave_m = sheave_way_m(condition, way_m, load_pct=load_pct, rng=rng)
    return {
        "started_at": lift.terminal.stamp(started_ms),
        "from_floor": from_floor,
        "to_floor": lift.floor,
        "distance_m": round(way_m, 3),
        "duration_s": round((lift.now_ms - started_ms) / 1000, 3),
        "speed_max_mps": round(told.speed_mps, 3),
        "accel_max_mps2": round(told.accel_mps2, 3),
        "decel_max_mps2": round(told.decel_mps2, 3),
        "jerk_max_mps3": round(told.jerk_mps3, 3),
        "level_error_mm": round(level_mm, 1),
        "relevels": relevels,
        "sheave_distance_m": round(sheave_m, 3),
        "brake_stop_mm": round(brake_stop_mm(condition, load_pct=load_pct, up=up, rng=rng), 2),
        "load_pct": round(load_pct, 1),
        "motor_current_a": round(5.0 + 14.0 * imbalance + rng.uniform(-0.3, 0.3), 2),
        "energy_wh": round(2.0 + 1.2 * way_m * imbalance, 2),
        "occupied": bool(lift.car.people),
        **_shaking(lift, told.speed_mps),
    }


def _shaking(lift: "Lift", speed_mps: float) -> dict[str, float]:
    """Vibration and noise at the constant speed of a ride, from the amplitudes of the parts."""
    rng, condition = lift.rng, lift.condition
    share = min(speed_mps / lift.plan.limits.speed_mps, 1.3)
    bands = {
        part: band_mg(condition, part, share_of_speed=share) * max(rng.gauss(1.0, 0.08), 0.2)
        for part in PARTS
    }
    rough = 1 + 10 * condition.hunting
    x, y, z = (a95_mg(bands, axis) * max(rng.gauss(1.0, 0.05), 0.2) for axis in (0, 1, 2))
    noise_dba = 42.0 + 8.0 * share + condition.noise_db + rng.gauss(0.0, 1.0)
    return {
        "vibration_x_mg": round(x, 2),
        "vibration_y_mg": round(y, 2),
        "vibration_z_mg": round(z * rough, 2),
        "noise_dba": round(noise_dba, 1),
        **{f"{part}_mg": round(bands[part], 3) for part in PARTS},
    }


def say_hello(lift: "Lift") -> None:
    """What a terminal tells when it has started."""
    tell_register(lift)
    lift.terminal.send("online", {"status": "online"})
    lift.tell_state()
    tell_health(lift)


def tell_register(lift: "Lift") -> None:
    """What the lift is."""
    lift.terminal.send("register", register_of(lift.plan))


def daily_register(lift: "Lift") -> Process:
    """The register once more every day."""
    while True:
        yield lift.now_ms + DAY_MS
        tell_register(lift)


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
                "overloads": totals.overloads,
            },
        )


def health(lift: "Lift") -> Process:
    """How the terminal fares, every five minutes."""
    while True:
        yield lift.now_ms + HEALTH_MS
        tell_health(lift)


def tell_health(lift: "Lift") -> None:
    """How the terminal fares now, and which sensors report themselves as faulty."""
    rng, condition = lift.rng, lift.condition
    charge_pct = (
        rng.uniform(95.0, 100.0) if condition.battery_pct is None else condition.battery_pct
    )
    lift.terminal.send(
        "health",
        {
            "battery_pct": round(charge_pct, 1),
            "rssi_dbm": round(rng.gauss(-68.0, 3.0), 1),
            "clock_offset_ms": round(lift.terminal.off_ms + rng.gauss(0.0, 8.0), 1),
            "temperature_c": round(31.0 + _warmer_c(lift.now_ms // MINUTE_MS), 1),
            "sensors": {
                name: "fault" if name in condition.faulty else "ok"
                for name in sorted(lift.plan.sensors)
            },
        },
    )


def daily_call_test(lift: "Lift") -> Process:
    """The emergency call tests itself once a day, for the first time within half an hour."""
    yield lift.after(lift.rng.uniform(60.0, HOUR_MS / 2000))
    while True:
        lift.help.test()
        yield lift.now_ms + DAY_MS
